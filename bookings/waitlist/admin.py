"""The waiting list as reception sees it. For reading; a person who calls can be taken off it."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from bookings.waitlist import actions
from bookings.waitlist.enums import EntryState
from bookings.waitlist.models import Offer, Skip, WaitingEntry
from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from clinic.db.clock import uk_day, when_text
from clinic.db.refusal import Refusal
from patients.profile.needs import named


class _ListAdmin(StaffAdmin):
    """What the three tables share: who may look, and whose name it is."""

    may_view = staticmethod(policy.runs_the_diary)
    search_help_text = "Search by the patient's name."

    @admin.display(description="patient")
    def patient_name(self, row: Any) -> str:
        """Who waits."""
        return named(row.entry.patient)

    @admin.display(description="kind")
    def kind_name(self, row: Any) -> str:
        """What for."""
        return row.entry.kind.name


@admin.register(WaitingEntry)
class WaitingEntryAdmin(_ListAdmin):
    """Who waits for what, since when; a button takes somebody off the list."""

    reading_is_logged = "waitingentry"
    change_form_template = "desk/waiting_entry.html"
    list_display = ("who_waits", "kind", "state", "days_waiting", "wanted_days", "part", "last_day")
    list_filter = ("kind", "state")
    list_select_related = ("patient", "kind")
    search_fields = ("patient__first_names", "patient__family_name")
    fields = (
        "patient",
        "kind",
        "state",
        "created_at",
        "specialists",
        "wanted_days",
        "part",
        "notice_hours",
        "first_day",
        "last_day",
        "instead_of",
    )

    def get_urls(self) -> list[URLPattern]:
        """Add the button's address."""
        withdraw = self.admin_site.admin_view(self.withdraw)
        return [path("<uuid:pk>/withdraw/", withdraw, name="bookings_waitingentry_withdraw"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show an entry with what can be done about it."""
        waiting = context["original"].state == EntryState.WAITING
        return super().render_change_form(request, context | {"waiting": waiting}, *args, **kwargs)

    @admin.display(description="patient", ordering="patient__family_name")
    def who_waits(self, entry: WaitingEntry) -> str:
        """Who waits."""
        return named(entry.patient)

    @admin.display(description="days waiting", ordering="created_at")
    def days_waiting(self, entry: WaitingEntry) -> str:
        """How long ago it was asked, in days."""
        return str((uk_day(timezone.now()) - uk_day(entry.created_at)).days)

    @admin.display(description="specialists")
    def specialists(self, entry: WaitingEntry) -> str:
        """Whom they would like to see."""
        return entry.who

    @admin.display(description="days of the week")
    def wanted_days(self, entry: WaitingEntry) -> str:
        """The days in words."""
        return entry.days

    @method_decorator(require_POST)
    def withdraw(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Take somebody off the list, as they asked by phone."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        entry = get_object_or_404(self.get_queryset(request), pk=pk)
        try:
            actions.withdraw(entry, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "This person is off the waiting list.")
        return redirect("admin:bookings_waitingentry_change", pk)


@admin.register(Offer)
class OfferAdmin(_ListAdmin):
    """What was offered to whom, and how it ended."""

    list_display = ("time", "patient_name", "kind_name", "clinician_name", "state", "offered_at", "expires_at")
    list_filter = ("state",)
    list_select_related = ("entry__patient", "entry__kind", "hold__clinician")
    search_fields = ("entry__patient__first_names", "entry__patient__family_name")
    fields = ("time", "patient_name", "kind_name", "clinician_name", "state", "offered_at", "expires_at", "reason")

    @admin.display(description="time", ordering="hold__starts_at")
    def time(self, offer: Offer) -> str:
        """The offered time on the UK clock."""
        return when_text(offer.hold.starts_at)

    @admin.display(description="specialist")
    def clinician_name(self, offer: Offer) -> str:
        """With whom."""
        return offer.hold.clinician.name

    @admin.display(description="reason")
    def reason(self, offer: Offer) -> str:
        """What the person said when they declined."""
        change = offer.state_changes.first()
        return change.reason if change else ""


@admin.register(Skip)
class SkipAdmin(_ListAdmin):
    """Why a freed time was not offered to somebody."""

    list_display = ("time", "clinician", "patient_name", "kind_name", "why", "at")
    list_filter = ("why", "clinician")
    list_select_related = ("entry__patient", "entry__kind", "clinician")
    search_fields = ("entry__patient__first_names", "entry__patient__family_name")
    fields = ("time", "clinician", "patient_name", "kind_name", "why", "freed_at", "at")

    @admin.display(description="freed time", ordering="starts_at")
    def time(self, skip: Skip) -> str:
        """The time that became free, on the UK clock."""
        return when_text(skip.starts_at)
