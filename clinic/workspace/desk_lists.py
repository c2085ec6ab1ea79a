"""The desk's lists: today's visits, what is missing before a visit, and who did not come."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.appointments.models import Appointment, AppointmentQuerySet
from bookings.charges.enums import ChargeState
from bookings.charges.models import Charge
from bookings.waitlist.models import WaitingEntry
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import clock, day_text, instant, uk_day, when_in_a_table
from clinic.workspace.desk_access import for_everybody_here, me, page
from patients.profile.models import Patient
from patients.profile.policy import phone_text

DAY = timedelta(days=1)
PAPERS_BEFORE = timedelta(hours=48)  # elapsed hours, whatever the clocks do


@dataclass(frozen=True)
class Line:
    """A visit as a list shows it. ``missing`` and ``task`` in the lists they belong to."""

    pk: UUID
    patient: UUID | None
    when: str
    name: str
    person: Patient | None
    phone: str
    kind: str
    clinician: str
    mode: str
    state: str
    missing: str = ""
    task: UUID | None = None


@for_everybody_here
@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """All lists on one page, in as many queries for one row as for many. A clinician sees their own visits.

    Phone numbers stand on it: the access log says whose.
    """
    now = timezone.now()
    visits = Appointment.objects.visits().visible_to(request.user).select_related("patient", "kind", "clinician")
    today = [_line(visit, clock(visit.starts_at)) for visit in _of_the_day(visits, now)]
    missing = _missing(visits, now)
    missed = [_line(visit, when_in_a_table(visit.starts_at), task=visit.task) for visit in visits.to_follow_up()]
    read = {line.patient for line in (*today, *missing, *missed) if line.patient}
    audit.record_all(AccessLog.What.READ, "patient", read, by=me(request), at=now)
    context = page(
        request,
        "Lists",
        day=day_text(uk_day(now)),
        today=today,
        missing=missing,
        refunds=Charge.objects.visible_to(request.user).filter(state=ChargeState.REFUND_DUE).count(),
        waiting=WaitingEntry.objects.visible_to(request.user).waiting().count(),
        missed=missed,
    )
    return render(request, "desk/lists.html", context)


def _of_the_day(visits: AppointmentQuerySet, now: datetime) -> AppointmentQuerySet:
    """Return every visit of the UK day, also those cancelled: somebody may come all the same."""
    today = uk_day(now)
    return visits.filter(starts_at__gte=instant(today, 0), starts_at__lt=instant(today + DAY, 0))


def _missing(visits: AppointmentQuerySet, now: datetime) -> list[Line]:
    """Return the visits to come that start within 48 hours (or should have started and are not over) and lack a paper."""
    soon = visits.upcoming().filter(ends_at__gt=now, starts_at__lte=now + PAPERS_BEFORE).with_papers()
    found = [(visit, _lacks(visit)) for visit in soon]
    return [_line(visit, when_in_a_table(visit.starts_at), missing=lacks) for visit, lacks in found if lacks]


def _lacks(visit: Appointment) -> str:
    """Return what the clinician will not have to read, in words, or nothing."""
    if visit.has_form:
        return "" if visit.has_records else "GP records"
    return "Form" if visit.has_records else "Form and GP records"


def _line(visit: Appointment, when: str, *, missing: str = "", task: UUID | None = None) -> Line:
    return Line(
        pk=visit.pk,
        patient=visit.patient_id,
        when=when,
        name=visit.patient.full_name if visit.patient else "",
        person=visit.patient,
        phone=phone_text(visit.patient.phone) if visit.patient else "",
        kind=visit.kind.name,
        clinician=visit.clinician.name,
        mode=visit.get_mode_display(),
        state=visit.get_state_display(),
        missing=missing,
        task=task,
    )
