"""Time off and closures: what it touches is seen before it is saved, and looked after afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.slots import read_diary
from bookings.availability.models import TimeOff
from bookings.timeoff import actions
from bookings.timeoff.policy import free_time
from clinic.db.clock import uk_day, until_text, when_text
from clinic.db.refusal import Refusal
from clinic.forms.seen import mark_of, was_seen
from clinic.staff.models import Clinician
from clinic.workspace.desk_access import for_the_diary, me, page
from clinic.workspace.hours_forms import TimeOffForm
from clinic.workspace.time_off_forms import AskForm, ShownQuery
from patients.profile.policy import phone_text

MOST_SHOWN = 200


@dataclass(frozen=True)
class Touched:
    """What is booked or held inside a time off, as the page shows it."""

    visit: Appointment
    when: str
    may_ask: bool
    until: str  # of a hold: when it ends

    @property
    def phone(self) -> str:
        """How to call the patient."""
        return phone_text(self.visit.patient.phone) if self.visit.patient else ""

    @property
    def is_hold(self) -> bool:
        """Whether somebody only holds the time: the hold ends by itself, and cannot be booked any more."""
        return self.visit.state == State.HELD


@for_the_diary
@require_safe
def coming(request: HttpRequest) -> HttpResponse:
    """Time off to come; with the filter also what is past or was cancelled."""
    query, now = ShownQuery(request.GET), timezone.now()
    rows = TimeOff.objects.visible_to(request.user).select_related("clinician")
    rows = rows.order_by("-starts_at") if query.wants_all else rows.to_come(now)
    shown = [(row, row.cancelled_at is None and row.ends_at > now) for row in rows[:MOST_SHOWN]]
    return render(request, "desk/time_off.html", page(request, "Time off", query=query, shown=shown))


@for_the_diary
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Type a time off, see what it touches, save it."""
    now = timezone.now()
    if request.method != "POST":
        return _edit_page(request, TimeOffForm(user=request.user, now=now))
    form = TimeOffForm(request.POST, user=request.user, now=now)
    if "change" in request.POST:
        return _edit_page(request, TimeOffForm(initial=request.POST.dict(), user=request.user, now=now))
    if not form.is_valid():
        return _edit_page(request, form)
    sent = form.cleaned_data
    inside = _touched(sent["clinician"], sent["starts_at"], sent["ends_at"], now)
    ask = AskForm(request.POST, visits=[each.visit.pk for each in inside if each.may_ask])
    mark = mark_of(sent["clinician"], sent["starts_at"], sent["ends_at"], sent["reason"], _keys(inside))
    if not was_seen(request.POST, mark) or not ask.is_valid():
        return _preview_page(request, form, inside, mark, now)
    return _save(request, form, ask.wanted, now)


def _save(request: HttpRequest, form: TimeOffForm, ask: list[UUID], now: datetime) -> HttpResponse:
    sent = form.cleaned_data
    try:
        made, inside = actions.take(
            sent["clinician"],
            sent["starts_at"],
            sent["ends_at"],
            reason=sent["reason"],
            ask=ask,
            key=sent["key"],
            by=me(request),
            at=now,
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _edit_page(request, form)
    messages.success(request, f"Saved. Nothing new can be booked online then. Appointments inside it: {len(inside)}.")
    return redirect("desk_time_off_one", made.pk)


@for_the_diary
@require_safe
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A time off, with what is still booked inside it and the way to move each."""
    time_off, now = _time_off(request, pk), timezone.now()
    holds = time_off.cancelled_at is None and time_off.ends_at > now
    inside = _touched(time_off.clinician, time_off.starts_at, time_off.ends_at, now) if holds else []
    context = page(request, f"Time off: {time_off.whose}", time_off=time_off, inside=inside, holds=holds)
    return render(request, "desk/time_off_one.html", context)


@for_the_diary
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open the time again."""
    time_off = _time_off(request, pk)
    try:
        actions.cancel(time_off, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Cancelled. The time can be booked again.")
    return redirect("desk_time_off_one", pk)


def _time_off(request: HttpRequest, pk: UUID) -> TimeOff:
    rows = TimeOff.objects.visible_to(request.user).select_related("clinician", "created_by")
    found: TimeOff = get_object_or_404(rows, pk=pk)
    return found


def _touched(clinician: Clinician | None, starts_at: datetime, ends_at: datetime, now: datetime) -> list[Touched]:
    inside = actions.touched(clinician, starts_at, ends_at, at=now)
    return [
        Touched(visit, when_text(visit.starts_at), actions.may_be_asked(visit), _until(visit, now)) for visit in inside
    ]


def _until(visit: Appointment, now: datetime) -> str:
    """Return when a hold ends, with its day where that is not today; empty for a visit."""
    if visit.held_until is None:
        return ""
    return until_text(visit.held_until, now)


def _edit_page(request: HttpRequest, form: TimeOffForm) -> HttpResponse:
    context = page(request, "Add time off", form=form)
    return render(request, "desk/time_off_add.html", context, status=422 if form.errors else 200)


def _preview_page(
    request: HttpRequest, form: TimeOffForm, inside: list[Touched], mark: str, now: datetime
) -> HttpResponse:
    sent = form.cleaned_data
    time_off = TimeOff(clinician=sent["clinician"], starts_at=sent["starts_at"], ends_at=sent["ends_at"])
    context = page(
        request,
        f"Time off: {time_off.whose}",
        form=form,
        time_off=time_off,
        reason=sent["reason"],
        inside=inside,
        askable=sum(each.may_ask for each in inside),
        closes=_hours_closed(request, time_off, now),
        mark=mark,
    )
    return render(request, "desk/time_off_preview.html", context)


def _hours_closed(request: HttpRequest, time_off: TimeOff, now: datetime) -> str:
    """Return how many free hours a time off closes, like "12.5"."""
    everybody = Clinician.objects.visible_to(request.user).practising()
    who = [time_off.clinician] if time_off.clinician else list(everybody)
    first, last = uk_day(time_off.starts_at), uk_day(time_off.ends_at - timedelta(microseconds=1))
    diary = read_diary(who, first, last, now=now)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    closed = sum(
        (
            free_time(
                [span for day in days for span in diary.opening(each.pk, day)],
                diary.busy[each.pk],
                max(time_off.starts_at, now),
                time_off.ends_at,
            )
            for each in who
        ),
        timedelta(),
    )
    return f"{closed / timedelta(hours=1):.1f}".removesuffix(".0")


def _keys(inside: list[Touched]) -> list[UUID]:
    return [each.visit.pk for each in inside]
