"""The frame every write to the diary runs in: one transaction, locks in one order, one act a form.

The patient's row is locked first, then the clinicians' rows by key, so that nobody waits in a circle.
The exclusion constraints stand behind it for whatever goes round these locks.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from bookings.appointments import slots
from bookings.appointments.contract import agree
from bookings.appointments.enums import UPCOMING, State
from bookings.appointments.models import Appointment, AppointmentMove, Submission
from bookings.appointments.policy import busy_span
from bookings.appointments.refusals import (
    AlreadyUsed,
    Busy,
    EarlyStartFirst,
    Elsewhere,
    NotActive,
    NotOffered,
    OfferStands,
    Taken,
    TooLate,
)
from bookings.kinds.models import AppointmentKind
from clinic.accounts.models import User
from clinic.db.contention import constraint_of, patiently
from clinic.db.states import StaleState, move
from clinic.outbox import actions as outbox
from clinic.outbox.models import Message
from clinic.staff.models import Clinician
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.profile.enums import Status
from patients.profile.models import Patient

SAME_KEY = "bookings_submission_key_key"
REFUSALS = {"clinician_is_in_one_place": Taken, "patient_is_in_one_place": Elsewhere}


def fingerprint(*values: object) -> str:
    """Return a hash of who sent what, to tell the same form from another one under the same key."""
    return hashlib.sha256(repr([str(value) for value in values]).encode()).hexdigest()


def in_the_diary(
    work: Callable[[], Appointment],
    *,
    act: str,
    key: UUID,
    sent: str,
    patient: Patient | None,
    clinicians: Iterable[UUID],
    at: datetime,
    only_ends: bool = False,
) -> Appointment:
    """Return ``work()``, run once for ``key`` under the locks; sent again, return what it did then.

    ``sent`` is the fingerprint of the form. ``only_ends``: it gives nobody a time, so that the patient need not be
    active. Raises AlreadyUsed for the same key with other values, NotActive, Taken or Elsewhere where a constraint
    refuses, and Busy where the locks cannot be had.
    """

    def locked() -> Appointment:
        with transaction.atomic():
            status = lock(patient, clinicians)
            if (before := _done_before(key, sent)) is not None:
                return before
            if status != Status.ACTIVE and not only_ends:
                raise NotActive
            appointment = work()
            Submission.objects.create(key=key, act=act, fingerprint=sent, appointment=appointment, at=at)
            return appointment

    try:
        return patiently(locked, Busy())
    except IntegrityError as error:
        if constraint_of(error) == SAME_KEY:  # sent twice at once, and the two locked different clinicians
            return patiently(locked, Busy())
        if refusal := REFUSALS.get(constraint_of(error)):
            raise refusal from error
        raise


def lock(patient: Patient | None, clinicians: Iterable[UUID]) -> str:
    """Lock the patient's row, then the clinicians' by key; return the patient's status (of nobody: active)."""
    status: str = Status.ACTIVE
    if patient is not None:
        status = Patient.objects.select_for_update(no_key=True).values_list("status", flat=True).get(pk=patient.pk)
    list(
        Clinician.objects.select_for_update(no_key=True).filter(pk__in=set(clinicians)).order_by("pk").values_list("pk")
    )
    return status


def _done_before(key: UUID, sent: str) -> Appointment | None:
    """Return what the form with this key did, or None. Asked under the locks: of two at once one comes first."""
    done = Submission.objects.select_related("appointment").filter(key=key).first()
    if done is not None and done.fingerprint != sent:
        raise AlreadyUsed
    return done.appointment if done else None


def make_room(
    kind: AppointmentKind,
    clinician: Clinician,
    starts_at: datetime,
    *,
    patient: Patient | None = None,
    mode: str = "",
    at: datetime,
    ignoring: Sequence[UUID] = (),
    anyway: bool = False,
) -> None:
    """Let overlapping holds go that have run out or are ``patient``'s own, then check that the time is offered.

    ``mode``: for this way to meet. ``anyway``: it need not be offered, as long as staff may write it down.
    Raises Taken, NotOffered, or OfferStands where the waiting list keeps a time for the patient that is in the way.
    """
    busy_from, busy_until = busy_span(kind, starts_at)
    if patient is not None:
        clear_own_holds(patient, busy_from, busy_until, at=at, ignoring=ignoring)
    overlapping = Appointment.objects.live().filter(
        clinician=clinician,
        busy_from__gt=busy_from - slots.LONGEST_BUSY,  # or all of the clinician's past would be looked at
        busy_from__lt=busy_until,
        busy_until__gt=busy_from,
    )
    for other in overlapping:
        if other.has_run_out(at):
            let_go(other, reason="Time ran out", at=at)
        elif other.pk not in ignoring:
            raise Taken
    if anyway:
        offered = slots.may_be_written_down(kind, clinician, starts_at, now=at)
    else:
        free = slots.offered_at(kind, clinician, starts_at, now=at, ignoring=ignoring)
        offered = free is not None and mode in {"", *free.modes}
    if not offered:
        raise NotOffered


def clear_own_holds(
    patient: Patient, busy_from: datetime, busy_until: datetime, *, at: datetime, ignoring: Iterable[UUID] = ()
) -> None:
    """Let go what the patient holds around that time, with whomever: they have chosen otherwise. Raises OfferStands."""
    own = Appointment.objects.filter(patient=patient, state=State.HELD).exclude(pk__in=ignoring)
    for held in own.filter(busy_from__lt=busy_until, busy_until__gt=busy_from):
        if held.held_for_offer and not held.has_run_out(at):
            raise OfferStands
        let_go(held, reason="Another time was chosen", at=at)


def insert(
    kind: AppointmentKind, clinician: Clinician, starts_at: datetime, *, at: datetime, **fields: Any
) -> Appointment:
    """Write an appointment of ``kind`` down, with its buffers, its fee and the clinic's terms for cancelling.

    The constraints say whether it may stand there.
    """
    busy_from, busy_until = busy_span(kind, starts_at)
    return Appointment.objects.create(
        kind=kind,
        clinician=clinician,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=kind.minutes),
        busy_from=busy_from,
        busy_until=busy_until,
        fee_pence=kind.fee_pence,
        created_at=at,
        **settings.REFUND_TERMS.columns(),
        **fields,
    )


def give_another_time(
    current: Appointment,
    clinician: Clinician,
    starts_at: datetime,
    *,
    reason: str,
    outside_hours_reason: str = "",
    early_start: bool,
    tell: bool = True,
    by: User,
    at: datetime,
) -> Appointment:
    """Move a visit, as it was read under the locks, with its messages and tasks; return it.

    Patients may until the cut-off, and inside the 14 days only with their request (``early_start``); staff always.
    Raises StaleState, TooLate, EarlyStartFirst, and what ``make_room`` raises.
    """
    if current.state not in UPCOMING:
        raise StaleState
    if not by.is_staff and not current.may_move(at):
        raise TooLate
    lacking = not by.is_staff and current.lacks_early_start(starts_at)
    if lacking and not early_start:
        raise EarlyStartFirst
    make_room(
        current.kind_as_booked,
        clinician,
        starts_at,
        patient=current.patient,
        mode=current.mode,
        at=at,
        ignoring=[current.pk],
        anyway=bool(outside_hours_reason),
    )
    asked = agree(current.patient, to_fee=False, early_start=True, by=by, at=at) if lacking else {}
    _move_row(current, clinician, starts_at, reason, by, at, outside_hours_reason=outside_hours_reason, **asked)
    outbox.cancel(current.pk, why="moved", at=at)
    close_tasks(current, "Moved", by=by, at=at)
    announce_booking(current, fact="appointment_moved", tell=tell, at=at)
    return current


def _move_row(
    current: Appointment, clinician: Clinician, starts_at: datetime, reason: str, by: User, at: datetime, **changes: Any
) -> None:
    """Change the row's time, and write the move down. Raises StaleState where the row is not as it was read."""
    busy_from, busy_until = busy_span(current.kind_as_booked, starts_at)
    length = current.ends_at - current.starts_at
    unchanged = Appointment.objects.filter(pk=current.pk, state__in=UPCOMING, sequence=current.sequence)
    if not unchanged.update(
        clinician=clinician,
        starts_at=starts_at,
        ends_at=starts_at + length,
        busy_from=busy_from,
        busy_until=busy_until,
        sequence=F("sequence") + 1,
        move_asked_at=None,
        **changes,
    ):
        raise StaleState
    AppointmentMove.objects.create(
        appointment=current,
        from_starts_at=current.starts_at,
        from_clinician_id=current.clinician_id,
        to_starts_at=starts_at,
        to_clinician=clinician,
        at=at,
        by=by,
        reason=reason,
    )
    current.refresh_from_db()
    if current.state == State.CONFIRMED:  # "I will be there" was said of the old time
        move(current, State.BOOKED, by=by, at=at, reason="It has another time")


def close_tasks(visit: Appointment, outcome: str, *, by: User | None, at: datetime) -> None:
    """Close what the worklist asks about a visit's time: it has another one, or is over."""
    for kind in (TaskKind.VISIT_TO_MOVE, TaskKind.TIME_STAYS):
        worklist.finish_about(visit.pk, kind, outcome, by=by, at=at)


def let_go(held: Appointment, *, reason: str, at: datetime) -> None:
    """End a hold. Where it was ended or booked at this very moment, the constraints know whether its time is free."""
    with suppress(StaleState):
        move(held, State.EXPIRED, by=None, at=at, reason=reason)


def announce_booking(
    appointment: Appointment, *, fact: str = "appointment_booked", tell: bool = True, at: datetime
) -> None:
    """Plan the messages about a booked time, and let its clinician open the patient's record."""
    patient = appointment.patient
    assert patient is not None  # noqa: S101 - the database promises it of every visit
    open_care(patient, appointment.clinician, CareRelationship.Reason.BOOKED, at=at)
    plan_messages(appointment, fact, tell=tell, at=at)


def plan_messages(
    visit: Appointment, fact: str, *, tell: bool = True, again: bool = False, at: datetime
) -> list[Message]:
    """Plan what a fact about a visit sends, and return what was new. Without ``tell`` staff told the patient themselves.

    ``again``: as for ``outbox.plan``.
    """
    return outbox.plan(
        fact,
        about=visit.pk,
        person=visit.patient_id,
        anchor=visit.starts_at,
        at=at,
        round=visit.sequence,
        without_at_once=not tell,
        again=again,
    )
