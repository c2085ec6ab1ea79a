"""Every write to the diary. Each is one transaction: it locks, asks again, writes, and plans the messages.

What they share, the locks and the one act a form, is in ``diary.py``.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from bookings.appointments import slots
from bookings.appointments.diary import fingerprint, in_the_diary
from bookings.appointments.enums import MAY_BE_TAKEN_BACK, UPCOMING, State
from bookings.appointments.models import Appointment, AppointmentMove
from bookings.appointments.policy import (
    EARLY_START_TEXT,
    FORGIVEN,
    HOLD,
    MOST_BOOKED_A_WEEK,
    MOST_COMING,
    busy_span,
    fits_the_time,
    is_video_link,
    may_cancel,
    needs_early_start,
    why_not_book,
)
from bookings.appointments.refusals import (
    ExtendedAlready,
    HoldEnded,
    NotAVideoLink,
    NotForYou,
    NotNow,
    NotOffered,
    RefundChanged,
    SignInFirst,
    Taken,
    TooLate,
    TooMany,
    TooSoon,
)
from bookings.charges import actions as charges
from bookings.kinds.models import AppointmentKind
from clinic.accounts.enums import Role
from clinic.accounts.models import User
from clinic.db.clock import MINUTES_IN_A_DAY, day_text, instant, uk_day
from clinic.db.states import StaleState, move
from clinic.db.workdays import workdays_after
from clinic.outbox import actions as outbox
from clinic.staff.models import Clinician
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.profile.actions import open_care, save_access_needs
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
    whoever: bool = False,
) -> Appointment:
    """Keep a time for 15 minutes and return the hold. Choosing again lets one's earlier hold go.

    ``patient`` is None for somebody not signed in; then ``visitor`` tells their browser from others, and
    ``address`` is a keyed hash of where they come from. ``own_hold`` is the hold their session knows of.
    ``key`` makes it idempotent; with ``whoever`` the clinician may differ when it is sent again.
    Raises Taken, NotOffered, NotForYou, Elsewhere, SignInFirst, AlreadyUsed or Busy.
    """
    who = patient.pk if patient else visitor
    sent = fingerprint("hold", who, kind.pk, "whoever" if whoever else clinician.pk, starts_at)

    def work() -> Appointment:
        for kept in _own_live_holds(patient, own_hold):
            same = (kept.kind_id, kept.clinician_id, kept.starts_at) == (kind.pk, clinician.pk, starts_at)
            if same and _lasts(kept, at):
                return kept
            if not kept.held_for_offer:
                _let_go(kept, reason="Another time was chosen", at=at)
        _check_may_book(kind, patient)
        _make_room(kind, clinician, starts_at, at=at)
        if patient is None:
            _limit_signed_out_holds(kind, clinician, starts_at, address, at=at)
        origin = {"patient": patient} if patient else {"held_from": address}
        return _insert(kind, clinician, starts_at, state=State.HELD, held_until=at + HOLD, at=at, **origin)

    return in_the_diary(work, act="hold", key=key, sent=sent, patient=patient, clinicians=[clinician.pk], at=at)


def hold_with_whoever(
    kind: AppointmentKind, clinicians: Sequence[Clinician], starts_at: datetime, *, at: datetime, **who: Any
) -> Appointment:
    """Keep a time with the first of ``clinicians`` (at least one) who still has it. The rest is as with ``hold``."""
    first, *others = clinicians
    try:
        return hold(kind, first, starts_at, at=at, whoever=True, **who)
    except (Taken, NotOffered):
        if not others:
            raise
    return hold_with_whoever(kind, others, starts_at, at=at, **who)


def extend_hold(held: Appointment, *, patient: Patient, key: UUID, at: datetime) -> Appointment:
    """Keep a held time for 15 minutes more, once. Raises ExtendedAlready, or HoldEnded where the time is gone."""
    sent = fingerprint("extend", patient.pk, held.pk)

    def work() -> Appointment:
        current = Appointment.objects.get(pk=held.pk)
        _check_still_theirs(current, patient, at=at)
        if current.hold_extended or current.held_for_offer:
            raise ExtendedAlready
        current.held_until = max(current.held_until or at, at) + HOLD
        current.hold_extended = True
        current.save(update_fields=["held_until", "hold_extended"])
        return current

    return in_the_diary(work, act="extend", key=key, sent=sent, patient=patient, clinicians=[held.clinician_id], at=at)


def confirm(
    held: Appointment,
    *,
    patient: Patient,
    mode: str,
    early_start: bool,
    access_needs: str | None = None,
    key: UUID,
    by: User,
    at: datetime,
) -> Appointment:
    """Turn a hold into a booked visit of ``patient``, and plan its messages. Booking it again changes nothing.

    A hold whose time is up still counts as long as nobody else took the time. ``access_needs`` are kept with
    the patient; None leaves them as they are. Raises HoldEnded where the time is gone or no longer offered for
    ``mode``, Elsewhere where the patient has another visit then, NotForYou, and TooMany, of which staff are told.
    """
    sent = fingerprint("confirm", patient.pk, held.pk, mode, early_start, access_needs)

    def work() -> Appointment:
        current = Appointment.objects.get(pk=held.pk)
        if current.patient_id == patient.pk and current.state in UPCOMING:
            return current  # the same button pressed in another tab
        _check_still_theirs(current, patient, mode=mode, at=at)
        _check_may_book(current.kind, patient)
        _check_how_many(patient, at)
        _forget_own_holds(patient, current.starts_at, current.ends_at, besides=[current.pk], at=at)
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
            charge=charges.charge_for(current.fee_pence, at=at),
        )
        if access_needs is not None:
            save_access_needs(patient, access_needs, by=by, at=at)
        _announce_booking(current, at=at)
        return current

    try:
        return in_the_diary(
            work, act="confirm", key=key, sent=sent, patient=patient, clinicians=[held.clinician_id], at=at
        )
    except TooMany:
        _tell_staff_of_many(patient, at)
        raise


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
        _make_room(kind, clinician, starts_at, mode=mode, at=at, anyway=bool(outside_hours_reason))
        made = _insert(
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
        _announce_booking(made, tell=tell, at=at)
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
    tell: bool = True,
) -> Appointment:
    """Move a visit to another time or clinician: the old time is freed only if the new one is taken.

    Patients may until the cut-off; staff always. ``tell``: as for ``book_for``. Raises TooLate, Taken, NotOffered, Elsewhere,
    AlreadyUsed, StaleState or Busy.
    """
    sent = fingerprint("reschedule", appointment.pk, clinician.pk, starts_at, tell)

    def work() -> Appointment:
        current = Appointment.objects.select_related("kind", "patient").get(pk=appointment.pk)
        if current.state not in UPCOMING:
            raise StaleState
        if not by.is_staff and not current.may_move(at):
            raise TooLate
        anyway = bool(outside_hours_reason)
        _make_room(current.kind, clinician, starts_at, mode=current.mode, at=at, ignoring=[current.pk], anyway=anyway)
        why = _and_told(reason, tell)
        moved = _move_to(
            current, clinician, starts_at, reason=why, outside_hours_reason=outside_hours_reason, by=by, at=at
        )
        if by.is_staff and moved.state == State.CONFIRMED:  # "I will be there" was said of the old time
            move(moved, State.BOOKED, by=by, at=at, reason="The clinic moved it")
        outbox.cancel(moved.pk, why="moved", at=at)
        worklist.finish_about(moved.pk, TaskKind.VISIT_TO_MOVE, "Moved", by=by, at=at)
        _announce_booking(moved, fact="appointment_moved", tell=tell, at=at)
        return moved

    both = [appointment.clinician_id, clinician.pk]
    return in_the_diary(work, act="reschedule", key=key, sent=sent, patient=appointment.patient, clinicians=both, at=at)


def cancel(
    appointment: Appointment,
    *,
    reason: str,
    agreed_refund: int | None,
    tell: bool = True,
    key: UUID,
    by: User,
    at: datetime,
) -> Appointment:
    """Cancel a visit, and stop its messages. ``tell``: as for ``book_for``.

    ``agreed_refund`` is the refund in pence that the patient was told and agreed to, also where staff write down
    what they asked for by phone; None where the clinic cancels. Raises RefundChanged where another refund holds
    by now, TooSoon once the visit has started, and StaleState where it is no longer to come.
    """
    by_clinic = agreed_refund is None and by.is_staff
    sent = fingerprint("cancel", appointment.pk, by_clinic, tell)

    def work() -> Appointment:
        current = Appointment.objects.get(pk=appointment.pk)
        if current.state not in UPCOMING:
            raise StaleState
        if not by_clinic:
            _check_patient_may_cancel(current, agreed_refund, at)
        state = State.CANCELLED_BY_CLINIC if by_clinic else State.CANCELLED_BY_PATIENT
        move(current, state, by=by, at=at, reason=_and_told(reason, tell), sequence=current.sequence + 1)
        due = current.refund_at(at, by_clinic=by_clinic)
        charges.settle(current.charge, give_back_pence=due.pence, why=due.rule, by=by, at=at)
        outbox.cancel(current.pk, why="cancelled", at=at)
        worklist.finish_about(current.pk, TaskKind.VISIT_TO_MOVE, "Cancelled", by=by, at=at)
        outbox.plan(
            "appointment_cancelled",
            about=current.pk,
            person=current.patient_id,
            anchor=current.starts_at,
            at=at,
            round=current.sequence,
            without_at_once=not tell,
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


def will_come(appointment: Appointment, *, by: User, at: datetime) -> None:
    """Record that the patient says they will come. Nothing depends on it. Raises StaleState where it is not booked."""
    move(appointment, State.CONFIRMED, by=by, at=at)


def set_join_url(appointment: Appointment, url: str, *, by: User, at: datetime) -> None:
    """Save the link to a visit's video call; empty takes it away. Raises NotAVideoLink for other than a known https host."""
    if url and not is_video_link(url, settings.VIDEO_HOSTS):
        raise NotAVideoLink(f"Enter an https link to one of: {', '.join(settings.VIDEO_HOSTS)}")
    appointment.join_url = url
    appointment.save(update_fields=["join_url"])


def expire_old_holds(*, at: datetime) -> int:
    """Let go of holds that ran out a day ago, and return how many. Until then their makers could still confirm them."""
    old = Appointment.objects.filter(state=State.HELD, held_until__lte=at - FORGIVEN)
    for held in old:
        _let_go(held, reason="Time ran out", at=at)
    return len(old)


def hold_for_offer(
    kind: AppointmentKind,
    clinician: Clinician,
    starts_at: datetime,
    *,
    patient: Patient,
    until: datetime,
    key: UUID,
    at: datetime,
    then: Callable[[Appointment], object],
) -> Appointment:
    """Keep a time for somebody on the waiting list until ``until``; ``then(hold)`` runs in the same transaction.

    Raises Taken, NotOffered, Elsewhere, AlreadyUsed or Busy, and what ``then`` raises.
    """
    sent = fingerprint("hold_for_offer", patient.pk, kind.pk, clinician.pk, starts_at)

    def work() -> Appointment:
        _make_room(kind, clinician, starts_at, at=at)
        held = _insert(
            kind,
            clinician,
            starts_at,
            patient=patient,
            state=State.HELD,
            held_until=until,
            held_for_offer=True,
            at=at,
        )
        then(held)
        return held

    return in_the_diary(
        work, act="hold_for_offer", key=key, sent=sent, patient=patient, clinicians=[clinician.pk], at=at
    )


def release(held: Appointment, *, reason: str, by: User | None, at: datetime) -> None:
    """Let a hold go before its time. Raises StaleState where it is a visit by now, or has ended."""
    move(held, State.EXPIRED, by=by, at=at, reason=reason)


def take_offered(
    held: Appointment,
    visit: Appointment,
    *,
    key: UUID,
    by: User,
    at: datetime,
    then: Callable[[Appointment], object],
) -> Appointment:
    """Move ``visit`` into the time that is held for the same patient; ``then(visit)`` runs in the same transaction.

    Raises HoldEnded where the hold is over, and what ``reschedule`` raises.
    """
    sent = fingerprint("take_offered", held.pk, visit.pk)

    def work() -> Appointment:
        current = Appointment.objects.select_related("kind", "patient").get(pk=visit.pk)
        offered = Appointment.objects.select_related("clinician").get(pk=held.pk)
        if current.state not in UPCOMING:
            raise StaleState
        if not current.may_move(at):
            raise TooLate
        if offered.state != State.HELD or offered.patient_id != current.patient_id:
            raise HoldEnded
        release(offered, reason="A visit moved to this time", by=by, at=at)
        clinician, starts_at = offered.clinician, offered.starts_at
        _make_room(current.kind, clinician, starts_at, mode=current.mode, at=at, ignoring=[current.pk])
        moved = _move_to(
            current, clinician, starts_at, reason="From the waiting list", outside_hours_reason="", by=by, at=at
        )
        outbox.cancel(moved.pk, why="moved", at=at)
        worklist.finish_about(moved.pk, TaskKind.VISIT_TO_MOVE, "Moved", by=by, at=at)
        _announce_booking(moved, fact="appointment_moved", at=at)
        then(moved)
        return moved

    both = [held.clinician_id, visit.clinician_id]
    return in_the_diary(work, act="take_offered", key=key, sent=sent, patient=visit.patient, clinicians=both, at=at)


def check_in(appointment: Appointment, *, by: User, at: datetime) -> None:
    """Record that the patient has arrived. Raises NotNow on another day, StaleState where it is not upcoming."""
    if not fits_the_time(State.CHECKED_IN, appointment.starts_at, at):
        raise NotNow
    move(appointment, State.CHECKED_IN, by=by, at=at)


def start(appointment: Appointment, *, by: User, at: datetime) -> None:
    """Record that the consultation has begun. Raises StaleState where the patient has not arrived."""
    move(appointment, State.IN_PROGRESS, by=by, at=at)


def complete(appointment: Appointment, *, by: User, at: datetime) -> None:
    """Record that the consultation is over. Raises StaleState where it has not begun."""
    move(appointment, State.COMPLETED, by=by, at=at)


def mark_did_not_attend(appointment: Appointment, *, by: User, at: datetime) -> None:
    """Record that the patient did not come, stop the visit's messages, and ask reception to follow it up.

    Raises NotNow before the start, StaleState where it is not upcoming.
    """
    if not fits_the_time(State.DID_NOT_ATTEND, appointment.starts_at, at):
        raise NotNow
    with transaction.atomic():
        move(appointment, State.DID_NOT_ATTEND, by=by, at=at)
        outbox.cancel(appointment.pk, why="did not attend", at=at)
        worklist.ask(
            TaskKind.DID_NOT_ATTEND,
            f"Did not come on {day_text(uk_day(appointment.starts_at))}: get in touch",
            key=f"did_not_attend:{appointment.pk}",
            about=appointment.pk,
            role=Role.RECEPTION,
            due_at=workdays_after(at, 1),
            at=at,
            again=True,
        )


def _check_still_theirs(current: Appointment, patient: Patient, *, mode: str = "", at: datetime) -> None:
    """Look whether a hold is the patient's (or nobody's) and still offered, for ``mode``. Raises HoldEnded."""
    theirs = current.state == State.HELD and current.patient_id in {None, patient.pk}
    free = slots.offered_at(current.kind, current.clinician, current.starts_at, now=at, ignoring=[current.pk])
    if not (theirs and free and mode in {"", *free.modes}):
        raise HoldEnded


def _check_may_book(kind: AppointmentKind, patient: Patient | None) -> None:
    """Look whether the kind is for this person; somebody not signed in is asked when they confirm. Raises NotForYou."""
    was_here = patient is None or Appointment.objects.filter(patient=patient, state=State.COMPLETED).exists()
    if why := why_not_book(kind.audience, was_here=was_here):
        raise NotForYou(why)


def _check_how_many(patient: Patient, at: datetime) -> None:
    booked = Appointment.objects.filter(patient=patient).visits()
    coming = booked.filter(state__in=UPCOMING, starts_at__gt=at).count()
    if coming >= MOST_COMING or booked.filter(booked_at__gt=at - timedelta(days=7)).count() >= MOST_BOOKED_A_WEEK:
        raise TooMany


def _tell_staff_of_many(patient: Patient, at: datetime) -> None:
    worklist.ask(
        TaskKind.MANY_BOOKINGS,
        "A patient has reached the number of visits one can book online",
        key=f"many:{patient.pk}:{uk_day(at)}",
        about=patient.pk,
        role=Role.RECEPTION,
        due_at=workdays_after(at, 1),
        at=at,
    )


def take_back(appointment: Appointment, *, reason: str, by: User, at: datetime) -> None:
    """Record that "arrived" or "did not attend" was a mistake: the visit is booked again.

    Raises NotNow on another day than the visit's, StaleState where there is nothing to take back.
    """
    if appointment.state not in MAY_BE_TAKEN_BACK:
        raise StaleState
    if not fits_the_time(State.BOOKED, appointment.starts_at, at):
        raise NotNow
    with transaction.atomic():
        move(appointment, State.BOOKED, by=by, at=at, reason=reason)
        worklist.finish_about(appointment.pk, TaskKind.DID_NOT_ATTEND, "It was a mistake", by=by, at=at)


def _own_live_holds(patient: Patient | None, own_hold: UUID | None) -> list[Appointment]:
    """Return what the person holds: as a patient, and from before they signed in."""
    mine = Q(patient=patient) if patient is not None else Q(pk__in=[])
    before_sign_in = Q(pk=own_hold, patient=None) if own_hold is not None else Q(pk__in=[])
    return list(Appointment.objects.filter(mine | before_sign_in, state=State.HELD))


def _forget_own_holds(
    patient: Patient | None, starts_at: datetime, ends_at: datetime, *, besides: Iterable[UUID] = (), at: datetime
) -> None:
    """Let the patient's own holds go that have run out and overlap, with whomever: such a one keeps nobody from a visit."""
    if patient is None:
        return
    overlapping = Appointment.objects.filter(patient=patient, starts_at__lt=ends_at, ends_at__gt=starts_at)
    for stale in overlapping.filter(state=State.HELD, held_until__lte=at).exclude(pk__in=besides):
        _let_go(stale, reason="Time ran out", at=at)


def _let_go(held: Appointment, *, reason: str, at: datetime) -> None:
    """End a hold. Where it was ended or booked at this very moment, what is asked next will see that."""
    with suppress(StaleState):
        move(held, State.EXPIRED, by=None, at=at, reason=reason)


def _lasts(held: Appointment, at: datetime) -> bool:
    return held.held_until is not None and held.held_until > at


def _make_room(
    kind: AppointmentKind,
    clinician: Clinician,
    starts_at: datetime,
    *,
    mode: str = "",
    at: datetime,
    ignoring: Iterable[UUID] = (),
    anyway: bool = False,
) -> None:
    """Let overlapping holds that have run out go, then check that the time is offered, for ``mode`` where one is named.

    ``anyway``: it need not be offered, as long as staff may write it down. Raises Taken or NotOffered.
    """
    busy_from, busy_until = busy_span(kind, starts_at)
    overlapping = Appointment.objects.filter(clinician=clinician, busy_from__lt=busy_until, busy_until__gt=busy_from)
    for stale in overlapping.filter(state=State.HELD, held_until__lte=at):
        _let_go(stale, reason="Time ran out", at=at)
    if overlapping.live().exclude(pk__in=ignoring).exists():
        raise Taken
    if anyway:
        offered = slots.may_be_written_down(kind, clinician, starts_at, now=at)
    else:
        free = slots.offered_at(kind, clinician, starts_at, now=at, ignoring=ignoring)
        offered = free is not None and mode in {"", *free.modes}
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
    # One always: on a day with few times left nobody could choose before signing in.
    allowed = max(1, (free + held) // SHARE_FOR_SIGNED_OUT)
    if recent.count() >= HOLDS_AN_HOUR or anonymous.count() >= allowed:
        raise SignInFirst


def _insert(
    kind: AppointmentKind, clinician: Clinician, starts_at: datetime, *, at: datetime, **fields: Any
) -> Appointment:
    busy_from, busy_until = busy_span(kind, starts_at)
    ends_at = starts_at + timedelta(minutes=kind.minutes)
    _forget_own_holds(fields.get("patient"), starts_at, ends_at, at=at)
    return Appointment.objects.create(
        kind=kind,
        clinician=clinician,
        starts_at=starts_at,
        ends_at=ends_at,
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
    busy_from, busy_until = busy_span(current.kind, starts_at)
    length = current.ends_at - current.starts_at
    _forget_own_holds(current.patient, starts_at, starts_at + length, at=at)
    unchanged = Appointment.objects.filter(pk=current.pk, state__in=UPCOMING, sequence=current.sequence)
    if not unchanged.update(
        clinician=clinician,
        starts_at=starts_at,
        ends_at=starts_at + length,
        busy_from=busy_from,
        busy_until=busy_until,
        sequence=F("sequence") + 1,
        outside_hours_reason=outside_hours_reason,
        move_asked_at=None,
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


def _announce_booking(
    appointment: Appointment, *, fact: str = "appointment_booked", tell: bool = True, at: datetime
) -> None:
    """Plan the messages about a booked time, and let its clinician open the patient's record."""
    patient = appointment.patient
    assert patient is not None  # noqa: S101 - the database promises it of every visit
    open_care(patient, appointment.clinician, CareRelationship.Reason.BOOKED, at=at)
    outbox.plan(
        fact,
        about=appointment.pk,
        person=patient.pk,
        anchor=appointment.starts_at,
        at=at,
        round=appointment.sequence,
        without_at_once=not tell,
    )


def _and_told(reason: str, tell: bool) -> str:
    """Return the reason for the history, with the words that staff told the patient where no message did."""
    return reason if tell else f"{reason} (The patient was told by staff.)".strip()


def _check_patient_may_cancel(current: Appointment, agreed_refund: int | None, at: datetime) -> None:
    if not may_cancel(current.starts_at, at):
        raise TooSoon
    if agreed_refund != current.refund_at(at).pence:
        raise RefundChanged


def ask_to_move(visit: Appointment, *, by: User, at: datetime) -> None:
    """Ask the patient by mail to choose another time. They may then move until the start, and cancelling gives all back.

    Called inside the transaction that makes the visit's time impossible. Raises StaleState where the visit is
    no longer to come, or has another time by now.
    """
    unchanged = Appointment.objects.filter(pk=visit.pk, state__in=UPCOMING, sequence=visit.sequence)
    if not unchanged.update(move_asked_at=at):
        raise StaleState
    outbox.plan(
        "move_asked", about=visit.pk, person=visit.patient_id, anchor=visit.starts_at, at=at, round=visit.sequence
    )
