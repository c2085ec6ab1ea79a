"""The register of training, kept by managers."""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms import CheckboxSelectMultiple, MultipleChoiceField
from django.http import HttpRequest
from django.utils import timezone

from clinic.accounts import policy as accounts
from clinic.accounts.enums import STAFF_ROLES
from clinic.accounts.models import User
from clinic.accounts.staff_admin import StaffAdmin
from clinic.db.clock import day_text, uk_day
from clinic.training import actions, policy
from clinic.training.models import ROLES, Training, TrainingDone


class TrainingForm(forms.ModelForm):
    """What a training is."""

    roles = MultipleChoiceField(
        choices=ROLES,
        widget=CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one role"},
        help_text="Who needs it.",
    )

    class Meta:
        model = Training
        fields = ("name", "scope", "roles", "months", "is_asked")


@admin.register(Training)
class TrainingAdmin(StaffAdmin):
    """What each role has to learn, and how long it holds."""

    may_add = may_change = staticmethod(accounts.manages_the_clinic)
    form = TrainingForm
    list_display = ("name", "whose", "months", "is_asked")
    list_filter = ("is_asked",)
    search_fields = ("name",)

    @admin.display(description="Who needs it")
    def whose(self, training: Training) -> str:
        """Return the roles in words."""
        return ", ".join(label for role, label in ROLES if role in training.roles)

    def save_action(self, record: Training, values: dict[str, Any], *, is_new: bool, by: Any, at: Any) -> None:
        """Save the entry."""
        actions.save_training(record)


class DoneForm(forms.ModelForm):
    """That somebody did a training."""

    class Meta:
        model = TrainingDone
        fields = ("training", "person", "done_on", "evidence")


@admin.register(TrainingDone)
class TrainingDoneAdmin(StaffAdmin):
    """Who did which training when; other staff see their own. A mistake is followed by a newer row."""

    may_view = staticmethod(accounts.works_here)
    may_add = staticmethod(accounts.manages_the_clinic)
    form = DoneForm
    list_display = ("training", "person", "done_on", "until", "standing")
    list_filter = ("training",)
    list_select_related = ("training", "person")
    search_fields = ("person__email", "training__name")
    readonly_fields = ("ends_on", "recorded_by", "at")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return what is asked, or the whole row."""
        asked = ("training", "person", "done_on", "evidence")
        return (*asked, "ends_on", "recorded_by", "at") if obj else asked

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer staff who can sign in."""
        if db_field.name == "person":
            kwargs["queryset"] = User.objects.visible_to(request.user).filter(
                role__in=sorted(STAFF_ROLES), is_active=True
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="Holds until", ordering="ends_on")
    def until(self, done: TrainingDone) -> str:
        """Return the last day in words."""
        return day_text(done.ends_on)

    @admin.display(description="Now")
    def standing(self, done: TrainingDone) -> str:
        """Return how this row stands today."""
        return policy.standing(done.ends_on, uk_day(timezone.now())).value

    def save_action(self, record: TrainingDone, values: dict[str, Any], *, is_new: bool, by: Any, at: Any) -> None:
        """Write it down."""
        done = actions.record(
            record.training, record.person, record.done_on, record.evidence, by=by, today=uk_day(at), at=at
        )
        record.pk = done.pk
