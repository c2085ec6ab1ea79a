"""Holding a time, and making a visit of it. A hold is an appointment in state HELD (docs/decisions/0001)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from bookings.appointments import slots
from bookings.appointments.contract import agree
from bookings.appointments.diary import (
    announce_booking,
    clear_own_holds,
    fingerprint,
    in_the_diary,
    insert,
    let_go,
    make_room,
)
from bookings.appointments.enums import UPCOMING, State
from bookings.appointments.models import Appointment
from bookings.appointments.policy import FORGIVEN, HOLD, needs_early_start
from bookings.appointments.refusals import (
    EarlyStartFirst,
    ExtendedAlready,
    HoldEnded,
    NotOffered,
    OfferStands,
    Taken,
    TooMany,
)
from bookings.charges import actions as charges
from bookings.holds.limits import check_how_many, check_may_book, check_signed_out_holds
from bookings.kinds.models import AppointmentKind
from clinic.accounts.enums import Role
from clinic.accounts.models import User
from clinic.db.clock import uk_day
from clinic.db.refusal import Refusal
from clinic.db.states import move
from clinic.db.workdays import workdays_after
from clinic.staff.models import Clinician
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.profile.actions import save_access_needs
from patients.profile.models import Patient


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
    Raises Taken, NotOffered, NotForYou, OfferStands, Elsewhere, SignInFirst, AlreadyUsed or Busy.
    """
    who = patient.pk if patient else visitor
    sent = fingerprint("hold", who, kind.pk, "whoever" if whoever else clinician.pk, starts_at)

    def work() -> Appointment:
        own, wanted = _own_live_holds(patient, own_hold), (kind.pk, clinician.pk, starts_at)
        same = next((kept for kept in own if _lasts_for(kept, wanted, at)), None)
        for kept in own:
            if kept is not same and not kept.held_for_offer:
                let_go(kept, reason="Another time was chosen", at=at)
        if same is not None:
            return same
        check_may_book(kind, patient)
        make_room(kind, clinician, starts_at, patient=patient, at=at)
        if patient is None:
            check_signed_out_holds(kind, clinician, starts_at, address, at=at)
        origin = {"patient": patient} if patient else {"held_from": address}
        return insert(kind, clinician, starts_at, state=State.HELD, held_until=at + HOLD, at=at, **origin)

    return in_the_diary(work, act="hold", key=key, sent=sent, patient=patient, clinicians=[clinician.pk], at=at)


def hold_with_whoever(
    kind: AppointmentKind, clinicians: Iterable[Clinician], starts_at: datetime, *, at: datetime, **who: Any
) -> Appointment:
    """Keep a time with the first of ``clinicians`` who still has it; no more of them are asked for than it takes.

    The rest is as with ``hold``.
    """
    refused: Refusal = NotOffered()
    for clinician in clinicians:
        try:
            return hold(kind, clinician, starts_at, at=at, whoever=True, **who)
        except (Taken, NotOffered) as refusal:
            refused = refusal
    raise refused


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
    ``mode``, Elsewhere where the patient has another visit then, NotForYou, EarlyStartFirst, OfferStands where a
    visit is to move there instead, and TooMany, of which staff are told.
    """
    sent = fingerprint("confirm", patient.pk, held.pk, mode, early_start, access_needs)

    def work() -> Appointment:
        current = Appointment.objects.select_related("kind", "clinician").get(pk=held.pk)
        if current.patient_id == patient.pk and current.state in UPCOMING:
            return current  # the same button pressed in another tab
        if current.replaces_id is not None:
            raise OfferStands
        _check_still_theirs(current, patient, mode=mode, at=at)
        check_may_book(current.kind, patient)
        check_how_many(patient, at)
        clear_own_holds(patient, current.busy_from, current.busy_until, at=at, ignoring=[current.pk])
        _make_a_visit_of(current, patient, mode, early_start, by=by, at=at)
        if access_needs is not None:
            save_access_needs(patient, access_needs, by=by, at=at)
        return current

    try:
        return in_the_diary(
            work, act="confirm", key=key, sent=sent, patient=patient, clinicians=[held.clinician_id], at=at
        )
    except TooMany:
        _tell_staff_of_many(patient, at)
        raise


def _make_a_visit_of(
    held: Appointment, patient: Patient, mode: str, early_start: bool, *, by: User, at: datetime
) -> None:
    """Make the contract: the hold becomes a visit with its charge and its messages. Raises EarlyStartFirst."""
    is_early = needs_early_start(held.starts_at, at)
    if is_early and not early_start:
        raise EarlyStartFirst
    move(
        held,
        State.BOOKED,
        by=by,
        at=at,
        patient=patient,
        mode=mode,
        booked_at=at,
        held_until=None,
        charge=charges.charge_for(held.fee_pence, at=at),
        **agree(patient, to_fee=held.fee_pence > 0, early_start=is_early, by=by, at=at),
    )
    announce_booking(held, at=at)


def expire_old_holds(*, at: datetime) -> int:
    """Let go of holds that ran out a day ago, and return how many. Until then their makers could still confirm them."""
    old = Appointment.objects.filter(state=State.HELD, held_until__lte=at - FORGIVEN)
    for held in old:
        let_go(held, reason="Time ran out", at=at)
    return len(old)


def _check_still_theirs(current: Appointment, patient: Patient, *, mode: str = "", at: datetime) -> None:
    """Look whether a hold is the patient's (or nobody's) and still offered, for ``mode``. Raises HoldEnded."""
    theirs = current.state == State.HELD and current.patient_id in {None, patient.pk}
    free = slots.offered_at(current.kind, current.clinician, current.starts_at, now=at, ignoring=[current.pk])
    if not (theirs and free and mode in {"", *free.modes}):
        raise HoldEnded


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


def _lasts_for(kept: Appointment, wanted: tuple[UUID, UUID, datetime], at: datetime) -> bool:
    """Tell whether a hold still keeps just that kind, clinician and start, for a new visit."""
    same = (kept.kind_id, kept.clinician_id, kept.starts_at) == wanted
    return same and not kept.has_run_out(at) and kept.replaces_id is None


def _own_live_holds(patient: Patient | None, own_hold: UUID | None) -> list[Appointment]:
    """Return what the person holds: as a patient, and from before they signed in."""
    mine = Q(patient=patient) if patient is not None else Q(pk__in=[])
    before_sign_in = Q(pk=own_hold, patient=None) if own_hold is not None else Q(pk__in=[])
    return list(Appointment.objects.filter(mine | before_sign_in, state=State.HELD))
