"""The waiting list of the model. Whom a freed time is offered to is the clinic's choice; the model says whether it may.

After a sweep nobody waits whom a freed time suits, nobody was passed over for somebody who asked later,
and each offer ends well before the notice. When an offer ends in the quiet hours is a pure rule with tests of its own.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings

from bookings.appointments import policy
from bookings.appointments.enums import HOLD_STATES, State
from bookings.appointments.refusals import HoldEnded, NotOffered, Taken
from bookings.waitlist.enums import EntryState, OfferState
from bookings.waitlist.policy import answer_until
from bookings.waitlist.refusals import AlreadyWaiting, AnswerFirst, NoLongerOffered, OfferEnded, VisitGone, VisitStays
from clinic.db.clock import UK
from clinic.db.states import StaleState
from tests.bookings.model import Model, Row, busy, overlap

OWN_NOTICE = timedelta(hours=4)
WAITS = timedelta(days=4)


@dataclass
class Entry:
    """Somebody waits for a kind; ``visit`` is the key of the one they would have earlier."""

    patient: str
    kind: str
    visit: UUID | None
    asked: datetime
    last_day: date
    state: str = EntryState.WAITING


@dataclass
class Offer:
    """What was offered to an entry; its key is that of the hold."""

    entry: UUID
    until: datetime
    state: str = OfferState.OFFERED


class WaitingModel(Model):
    """The diary, the people who wait, and what was offered to them."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.first_day = now.astimezone(UK).date()
        self.last_day = self.first_day + WAITS
        self.entries: dict[UUID, Entry] = {}
        self.offers: dict[UUID, Offer] = {}

    def changing(self):
        return super().changing() | {"entries": self.entries, "offers": self.offers}

    def join(self, patient, kind, visit):
        for pk, offer in self.offers.items():
            if self.entries[offer.entry].patient == patient:
                self._settle(pk)
        self._check_visit(visit, patient, kind)
        for entry in self._waiting():
            if (entry.patient, entry.kind) == (patient, kind):
                if entry.visit != visit:
                    raise AlreadyWaiting
                return entry
        return Entry(patient, kind, visit, self.now, self.last_day)

    def change(self, pk, visit):
        entry = self.entries[pk]
        for hold, _ in self._open_offers(pk):
            self._settle(hold)
        if entry.state != EntryState.WAITING:
            raise StaleState
        if self._open_offers(pk):
            raise AnswerFirst
        self._check_visit(visit, entry.patient, entry.kind)
        entry.visit = visit
        return entry

    def _check_visit(self, visit, patient, kind):
        row = self.rows.get(visit)
        if row is not None and not (row.to_come and (row.patient, row.kind) == (patient, kind)):
            raise VisitGone
        if row is None and any(each.start > self.now for each in self._visits(patient, kind)):
            raise VisitStays

    def withdraw(self, pk, to=EntryState.WITHDRAWN):
        entry = self.entries[pk]
        for hold, offer in self._open_offers(pk):
            self._settle(hold)
            if offer.state == OfferState.OFFERED:
                self.rows[hold].state, offer.state = State.EXPIRED, OfferState.WITHDRAWN
        if entry.state != EntryState.WAITING:
            raise StaleState
        entry.state = to
        return entry

    def accept(self, hold):
        offer = self.offers[hold]
        entry, row = self.entries[offer.entry], self.rows[hold]
        if entry.visit is None or self.now >= offer.until:
            raise OfferEnded
        visit = self.rows[entry.visit]
        if offer.state == OfferState.ACCEPTED:
            return visit  # the button pressed twice
        if row.state != State.HELD:
            raise HoldEnded
        row.state = State.EXPIRED
        try:
            self.move(visit, row.clinician, row.start, by_staff=False, anyway=False)
        except (Taken, NotOffered) as refusal:
            raise NoLongerOffered from refusal
        if (offer.state, entry.state) != (OfferState.OFFERED, EntryState.WAITING):
            raise StaleState
        offer.state, entry.state = OfferState.ACCEPTED, EntryState.BOOKED
        return visit

    def decline(self, hold):
        offer, row = self.offers[hold], self.rows[hold]
        if not (offer.state == OfferState.OFFERED and row.state == State.HELD and self.now < offer.until):
            raise OfferEnded
        row.state, offer.state = State.EXPIRED, OfferState.DECLINED
        return offer

    def settle(self):
        """The first half of a sweep: what is over ends."""
        for hold in self.offers:
            self._settle(hold)
        for pk, entry in self.entries.items():
            gone = entry.visit is not None and not self.rows[entry.visit].to_come
            if entry.state == EntryState.WAITING and (gone or entry.last_day < self.now.astimezone(UK).date()):
                self.withdraw(pk, EntryState.ENDED)

    def offer(self, hold, pk, clinician, start, until):
        """The other half: the clinic offered a time to an entry. May it?"""
        entry = self.entries[pk]
        assert self.suits(pk, clinician, start), "this time does not suit them"
        earlier = [
            other
            for other, each in self.entries.items()
            if each.asked < entry.asked and each.kind == entry.kind and self.suits(other, clinician, start)
        ]
        assert not earlier, "somebody asked before them"
        assert until == answer_until(start, OWN_NOTICE, at=self.now)
        span = busy(entry.kind, start)
        for row in self.rows.values():
            mine = row.patient == entry.patient or row.clinician == clinician
            if mine and self.stale(row) and overlap(row.busy, span):
                row.state = State.EXPIRED
        row = Row(entry.kind, clinician, start, entry.patient, State.HELD, held_until=until, made=self.now)
        row.offered, row.moves_there = True, entry.visit is not None
        self.rows[hold] = row
        self._place(row)
        self.offers[hold] = Offer(pk, until)

    def suits(self, pk, clinician, start):
        """Whether a freed time may be offered to somebody now."""
        entry = self.entries[pk]
        before = [self.rows[hold] for hold, offer in self.offers.items() if offer.entry == pk]
        end = Row(entry.kind, clinician, start, None, State.HELD).end
        theirs = [row for row in self.rows.values() if row.patient == entry.patient and row.live]
        return (
            entry.state == EntryState.WAITING
            and not self._open_offers(pk)
            and (clinician, start) not in [(row.clinician, row.start) for row in before]
            and self._is_wanted(entry, start)
            and not any(overlap((row.start, row.end), (start, end)) for row in theirs if not self.stale(row))
            and start - OWN_NOTICE >= self.now
            and start.astimezone(UK).date() <= entry.last_day
            and answer_until(start, OWN_NOTICE, at=self.now) is not None
            and self.offered(entry.kind, clinician, start)
        )

    def passed_over(self):
        """Who waits although the time of a visit that was cancelled or moved away suits them."""
        return [
            (entry, start)
            for clinician, begin, end, since in self.freed
            for pk, entry in self.entries.items()
            if begin > self.now and since > self.now - timedelta(days=7) and entry.asked <= since
            for start in self.grid()
            if begin <= start < end and self.suits(pk, clinician, start)
        ]

    def _is_wanted(self, entry, start):
        if entry.visit is None:
            return not any(row.end > self.now for row in self._visits(entry.patient, entry.kind))
        row = self.rows[entry.visit]
        return start < row.start and self.now < policy.cut_off(row.start, settings.REFUND_TERMS)

    def _visits(self, patient, kind):
        return [row for row in self.rows.values() if row.to_come and (row.patient, row.kind) == (patient, kind)]

    def _waiting(self):
        return [entry for entry in self.entries.values() if entry.state == EntryState.WAITING]

    def _open_offers(self, pk):
        return [
            (hold, offer)
            for hold, offer in self.offers.items()
            if offer.entry == pk and offer.state == OfferState.OFFERED
        ]

    def _settle(self, hold):
        """The hold is the truth about an offer: booked means accepted, ended means over."""
        offer, row = self.offers[hold], self.rows[hold]
        if offer.state != OfferState.OFFERED:
            return
        if row.state not in HOLD_STATES:
            offer.state = OfferState.ACCEPTED
            self.entries[offer.entry].state = EntryState.BOOKED
        elif row.state == State.EXPIRED or self.now >= offer.until:
            row.state, offer.state = State.EXPIRED, OfferState.EXPIRED
