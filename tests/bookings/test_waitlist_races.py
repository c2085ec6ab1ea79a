"""One winner, with threads against the actions themselves (booking case 28)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from bookings.appointments import actions as visits
from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.holds import actions as holds
from bookings.waitlist import actions
from bookings.waitlist.enums import EntryState, OfferState
from bookings.waitlist.models import Offer, WaitingEntry
from clinic.outbox.models import Message
from tests.factories import diary, people, waiting
from tests.factories.people import NOW
from tests.race import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
THURSDAY = datetime(2026, 12, 3, 10, tzinfo=UTC)


@pytest.fixture
def kind(okafor, lind):
    diary.hours(okafor)
    diary.hours(lind)
    return diary.kind(okafor, lind)


@pytest.fixture
def freed(kind, okafor, rosa):
    visit = diary.appointment(people.patient(), okafor, kind, THURSDAY)
    visits.cancel(visit, reason="", agreed_refund=None, key=uuid4(), by=rosa, at=NOW)


@pytest.fixture
def visit(kind, lind, amina):
    return diary.appointment(amina, lind, kind, THURSDAY + timedelta(days=7))


@pytest.fixture
def earlier(freed, kind, amina, visit):
    waiting.entry(amina, kind, instead_of=visit)
    return actions.sweep(at=NOW)[0]


def accept(offer, at=NOW):
    return actions.accept(offer, early_start=True, by=offer.entry.patient.user, at=at)


def book(patient, kind, okafor, at=NOW):
    return holds.hold(kind, okafor, THURSDAY, patient=patient, own_hold=None, address="", key=uuid4(), at=at)


def now(record):
    return type(record).objects.get(pk=record.pk)


def names(results):
    return sorted(type(result).__name__ for result in results)


@pytest.mark.parametrize("gap", [0, 0.005])
def test_two_sweeps_at_once_make_one_offer_of_one_time(freed, kind, amina, ben, gap):
    waiting.entry(amina, kind)
    waiting.entry(ben, kind, created_at=NOW + timedelta(minutes=1))

    results = race(4, lambda _: actions.sweep(at=NOW), gap)

    assert {len({offer.pk for offer in swept}) for swept in results} <= {0, 1}
    assert Offer.objects.count() == Message.objects.filter(rule="waiting_list_offer").count() == 1
    assert Appointment.objects.live().count() == 1


def test_one_person_and_two_times_in_two_sweeps_is_one_offer(freed, kind, okafor, amina, rosa):
    other = diary.appointment(people.patient(), okafor, kind, THURSDAY + timedelta(hours=1))
    visits.cancel(other, reason="", agreed_refund=None, key=uuid4(), by=rosa, at=NOW)
    waiting.entry(amina, kind)

    results = race(4, lambda _: actions.sweep(at=NOW))

    assert {type(result) for result in results} == {list}
    assert Offer.objects.count() == 1


@pytest.mark.parametrize("gap", [0, 0.005])
def test_two_accepts_of_one_offer_move_the_visit_once(earlier, visit, gap):
    results = race(6, lambda _: accept(earlier), gap)

    assert {result.pk for result in results} == {visit.pk}
    assert now(visit).moves.count() == 1
    assert (now(earlier).state, WaitingEntry.objects.get().state) == (OfferState.ACCEPTED, EntryState.BOOKED)


@pytest.mark.parametrize("gap", [0, 0.005])
def test_an_accept_against_public_bookings_of_that_time(earlier, visit, kind, okafor, gap):
    racers = [people.patient() for _ in range(5)]

    results = race(6, lambda number: accept(earlier) if number == 5 else book(racers[number], kind, okafor), gap)

    assert names(results) == ["Appointment"] + ["Taken"] * 5
    assert Appointment.objects.live().filter(starts_at=THURSDAY).get() == visit


@pytest.mark.parametrize("number", range(3))
def test_when_the_time_is_up_one_of_the_late_yes_and_the_public_wins(freed, kind, okafor, amina, number):
    """The hold of an offer that has run out still counts as long as nobody took the time; the sweep runs beside."""
    waiting.entry(amina, kind)
    offer = actions.sweep(at=NOW)[0]
    late, other = offer.expires_at, people.patient()
    acts = [
        lambda: book(other, kind, okafor, late),
        lambda: holds.confirm(
            offer.hold, patient=amina, mode="video", early_start=True, key=uuid4(), by=amina.user, at=late
        ),
        lambda: actions.sweep(at=late),
    ]

    results = race(3, lambda each: acts[(each + number) % 3](), 0.002)
    assert {name for name in names(results) if name not in {"Appointment", "list"}} <= {"Taken", "HoldEnded"}
    actions.sweep(at=late)

    winner = Appointment.objects.live().get()
    assert (winner.patient, winner.state) in [(amina, State.BOOKED), (other, State.HELD)]
    assert (now(offer).state == OfferState.ACCEPTED) == (winner.patient == amina)


def test_accept_and_decline_at_once_agree(earlier, visit, amina):
    results = race(
        2,
        lambda number: accept(earlier) if number else actions.decline(earlier, reason="", by=amina.user, at=NOW),
    )

    moved = now(visit).starts_at == THURSDAY
    assert now(earlier).state == (OfferState.ACCEPTED if moved else OfferState.DECLINED)
    assert sum(isinstance(result, Exception) for result in results) == 1


def test_an_offer_to_who_leaves_the_list_at_that_moment_holds_nothing(freed, kind, amina):
    entry = waiting.entry(amina, kind)

    swept, left = race(
        2,
        lambda number: actions.withdraw(entry, by=amina.user, at=NOW) if number else actions.sweep(at=NOW),
    )

    assert (type(swept), left) == (list, None)
    assert now(entry).state == EntryState.WITHDRAWN
    assert Appointment.objects.live().count() == Offer.objects.open().count() == 0


def test_ten_forms_at_once_join_once(kind, amina):
    asked = {
        "clinicians": [],
        "weekdays": [0],
        "part": "any",
        "notice_hours": 24,
        "first_day": NOW.date(),
        "last_day": NOW.date(),
        "instead_of": None,
    }

    results = race(10, lambda _: actions.join(amina, kind, asked, at=NOW))

    assert set(results) == {WaitingEntry.objects.get()}
