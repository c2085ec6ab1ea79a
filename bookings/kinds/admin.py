"""What can be booked."""

from typing import Any

from django import forms
from django.contrib import admin

from bookings.kinds import actions
from bookings.kinds.enums import Mode
from bookings.kinds.models import AppointmentKind
from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from clinic.wording.enums import Place
from clinic.wording.policy import check

ABOUT = ("name", "slug", "summary", "prepare", "modes", "clinicians", "audience", "position", "is_active")
TIME = ("minutes", "buffer_before", "buffer_after", "align_minutes", "notice_hours", "horizon_days")
MONEY = ("fee_pence",)


class KindForm(forms.ModelForm):
    """A kind, with its modes and clinicians as boxes to tick."""

    modes = forms.MultipleChoiceField(
        choices=Mode.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one way to meet"},
    )

    class Meta:
        model = AppointmentKind
        fields = (*ABOUT, *TIME, *MONEY)
        widgets = {"clinicians": forms.CheckboxSelectMultiple}

    def clean(self) -> dict[str, Any]:
        """Refuse words that name or praise a medicine. That one reviews what somebody takes may be said."""
        cleaned = super().clean() or self.cleaned_data
        for name in ("name", "summary", "prepare"):
            for hit in check(cleaned.get(name) or "", Place.PUBLIC_BODY):
                self.add_error(name, str(hit))
        return cleaned


@admin.register(AppointmentKind)
class KindAdmin(StaffAdmin):
    """Length, notice, fee and clinicians. A change holds for new bookings only."""

    may_view = staticmethod(policy.runs_the_diary)
    may_add = may_change = staticmethod(policy.manages_the_clinic)
    form = KindForm
    list_display = ("name", "minutes", "fee_text", "notice_hours", "horizon_days", "audience", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ABOUT}),
        (
            "Time",
            {"fields": TIME},
        ),
        ("Money", {"fields": MONEY}),
    )

    def save_action(self, record: AppointmentKind, values: dict[str, Any], *, is_new: bool, by: Any, at: Any) -> None:
        """Save the kind."""
        actions.save_kind(record, values["clinicians"], by=by, at=at)
