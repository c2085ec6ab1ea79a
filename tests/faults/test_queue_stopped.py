"""The queue stops, hangs, is emptied, is started anew: booking goes on as if nothing were, and so do messages after it."""

import time
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.slots import read_diary, slots
from bookings.choosing.forms import slot_value
from clinic.celery import app
from clinic.db.clock import uk_day
from clinic.outbox.models import Message
from tests.factories import diary, people
from tests.faults.own_queue import own_queue
from tests.web import Visitor, Web
from tests.worker import kill, mail_server, start_scheduler, wait_until, worker

MAY_TAKE_LONGER = 0.5
LATE_AT_MOST = 120  # seconds after the queue is back
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.celery]


# Seconds: how often the scheduler ticks, between bookings meanwhile, and how long each trouble lasts.
TICK, PAUSE = 15, 8
LASTS = {"stopped": 300, "hung": 200, "flushed": 40, "restarted": 60}


class Clinic:
    """A website with free times, and new patients who book them one after the other."""

    def __init__(self, web, clinician):
        diary.hours(clinician, weekdays=range(7), starts=0, ends=1440)
        self.kind = diary.kind(clinician, notice_hours=1)
        self.web, now = web, timezone.now()
        first, last = uk_day(now) + timedelta(days=3), uk_day(now) + timedelta(days=6)
        free = slots(self.kind, read_diary([clinician], first, last, now=now), first, last, now=now)
        self.free = iter([slot_value(slot) for day in free.values() for slot in day])

    def book(self):
        """Book over HTTP; return the seconds it took. It plans a message that is due at once."""
        visitor = Visitor(self.web.origin, people.patient().user)
        path = f"/book/{self.kind.slug}/"
        page = visitor.get(path)
        began = time.monotonic()
        chosen = visitor.post(path, page, slot=next(self.free))
        done = visitor.post(
            chosen.headers["Location"], visitor.get(chosen.headers["Location"]), mode="video", early_start="on"
        )
        assert done.status_code == 302
        return time.monotonic() - began


def stopped(queue, meanwhile):
    queue.stop()
    yield from meanwhile
    queue.start()


def hung(queue, meanwhile):
    queue.hang()
    yield from meanwhile
    queue.go_on()


def flushed(queue, meanwhile):
    queue.flush()
    for took in meanwhile:
        queue.flush()
        yield took


def restarted(queue, meanwhile):
    for took in meanwhile:
        queue.stop()
        queue.start()
        yield took


@pytest.mark.proof
def test_whatever_the_queue_does_bookings_go_on_and_messages_go_when_it_is_back(tmp_path, okafor):
    """Neither the worker nor the scheduler is started again."""
    with own_queue(tmp_path) as queue, Web(REDIS_URL=queue.url) as web, mail_server(0) as sink, ExitStack() as ending:
        clinic = Clinic(web, okafor)
        ending.enter_context(worker(sink.port, with_scheduler=False, tick=TICK, REDIS_URL=queue.url))
        ending.callback(kill, start_scheduler(tick=TICK, REDIS_URL=queue.url))
        clinic.book()  # nothing is warm yet
        usual = sorted(clinic.book() for _ in range(3))[1]
        wait_until(all_are_sent, 60, "the first messages go")

        for trouble in (stopped, hung, flushed, restarted):
            lasts = LASTS[trouble.__name__]
            give_the_worker_something_to_do(clinic, sink.handler)
            took = list(trouble(queue, bookings(clinic, lasts, PAUSE)))
            late = wait_until(all_are_sent, LATE_AT_MOST, f"messages go after the queue was {trouble.__name__}")
            print(
                f"\n{trouble.__name__} {lasts} s: {len(took)} bookings in {max(took):.2f} s at most (usual {usual:.2f} s),"
                f" the last message {late:.1f} s after"
            )
            assert max(took) <= usual + MAY_TAKE_LONGER

    confirmed = Message.objects.filter(rule="booking_confirmed")
    assert confirmed.count() == Appointment.objects.filter(state=State.BOOKED).count() > 7
    assert sorted(sink.handler.taken) == sorted(confirmed.values_list("message_id", flat=True))


def give_the_worker_something_to_do(clinic, sink):
    """Return while the worker is in the middle of a mail: its task ends when the queue is in trouble already."""
    sink.seconds = 0.5
    clinic.book()
    wait_until(lambda: sink.thinking, 30, "the worker sends")
    sink.seconds = 0


def bookings(clinic, lasts, pause):
    """Book now and again for ``lasts`` seconds; give what each booking took."""
    until = time.monotonic() + lasts
    while time.monotonic() < until:
        yield clinic.book()
        time.sleep(pause)


def all_are_sent():
    return not Message.objects.filter(rule="booking_confirmed").exclude(state="sent").exists()


def test_worker_and_scheduler_never_give_up_on_the_queue():
    assert app.conf.broker_connection_max_retries is None


def test_the_probe_says_that_the_queue_does_not_answer(tmp_path):
    with own_queue(tmp_path) as queue, Web(REDIS_URL=queue.url) as web:
        queue.hang()
        ready = Visitor(web.origin).get("/readyz")

    assert (ready.status_code, ready.json()["queue"]) == (503, "missing")
