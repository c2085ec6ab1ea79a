"""The desk's diary, and the buttons of an appointment."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bookings.appointments import actions, slots
from bookings.appointments.enums import UPCOMING, State
from bookings.appointments.models import Appointment
from clinic.accounts import policy
from clinic.db.clock import clock, day_text, instant, uk_day
from clinic.db.refusal import Refusal
from clinic.staff.models import Clinician
from clinic.workspace.day_grid import Row, grid
from clinic.workspace.desk_access import for_everybody_here, me, page
from clinic.workspace.desk_forms import FIRST_DAY, LAST_DAY, DayQuery

DAY = timedelta(days=1)
# What each button does, the state it leads to, and what is said afterwards.
ACTS = {
    "check-in": (actions.check_in, State.CHECKED_IN, "Noted: the patient has arrived."),
    "start": (actions.start, State.IN_PROGRESS, "Noted: the appointment has begun."),
    "complete": (actions.complete, State.COMPLETED, "Noted: the appointment is complete."),
    "did-not-attend": (actions.mark_did_not_attend, State.DID_NOT_ATTEND, "Noted: the patient did not come."),
}


@dataclass(frozen=True)
class DiaryVisit:
    """An appointment as the diary shows it."""

    busy_from: datetime
    busy_until: datetime
    appointment: Appointment
    text: str

    @property
    def is_hold(self) -> bool:
        """Whether it is only held, by somebody whose name nobody needs."""
        return self.appointment.state == State.HELD

    @property
    def is_upcoming(self) -> bool:
        """Whether it is still to come."""
        return self.appointment.state in UPCOMING


@for_everybody_here
@require_safe
def diary(request: HttpRequest) -> HttpResponse:
    """One day: hours down, clinicians across. A clinician sees their own column."""
    now = timezone.now()
    day = DayQuery(request.GET).asked(uk_day(now)) or uk_day(now)
    clinicians, rows = _day(request, day, now)
    context = page(
        request,
        f"Diary for {day_text(day)}",
        query=DayQuery(initial={"day": day}),
        day=day,
        today=uk_day(now),
        before=max(day - DAY, FIRST_DAY),
        after=min(day + DAY, LAST_DAY),
        clinicians=clinicians,
        rows=rows,
        now=now,
    )
    return render(request, "desk/diary.html", context)


@for_everybody_here
@require_POST
def act(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    """Do what a button says: arrived, start, complete, did not attend. Pressed twice it is done once."""
    if act not in ACTS:
        raise Http404
    work, state, done = ACTS[act]
    visit = get_object_or_404(Appointment.objects.visits().visible_to(request.user), pk=pk)
    try:
        if visit.state != state:
            work(visit, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("admin:bookings_appointment_change", pk)


def _day(request: HttpRequest, day: date, now: datetime) -> tuple[list[Clinician], list[Row]]:
    """Return the clinicians and the table of ``day``; the number of queries is the same for any day."""
    visits = _visits(request, day, now)
    everybody = Clinician.objects.visible_to(request.user).select_related("user")
    if policy.is_clinician(request.user):
        everybody = everybody.filter(user=me(request))
    shown = [clinician for clinician in everybody if _works(clinician) or clinician.pk in visits]
    hours = slots.read_diary(shown, day, day, now=now)
    columns = [
        (clinician, hours.opening(clinician.pk, day) if _works(clinician) else [], visits.get(clinician.pk, []))
        for clinician in shown
    ]
    return shown, grid(columns)


def _visits(request: HttpRequest, day: date, now: datetime) -> dict[UUID, list[DiaryVisit]]:
    first, last = instant(day, 0), instant(day + DAY, 0)
    found = Appointment.objects.visible_to(request.user).live().filter(starts_at__gte=first, starts_at__lt=last)
    found = found.exclude(state=State.HELD, held_until__lte=now).select_related("patient", "kind").order_by("starts_at")
    visits: dict[UUID, list[DiaryVisit]] = {}
    for each in found:
        text = f"{clock(each.starts_at)} to {clock(each.ends_at)}"
        visits.setdefault(each.clinician_id, []).append(DiaryVisit(each.busy_from, each.busy_until, each, text))
    return visits


def _works(clinician: Clinician) -> bool:
    return clinician.is_active and clinician.user.is_active
