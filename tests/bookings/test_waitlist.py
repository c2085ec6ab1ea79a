"""The waiting list: asking, the sweep, answers. Booking's hard case 28 part by part; its races are in test_waitlist_races.py."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.appointments import actions as visits
from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.refusals import HoldEnded, Taken, TooLate
from bookings.availability.models import HoursException, WeeklyHours
from bookings.holds import actions as holds
from bookings.waitlist import actions
from bookings.waitlist.enums import ENTRY_MOVES, OFFER_MOVES, EntryState, OfferState, Why
from bookings.waitlist.models import Offer, Skip, WaitingEntry
from bookings.waitlist.refusals import (
    AlreadyWaiting,
    AnswerFirst,
    NoLongerOffered,
    OfferEnded,
    VisitGone,
    VisitStays,
)
from clinic.celery import app
from clinic.db.clock import instant, uk_day
from clinic.db.states import StaleState, move
from clinic.db.workdays import is_workday
from clinic.outbox.models import Message
from tests.factories import diary, people, waiting
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
THURSDAY = datetime(2026, 12, 3, 10, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LATER = NOW + HOUR  # when a visit is cancelled
ASKED = {
    "clinicians": [],
    "weekdays": [0, 3],
    "part": "any",
    "notice_hours": 24,
    "first_day": date(2026, 11, 23),
    "last_day": date(2026, 12, 24),
    "instead_of": None,
}


@pytest.fixture
def kind(okafor, lind):
    diary.hours(okafor)
    diary.hours(lind)
    return diary.kind(okafor, lind)


@pytest.fixture
def carl(db):
    return people.patient("carl@example.com", first_names="Carl")


@pytest.fixture
def freed(kind, okafor, carl, rosa):
    """Carl's visit on Thursday, cancelled an hour after everybody joined."""
    visit = diary.appointment(carl, okafor, kind, THURSDAY)
    cancel(visit, rosa)
    return visit


@pytest.fixture
def offered(freed, kind, amina):
    """Thursday, offered to Amina."""
    waiting.entry(amina, kind)
    return sweep()[0]


def cancel(visit, rosa, at=LATER):
    visits.cancel(visit, reason="", agreed_refund=None, key=uuid4(), by=rosa, at=at)


def sweep(at=LATER):
    return actions.sweep(at=at)


def hold(patient, kind, clinician, starts_at=THURSDAY, at=LATER):
    return holds.hold(kind, clinician, starts_at, patient=patient, own_hold=None, address="", key=uuid4(), at=at)


def confirm(held, patient, at=LATER):
    return holds.confirm(held, patient=patient, mode="video", early_start=True, key=uuid4(), by=patient.user, at=at)


def now(record):
    return type(record).objects.get(pk=record.pk)


def log():
    return list(
        Skip.objects.order_by("at", "entry__created_at", "why").values_list("entry__patient__first_names", "why")
    )


class TestJoin:
    def join(self, patient, kind, **asked):
        return actions.join(patient, kind, ASKED | asked, at=NOW)

    def test_keeps_what_was_asked(self, kind, okafor, amina):
        entry = now(self.join(amina, kind, clinicians=[okafor], part="morning"))

        assert (entry.state, entry.weekdays, entry.part, entry.created_at) == ("waiting", [0, 3], "morning", NOW)
        assert list(entry.clinicians.all()) == [okafor]

    def test_the_same_again_is_the_same_entry(self, kind, okafor, amina):
        first = self.join(amina, kind, clinicians=[okafor])

        assert self.join(amina, kind, clinicians=[okafor]) == first

    @pytest.mark.parametrize("asked", [{"part": "evening"}, {"clinicians": "lind"}])
    def test_with_other_wishes_is_refused(self, kind, lind, amina, asked):
        self.join(amina, kind)

        with pytest.raises(AlreadyWaiting):
            self.join(amina, kind, **({"clinicians": [lind]} if "clinicians" in asked else asked))

    def test_another_kind_is_another_entry(self, kind, okafor, amina):
        self.join(amina, kind)

        assert self.join(amina, diary.kind(okafor, slug="review")).state == EntryState.WAITING

    def test_instead_of_a_visit_of_ones_own(self, kind, okafor, amina):
        visit = diary.appointment(amina, okafor, kind, THURSDAY)

        assert self.join(amina, kind, instead_of=visit).instead_of == visit

    @pytest.mark.parametrize("fault", ["somebody else's", "cancelled", "another kind"])
    def test_instead_of_what_is_no_visit_to_come_is_refused(self, kind, okafor, amina, ben, fault):
        visit = diary.appointment(
            ben if fault == "somebody else's" else amina,
            okafor,
            diary.kind(okafor, slug="review") if fault == "another kind" else kind,
            THURSDAY,
            state="cancelled_by_patient" if fault == "cancelled" else "booked",
        )

        with pytest.raises(VisitGone):
            self.join(amina, kind, instead_of=visit)

    def test_with_a_visit_of_the_kind_and_none_to_have_earlier_is_refused(self, kind, okafor, amina):
        diary.appointment(amina, okafor, kind, THURSDAY)

        with pytest.raises(VisitStays):
            self.join(amina, kind)

    def test_a_moment_after_taking_a_time_one_can_join_again(self, offered, kind, amina):
        confirm(offered.hold, amina)

        again = actions.join(amina, kind, ASKED | {"instead_of": offered.hold}, at=LATER)

        assert (now(offered).state, now(offered.entry).state) == (OfferState.ACCEPTED, EntryState.BOOKED)
        assert again != offered.entry


class TestChange:
    def test_the_sweep_asks_again_under_the_lock(self, kind, freed, amina, monkeypatch):
        """Between reading the list and offering, the patient asked for other days."""
        entry = waiting.entry(amina, kind)
        read = actions.wishes

        def then_changed(at):
            found = read(at)
            actions.change(entry, wishes_of(entry, weekdays=[0]), at=at)
            return found

        monkeypatch.setattr(actions, "wishes", then_changed)

        assert sweep() == []
        assert not Appointment.objects.filter(state=State.HELD).exists()

    def test_whoever_asks_for_longer_meanwhile_stays_on_the_list(self, kind, amina):
        entry = waiting.entry(amina, kind, last_day=date(2026, 11, 24))
        over = list(WaitingEntry.objects.over(date(2026, 11, 25)))
        actions.change(entry, wishes_of(entry, last_day=date(2026, 12, 24)), at=NOW)

        actions._end(over[0], at=NOW + timedelta(days=2), reason="The last day has passed")

        assert now(entry).state == EntryState.WAITING

    def test_keeps_the_place_and_takes_the_new_wishes(self, kind, freed, okafor, lind, amina, ben):
        first = waiting.entry(amina, kind, weekdays=[0])  # the freed time is a Thursday
        waiting.entry(ben, kind, created_at=NOW + timedelta(minutes=1))

        assert [offer.entry.patient for offer in sweep()] == [ben]

        actions.change(first, wishes_of(first, weekdays=[3], clinicians=[okafor]), at=LATER)

        first.refresh_from_db()
        assert (first.created_at, first.weekdays, list(first.clinicians.all())) == (NOW, [3], [okafor])
        actions.decline(Offer.objects.get(), reason="", by=ben.user, at=LATER)
        assert [offer.entry for offer in sweep()] == [first]

    def test_waits_until_an_offer_is_answered(self, offered):
        with pytest.raises(AnswerFirst):
            actions.change(offered.entry, wishes_of(offered.entry, part="evening"), at=NOW)

        late = offered.expires_at
        assert actions.change(offered.entry, wishes_of(offered.entry, part="evening"), at=late).part == "evening"

    def test_of_somebody_who_waits_no_longer_is_refused(self, kind, amina):
        entry = waiting.entry(amina, kind)
        actions.withdraw(entry, by=amina.user, at=NOW)

        with pytest.raises(StaleState):
            actions.change(entry, wishes_of(entry), at=NOW)

    def test_looks_at_visits_as_joining_does(self, kind, lind, amina, ben):
        entry, others = waiting.entry(amina, kind), diary.appointment(ben, lind, kind, THURSDAY)
        with pytest.raises(VisitGone):
            actions.change(entry, wishes_of(entry, instead_of=others), at=NOW)

        diary.appointment(amina, lind, kind, THURSDAY + timedelta(days=1))
        with pytest.raises(VisitStays):
            actions.change(entry, wishes_of(entry), at=NOW)


def wishes_of(entry, **changes):
    """What an entry asks for, with changes, as the form gives it."""
    asked = {name: getattr(entry, name) for name in actions.ASKED}
    return asked | {"clinicians": list(entry.clinicians.all())} | changes


class TestSweep:
    def test_a_cancelled_time_is_offered_to_who_asked_first(self, kind, freed, okafor, amina, ben):
        waiting.entry(ben, kind, created_at=NOW + MINUTE)
        first = waiting.entry(amina, kind)

        offer = sweep()[0]

        assert (offer.entry, offer.state) == (first, OfferState.OFFERED)
        assert (offer.offered_at, offer.expires_at) == (LATER, LATER + timedelta(hours=12))
        assert (offer.hold.state, offer.hold.patient, offer.hold.held_until, offer.hold.held_for_offer) == (
            State.HELD,
            amina,
            offer.expires_at,
            True,
        )
        assert (offer.hold.clinician, offer.hold.starts_at) == (okafor, THURSDAY)
        planned = Message.objects.filter(rule="waiting_list_offer")
        assert list(planned.values_list("about", "person", "due_at", "useful_until")) == [
            (offer.pk, amina.pk, LATER, offer.expires_at)
        ]

    def test_a_time_that_a_visit_moved_away_from_is_offered(self, kind, okafor, carl, amina, rosa):
        visit = diary.appointment(carl, okafor, kind, THURSDAY)
        waiting.entry(amina, kind)

        visits.reschedule(visit, okafor, THURSDAY + timedelta(days=4), key=uuid4(), by=rosa, at=LATER)

        assert [offer.hold.starts_at for offer in sweep()] == [THURSDAY]

    @pytest.mark.parametrize("whose", ["okafor", "everybody"])
    def test_a_day_that_is_open_again_is_offered(self, kind, okafor, amina, soon, whose):
        at = timezone.now() + MINUTE
        closed = HoursException.objects.create(
            clinician=okafor if whose == "okafor" else None, day=soon, kind="closed", starts=600, ends=720
        )
        waiting.entry(amina, kind, okafor, first_day=soon, last_day=soon, created_at=at - HOUR)
        assert sweep(at) == []

        HoursException.objects.filter(pk=closed.pk).update(ends=660)

        assert [offer.hold.starts_at for offer in sweep(at)] == [instant(soon, 660)]

    def test_added_hours_are_offered(self, kind, okafor, amina, soon):
        at = timezone.now() + MINUTE
        waiting.entry(amina, kind, first_day=soon, last_day=soon, part="evening", created_at=at - HOUR)

        HoursException.objects.create(clinician=okafor, day=soon, kind="extra", starts=18 * 60, ends=20 * 60)

        assert [offer.hold.starts_at for offer in sweep(at)] == [instant(soon, 18 * 60)]

    def test_of_a_stretch_that_has_begun_the_rest_is_offered(self, kind, okafor, amina):
        day = uk_day(timezone.now()) + timedelta(days=2)
        while not is_workday(day):
            day += timedelta(days=1)
        type(kind).objects.filter(pk=kind.pk).update(notice_hours=4)
        waiting.entry(amina, kind, okafor, notice_hours=4, last_day=day, created_at=timezone.now() - HOUR)
        closed = HoursException.objects.create(clinician=okafor, day=day, kind="closed", starts=540, ends=960)
        HoursException.objects.filter(pk=closed.pk).update(ends=570)

        offers = sweep(instant(day, 8 * 60))

        assert [offer.hold.starts_at for offer in offers] == [instant(day, 15 * 60)]
        assert {why for _, why in log()} == {"no_time_to_answer"}

    @pytest.fixture
    def soon(self):
        """A workday in a while, by the real clock: the history of exceptions is kept by the database's."""
        day = uk_day(timezone.now()) + timedelta(days=9)
        while not is_workday(day):
            day += timedelta(days=1)
        return day

    def test_a_time_that_was_always_free_is_not(self, kind, amina):
        waiting.entry(amina, kind)

        assert sweep() == []

    def test_nothing_happens_while_nobody_waits(self, freed):
        assert sweep() == []

    def test_a_time_that_became_free_a_week_ago_is_looked_at_no_more(self, kind, freed, amina):
        waiting.entry(amina, kind)

        assert sweep(LATER + timedelta(days=7)) == []

    @pytest.mark.parametrize("why", ["closed", "clinician gone", "kind gone"])
    def test_a_time_that_is_not_offered_to_the_public_is_not_offered_here(self, kind, freed, okafor, amina, why):
        waiting.entry(amina, kind)
        if why == "closed":
            okafor.exceptions.create(day=THURSDAY.date(), kind="closed")
        elif why == "clinician gone":
            type(okafor).objects.filter(pk=okafor.pk).update(is_active=False)
        else:
            type(kind).objects.filter(pk=kind.pk).update(is_active=False)

        assert sweep() == []

    def test_a_longer_time_can_be_used_for_a_shorter_kind_at_its_own_starts(self, okafor, carl, amina, rosa):
        diary.hours(okafor)
        long = diary.kind(okafor, minutes=60)
        short = diary.kind(okafor, slug="review", minutes=20, align_minutes=30)
        visit = diary.appointment(carl, okafor, long, THURSDAY)
        diary.appointment(people.patient(), okafor, short, THURSDAY + HOUR)
        waiting.entry(amina, short, part="afternoon")
        waiting.entry(carl, short, created_at=NOW + MINUTE)

        cancel(visit, rosa)
        offers = sweep()

        assert [(offer.entry.patient, offer.hold.starts_at) for offer in offers] == [(carl, THURSDAY)]
        assert list(Skip.objects.order_by("starts_at").values_list("starts_at", "why")) == [
            (THURSDAY, "other_part"),
            (THURSDAY + HOUR / 2, "other_part"),
        ]

    def test_one_person_gets_one_offer_and_the_next_time_goes_to_the_next(
        self, kind, freed, okafor, carl, amina, ben, rosa
    ):
        cancel(diary.appointment(carl, okafor, kind, THURSDAY + HOUR), rosa)
        waiting.entry(amina, kind)
        waiting.entry(ben, kind, created_at=NOW + MINUTE)

        offers = sweep()

        assert [(offer.entry.patient, offer.hold.starts_at) for offer in offers] == [
            (amina, THURSDAY),
            (ben, THURSDAY + HOUR),
        ]
        assert log() == [("Amina", "has_offer")]

    def test_an_earlier_time_than_a_visit(self, kind, freed, okafor, amina):
        visit = diary.appointment(amina, okafor, kind, THURSDAY + timedelta(days=7))
        waiting.entry(amina, kind, instead_of=visit)

        assert [offer.hold.starts_at for offer in sweep()] == [THURSDAY]

    def test_again_changes_nothing_and_logs_nothing_twice(self, kind, offered, ben, carl):
        waiting.entry(ben, kind, created_at=NOW + MINUTE)
        waiting.entry(carl, kind, weekdays=[0])

        for minutes in range(3):
            assert sweep(LATER + minutes * MINUTE) == []

        assert Offer.objects.count() == 1
        assert log() == []  # the time is taken: nobody is passed over for it

    def test_the_log_says_each_reason_once_for_each_time_it_became_free(self, kind, freed, okafor, carl, amina, rosa):
        waiting.entry(amina, kind, weekdays=[0])
        for minutes in range(3):
            sweep(LATER + minutes * MINUTE)
        assert log() == [("Amina", "other_day")]

        cancel(diary.appointment(carl, okafor, kind, THURSDAY), rosa, LATER + HOUR)
        sweep(LATER + HOUR)

        assert log() == [("Amina", "other_day")] * 2

    def test_the_scheduler_knows_it(self):
        entry = app.conf.beat_schedule["waiting list"]

        assert (entry["task"], entry["schedule"]) == ("bookings.waitlist.tasks.sweep", timedelta(minutes=1))

    def test_the_same_number_of_queries_for_one_and_many(self, kind, okafor, carl, rosa):
        def add(count):
            for number in range(count):
                start = THURSDAY + timedelta(days=number % 2, hours=number % 3)
                visit = diary.appointment(people.patient(), okafor, kind, start, created_at=NOW - HOUR * number)
                cancel(visit, rosa)
                waiting.entry(people.patient(), kind, okafor, weekdays=[6])

        add(1)
        sweep()
        with CaptureQueriesContext(connection) as one:
            sweep(LATER + MINUTE)
        add(5)
        sweep(LATER + 2 * MINUTE)

        with CaptureQueriesContext(connection) as six:
            sweep(LATER + 3 * MINUTE)

        assert len(one) == len(six)


class TestCase28:
    """Hard case 28: one winner; the time returns exactly once; the log says why each was skipped."""

    @pytest.fixture
    def next_in_line(self, kind, ben):
        return waiting.entry(ben, kind, created_at=NOW + MINUTE)

    def live(self):
        return [
            (visit.patient.first_names, visit.state)
            for visit in Appointment.objects.live().filter(starts_at=THURSDAY).select_related("patient")
        ]

    def test_an_offer_that_expires_goes_to_the_next_and_not_to_the_same_again(self, offered, next_in_line):
        offers = sweep(offered.expires_at)

        assert now(offered).state == OfferState.EXPIRED
        assert now(offered.hold).state == State.EXPIRED
        assert now(offered.entry).state == EntryState.WAITING
        assert [offer.entry for offer in offers] == [next_in_line]
        assert log() == [("Amina", "offered_before")]

    def test_until_it_expires_nobody_else_is_asked(self, offered, next_in_line):
        assert sweep(offered.expires_at - MINUTE) == []

    def test_an_offer_that_is_declined_goes_to_the_next(self, offered, next_in_line, amina):
        actions.decline(offered, reason="It is too soon for me", by=amina.user, at=LATER + HOUR)

        offers = sweep(LATER + HOUR)

        assert (now(offered).state, now(offered.entry).state) == (OfferState.DECLINED, EntryState.WAITING)
        assert offered.state_changes.get().reason == "It is too soon for me"
        assert [offer.entry for offer in offers] == [next_in_line]

    def test_a_declined_time_returns_exactly_once(self, offered, kind, okafor, amina, ben, carl):
        actions.decline(offered, reason="", by=amina.user, at=LATER + HOUR)

        held = hold(ben, kind, okafor, at=LATER + HOUR)

        with pytest.raises(Taken):
            hold(carl, kind, okafor, at=LATER + HOUR)
        assert sweep(LATER + HOUR) == []
        assert self.live() == [("Ben", "held")]
        assert confirm(held, ben, at=LATER + HOUR).state == State.BOOKED

    def test_an_accepted_offer_has_one_winner(self, offered, next_in_line, kind, okafor, amina, ben):
        confirm(offered.hold, amina)

        with pytest.raises(Taken):
            hold(ben, kind, okafor)
        assert sweep() == []
        assert self.live() == [("Amina", "booked")]
        assert (now(offered).state, now(offered.entry).state) == (OfferState.ACCEPTED, EntryState.BOOKED)

    def test_accepting_when_the_public_took_the_expired_time_is_told(self, offered, kind, okafor, amina, ben):
        late = offered.expires_at
        hold(ben, kind, okafor, at=late)

        with pytest.raises(HoldEnded):
            confirm(offered.hold, amina, at=late)
        sweep(late)
        assert now(offered).state == OfferState.EXPIRED
        assert self.live() == [("Ben", "held")]

    def test_who_has_a_visit_of_this_kind_already_is_skipped(self, freed, kind, lind, amina):
        diary.appointment(amina, lind, kind, THURSDAY + timedelta(days=1))
        waiting.entry(amina, kind)

        assert sweep() == []
        assert log() == [("Amina", "has_visit")]

    def test_who_has_a_visit_at_that_time_is_skipped(self, freed, kind, lind, amina):
        diary.appointment(amina, lind, diary.kind(lind, slug="review"), THURSDAY)
        waiting.entry(amina, kind)

        assert sweep() == []
        assert log() == [("Amina", "busy_then")]

    def test_a_time_freed_inside_the_kinds_notice_is_offered_to_nobody(self, kind, okafor, carl, amina, rosa):
        visit = diary.appointment(carl, okafor, kind, THURSDAY)
        waiting.entry(amina, kind, notice_hours=4)
        late = THURSDAY - timedelta(hours=23)

        cancel(visit, rosa, late)

        assert sweep(late) == []
        assert log() == [("Amina", "kind_notice")]

    def test_the_log_says_why_each_was_skipped(self, freed, kind, okafor, lind, amina, ben, carl):
        type(amina).objects.filter(pk=ben.pk).update(status="discharged", status_since=date(2026, 11, 1))
        nobody = people.patient(account=False, first_names="Nora")
        late = people.patient(first_names="Lars")
        waiting.entry(amina, kind, lind)
        waiting.entry(ben, kind, created_at=NOW + MINUTE)
        waiting.entry(nobody, kind, created_at=NOW + 2 * MINUTE)
        waiting.entry(carl, kind, created_at=NOW + 3 * MINUTE, part="evening")
        waiting.entry(late, kind, created_at=LATER + MINUTE)

        assert sweep(LATER + 2 * MINUTE) == []
        assert log() == [
            ("Amina", "other_clinician"),
            ("Ben", "not_written_to"),
            ("Nora", "no_address"),
            ("Carl", "other_part"),
            ("Lars", "asked_later"),
        ]


class TestAnswers:
    @pytest.fixture
    def visit(self, kind, lind, amina):
        return diary.appointment(amina, lind, kind, THURSDAY + timedelta(days=7))

    @pytest.fixture
    def earlier(self, freed, kind, amina, visit):
        waiting.entry(amina, kind, instead_of=visit)
        return sweep()[0]

    def test_accepting_moves_the_visit_and_frees_the_old_time(self, earlier, visit, okafor, lind, kind, amina, ben):
        moved = actions.accept(earlier, early_start=True, by=amina.user, at=LATER)

        assert (moved.pk, moved.starts_at, moved.clinician, moved.sequence) == (visit.pk, THURSDAY, okafor, 1)
        assert (now(earlier).state, now(earlier.entry).state) == (OfferState.ACCEPTED, EntryState.BOOKED)
        assert now(earlier.hold).state == State.EXPIRED
        assert "booking_moved" in Message.objects.filter(about=visit.pk).values_list("rule", flat=True)
        assert hold(ben, kind, lind, visit.starts_at).state == State.HELD

    def test_accepting_twice_moves_once(self, earlier, visit, amina):
        for _ in range(2):
            assert actions.accept(earlier, early_start=True, by=amina.user, at=LATER) == visit

        assert visit.moves.count() == 1

    def test_accepting_late_is_refused_and_the_visit_stays(self, earlier, visit, amina):
        with pytest.raises(OfferEnded):
            actions.accept(earlier, early_start=True, by=amina.user, at=earlier.expires_at)

        assert now(visit).starts_at == visit.starts_at

    def test_accepting_what_is_no_longer_offered_says_so_and_the_visit_stays(self, earlier, visit, okafor, amina):
        WeeklyHours.objects.filter(clinician=okafor).delete()

        with pytest.raises(NoLongerOffered, match="We can no longer offer this time"):
            actions.accept(earlier, early_start=True, by=amina.user, at=LATER)
        assert now(visit).starts_at == visit.starts_at

    def test_accepting_after_declining_is_refused_and_the_visit_stays(self, earlier, visit, amina):
        actions.decline(earlier, reason="", by=amina.user, at=LATER)

        with pytest.raises(HoldEnded):
            actions.accept(earlier, early_start=True, by=amina.user, at=LATER)
        assert now(visit).starts_at == visit.starts_at

    def test_accepting_when_the_visit_can_no_longer_move_changes_nothing(self, earlier, visit, amina):
        Appointment.objects.filter(pk=visit.pk).update(
            starts_at=NOW + 6 * HOUR, ends_at=NOW + 7 * HOUR, busy_from=NOW + 6 * HOUR, busy_until=NOW + 7 * HOUR
        )

        with pytest.raises(TooLate):
            actions.accept(earlier, early_start=True, by=amina.user, at=LATER)
        assert now(earlier.hold).state == State.HELD

    def test_accepting_when_the_visit_was_cancelled_changes_nothing(self, earlier, visit, amina, rosa):
        cancel(visit, rosa)

        with pytest.raises(StaleState):
            actions.accept(earlier, early_start=True, by=amina.user, at=LATER)
        assert now(earlier).state == OfferState.OFFERED

    def test_an_offer_about_no_visit_is_not_accepted_here(self, offered, amina):
        with pytest.raises(OfferEnded):
            actions.accept(offered, by=amina.user, at=LATER)

    @pytest.mark.parametrize("how", ["declined", "expired", "booked"])
    def test_declining_what_is_over_is_refused(self, offered, amina, how):
        if how == "declined":
            actions.decline(offered, reason="", by=amina.user, at=LATER)
        elif how == "booked":
            confirm(offered.hold, amina)

        with pytest.raises(OfferEnded):
            actions.decline(offered, reason="", by=amina.user, at=offered.expires_at if how == "expired" else LATER)


class TestEnding:
    def test_withdrawing_lets_the_held_time_go(self, offered, amina, kind, okafor, ben):
        actions.withdraw(offered.entry, by=amina.user, at=LATER)

        assert (now(offered.entry).state, now(offered).state) == (EntryState.WITHDRAWN, OfferState.WITHDRAWN)
        assert hold(ben, kind, okafor).state == State.HELD

    def test_withdrawing_twice_is_refused(self, kind, amina):
        entry = waiting.entry(amina, kind)
        actions.withdraw(entry, by=amina.user, at=LATER)

        with pytest.raises(StaleState):
            actions.withdraw(entry, by=amina.user, at=LATER)

    def test_withdrawing_after_booking_is_refused_and_the_visit_stays(self, offered, amina):
        confirm(offered.hold, amina)

        with pytest.raises(StaleState):
            actions.withdraw(offered.entry, by=amina.user, at=LATER)
        assert now(offered.hold).state == State.BOOKED

    def test_after_the_last_day_it_ends(self, kind, amina):
        entry = waiting.entry(amina, kind, last_day=date(2026, 11, 23))

        sweep(datetime(2026, 11, 23, 23, 59, tzinfo=UTC))
        assert now(entry).state == EntryState.WAITING
        sweep(datetime(2026, 11, 24, 0, 0, tzinfo=UTC))

        assert now(entry).state == EntryState.ENDED
        assert entry.state_changes.get().reason == "The last day has passed"

    def test_with_the_visit_it_was_about_it_ends_and_the_held_time_goes(self, freed, kind, lind, amina, rosa):
        visit = diary.appointment(amina, lind, kind, THURSDAY + timedelta(days=7))
        waiting.entry(amina, kind, instead_of=visit)
        offer = sweep()[0]

        cancel(visit, rosa, LATER + HOUR)
        sweep(LATER + HOUR)

        assert (now(offer.entry).state, now(offer).state) == (EntryState.ENDED, OfferState.WITHDRAWN)
        assert now(offer.hold).state == State.EXPIRED


class TestHolds:
    def test_choosing_another_time_lets_the_offered_one_stand(self, offered, kind, okafor, amina):
        hold(amina, kind, okafor, THURSDAY + HOUR)
        hold(amina, kind, okafor, THURSDAY + 2 * HOUR)

        assert now(offered.hold).state == State.HELD
        assert Appointment.objects.filter(state=State.HELD).count() == 2

    def test_choosing_the_offered_time_gives_the_hold_that_is_there(self, offered, kind, okafor, amina):
        assert hold(amina, kind, okafor) == offered.hold

    def test_an_offer_lets_the_persons_own_hold_stand(self, freed, kind, okafor, amina):
        own = hold(amina, kind, okafor, THURSDAY + HOUR)
        waiting.entry(amina, kind)

        assert len(sweep()) == 1
        assert now(own).state == State.HELD

    def test_an_own_hold_that_ran_out_is_not_in_the_way(self, freed, kind, okafor, lind, amina):
        own = hold(amina, kind, lind, THURSDAY, at=LATER)
        waiting.entry(amina, kind)

        assert sweep() == []
        assert len(sweep(LATER + HOUR)) == 1
        assert now(own).state == State.EXPIRED


class TestDatabase:
    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [
            ({"weekdays": []}, "entry_has_days_of_the_week"),
            ({"weekdays": [7]}, "entry_has_days_of_the_week"),
            ({"first_day": date(2026, 12, 25)}, "entry_first_day_before_last"),
            ({"notice_hours": 5}, "entry_notice_known"),
            ({"part": "night"}, "entry_part_known"),
            ({"state": "lost"}, "entry_state_known"),
        ],
    )
    def test_entries(self, kind, amina, fields, constraint):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            waiting.entry(amina, kind, **fields)
        assert waiting.entry(amina, kind, weekdays=[0, 6], first_day=date(2026, 12, 24)).pk

    def test_one_waiting_entry_for_a_patient_and_kind(self, kind, amina, ben):
        waiting.entry(amina, kind)

        with pytest.raises(IntegrityError, match="one_waiting_entry_per_kind"), transaction.atomic():
            waiting.entry(amina, kind)
        waiting.entry(ben, kind)
        waiting.entry(amina, kind, state="ended")

    def test_one_open_offer_for_an_entry(self, offered, kind, okafor, amina):
        other = diary.appointment(amina, okafor, kind, THURSDAY + HOUR, state="held", held_until=LATER)

        with pytest.raises(IntegrityError, match="one_open_offer_per_entry"), transaction.atomic():
            waiting.offer(offered.entry, other)
        waiting.offer(offered.entry, other, state="declined")

    def test_one_offer_for_a_hold(self, offered):
        with pytest.raises(IntegrityError, match="hold_id"), transaction.atomic():
            waiting.offer(offered.entry, offered.hold, state="declined")

    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [({"expires_at": NOW}, "offer_ends_after_it_begins"), ({"state": "lost"}, "offer_state_known")],
    )
    def test_offers(self, kind, okafor, amina, fields, constraint):
        entry = waiting.entry(amina, kind)
        held = diary.appointment(amina, okafor, kind, THURSDAY, state="held", held_until=LATER)

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            waiting.offer(entry, held, **fields)
        assert waiting.offer(entry, held).pk

    def test_the_log(self, kind, okafor, amina):
        row = {"entry": waiting.entry(amina, kind), "clinician": okafor, "starts_at": THURSDAY, "freed_at": NOW}
        Skip.objects.create(**row, why=Why.OTHER_DAY, at=NOW)

        with pytest.raises(IntegrityError, match="one_row_for_each_reason"), transaction.atomic():
            Skip.objects.create(**row, why=Why.OTHER_DAY, at=LATER)
        with pytest.raises(IntegrityError, match="skip_reason_known"), transaction.atomic():
            Skip.objects.create(**row, why="mood", at=NOW)
        with pytest.raises(Exception, match="permission denied|Cannot"), transaction.atomic():
            Skip.objects.update(at=LATER)
        with pytest.raises(Exception, match="permission denied|Cannot"), transaction.atomic():
            Skip.objects.all().delete()

    @pytest.mark.parametrize("before", EntryState.values)
    def test_only_the_moves_of_an_entry(self, kind, amina, before):
        for after in set(EntryState.values) - {before}:
            self.try_to_move(waiting.entry(amina, kind, state=before), after, ENTRY_MOVES)
            WaitingEntry.objects.filter(state="waiting").update(state="ended")

    @pytest.mark.parametrize("before", OfferState.values)
    def test_only_the_moves_of_an_offer(self, kind, okafor, amina, before):
        entry = waiting.entry(amina, kind)
        for number, after in enumerate(set(OfferState.values) - {before}):
            held = diary.appointment(amina, okafor, kind, THURSDAY + number * HOUR, state="held", held_until=LATER)
            self.try_to_move(waiting.offer(entry, held, state=before), after, OFFER_MOVES)

    def try_to_move(self, record, after, moves):
        if after in moves.get(record.state, frozenset()):
            move(record, after, by=None, at=NOW)
            assert now(record).state == after
        else:
            with pytest.raises(StaleState):
                move(record, after, by=None, at=NOW)
            with pytest.raises(InternalError), transaction.atomic():
                type(record).objects.filter(pk=record.pk).update(state=after)
