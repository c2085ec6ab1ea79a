"""Workers are killed with -9 while they send: nothing is lost, and each kill repeats one message at most."""

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.outbox import actions as outbox
from clinic.outbox.models import Heartbeat, Message
from tests.factories import diary
from tests.factories.messages import database_now
from tests.worker import kill, mail_server, start_worker, wait_until

WORKERS = 2
TO_HANDLE_IT = 5  # seconds, once a tick has reached a worker
pytestmark = pytest.mark.celery


@dataclass(frozen=True)
class Scale:
    """How much; ``lease``, ``tick`` and what the server ``thinks`` about a mail in seconds."""

    messages: int
    kills: int
    lease: int
    tick: int
    thinks: float
    within: int


SMALL = Scale(messages=60, kills=2, lease=4, tick=1, thinks=0.1, within=30)
FULL = Scale(messages=2_000, kills=10, lease=60, tick=15, thinks=0.05, within=400)


@pytest.mark.parametrize("scale", [SMALL, pytest.param(FULL, marks=pytest.mark.proof)], ids=["small", "full"])
def test_nothing_is_lost_and_each_kill_repeats_one_message_at_most(transactional_db, scale, amina, okafor):
    planned = plan_messages(scale.messages, amina, okafor)

    with mail_server(scale.thinks) as server, ExitStack() as ending:
        held = kill_workers_while_they_send(scale, server, ending)
        wait_until(all_are_sent, scale.within, "the rest is sent")

    times = Counter(server.handler.taken)
    twice = {message_id for message_id, number in times.items() if number > 1}
    said_so = set(Message.objects.filter(maybe_repeated=True).values_list("message_id", flat=True))
    print(
        f"\n{scale.messages} messages, {scale.kills} kills: {len(twice)} came twice, {len(said_so)} say they may have"
    )
    assert set(times) == planned
    assert sum(times.values()) <= scale.messages + scale.kills
    assert twice <= said_so
    assert len(said_so) <= scale.kills
    assert longest_wait(held) <= timedelta(seconds=scale.lease + scale.tick + TO_HANDLE_IT)
    ages = Heartbeat.objects.ages()
    assert set(ages) == {"scheduler", "tick"}
    assert max(ages.values()) < timedelta(seconds=scale.tick + 10)


def kill_workers_while_they_send(scale, server, ending):
    """Kill one worker after the other, each in the middle of a mail; return when each kill was and what was in hand."""
    workers = [start_worker(server.port, lease=scale.lease, tick=scale.tick) for _ in range(WORKERS)]
    ending.callback(lambda: [kill(worker) for worker in workers])
    held = []
    for number in range(scale.kills):
        enough = scale.messages * (number + 1) // (scale.kills + 2)
        wait_until(lambda: len(server.handler.taken) >= enough and server.handler.thinking, scale.within, "they send")  # noqa: B023
        kill(workers[number % WORKERS])
        in_hand = Message.objects.filter(lease_until__isnull=False).values_list("pk", flat=True)
        held.append((database_now(), set(in_hand)))
        workers[number % WORKERS] = start_worker(server.port, lease=scale.lease, tick=scale.tick)
    assert not all_are_sent()
    return held


def plan_messages(count, patient, clinician):
    """Confirmations of real appointments, due now; return their Message-IDs."""
    kind, now = diary.kind(clinician), timezone.now()
    for number in range(count):
        visit = diary.appointment(patient, clinician, kind, now + timedelta(days=30, hours=number))
        outbox.plan("appointment_booked", about=visit.pk, person=patient.pk, anchor=visit.starts_at, at=now)
    Message.objects.exclude(rule="booking_confirmed").delete()
    return set(Message.objects.values_list("message_id", flat=True))


def all_are_sent():
    return not Message.objects.exclude(state="sent").exists()


def longest_wait(held):
    """How long it took at most from a kill until what was in a worker's hands then was sent, by the database's clock."""
    return max(message.sent_at - at for at, keys in held for message in Message.objects.filter(pk__in=keys))
