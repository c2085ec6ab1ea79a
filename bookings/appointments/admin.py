"""Appointments as staff see them. The rows are read-only: buttons call the same actions as the patients' pages."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bookings.appointments.enums import MAY_BE_TAKEN_BACK, MOVES, UPCOMING, State
from bookings.appointments.models import Appointment
from bookings.appointments.policy import fits_the_time
from bookings.kinds.enums import Mode
from clinic.accounts import policy
from clinic.accounts.staff_admin import StaffAdmin
from clinic.db.clock import WEEK, instant, monday_of, uk_day, when_text
from patients.profile.needs import named
from patients.profile.policy import phone_text

SPANS = {"today": (0, 1), "tomorrow": (1, 2)}
MONEY = ("fee", "payment")
VISITS = [(state.value, state.label) for state in State if state not in {State.HELD, State.EXPIRED}]


class DayFilter(SimpleListFilter):
    """Today, tomorrow, this week, or a date typed into its own little form."""

    title = "day"
    parameter_name = "day"
    template = "desk/day_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the days with a name."""
        return [("today", "Today"), ("tomorrow", "Tomorrow"), ("week", "This week")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Appointment]:
        """Return the visits that start on the days asked for. Raises ValueError for what is no day."""
        if self.value() is None:
            return queryset
        first, last = self.span(uk_day(timezone.now()))
        return queryset.filter(starts_at__gte=instant(first, 0), starts_at__lt=instant(last, 0))

    def span(self, today: date) -> tuple[date, date]:
        """Return the first day, and the day after the last."""
        asked = self.value() or ""
        if asked == "week":
            monday = monday_of(today)
            return monday, monday + WEEK
        if asked in SPANS:
            first, last = SPANS[asked]
            return today + timedelta(days=first), today + timedelta(days=last)
        day = date.fromisoformat(asked)
        return day, day + timedelta(days=1)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Add to the named days what the form for a date needs."""
        kept = {name: value for name, value in changelist.params.items() if name != self.parameter_name}
        others = [(name, value[-1] if isinstance(value, list) else value) for name, value in kept.items()]
        typed = self.value() if self.value() not in {*SPANS, "week"} else ""
        for choice in super().choices(changelist):
            yield {**choice, "kept": others, "day": typed or ""}


class StateFilter(SimpleListFilter):
    """Visits of all states; holds only where they are asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return what is still to come, every state, and everything with the holds."""
        return [("upcoming", "To come"), *VISITS, (State.HELD, State.HELD.label), ("all", "All, with holds")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Appointment]:
        """Return the visits in the state asked for."""
        asked = self.value()
        if asked is None:
            return queryset.visits()
        if asked == "upcoming":
            return queryset.filter(state__in=UPCOMING)
        return queryset if asked == "all" else queryset.filter(state=asked)


@admin.register(Appointment)
class AppointmentAdmin(StaffAdmin):
    """The list by day, clinician and state; one appointment with its buttons and its history."""

    may_view = staticmethod(policy.works_here)
    reading_is_logged = "appointment"
    change_form_template = "desk/appointment.html"
    list_display = ("when", "patient_name", "clinician", "kind", "mode", "state")
    list_filter = (DayFilter, "clinician", StateFilter)
    list_select_related = ("patient", "clinician", "kind")
    search_fields = ("patient__first_names", "patient__family_name")
    search_help_text = "Search by the patient's name."
    ordering = ("-starts_at",)
    fields = (
        "when",
        "patient_link",
        "phone",
        "reach",
        "kind",
        "clinician",
        "mode",
        "join_url",
        "access_needs",
        "state",
        "fee",
        "payment",
        "booked_at",
        "outside_hours_reason",
        "history",
    )

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        """Return the filters; a clinician's list is their own diary anyway."""
        return (DayFilter, StateFilter) if policy.is_clinician(request.user) else self.list_filter

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow also one patient's visits: their page links here by their key, so that no name stands in an address."""
        return lookup == "patient" or super().lookup_allowed(lookup, value, request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return what the page shows: money only to those who keep it."""
        hidden = () if policy.runs_the_diary(request.user) else MONEY
        return [name for name in self.fields if name not in hidden]

    @admin.display(description="when", ordering="starts_at")
    def when(self, visit: Appointment) -> str:
        """The start on the UK clock."""
        return when_text(visit.starts_at)

    @admin.display(description="patient", ordering="patient__family_name")
    def patient_name(self, visit: Appointment) -> str:
        """Who comes."""
        return named(visit.patient) if visit.patient else "Nobody yet"

    @admin.display(description="phone")
    def phone(self, visit: Appointment) -> str:
        """How to call the patient."""
        return phone_text(visit.patient.phone) if visit.patient else ""

    @admin.display(description="email")
    def reach(self, visit: Appointment) -> str:
        """Where messages go."""
        return (visit.patient.reach or "none: call instead") if visit.patient else ""

    @admin.display(description="needs, to take part")
    def access_needs(self, visit: Appointment) -> str:
        """What the patient needs at this and every visit."""
        return (visit.patient.access_needs if visit.patient else "") or "nothing special"

    @admin.display(description="total fee")
    def fee(self, visit: Appointment) -> str:
        """The fee agreed at booking."""
        return visit.fee_text

    @admin.display(description="payment")
    def payment(self, visit: Appointment) -> str:
        """How its payment stands."""
        return visit.payment

    @admin.display(description="patient")
    def patient_link(self, visit: Appointment) -> str:
        """The patient's name."""
        return self.patient_name(visit)

    @admin.display(description="history")
    def history(self, visit: Appointment) -> SafeString | str:
        """Every change of state and time, with who and when."""
        rows = [
            (change.at, State(change.to_state).label, change.by, change.reason)
            for change in visit.state_changes.select_related("by")
        ]
        rows += [
            (move.at, f"Moved from {when_text(move.from_starts_at)}", move.by, move.reason)
            for move in visit.moves.select_related("by")
        ]
        items = format_html_join(
            "",
            "<li>{}: {}{}{}</li>",
            (
                (when_text(at), what, f", {by}" if by else "", f". {why}" if why else "")
                for at, what, by, why in sorted(rows, key=lambda row: row[0])
            ),
        )
        return (
            format_html('<ul class="desk-history">{}</ul>', items)
            if rows
            else "Nothing has changed since it was booked."
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show an appointment with what can be done with it."""
        visit: Appointment = context["original"]
        after, now = MOVES.get(visit.state, frozenset()), timezone.now()
        more = {
            "acts": [
                (slug, label)
                for slug, label, state in ACTS
                if state in after and fits_the_time(state, visit.starts_at, now)
            ],
            "is_video": visit.mode == Mode.VIDEO and visit.state in UPCOMING | {State.CHECKED_IN, State.IN_PROGRESS},
            "may_take_back": visit.state in MAY_BE_TAKEN_BACK and fits_the_time(State.BOOKED, visit.starts_at, now),
            "may_change_time": visit.state in UPCOMING and policy.runs_the_diary(request.user),
            "day": uk_day(visit.starts_at),
        }
        return super().render_change_form(request, context | more, *args, **kwargs)


# What the buttons are called in addresses and on the page, and the state each leads to.
ACTS = (
    ("check-in", "Arrived", State.CHECKED_IN),
    ("start", "Start", State.IN_PROGRESS),
    ("complete", "Complete", State.COMPLETED),
    ("did-not-attend", "Did not attend", State.DID_NOT_ATTEND),
)
