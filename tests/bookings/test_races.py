"""Nobody is ever double-booked: threads against the actions themselves (booking cases 1, 2, 10, 11, 29)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError

from bookings.appointments import actions
from bookings.appointments.enums import State
from bookings.appointments.models import Appointment, Submission
from bookings.appointments.refusals import Elsewhere, HoldEnded, NotOffered, Taken
from bookings.holds import actions as holds
from clinic.db import contention
from clinic.outbox.models import Message
from tests.factories import diary, people
from tests.factories.people import NOW
from tests.race import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

WEDNESDAY = datetime(2026, 12, 2, 10, tzinfo=UTC)


@pytest.fixture
def kind(okafor, lind):
    diary.hours(okafor)
    diary.hours(lind)
    return diary.kind(okafor, lind)


@pytest.fixture
def racers(transactional_db):
    return [people.patient() for _ in range(20)]


def book(patient, kind, clinician, starts_at, key=None):
    held = holds.hold(kind, clinician, starts_at, patient=patient, own_hold=None, address="", key=uuid4(), at=NOW)
    return holds.confirm(
        held, patient=patient, mode="video", early_start=True, key=key or uuid4(), by=patient.user, at=NOW
    )


def outcomes(results):
    return sorted(type(result).__name__ for result in results)


@pytest.mark.parametrize("gap", [0, 0.005, 0.02])
def test_case_01_twenty_for_one_time_give_one_visit(kind, okafor, racers, gap):
    results = race(20, lambda number: book(racers[number], kind, okafor, WEDNESDAY), gap)

    assert outcomes(results) == ["Appointment"] + ["Taken"] * 19
    assert Appointment.objects.live().count() == 1


def test_case_02_twelve_starts_within_the_hour_give_one_visit(okafor, racers):
    diary.hours(okafor)
    kind = diary.kind(okafor, minutes=60, align_minutes=5)

    results = race(12, lambda number: book(racers[number], kind, okafor, WEDNESDAY + timedelta(minutes=5 * number)))

    assert outcomes(results) == ["Appointment"] + ["Taken"] * 11
    assert Appointment.objects.live().count() == 1


def test_case_02_twenty_starts_five_minutes_apart_give_visits_that_do_not_overlap(okafor, racers):
    diary.hours(okafor)
    kind = diary.kind(okafor, minutes=60, align_minutes=5)

    results = race(20, lambda number: book(racers[number], kind, okafor, WEDNESDAY + timedelta(minutes=5 * number)))

    kept = sorted(visit.starts_at for visit in Appointment.objects.live())
    assert outcomes(results) == ["Appointment"] * len(kept) + ["Taken"] * (20 - len(kept))
    assert len(kept) == 1 or (len(kept) == 2 and kept[1] - kept[0] >= timedelta(hours=1))  # they span 95 minutes


def test_case_29_different_free_times_of_one_clinician_are_never_refused(kind, okafor, racers):
    results = race(
        14,
        lambda number: book(
            racers[number], kind, okafor, WEDNESDAY - timedelta(hours=1) + timedelta(minutes=30 * number)
        ),
    )

    assert outcomes(results) == ["Appointment"] * 14


def test_case_11_one_patient_at_two_clinicians_at_once_gets_one(kind, okafor, lind, amina):
    results = race(2, lambda number: book(amina, kind, (okafor, lind)[number], WEDNESDAY))

    booked = Appointment.objects.live().filter(state=State.BOOKED)
    assert booked.count() == 1
    assert {type(result) for result in results} <= {Appointment, Elsewhere, HoldEnded}


def test_case_10_the_same_form_ten_times_at_once_is_one_visit_and_one_mail(kind, okafor, amina):
    held = holds.hold(kind, okafor, WEDNESDAY, patient=amina, own_hold=None, address="", key=uuid4(), at=NOW)
    key = uuid4()

    def press(_):
        return holds.confirm(held, patient=amina, mode="video", early_start=True, key=key, by=amina.user, at=NOW)

    results = race(10, press)

    assert {result.pk for result in results} == {held.pk}
    assert Message.objects.filter(rule="booking_confirmed").count() == 1
    assert Submission.objects.filter(act="confirm").count() == 1


def test_two_visits_moved_to_one_time_give_one_move(kind, okafor, racers):
    visits = [book(racers[number], kind, okafor, WEDNESDAY + timedelta(minutes=30 * number)) for number in range(2)]
    wanted = WEDNESDAY + timedelta(days=1)

    results = race(
        2,
        lambda number: actions.reschedule(visits[number], okafor, wanted, key=uuid4(), by=racers[number].user, at=NOW),
    )

    assert outcomes(results) == ["Appointment", "Taken"]
    assert Appointment.objects.live().count() == 2


def test_two_visits_swapped_between_clinicians_do_not_wait_in_a_circle(monkeypatch, kind, okafor, lind, racers):
    monkeypatch.setattr(contention, "TRIES", 1)  # or a circle would be broken and tried again, unseen
    halves = [WEDNESDAY + timedelta(minutes=30 * number) for number in range(8)]
    visits = [book(racers[each], kind, (okafor, lind)[each % 2], halves[each]) for each in range(8)]

    results = race(
        8,
        lambda number: actions.reschedule(
            visits[number],
            (lind, okafor)[number % 2],
            halves[number] + timedelta(days=1),
            key=uuid4(),
            by=racers[number].user,
            at=NOW,
        ),
    )

    assert outcomes(results) == ["Appointment"] * 8


def test_six_times_held_at_once_from_one_address_are_three(kind, okafor, lind):
    """Signed out, with six browsers and as many clinicians: what counts them has to see the others."""
    doctors = [okafor, lind, *(people.clinician() for _ in range(4))]
    for doctor in doctors[2:]:
        diary.hours(doctor)
    kind.clinicians.set(doctors)
    who = {"patient": None, "own_hold": None, "address": "one address"}

    results = race(
        6,
        lambda number: holds.hold(
            kind, doctors[number], WEDNESDAY, **who, visitor=f"browser {number}", key=uuid4(), at=NOW
        ),
    )

    assert outcomes(results) == ["Appointment"] * 3 + ["SignInFirst"] * 3


def test_a_booking_and_a_row_written_past_the_actions_never_overlap(kind, okafor, racers, amina):
    def act(number):
        if number % 2:
            return book(racers[number], kind, okafor, WEDNESDAY)
        return diary.appointment(racers[number], okafor, kind, WEDNESDAY + timedelta(minutes=10))

    results = race(8, act)

    assert Appointment.objects.live().filter(clinician=okafor).count() == 1
    # Such a row takes no lock: it can come between the look for overlaps and the look at what is offered.
    assert {type(result) for result in results} <= {Appointment, Taken, NotOffered, IntegrityError, HoldEnded}
