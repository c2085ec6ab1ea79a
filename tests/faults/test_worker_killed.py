"""A worker is killed with -9 while it sends: nothing is lost, and at most one message arrives twice."""

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.outbox import actions as outbox
from clinic.outbox.models import Heartbeat, Message
from tests.factories import diary
from tests.worker import mail_server, worker

MESSAGES = 12
SLOW = 0.25  # seconds between taking a mail and saying so
pytestmark = pytest.mark.celery


@pytest.fixture
def sink():
    with mail_server(SLOW) as controller:
        yield controller


def test_nothing_is_lost_and_at_most_one_message_repeats(transactional_db, sink, amina, okafor):
    planned = plan_messages(amina, okafor)

    with worker(sink.port):
        wait_until(lambda: len(sink.handler.taken) >= 4 and sink.handler.thinking, 20, "the worker sends")
    before = len(sink.handler.taken)
    left = Message.objects.exclude(state="sent").count()
    with worker(sink.port):
        wait_until(lambda: not Message.objects.exclude(state="sent").exists(), 25, "the rest is sent")

    times = Counter(sink.handler.taken)
    twice = {message_id for message_id, number in times.items() if number > 1}
    said_so = set(Message.objects.filter(maybe_repeated=True).values_list("message_id", flat=True))
    assert 0 < before < MESSAGES
    assert left >= MESSAGES - before
    assert set(times) == planned
    assert sum(times.values()) <= MESSAGES + 1
    assert twice <= said_so
    assert len(said_so) <= 1
    ages = Heartbeat.objects.ages()
    assert set(ages) == {"scheduler", "tick"}
    assert max(ages.values()) < timedelta(seconds=10)


def plan_messages(patient, clinician):
    """Confirmations of real appointments, due now; return their Message-IDs."""
    kind, now = diary.kind(clinician), timezone.now()
    for number in range(MESSAGES):
        visit = diary.appointment(patient, clinician, kind, now + timedelta(days=30 + number))
        outbox.plan("appointment_booked", about=visit.pk, person=patient.pk, anchor=visit.starts_at, at=now)
    Message.objects.exclude(rule="booking_confirmed").delete()
    return set(Message.objects.values_list("message_id", flat=True))


def wait_until(done, seconds, what):
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, f"Waited {seconds} s until {what}"
        time.sleep(0.02)
