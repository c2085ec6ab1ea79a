"""Every write to the diary. Each is one transaction: it locks, asks again, writes, and plans the messages.

What they share, the locks and the one act a form, is in ``diary.py``.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from bookings.appointments import slots
from bookings.appointments.diary import fingerprint, in_the_diary
from bookings.appointments.enums import UPCOMING, State
from bookings.appointments.models import Appointment, AppointmentMove
from bookings.appointments.policy import EARLY_START_TEXT, HOLD, may_cancel, may_move, needs_early_start, refund_of
from bookings.appointments.refusals import (
    HoldEnded,
    NotNow,
    NotOffered,
    RefundChanged,
    SignInFirst,
    Taken,
    TooLate,
    TooSoon,
)
from bookings.kinds.models import AppointmentKind
from clinic.accounts.models import User
from clinic.db.clock import MINUTES_IN_A_DAY, instant, uk_day
from clinic.db.states import StaleState, move
from clinic.outbox import actions as outbox
from clinic.staff.models import Clinician
from patients.profile.actions import open_care
from patients.profile.models import CareRelationship, Patient

HOLDS_AN_HOUR = 3  # by one network address, signed out
SHARE_FOR_SIGNED_OUT = 5  # one time in so many of a day's may be held by people not signed in


def hold(
    kind: AppointmentKind,
    clinician: Clinician,
    starts_at: datetime,
    *,
    patient: Patient | None,
    own_hold: UUID | None,
    visitor: str = "",
    address: str,
    key: UUID,
    at: datetime,
) -> Appointment:
    """Keep a time for 15 minutes and return the hold. Choosing again lets one's earlier hold go.

    ``patient`` is None for somebody not signed in; then ``visitor`` tells their browser from others, and
    ``address`` is a keyed hash of where they come from. ``own_hold`` is the hold their session knows of.
    ``key`` makes it idempotent.
    Raises Taken, NotOffered, Elsewhere, SignInFirst, AlreadyUsed or Busy.
    """
    sent = fingerprint("hold", patient.pk if patient else visitor, kind.pk, clinician.pk, starts_at)

    def work() -> Appointment:
        for kept in _own_live_holds(patient, own_hold):
            same = (kept.kind_id, kept.clinician_id, kept.starts_at) == (kind.pk, clinician.pk, starts_at)
            if same and _lasts(kept, at):
                return kept
            move(kept, State.EXPIRED, by=None, at=at, reason="Another time was chosen")
        _make_room(kind, clinician, starts_at, at=at)
        if patient is None:
            _limit_signed_out_holds(kind, clinician, starts_at, address, at=at)
        origin = {"patient": patient} if patient else {"held_from": address}
        return _insert(kind, clinician, starts_at, state=State.HELD, held_until=at + HOLD, at=at, **origin)

    return in_the_diary(work, act="hold", key=key, sent=sent, patient=patient, clinicians=[clinician.pk], at=at)


def confirm(
    held: Appointment, *, patient: Patient, mode: str, early_start: bool, key: UUID, by: User, at: datetime
) -> Appointment:
    """Turn a hold into a booked visit of ``patient``, and plan its messages. Booking it again changes nothing.

    A hold whose time is up still counts as long as nobody else took the time. Raises HoldEnded where
    the time is gone or no longer offered, Elsewhere where the patient has another visit then.
    """
    sent = fingerprint("confirm", patient.pk, held.pk, mode, early_start)

    def work() -> Appointment:
        current = Appointment.objects.select_related("kind", "clinician").get(pk=held.pk)
        if current.patient_id == patient.pk and current.state in UPCOMING:
            return current  # the same button pressed in another tab
        still_offered = slots.is_offered(
            current.kind, current.clinician, current.starts_at, now=at, ignoring=[current.pk]
        )
        if current.state != State.HELD or current.patient_id not in {None, patient.pk} or not still_offered:
            raise HoldEnded
        early = at if early_start and needs_early_start(current.starts_at, at) else None
        move(
            current,
            State.BOOKED,
            by=by,
            at=at,
            patient=patient,
            mode=mode,
            booked_at=at,
            held_until=None,
            early_start_requested_at=early,
            early_start_text=EARLY_START_TEXT if early else "",
        )
        _announce_booking(current, at=at)
        return current

    return in_the_diary(work, act="confirm", key=key, sent=sent, patient=patient, clinicians=[held.clinician_id], at=at)


def book_for(
    patient: Patient,
    kind: AppointmentKind,
    clinician: Clinician,
    starts_at: datetime,
    *,
    mode: str,
    outside_hours_reason: str = "",
    key: UUID,
    by: User,
    at: datetime,
) -> Appointment:
    """Book a visit for a patient at once, as staff do. With a reason the time need not be offered; it must be free.

    Raises Taken, NotOffered, Elsewhere, AlreadyUsed or Busy.
    """
    sent = fingerprint("book_for", patient.pk, kind.pk, clinician.pk, starts_at, mode)

    def work() -> Appointment:
        _make_room(kind, clinician, starts_at, at=at, anyway=bool(outside_hours_reason))
        made = _insert(
            kind,
            clinician,
            starts_at,
            patient=patient,
            state=State.BOOKED,
            mode=mode,
            booked_at=at,
            outside_hours_reason=outside_hours_reason,
            at=at,
        )
        _announce_booking(made, at=at)
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
    reason: str = "",
    outside_hours_reason: str = "",
) -> Appointment:
    """Move a visit to another time or clinician: the old time is freed only if the new one is taken.

    Patients may until the cut-off; staff always. Raises TooLate, Taken, NotOffered, Elsewhere,
    AlreadyUsed, StaleState or Busy.
    """
    sent = fingerprint("reschedule", appointment.pk, clinician.pk, starts_at)

    def work() -> Appointment:
        current = Appointment.objects.select_related("kind", "patient").get(pk=appointment.pk)
        if current.state not in UPCOMING:
            raise StaleState
        if not by.is_staff and not may_move(current.starts_at, at):
            raise TooLate
        _make_room(current.kind, clinician, starts_at, at=at, ignoring=[current.pk], anyway=bool(outside_hours_reason))
        moved = _move_to(
            current, clinician, starts_at, reason=reason, outside_hours_reason=outside_hours_reason, by=by, at=at
        )
        outbox.cancel(moved.pk, why="moved", at=at)
        _announce_booking(moved, fact="appointment_moved", at=at)
        return moved

    both = [appointment.clinician_id, clinician.pk]
    return in_the_diary(work, act="reschedule", key=key, sent=sent, patient=appointment.patient, clinicians=both, at=at)


def cancel(
    appointment: Appointment, *, reason: str, agreed_refund: int | None, key: UUID, by: User, at: datetime
) -> Appointment:
    """Cancel a visit, and stop its messages.

    ``agreed_refund`` is the refund in pence that the patient was told and agreed to, also where staff write down
    what they asked for by phone; None where the clinic cancels. Raises RefundChanged where another refund holds
    by now, TooSoon once the visit has started, and StaleState where it is no longer to come.
    """
    by_clinic = agreed_refund is None and by.is_staff
    sent = fingerprint("cancel", appointment.pk, by_clinic)

    def work() -> Appointment:
        current = Appointment.objects.get(pk=appointment.pk)
        if current.state not in UPCOMING:
            raise StaleState
        if not by_clinic:
            _check_patient_may_cancel(current, agreed_refund, at)
        state = State.CANCELLED_BY_CLINIC if by_clinic else State.CANCELLED_BY_PATIENT
        move(current, state, by=by, at=at, reason=reason, sequence=current.sequence + 1)
        outbox.cancel(current.pk, why="cancelled", at=at)
        outbox.plan(
            "appointment_cancelled",
            about=current.pk,
            person=current.patient_id,
            anchor=current.starts_at,
            at=at,
            round=current.sequence,
        )
        return current

    return in_the_diary(
        work,
        act="cancel",
        key=key,
        sent=sent,
        patient=appointment.patient,
        clinicians=[appointment.clinician_id],
        at=at,
    )


def check_in(appointment: Appointment, *, by: User, at: datetime) -> None:
    """Record that the patient has arrived. Raises NotNow on another day, StaleState where it is not upcoming."""
    if uk_day(at) != uk_day(appointment.starts_at):
        raise NotNow
    move(appointment, State.CHECKED_IN, by=by, at=at)


def start(appointment: Appointment, *, by: User, at: datetime) -> None:
    """Record that the consultation has begun. Raises StaleState where the patient has not arrived."""
    move(appointment, State.IN_PROGRESS, by=by, at=at)


def complete(appointment: Appointment, *, by: User, at: datetime) -> None:
    """Record that the consultation is over. Raises StaleState where it has not begun."""
    move(appointment, State.COMPLETED, by=by, at=at)


def mark_did_not_attend(appointment: Appointment, *, by: User, at: datetime) -> None:
    """Record that the patient did not come, and stop the visit's messages. Raises NotNow before the start."""
    if at < appointment.starts_at:
        raise NotNow
    with transaction.atomic():
        move(appointment, State.DID_NOT_ATTEND, by=by, at=at)
        outbox.cancel(appointment.pk, why="did not attend", at=at)


def _own_live_holds(patient: Patient | None, own_hold: UUID | None) -> list[Appointment]:
    """Return what the person holds: as a patient, and from before they signed in."""
    mine = Q(patient=patient) if patient is not None else Q(pk__in=[])
    before_sign_in = Q(pk=own_hold, patient=None) if own_hold is not None else Q(pk__in=[])
    return list(Appointment.objects.filter(mine | before_sign_in, state=State.HELD))


def _lasts(held: Appointment, at: datetime) -> bool:
    return held.held_until is not None and held.held_until > at


def _make_room(
    kind: AppointmentKind,
    clinician: Clinician,
    starts_at: datetime,
    *,
    at: datetime,
    ignoring: Iterable[UUID] = (),
    anyway: bool = False,
) -> None:
    """Let overlapping holds that have run out go, then check that the time is offered. Raises Taken or NotOffered."""
    busy_from, busy_until = _busy(kind, starts_at)
    overlapping = Appointment.objects.filter(
        clinician=clinician,
        busy_from__gt=busy_from - slots.LONGEST_BUSY,  # or all of the clinician's past would be looked at
        busy_from__lt=busy_until,
        busy_until__gt=busy_from,
    )
    for stale in overlapping.filter(state=State.HELD, held_until__lte=at):
        move(stale, State.EXPIRED, by=None, at=at, reason="Time ran out")
    if overlapping.live().exclude(pk__in=ignoring).exists():
        raise Taken
    if anyway:
        offered = slots.may_be_written_down(kind, clinician, starts_at, now=at)
    else:
        offered = slots.is_offered(kind, clinician, starts_at, now=at, ignoring=ignoring)
    if not offered:
        raise NotOffered


def _limit_signed_out_holds(
    kind: AppointmentKind, clinician: Clinician, starts_at: datetime, address: str, *, at: datetime
) -> None:
    """Keep people who are not signed in from holding the whole diary. Raises SignInFirst."""
    recent = Appointment.objects.filter(held_from=address, created_at__gt=at - timedelta(hours=1))
    day = uk_day(starts_at)
    diary = slots.read_diary([clinician], day, day, now=at)
    free = len(slots.slots(kind, diary, day, day, now=at).get(day, []))
    held = sum(1 for busy_from, _ in diary.busy[clinician.pk] if uk_day(busy_from) == day)
    anonymous = Appointment.objects.filter(
        clinician=clinician,
        state=State.HELD,
        patient=None,
        held_until__gt=at,
        starts_at__gte=instant(day, 0),
        starts_at__lt=instant(day, MINUTES_IN_A_DAY),
    )
    if recent.count() >= HOLDS_AN_HOUR or (anonymous.count() + 1) * SHARE_FOR_SIGNED_OUT > free + held:
        raise SignInFirst


def _busy(kind: AppointmentKind, starts_at: datetime) -> tuple[datetime, datetime]:
    return starts_at - timedelta(minutes=kind.buffer_before), starts_at + timedelta(
        minutes=kind.minutes + kind.buffer_after
    )


def _insert(
    kind: AppointmentKind, clinician: Clinician, starts_at: datetime, *, at: datetime, **fields: Any
) -> Appointment:
    busy_from, busy_until = _busy(kind, starts_at)
    return Appointment.objects.create(
        kind=kind,
        clinician=clinician,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=kind.minutes),
        busy_from=busy_from,
        busy_until=busy_until,
        fee_pence=kind.fee_pence,
        created_at=at,
        **fields,
    )


def _move_to(
    current: Appointment,
    clinician: Clinician,
    starts_at: datetime,
    *,
    reason: str,
    outside_hours_reason: str,
    by: User,
    at: datetime,
) -> Appointment:
    busy_from, busy_until = _busy(current.kind, starts_at)
    length = current.ends_at - current.starts_at
    unchanged = Appointment.objects.filter(pk=current.pk, state__in=UPCOMING, sequence=current.sequence)
    if not unchanged.update(
        clinician=clinician,
        starts_at=starts_at,
        ends_at=starts_at + length,
        busy_from=busy_from,
        busy_until=busy_until,
        sequence=F("sequence") + 1,
        outside_hours_reason=outside_hours_reason,
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
    return current


def _announce_booking(appointment: Appointment, *, fact: str = "appointment_booked", at: datetime) -> None:
    """Plan the messages about a booked time, and let its clinician open the patient's record."""
    patient = appointment.patient
    assert patient is not None  # noqa: S101 - the database promises it of every visit
    open_care(patient, appointment.clinician, CareRelationship.Reason.BOOKED, at=at)
    outbox.plan(
        fact, about=appointment.pk, person=patient.pk, anchor=appointment.starts_at, at=at, round=appointment.sequence
    )


def _check_patient_may_cancel(current: Appointment, agreed_refund: int | None, at: datetime) -> None:
    if not may_cancel(current.starts_at, at):
        raise TooSoon
    if agreed_refund != refund_of(current, at=at).pence:
        raise RefundChanged
