"""A status is set while others act on the same person: real threads on real Postgres."""

import threading
import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from bookings.appointments import actions as appointments
from bookings.appointments.diary import lock
from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.refusals import NotActive
from bookings.attendance import actions as attendance
from bookings.holds import actions as holds
from bookings.status.actions import NotAsShown, change_status
from bookings.status.reading import Wanted, touched
from clinic.db.states import StaleState
from clinic.outbox import sending
from clinic.outbox.models import Attempt, Message
from patients.profile.enums import Status
from patients.profile.models import Patient
from tests.factories import diary, messages
from tests.factories.people import NOW
from tests.race import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
WEDNESDAY = datetime(2026, 12, 2, 10, tzinfo=UTC)
DEAD = Wanted(Status.DECEASED, date(2026, 11, 22), cancels=False)


@pytest.fixture
def kind(okafor, lind):
    diary.hours(okafor)
    diary.hours(lind)
    return diary.kind(okafor, lind)


def mark(patient):
    return touched(patient, DEAD, at=NOW).mark(patient, DEAD)


def dies(patient, rosa, seen):
    return change_status(patient, DEAD, seen=seen, by=rosa, at=NOW)


def names(results):
    return [type(result).__name__ for result in results]


class Postman(BaseEmailBackend):
    """A mail server that says when it has a letter in its hands, and waits with its answer."""

    has_it, may_answer = threading.Event(), threading.Event()
    taken: list = []

    def send_messages(self, letters):
        self.has_it.set()
        assert self.may_answer.wait(10)
        self.taken.extend(letters)
        return len(letters)


def test_while_the_drain_sends_one_goes_at_most_and_the_log_says_which(settings, monkeypatch, amina, rosa):
    messages.plain_composers(monkeypatch)
    settings.EMAIL_BACKEND = f"{__name__}.Postman"
    monkeypatch.setattr(Postman, "taken", [])
    rows = [messages.due("reminder_48h", person=amina.pk) for _ in range(5)]
    seen = mark(amina)

    def act(number):
        if number == 0:
            return sending.drain(10)
        assert Postman.has_it.wait(10)  # the first is on the line, past the question of who is written to
        dies(amina, rosa, seen)
        Postman.may_answer.set()
        return None

    race(2, act)

    now = [messages.message_now(row) for row in rows]
    assert len(Postman.taken) == 1
    assert sorted((row.state, row.why) for row in now) == [("cancelled", "the patient has died")] * 4 + [("sent", "")]
    assert Attempt.objects.get().outcome == "sent"


@pytest.mark.parametrize("gap", [0, 0.002, 0.01])
def test_with_many_workers_nothing_is_sent_once_it_is_set(settings, monkeypatch, amina, rosa, gap):
    messages.plain_composers(monkeypatch)
    rows = [messages.due("reminder_48h", person=amina.pk) for _ in range(30)]
    set_at = []

    def act(number):
        if number == 1:
            while not set_at:
                with suppress(NotAsShown):  # one of those shown has gone meanwhile
                    dies(amina, rosa, mark(amina))
                    set_at.append(messages.database_now())
            return None
        return sending.drain(10)

    results = race(4, act, gap)

    now = [messages.message_now(row) for row in rows]
    assert not [result for result in results if isinstance(result, Exception)]
    assert {row.state for row in now} <= {"sent", "cancelled"}
    late = [row for row in now if row.state == "sent" and row.sent_at > set_at[0]]
    assert len(late) <= 3  # what each worker had in its hands at that moment
    assert {row.why for row in now if row.state == "cancelled"} <= {"the patient has died"}


@pytest.mark.parametrize("gap", [0, 0.005, 0.02, -0.005, -0.02])
def test_a_booking_comes_before_or_not_at_all(kind, okafor, amina, rosa, gap):
    seen = mark(amina)

    def act(number):
        if number == 0:
            return dies(amina, rosa, seen)
        held = holds.hold(kind, okafor, WEDNESDAY, patient=amina, own_hold=None, address="", key=uuid4(), at=NOW)
        return holds.confirm(held, patient=amina, mode="video", early_start=True, key=uuid4(), by=amina.user, at=NOW)

    order = (0, 1) if gap >= 0 else (1, 0)
    results = race(2, lambda number: act(order[number]), abs(gap))

    visits = Appointment.objects.visits().count()
    assert names(results[number] for number in order) in (["Touched", "NotActive"], ["NotAsShown", "Appointment"])
    assert (Patient.objects.get().status == "deceased", visits) in [(True, 0), (False, 1)]


@pytest.mark.parametrize("gap", [0, 0.005])
def test_two_at_once_do_it_once(kind, okafor, amina, rosa, manager, gap):
    visit = diary.appointment(amina, okafor, kind, WEDNESDAY)
    seen = mark(amina)

    results = race(2, lambda number: dies(amina, (rosa, manager)[number], seen), gap)

    assert names(results) == ["Touched", "Touched"]
    assert visit.state_changes.count() == 1
    assert Message.objects.filter(rule="booking_cancelled").count() == 1


def test_a_booking_that_is_about_to_be_saved_is_waited_for(kind, okafor, amina, rosa):
    seen, has_booked = mark(amina), threading.Event()

    def act(number):
        if number == 0:
            with transaction.atomic():
                appointments.book_for(amina, kind, okafor, WEDNESDAY, mode="video", key=uuid4(), by=rosa, at=NOW)
                has_booked.set()
                return time.sleep(0.3)
        assert has_booked.wait(10)
        return dies(amina, rosa, seen)

    assert names(race(2, act)) == ["NoneType", "NotAsShown"]
    assert Patient.objects.get().status == "active"


def test_of_two_clinicians_locks_nobody_waits_in_a_circle(kind, okafor, lind, amina, rosa):
    """Somebody moves a visit from one to the other, and has the first's lock already."""
    first, second = sorted((okafor, lind), key=lambda each: each.pk)
    for hour, who in ((9, second), (10, first)):  # the first to be cancelled is with the second
        diary.appointment(amina, who, kind, WEDNESDAY.replace(hour=hour))
    seen, has_one = mark(amina), threading.Event()

    def act(number):
        if number == 0:
            with transaction.atomic():
                lock(None, [first.pk])
                has_one.set()
                time.sleep(0.3)
                return lock(None, [second.pk])
        assert has_one.wait(10)
        return dies(amina, rosa, seen)

    assert names(race(2, act)) == ["Status", "Touched"]
    assert Appointment.objects.filter(state=State.CANCELLED_BY_CLINIC).count() == 2


@pytest.mark.parametrize("gap", [0, 0.003, 0.01])
def test_a_visit_is_said_to_be_missed_or_is_cancelled(kind, okafor, amina, rosa, gap):
    visit = appointments.book_for(
        amina, kind, okafor, WEDNESDAY, mode="video", key=uuid4(), by=rosa, at=NOW - timedelta(days=1)
    )
    start = WEDNESDAY - timedelta(seconds=1)
    seen = touched(amina, DEAD, at=start).mark(amina, DEAD)

    def act(number):
        if number == 0:
            return change_status(amina, DEAD, seen=seen, by=rosa, at=start)
        return attendance.mark_did_not_attend(visit, by=rosa, at=WEDNESDAY)

    results = race(2, act, gap)

    assert names(results) in (["Touched", "StaleState"], ["NotAsShown", "NoneType"])
    assert not isinstance(results[1], NotActive | NotAsShown)
    visit.refresh_from_db()
    assert visit.state == (State.CANCELLED_BY_CLINIC if isinstance(results[1], StaleState) else State.DID_NOT_ATTEND)
