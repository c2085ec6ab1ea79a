"""The scheduler shows that it works also where nobody takes what it sends, and goes on without its database."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings

from clinic.outbox.models import Heartbeat
from tests.faults.own_queue import own_queue
from tests.web import free_port
from tests.worker import database_url, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.celery]


@contextmanager
def scheduler(log, **env):
    """A scheduler that ticks every second, on the tests' database and queue, without a worker."""
    command = [sys.executable, "-m", "celery", "-q", "-A", "clinic", "beat", "--loglevel", "warning"]
    given = {"DATABASE_URL": database_url(), "OUTBOX_TICK_SECONDS": "1"} | env
    with log.open("w") as output:
        process = subprocess.Popen(command, env=os.environ | given, cwd=settings.BASE_DIR, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=10)


def test_its_own_heart_beats_without_a_worker(tmp_path):
    with scheduler(tmp_path / "log"):
        wait_for_the_next_beat()
        fresh = Heartbeat.objects.ages()

    assert list(fresh) == ["scheduler"]
    assert fresh["scheduler"] < timedelta(seconds=5)


@pytest.mark.proof
def test_its_own_heart_beats_while_the_queue_hangs(tmp_path):
    with own_queue(tmp_path) as queue, scheduler(tmp_path / "log", REDIS_URL=queue.url):
        wait_for_the_next_beat()
        queue.hang()
        for _ in range(3):  # one may have been written already when the queue stopped
            wait_for_the_next_beat()


def wait_for_the_next_beat():
    """Wait until the scheduler's heart beats once more, or for the first time."""
    before = list(Heartbeat.objects.values())
    wait_until(lambda: list(Heartbeat.objects.values()) != before, 20, "the scheduler's heart beats")


def test_without_a_database_it_goes_on(tmp_path):
    log = tmp_path / "log"

    with scheduler(log, DATABASE_URL=f"postgres://clinic@127.0.0.1:{free_port()}/nowhere") as process:
        said = "The heartbeat could not be written: OperationalError"
        wait_until(lambda: log.read_text().count(said) >= 2, 25, "it has ticked twice")
        time.sleep(0.5)
        still_there = process.poll() is None

    assert still_there
    assert "nowhere" not in log.read_text()
