"""How fast the outbox sends and plans, and that it does not grow. Figures are printed (`-s`)."""

import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import timedelta
from itertools import cycle
from uuid import uuid4

import psutil
import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.outbox import actions, posting
from clinic.outbox.actions import Happened
from clinic.outbox.models import Message
from clinic.outbox.registry import compose
from tests.factories import diary
from tests.factories.people import NOW
from tests.worker import mail_server, wait_until, worker

pytestmark = [pytest.mark.proof, pytest.mark.celery]
MESSAGES, WORKERS, THINKS = 20_000, 2, 0.004
BARE = 2_000  # mails that bare smtplib sends, before and after
VISITS = 10_000
VISITS_AHEAD = 200  # more than a worker takes at a time
WARM = 2_000  # messages after which memory must not grow
MAY_GROW = 8 * 2**20  # bytes
LEAST_SHARE = 0.5
BARE_SENDER = """
import smtplib, sys
port, count = int(sys.argv[1]), int(sys.argv[2])
mail = sys.stdin.buffer.read()
with smtplib.SMTP("127.0.0.1", port) as server:
    for _ in range(count):
        server.sendmail("clinic@example.com", ["reader@example.com"], mail)
"""


def test_two_workers_keep_up_with_bare_smtplib_and_do_not_grow(transactional_db, amina, okafor):
    kind, month = diary.kind(okafor), timezone.now() + timedelta(days=30)
    visits = [diary.appointment(amina, okafor, kind, month + timedelta(hours=number)) for number in range(VISITS_AHEAD)]
    first, *_ = many_due(visits, MESSAGES)

    mail = posting.mail_of(first, compose(first)).message().as_bytes(linesep="\r\n")

    bare = [bare_rate(mail)]
    with mail_server(THINKS) as server, ExitStack() as workers:
        children = [workers.enter_context(worker(server.port, lease=60)) for _ in range(WORKERS)]
        wait_until(lambda: len(server.handler.taken) >= WARM, 120, "they are warm")
        began, had, warm = time.monotonic(), len(server.handler.taken), [memory_of(child) for child in children]
        wait_until(lambda: not Message.objects.exclude(state="sent").exists(), 900, "all are sent", pause=0.5)
        ours = (len(server.handler.taken) - had) / (time.monotonic() - began)
        grown = [memory_of(child) - before for child, before in zip(children, warm, strict=True)]
    bare.append(bare_rate(mail))

    share = ours / statistics.mean(bare)
    print(
        f"\n{WORKERS} workers: {ours:.0f} messages/s; bare smtplib: {bare[0]:.0f} and {bare[1]:.0f}; share {share:.2f}"
    )
    print(
        f"a worker has {warm[0] / 2**20:.0f} MiB, grew by {max(grown) / 2**20:.1f} while {MESSAGES - had} messages went"
    )
    assert len(server.handler.taken) == len(set(server.handler.taken)) == MESSAGES
    assert share >= LEAST_SHARE
    assert max(grown) < MAY_GROW


def test_planning_for_10_000_visits_takes_as_many_queries_as_for_one_batch(db):
    facts = [Happened(uuid4(), uuid4(), NOW + timedelta(days=30, minutes=number)) for number in range(VISITS)]
    began = time.monotonic()
    with CaptureQueriesContext(connection) as queries:
        planned = actions.plan_many("appointment_booked", facts, at=NOW)

    writing = [query for query in queries if query["sql"].startswith("INSERT")]
    print(f"\n{planned} messages of {VISITS} visits in {time.monotonic() - began:.1f} s and {len(queries)} queries")
    assert planned == 5 * VISITS
    assert len(writing) == planned / actions.BATCH
    assert len(queries) - len(writing) <= 4  # the settings, the known keys, and the transaction's two ends


def many_due(visits, count):
    """Reminders of visits, of another one each, all due now, and counted by Postgres, as it does by itself within a minute."""
    messages = Message.objects.bulk_create(
        Message(
            key=f"reminder_48h:{number}",
            rule="reminder_48h",
            about=visit.pk,
            person=visit.patient_id,
            anchor=visit.starts_at,
            wanted_at=Now(),
            due_at=Now() - timedelta(milliseconds=count - number),
            useful_until=visit.starts_at,
            created_at=Now(),
            message_id=f"<{number}-{uuid4()}@test>",
        )
        for number, visit in zip(range(count), cycle(visits), strict=False)
    )
    with connection.cursor() as cursor:
        cursor.execute("reset role")
        cursor.execute("analyze clinic_message")  # else every claim sorts them all
        cursor.execute("set role clinic_app")
    return messages


def bare_rate(mail):
    """Mails a second that as many processes send with kept-open connections and nothing else to do."""
    with mail_server(THINKS) as server:
        command = [sys.executable, "-c", BARE_SENDER, str(server.port), str(BARE // WORKERS)]
        began = time.monotonic()
        senders = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(WORKERS)]
        for sender in senders:
            sender.stdin.write(mail)
            sender.stdin.close()
        assert [sender.wait(120) for sender in senders] == [0] * WORKERS
        return len(server.handler.taken) / (time.monotonic() - began)


def memory_of(process):
    """The bytes of a worker and all its processes that are in memory."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    return sum(each.memory_info().rss for each in family)
