"""Taking time off, and taking it back. Visits inside it stay until somebody moves them, and a task says so.

It takes the locks that a booking takes. So a visit is either booked before, and then it is among those
that ``take`` returns, or after, and then its time is no longer offered.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from bookings.appointments.actions import ask_to_move, stop_asking_to_move
from bookings.appointments.enums import UPCOMING, State
from bookings.appointments.models import Appointment, AppointmentQuerySet
from bookings.appointments.refusals import AlreadyUsed
from bookings.availability.actions import Overlapping, with_diaries_locked
from bookings.availability.models import HoursException, TimeOff
from bookings.timeoff.policy import closed_days, look_after_by
from clinic.accounts.enums import Role
from clinic.accounts.models import User
from clinic.db.clock import when_text
from clinic.staff.models import Clinician
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from clinic.worklist.models import Task


def touched(
    clinician: Clinician | None, starts_at: datetime, ends_at: datetime, *, at: datetime
) -> AppointmentQuerySet:
    """Return what is booked, or still held, inside a span with a clinician (None: with anybody), soonest first."""
    kept = Q(state__in=UPCOMING) | Q(state=State.HELD, held_until__gt=at)
    inside = Appointment.objects.filter(kept, starts_at__lt=ends_at, ends_at__gt=starts_at).order_by("starts_at", "id")
    inside = inside.select_related("patient__user", "kind", "clinician")
    return inside.filter(clinician=clinician) if clinician else inside


def may_be_asked(visit: Appointment) -> bool:
    """Tell whether the patient can be asked by mail: booked, with an account to choose in, and still written to."""
    patient = visit.patient
    if patient is None or patient.user_id is None or visit.state not in UPCOMING:
        return False
    return patient.may_be_written_to and bool(patient.reach)


def take(
    clinician: Clinician | None,
    starts_at: datetime,
    ends_at: datetime,
    *,
    reason: str,
    ask: Collection[UUID] = (),
    key: UUID,
    by: User,
    at: datetime,
) -> tuple[TimeOff, list[Appointment]]:
    """Close a span for a clinician (None: the clinic); return the time off and what is booked or held inside it.

    From then on nothing new is offered inside it. Each visit gets a task; patients of the visits in ``ask``
    are asked by mail to choose another time. The same ``key`` again changes nothing.
    Raises Overlapping where there is time off of theirs already, AlreadyUsed for the same key with another span,
    and HoursBusy.
    """
    who = clinician.pk if clinician else None

    def work() -> tuple[TimeOff, list[Appointment]]:
        inside = list(touched(clinician, starts_at, ends_at, at=at))
        if before := TimeOff.objects.filter(key=key).first():
            if (before.clinician_id, before.starts_at, before.ends_at) != (who, starts_at, ends_at):
                raise AlreadyUsed
            return before, inside
        if other := TimeOff.objects.filter(clinician=clinician).during(starts_at, ends_at).first():
            raise Overlapping(other)
        made = TimeOff.objects.create(
            clinician=clinician,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=reason,
            key=key,
            created_by=by,
            created_at=at,
        )
        _close(made)
        for visit in inside:
            if visit.state != State.HELD:
                _look_after(made, visit, ask=visit.pk in ask and may_be_asked(visit), by=by, at=at)
        return made, inside

    return with_diaries_locked(work, who)


def cancel(time_off: TimeOff, *, by: User, at: datetime) -> None:
    """Open the time again, close its tasks, and ask nobody any more to move. Cancelled already, nothing changes.

    A patient who may have read the mail is to be called, and may still move. Raises HoursBusy.
    """

    def work() -> None:
        if not TimeOff.objects.filter(pk=time_off.pk, cancelled_at=None).update(cancelled_at=at):
            return
        HoursException.objects.filter(time_off=time_off).delete()
        for task in Task.objects.waiting().filter(key__startswith=_task_key(time_off)):
            worklist.finish(task, "The time off was cancelled", by=by, at=at)
        asked = touched(time_off.clinician, time_off.starts_at, time_off.ends_at, at=at)
        for visit in asked.exclude(move_asked_at=None):
            if not _is_closed(visit) and stop_asking_to_move(visit, by=by, at=at):
                _tell_that_it_stays(time_off, visit, at=at)

    with_diaries_locked(work, time_off.clinician_id)


def _is_closed(visit: Appointment) -> bool:
    """Tell whether some time off still holds over a visit: then its time does not stay."""
    theirs = Q(clinician=None) | Q(clinician=visit.clinician_id)
    return TimeOff.objects.filter(theirs).during(visit.starts_at, visit.ends_at).exists()


def _tell_that_it_stays(time_off: TimeOff, visit: Appointment, *, at: datetime) -> None:
    worklist.ask(
        TaskKind.TIME_STAYS,
        f"Tell the patient that the time stays: {when_text(visit.starts_at)}",
        key=f"{TaskKind.TIME_STAYS}:{time_off.pk}:{visit.pk}",
        about=visit.pk,
        role=Role.RECEPTION,
        due_at=look_after_by(visit.cut_off, at),
        at=at,
    )


def _close(time_off: TimeOff) -> None:
    HoursException.objects.bulk_create(
        HoursException(
            clinician_id=time_off.clinician_id,
            day=day,
            kind=HoursException.Kind.CLOSED,
            starts=starts,
            ends=ends,
            reason=time_off.reason,
            time_off=time_off,
        )
        for day, starts, ends in closed_days(time_off.starts_at, time_off.ends_at)
    )


def _look_after(time_off: TimeOff, visit: Appointment, *, ask: bool, by: User, at: datetime) -> None:
    """Put a visit on the worklist; with ``ask`` ask its patient to choose another time."""
    worklist.finish_about(visit.pk, TaskKind.TIME_STAYS, "The time cannot be kept after all", by=by, at=at)
    is_asked = ask and ask_to_move(visit, by=by, at=at)
    why = "clinician away" if time_off.clinician_id else "clinic closed"
    asked = ", patient asked by email" if is_asked else ""
    worklist.ask(
        TaskKind.VISIT_TO_MOVE,
        f"Move this visit: {why}{asked}. {when_text(visit.starts_at)}",
        key=f"{_task_key(time_off)}{visit.pk}",
        about=visit.pk,
        role=Role.RECEPTION,
        due_at=look_after_by(visit.cut_off, at),
        at=at,
    )


def _task_key(time_off: TimeOff) -> str:
    return f"{TaskKind.VISIT_TO_MOVE}:{time_off.pk}:"
