"""The queue hangs (SIGSTOP): booking, signing in and the form go on as if nothing were."""

import os
import signal
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.utils import timezone

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.slots import read_diary, slots
from bookings.choosing.forms import slot_value
from clinic.db.clock import uk_day
from clinic.outbox.models import Message
from tests.factories import diary, people
from tests.web import Visitor, Web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.celery]
MAY_TAKE_LONGER = 0.5


@contextmanager
def hung_queue():
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        pid = client.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def book(visitor, kind, slot):
    """Book over HTTP; return the seconds it took."""
    path = f"/book/{kind.slug}/"
    page = visitor.get(path)
    began = time.monotonic()
    chosen = visitor.post(path, page, slot=slot)
    done = visitor.post(
        chosen.headers["Location"], visitor.get(chosen.headers["Location"]), mode="video", early_start="on"
    )
    assert done.status_code == 302
    return time.monotonic() - began


@pytest.mark.skipif(not settings.EMBEDDED_REDIS, reason="stops the tests' own queue, never one that was given")
def test_a_booking_takes_no_longer_while_the_queue_hangs(okafor):
    diary.hours(okafor, weekdays=range(7), starts=0, ends=1440)
    kind = diary.kind(okafor, notice_hours=1)
    now = timezone.now()
    day = uk_day(now) + timedelta(days=3)
    wanted = [slot_value(slot) for slot in slots(kind, read_diary([okafor], day, day, now=now), day, day, now=now)[day]]
    with Web() as web:
        visitors = [Visitor(web.origin, people.patient().user) for _ in range(7)]
        book(visitors[0], kind, wanted[0])
        usual = sorted(book(visitor, kind, slot) for visitor, slot in zip(visitors[1:4], wanted[1:4], strict=True))[1]
        with hung_queue():
            hung = [book(visitor, kind, slot) for visitor, slot in zip(visitors[4:], wanted[4:7], strict=True)]
            ready = visitors[0].get("/readyz")

    print(f"\nusual {usual:.3f} s, while the queue hangs {max(hung):.3f} s")
    assert max(hung) <= usual + MAY_TAKE_LONGER
    assert Appointment.objects.filter(state=State.BOOKED).count() == 7
    assert Message.objects.filter(rule="booking_confirmed").count() == 7
    assert (ready.status_code, ready.json()["queue"]) == (503, "missing")
