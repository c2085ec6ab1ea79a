"""Booking at the desk, moving and cancelling. Each is one transaction: it locks, asks again, writes, and plans the messages.

What all the writes to the diary share is in ``diary.py``; holds and confirming are in ``bookings/holds``.
"""

from datetime import datetime
from uuid import UUID

from bookings.appointments.diary import (
    announce_booking,
    close_tasks,
    fingerprint,
    give_another_time,
    in_the_diary,
    insert,
    make_room,
    plan_messages,
)
from bookings.appointments.enums import UPCOMING, State
from bookings.appointments.models import Appointment
from bookings.appointments.policy import may_cancel
from bookings.appointments.refusals import RefundChanged, TooSoon
from bookings.charges import actions as charges
from bookings.kinds.models import AppointmentKind
from clinic.accounts.models import User
from clinic.db.states import StaleState, move
from clinic.outbox import actions as outbox
from clinic.staff.models import Clinician
from patients.profile.models import Patient


def book_for(
    patient: Patient,
    kind: AppointmentKind,
    clinician: Clinician,
    starts_at: datetime,
    *,
    mode: str,
    outside_hours_reason: str = "",
    tell: bool = True,
    key: UUID,
    by: User,
    at: datetime,
) -> Appointment:
    """Book a visit for a patient at once, as staff do. With a reason the time need not be offered; it must be free.

    Without ``tell`` no confirmation is sent: staff have told the patient themselves, and the history says so.
    Raises Taken, NotOffered, Elsewhere, AlreadyUsed or Busy.
    """
    sent = fingerprint("book_for", patient.pk, kind.pk, clinician.pk, starts_at, mode, tell)

    def work() -> Appointment:
        anyway = bool(outside_hours_reason)
        make_room(kind, clinician, starts_at, patient=patient, mode=mode, at=at, anyway=anyway)
        made = insert(
            kind,
            clinician,
            starts_at,
            patient=patient,
            state=State.BOOKED,
            mode=mode,
            booked_at=at,
            outside_hours_reason=outside_hours_reason,
            charge=charges.charge_for(kind.fee_pence, at=at),
            at=at,
        )
        made.state_changes.create(to_state=State.BOOKED, by=by, at=at, reason=_and_told("", tell))
        announce_booking(made, tell=tell, at=at)
        return made

    return in_the_diary(work, act="book_for", key=key, sent=sent, patient=patient, clinicians=[clinician.pk], at=at)


def reschedule(
    appointment: Appointment,
    clinician: Clinician,
    starts_at: datetime,
    *,
    key: UUID,
    by: User,
    at: datetime,
    seen: int | None = None,
    reason: str = "",
    outside_hours_reason: str = "",
    early_start: bool = False,
    tell: bool = True,
) -> Appointment:
    """Move a visit to another time or clinician: the old time is freed only if the new one is taken.

    Patients may until the cut-off; staff always. ``early_start``: the patient asks for a time inside the 14 days.
    ``tell``: as for ``book_for``. ``seen`` is the sequence of the visit as it was shown: StaleState where it has moved since.
    Raises TooLate, EarlyStartFirst, Taken, NotOffered, Elsewhere, AlreadyUsed, StaleState or Busy.
    """
    sent = fingerprint("reschedule", appointment.pk, clinician.pk, starts_at, early_start, tell)

    def work() -> Appointment:
        current = Appointment.objects.select_related("kind", "patient").get(pk=appointment.pk)
        _check_is_as_shown(current, seen)
        return give_another_time(
            current,
            clinician,
            starts_at,
            reason=_and_told(reason, tell),
            outside_hours_reason=outside_hours_reason,
            early_start=early_start,
            tell=tell,
            by=by,
            at=at,
        )

    both = [appointment.clinician_id, clinician.pk]
    return in_the_diary(work, act="reschedule", key=key, sent=sent, patient=appointment.patient, clinicians=both, at=at)


def cancel(
    appointment: Appointment,
    *,
    reason: str,
    agreed_refund: int | None,
    seen: int | None = None,
    tell: bool = True,
    key: UUID,
    by: User | None,
    at: datetime,
) -> Appointment:
    """Cancel a visit, and stop its messages. ``tell``: as for ``book_for``. ``by`` is None for the patient, by the link of a message.

    ``agreed_refund`` is the refund in pence that the patient was told and agreed to, also where staff write down
    what they asked for by phone; None where the clinic cancels. ``seen``: as for ``reschedule``. Raises RefundChanged
    where another refund holds by now, TooSoon once the visit has started, and StaleState where it is no longer to come.
    """
    by_clinic = agreed_refund is None and by is not None and by.is_staff
    sent = fingerprint("cancel", appointment.pk, by_clinic, tell)

    def work() -> Appointment:
        current = Appointment.objects.get(pk=appointment.pk)
        if current.state not in UPCOMING:
            raise StaleState
        _check_is_as_shown(current, seen)
        if not by_clinic:
            _check_patient_may_cancel(current, agreed_refund, at)
        _cancel(current, by_clinic, _and_told(reason, tell), tell=tell, by=by, at=at)
        return current

    own = [appointment.clinician_id]
    return in_the_diary(
        work, act="cancel", key=key, sent=sent, patient=appointment.patient, clinicians=own, at=at, only_ends=True
    )


def _check_is_as_shown(current: Appointment, seen: int | None) -> None:
    """Look whether a visit still has the time that a page showed; None: no page did. Raises StaleState."""
    if seen is not None and current.sequence != seen:
        raise StaleState


def _cancel(current: Appointment, by_clinic: bool, reason: str, *, tell: bool, by: User | None, at: datetime) -> None:
    """Cancel a visit, with its money, messages and tasks."""
    state = State.CANCELLED_BY_CLINIC if by_clinic else State.CANCELLED_BY_PATIENT
    move(current, state, by=by, at=at, reason=reason, sequence=current.sequence + 1)
    due = current.refund_at(at, by_clinic=by_clinic)
    charges.settle(current.charge, give_back_pence=due.pence, why=due.rule, by=by, at=at)
    outbox.cancel(current.pk, why="cancelled", at=at)
    close_tasks(current, "Cancelled", by=by, at=at)
    plan_messages(current, "appointment_cancelled", tell=tell, at=at)


def ask_to_move(visit: Appointment, *, by: User, at: datetime) -> bool:
    """Ask the patient by mail to choose another time. They may then move until the start, and cancelling gives all back.

    Return whether a mail goes; none does once the visit has started. Called inside the transaction that makes the
    visit's time impossible. Raises StaleState where the visit is no longer to come, or has another time by now.
    """
    unchanged = Appointment.objects.filter(pk=visit.pk, state__in=UPCOMING, sequence=visit.sequence)
    if not unchanged.update(move_asked_at=at):
        raise StaleState
    planned = plan_messages(visit, "move_asked", again=True, at=at)
    return bool(planned) or outbox.on_its_way(visit.pk, "please_move")


def stop_asking_to_move(visit: Appointment, *, by: User, at: datetime) -> bool:
    """Take back that the patient was asked for another time; return whether they may have read it already.

    Who may have read it keeps the promise: to move until the start, and to get all back. Called inside the
    transaction that makes the time possible again.
    """
    told = outbox.may_have_gone(visit.pk, "please_move", round=visit.sequence)
    outbox.cancel(visit.pk, why="the time stays", at=at, rules=["please_move"])
    if not told:
        Appointment.objects.filter(pk=visit.pk, sequence=visit.sequence).update(move_asked_at=None)
    return told


def _and_told(reason: str, tell: bool) -> str:
    """Return the reason for the history, with the words that staff told the patient where no message did."""
    return reason if tell else f"{reason} (The patient was told by staff.)".strip()


def _check_patient_may_cancel(current: Appointment, agreed_refund: int | None, at: datetime) -> None:
    if not may_cancel(current.starts_at, at):
        raise TooSoon
    if agreed_refund != current.refund_at(at).pence:
        raise RefundChanged
