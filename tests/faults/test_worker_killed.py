"""A worker is killed with -9 while it sends: nothing is lost, and at most one message arrives twice."""

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection
from django.utils import timezone

from clinic.outbox import actions as outbox
from clinic.outbox.models import Heartbeat, Message
from tests.factories import diary

MESSAGES = 12
SLOW = 0.25  # seconds between taking a mail and saying so
pytestmark = pytest.mark.celery


class SlowSink:
    """A mail server that takes a mail, thinks, and only then says yes."""

    def __init__(self):
        self.taken = []  # Message-IDs, in the order they came
        self.thinking = False

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        assert len(envelope.rcpt_tos) == 1
        self.taken.append(message_from_bytes(envelope.content)["Message-ID"])
        self.thinking = True
        await asyncio.sleep(SLOW)
        self.thinking = False
        return "250 OK"


@pytest.fixture
def sink():
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the sink's own talk
    controller = Controller(SlowSink(), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


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
    assert timezone.now() - Heartbeat.objects.get(name="tick").at < timedelta(seconds=10)


def plan_messages(patient, clinician):
    """Confirmations of real appointments, due now; return their Message-IDs."""
    kind, now = diary.kind(clinician), timezone.now()
    for number in range(MESSAGES):
        visit = diary.appointment(patient, clinician, kind, now + timedelta(days=30 + number))
        outbox.plan("appointment_booked", about=visit.pk, person=patient.pk, anchor=visit.starts_at, at=now)
    Message.objects.exclude(rule="booking_confirmed").delete()
    return set(Message.objects.values_list("message_id", flat=True))


@contextmanager
def worker(port):
    """A real worker with its scheduler, on the test database; its process group is killed with -9 at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "clinic", "worker", "-B", "--concurrency", "1", "--loglevel", "warning"],
        env=os.environ
        | {
            "DATABASE_URL": database_url(),
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(port),
            "OUTBOX_TICK_SECONDS": "1",
            "OUTBOX_LEASE_SECONDS": "3",
            "C_FORCE_ROOT": "1",
        },
        cwd=settings.BASE_DIR,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def database_url():
    """The test database's address, for the role the application has where we may choose."""
    access = connection.settings_dict
    user = (
        "clinic_app"
        if not access["PASSWORD"]
        else f"{quote(access['USER'], safe='')}:{quote(access['PASSWORD'], safe='')}"
    )
    return f"postgres://{user}@{quote(access['HOST'], safe='')}:{access['PORT']}/{access['NAME']}"


def wait_until(done, seconds, what):
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, f"Waited {seconds} s until {what}"
        time.sleep(0.02)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
