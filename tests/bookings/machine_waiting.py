"""The same walk, with people who wait for an earlier time."""

from datetime import timedelta
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from bookings.appointments.models import Appointment
from bookings.waitlist import actions as waitlist
from bookings.waitlist.models import Offer, WaitingEntry
from tests.bookings.machine import PATIENTS, DiaryMachine, clinicians, kinds, patients, some

ENOUGH = timedelta(hours=8)  # the notice they need, the two hours before it, and time to answer


def accept(offer, by, at):
    return waitlist.accept(offer, early_start=True, by=by, at=at)


def decline(offer, by, at):
    waitlist.decline(offer, reason="day", by=by, at=at)
    return offer


answers = st.sampled_from([None, accept, decline])


class WaitingMachine(DiaryMachine):
    """Joining, being offered a time, answering or not, and leaving."""

    @rule(who=patients, kind=kinds, number=some, earlier=st.booleans())
    def join(self, who, kind, number, earlier):
        visit = self._visit_of(who, kind, number, earlier)
        expected = self.model.trying(self.model.join, who, kind, visit)
        there = self.world.patients[who], self.world.kinds[kind]
        if done := self.agree(expected, partial(waitlist.join, *there, self._asked(visit))):
            assert self.model.entries.setdefault(done.pk, expected) is expected

    @precondition(lambda self: self.model and self.model.entries)
    @rule(number=some, earlier=st.booleans())
    def change(self, number, earlier):
        pk = list(self.model.entries)[number % len(self.model.entries)]
        entry = self.model.entries[pk]
        visit = self._visit_of(entry.patient, entry.kind, number, earlier)
        expected = self.model.trying(self.model.change, pk, visit)
        self.agree(expected, partial(waitlist.change, WaitingEntry.objects.get(pk=pk), self._asked(visit)))

    def _visit_of(self, who, kind, number, earlier):
        had = [
            (row.to_come, row.start, pk)
            for pk, row in self.model.rows.items()
            if (row.patient, row.kind) == (who, kind)
        ]
        visits = [pk for _, _, pk in sorted(had) if self.model.rows[pk].booked]
        return visits[-1 - number % 4 % len(visits)] if earlier and visits else None

    def _asked(self, visit):
        return {
            "weekdays": list(range(7)),
            "part": "any",
            "notice_hours": 4,
            "first_day": self.model.first_day,
            "last_day": self.model.last_day,
            "instead_of": Appointment.objects.get(pk=visit) if visit else None,
            "clinicians": [],
        }

    @rule()
    def offer_what_became_free(self):
        self.model.settle()
        while made := waitlist.sweep(at=self.model.now):
            for offer in made:
                held, name = offer.hold, self.world.names[offer.hold.clinician_id]
                self.model.offer(held.pk, offer.entry_id, name, held.starts_at, offer.expires_at)
                self.tally["offer"] += 1
        assert self.model.passed_over() == []

    @rule(
        who=st.permutations(PATIENTS),
        kind=kinds,
        clinician=clinicians,
        number=some,
        earlier=st.booleans(),
        moves=st.booleans(),
        says=answers,
    )
    def two_wait_and_a_visit_is_given_up(self, who, kind, clinician, number, earlier, moves, says):
        """What leads to an offer, in one step: by chance alone the five seldom follow each other."""
        far = [start for start in self.model.free(kind, clinician) if start > self.model.now + ENOUGH]
        if len(far) < 2:
            return
        if earlier:
            self._book(who[0], kind, clinician, far[-1], "")
        if visit := self._book(who[2], kind, clinician, far[number % len(far)], ""):
            self.join(who[0], kind, number, earlier)
            self.time_passes(timedelta(minutes=1))
            self.join(who[1], kind, number, earlier)
            row = self.model.rows[visit.pk]
            if moves:
                self._move(row, visit, clinician, far[number % (len(far) - 1)], "staff")
            else:
                self._cancel(row, visit, by_clinic=True)
            self.offer_what_became_free()
            if self.model.offers and says:
                self.answer(0, says)

    @precondition(lambda self: self.model and self.model.offers)
    @rule(number=some, says=answers.filter(bool))
    def answer(self, number, says):
        hold = list(self.model.offers)[-1 - number % min(len(self.model.offers), 4)]
        offer = Offer.objects.select_related("entry__patient__user", "entry__instead_of", "hold").get(hold=hold)
        in_the_model = self.model.accept if says is accept else self.model.decline
        expected = self.model.trying(in_the_model, hold)
        self.agree(expected, partial(says, offer, by=offer.entry.patient.user))

    @precondition(lambda self: self.model and self.model.entries)
    @rule(number=some)
    def withdraw(self, number):
        pk = list(self.model.entries)[number % len(self.model.entries)]
        entry = WaitingEntry.objects.get(pk=pk)
        expected = self.model.trying(self.model.withdraw, pk)

        def withdraw(at):
            waitlist.withdraw(entry, by=self.world.rosa, at=at)
            return entry

        self.agree(expected, withdraw)

    @invariant()
    def every_entry_and_offer_is_as_the_model_says(self):
        entries, offers = WaitingEntry.objects.values_list("pk", "state"), Offer.objects.values_list("hold", "state")
        assert dict(entries) == {pk: entry.state for pk, entry in self.model.entries.items()}
        assert dict(offers) == {pk: offer.state for pk, offer in self.model.offers.items()}
