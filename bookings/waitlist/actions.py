"""Every write to the waiting list. Whatever concerns one person runs under the lock of their row, as the diary's acts do.

The hold is the truth about an offer: booked means accepted, ended means over. A confirmed booking knows nothing of
the waiting list; ``sweep`` and ``join`` settle the offer from what became of its hold.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid5

from django.db import transaction

from bookings.appointments.enums import HOLD_STATES, State
from bookings.appointments.models import Appointment
from bookings.appointments.refusals import NotActive, NotOffered, Taken
from bookings.holds import offers
from bookings.kinds.models import AppointmentKind
from bookings.waitlist import policy
from bookings.waitlist.enums import EntryState, OfferState
from bookings.waitlist.freed import freed_times, usable
from bookings.waitlist.models import Offer, Skip, WaitingEntry
from bookings.waitlist.policy import Match, Wish
from bookings.waitlist.refusals import (
    AlreadyWaiting,
    AnswerFirst,
    Busy,
    NoLongerOffered,
    OfferEnded,
    VisitGone,
    VisitStays,
)
from bookings.waitlist.wishes import wishes
from clinic.accounts.models import User
from clinic.db.clock import uk_day
from clinic.db.contention import patiently
from clinic.db.refusal import Refusal
from clinic.db.states import StaleState, move
from clinic.outbox import actions as outbox
from clinic.staff.models import Clinician
from patients.profile.models import Patient

Result = TypeVar("Result")
ASKED = ("weekdays", "part", "notice_hours", "first_day", "last_day", "instead_of")


def join(patient: Patient, kind: AppointmentKind, asked: Mapping[str, Any], *, at: datetime) -> WaitingEntry:
    """Put ``patient`` on the list and return the entry; asking for the same again returns the one that is there.

    ``asked`` holds the fields of ASKED, and ``clinicians`` (empty for anybody).
    Raises AlreadyWaiting where they wait for this kind with other wishes, VisitStays where they have a visit of it and
    name none to have earlier, NotActive, VisitGone or Busy.
    """

    def work() -> WaitingEntry:
        if not Patient.objects.get(pk=patient.pk).may_be_written_to:
            raise NotActive
        for offer in Offer.objects.to_settle(at).filter(entry__patient=patient):
            _settle(offer, at=at)
        _check_visit(asked["instead_of"], patient, kind, at)
        there = WaitingEntry.objects.waiting().filter(patient=patient, kind=kind).first()
        if there is not None:
            return _same(there, asked)
        entry = WaitingEntry.objects.create(
            patient=patient, kind=kind, created_at=at, **{name: asked[name] for name in ASKED}
        )
        entry.clinicians.set(asked["clinicians"])
        return entry

    return _alone_with(patient.pk, work)


def change(entry: WaitingEntry, asked: Mapping[str, Any], *, at: datetime) -> WaitingEntry:
    """Let somebody who waits ask for other times, with ``asked`` as in ``join``; they keep their place. Return the entry.

    Raises StaleState where they no longer wait, AnswerFirst while a time is kept for them, VisitStays, VisitGone or Busy.
    """

    def work() -> WaitingEntry:
        for offer in Offer.objects.open().filter(entry=entry):
            _settle(offer, at=at)
        current = WaitingEntry.objects.select_related("patient", "kind").get(pk=entry.pk)
        if current.state != EntryState.WAITING:
            raise StaleState
        if Offer.objects.open().filter(entry=current).exists():
            raise AnswerFirst
        _check_visit(asked["instead_of"], current.patient, current.kind, at)
        for name in ASKED:
            setattr(current, name, asked[name])
        current.save(update_fields=ASKED)
        current.clinicians.set(asked["clinicians"])
        return current

    return _alone_with(entry.patient_id, work)


def withdraw(entry: WaitingEntry, *, reason: str = "", by: User, at: datetime) -> None:
    """Take somebody off the list, and let go what is held for them. Raises StaleState where they no longer wait."""
    _alone_with(entry.patient_id, partial(_close, entry, EntryState.WITHDRAWN, by=by, at=at, reason=reason))


def accept(offer: Offer, *, early_start: bool = False, by: User, at: datetime) -> Appointment:
    """Move the visit that the entry is about to the offered time, and return it. The button pressed twice moves it once.

    Raises OfferEnded where the time is no longer kept, NoLongerOffered where it cannot be had, and what else ``holds.offers.take_offered`` raises.
    """
    visit = offer.entry.instead_of
    if visit is None or at >= offer.expires_at:
        raise OfferEnded

    def then(moved: Appointment) -> None:
        current = Offer.objects.select_related("entry").get(pk=offer.pk)
        move(current, OfferState.ACCEPTED, by=by, at=at)
        move(current.entry, EntryState.BOOKED, by=by, at=at)

    key = uuid5(offer.pk, f"accept {early_start}")
    try:
        return offers.take_offered(offer.hold, visit, early_start=early_start, key=key, by=by, at=at, then=then)
    except (Taken, NotOffered) as refusal:
        raise NoLongerOffered from refusal


def decline(offer: Offer, *, reason: str, by: User, at: datetime) -> None:
    """Give an offered time back; the person stays on the list. Raises OfferEnded where it is over, or Busy."""

    def work() -> None:
        current = Offer.objects.select_related("hold").get(pk=offer.pk)
        if not current.may_be_answered(at):
            raise OfferEnded
        offers.release(current.hold, reason="Declined", by=by, at=at)
        move(current, OfferState.DECLINED, by=by, at=at, reason=reason)

    _alone_with(offer.entry.patient_id, work)


def sweep(*, at: datetime) -> list[Offer]:
    """Settle what is over, then offer each freed time to the first person it suits; return the new offers.

    Safe to run twice at once: of two offers of one time, or to one person, the locks let one through.
    """
    for offer in Offer.objects.to_settle(at).select_related("entry"):
        with suppress(Refusal):
            _alone_with(offer.entry.patient_id, partial(_settle, offer, at=at))
    for entry in WaitingEntry.objects.over(uk_day(at)):
        why = "The last day has passed" if entry.last_day < uk_day(at) else "The visit it was about is not to come"
        with suppress(Refusal):
            _alone_with(entry.patient_id, partial(_end, entry, at=at, reason=why))
    return _offer_freed_times(at)


def _offer_freed_times(at: datetime) -> list[Offer]:
    waiting = wishes(at)
    freed = freed_times(at) if waiting else []
    if not freed:
        return []
    kinds = AppointmentKind.objects.offered().filter(pk__in={wish.kind_id for wish in waiting})
    known = set(Skip.objects.filter(starts_at__gt=at).values_list(*SKIP))
    made = []
    for _, times in usable(freed, kinds.prefetch_related("clinicians"), at=at):
        found, skipped = policy.match(waiting, times, at=at)
        _write_down(skipped, known, at=at)
        if found is not None and (offer := _offer(found, at=at)):
            made.append(offer)
            waiting = [policy.with_offer(wish, found) for wish in waiting]
    return made


def _offer(found: Match, *, at: datetime) -> Offer | None:
    """Hold the time, write the offer and plan its letter; None where the time or the person is no longer free."""
    entry = WaitingEntry.objects.select_related("patient", "kind").get(pk=found.wish.entry_id)

    def then(held: Appointment) -> None:
        current = WaitingEntry.objects.waiting().filter(pk=entry.pk).first()
        if current is None or current.asked_for() != found.wish.asked_for:  # changed since the list was read
            raise StaleState
        if Offer.objects.open().filter(entry=entry).exists():
            raise StaleState
        offer = Offer.objects.create(entry=entry, hold=held, offered_at=at, expires_at=found.until)
        outbox.plan("time_offered", about=offer.pk, person=entry.patient_id, anchor=found.until, at=at)

    try:
        held = offers.hold_for_offer(
            entry.kind,
            Clinician.objects.get(pk=found.time.clinician_id),
            found.time.starts_at,
            patient=entry.patient,
            replaces=entry.instead_of,
            until=found.until,
            key=uuid5(entry.pk, f"{found.time.clinician_id} {found.time.starts_at.timestamp()}"),
            at=at,
            then=then,
        )
    except Refusal:
        return None
    return Offer.objects.get(hold=held)


SKIP = ("entry_id", "clinician_id", "starts_at", "freed_at", "why")


def _write_down(
    skipped: list[tuple[Wish, policy.Time, policy.Why]], known: set[tuple[Any, ...]], *, at: datetime
) -> None:
    """Add to the log what it does not say yet."""
    rows = {(wish.entry_id, time.clinician_id, time.starts_at, time.freed_at, why.value) for wish, time, why in skipped}
    new = [Skip(**dict(zip(SKIP, row, strict=True)), at=at) for row in sorted(rows - known, key=str)]
    Skip.objects.bulk_create(new, ignore_conflicts=True)


def _settle(offer: Offer, *, at: datetime) -> None:
    """Give an open offer the state that follows from its hold and the clock."""
    current = Offer.objects.select_related("hold", "entry").get(pk=offer.pk)
    if current.state != OfferState.OFFERED:
        return
    if current.hold.state not in HOLD_STATES:
        move(current, OfferState.ACCEPTED, by=None, at=at)
        move(current.entry, EntryState.BOOKED, by=None, at=at)
        return
    if current.hold.state == State.HELD and at < current.expires_at:
        return
    if current.hold.state == State.HELD:
        offers.release(current.hold, reason="No answer in time", by=None, at=at)
    move(current, OfferState.EXPIRED, by=None, at=at)


def _end(entry: WaitingEntry, *, at: datetime, reason: str) -> None:
    """End an entry that waits for nothing, if it still does: its patient may have changed what they ask for."""
    if WaitingEntry.objects.over(uk_day(at)).filter(pk=entry.pk).exists():
        _close(entry, EntryState.ENDED, by=None, at=at, reason=reason)


def _close(entry: WaitingEntry, to: EntryState, *, by: User | None, at: datetime, reason: str) -> None:
    for offer in Offer.objects.open().filter(entry=entry).select_related("hold"):
        _settle(offer, at=at)
        offer.refresh_from_db()
        if offer.state == OfferState.OFFERED:
            offers.release(offer.hold, reason="No longer wanted", by=by, at=at)
            move(offer, OfferState.WITHDRAWN, by=by, at=at)
    current = WaitingEntry.objects.get(pk=entry.pk)
    move(current, to, by=by, at=at, reason=reason)


def _check_visit(visit: Appointment | None, patient: Patient, kind: AppointmentKind, at: datetime) -> None:
    """Look at the visit somebody would have earlier; without one, that they have none of the kind."""
    coming = Appointment.objects.upcoming().filter(patient=patient, kind=kind)
    if visit is not None:
        if not coming.filter(pk=visit.pk).exists():
            raise VisitGone
    elif coming.filter(starts_at__gt=at).exists():
        raise VisitStays


def _same(there: WaitingEntry, asked: Mapping[str, Any]) -> WaitingEntry:
    same = all(getattr(there, name) == asked[name] for name in ASKED)
    if same and set(there.clinicians.all()) == set(asked["clinicians"]):
        return there
    raise AlreadyWaiting


def _alone_with(patient_id: UUID, work: Callable[[], Result]) -> Result:
    """Return ``work()``, run in one transaction under the lock of the patient's row. Raises Busy."""

    def locked() -> Result:
        with transaction.atomic():
            Patient.objects.select_for_update(no_key=True).values_list("pk").get(pk=patient_id)
            return work()

    return patiently(locked, Busy())
