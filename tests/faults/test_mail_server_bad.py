"""The mail server is down, hangs, refuses, drops or answers one byte a second: the right state, and the others go on."""

import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from clinic.outbox.models import Attempt, Message
from clinic.worklist.models import Task
from tests.factories import diary, people
from tests.factories.messages import due
from tests.faults.bad_server import bad_server
from tests.web import free_port
from tests.worker import wait_until, worker

MINUTE = timedelta(minutes=1)
TO_START = 3  # seconds, of a worker on a busy machine
pytestmark = pytest.mark.celery


@dataclass(frozen=True)
class Scale:
    """Seconds: how long a message is a worker's, how often the scheduler ticks, how long the trouble lasts."""

    lease: int
    tick: int
    lasts: int


SMALL, FULL = Scale(lease=6, tick=1, lasts=3), Scale(lease=60, tick=15, lasts=600)


def confirmations(clinician, *readers, since=MINUTE):
    """A confirmation for each reader (the name in their address), due now, in this order; return the rows."""
    kind = diary.kind(clinician)
    rows = []
    for number, reader in enumerate(readers):
        patient = people.patient(f"{reader}@example.com")
        visit = diary.appointment(patient, clinician, kind, timezone.now() + timedelta(days=30, hours=number))
        ahead = since - timedelta(milliseconds=number)
        rows.append(due(about=visit.pk, person=patient.pk, since=ahead, useful_until=Now() + timedelta(days=30)))
    return rows


def ends():
    """How each message stands, by its reader's name."""
    return {
        name: (row.state, row.last_answer, row.why, row.maybe_repeated, row.attempts)
        for row in Message.objects.all()
        for name in [people.Patient.objects.get(pk=row.person).user.email.partition("@")[0]]
    }


@pytest.mark.proof
def test_each_answer_has_its_state_and_the_others_go_on(transactional_db, okafor):
    bad = ["drips", "hangs", "drops", "busy", "full", "nobody"]
    good = [f"reader{number}" for number in range(6)]
    confirmations(okafor, *bad, *good)

    with bad_server() as server, ExitStack() as workers:
        for _ in range(2):
            workers.enter_context(worker(server.port, lease=FULL.lease, tick=FULL.tick))
        wait_until(lambda: Message.objects.filter(attempts=1).exists(), 30, "the first is tried")
        everybody = Message.objects.filter(state="sent")
        others_took = wait_until(lambda: everybody.count() == len(good), 90, "the others are sent")
        wait_until(lambda: Attempt.objects.count() == len(bad) + len(good), 90, "each has had its try")
        time.sleep(FULL.tick + 1)  # would a second worker take one of them now?
        found = ends()

    print(f"\nthe others went within {others_took:.1f} s")
    assert {name: found[name] for name in bad} == {
        "drips": ("due", "quick", "SMTPServerDisconnected", True, 1),
        "hangs": ("due", "quick", "SMTPServerDisconnected", True, 1),
        "drops": ("due", "quick", "SMTPServerDisconnected", True, 1),
        "busy": ("due", "quick", "SMTPRecipientsRefused 421", False, 1),
        "full": ("due", "slow", "SMTPRecipientsRefused 450", False, 1),
        "nobody": ("failed", "never", "SMTPRecipientsRefused 550", False, 1),
    }
    assert {found[name] for name in good} == {("sent", "", "", False, 1)}
    assert Counter(name for name, _ in server.handler.taken) == Counter(["drips", "hangs", "drops", *good])
    assert list(Task.objects.values_list("kind", "title")) == [
        (
            "message_failed",
            "Booking confirmation could not be sent: it was refused for good, so the address may be wrong",
        )
    ]
    for row in Message.objects.filter(state="due"):
        pause = {"quick": MINUTE, "slow": 4 * MINUTE}[row.last_answer]
        assert abs(row.due_at - row.tries.get().at - pause) < timedelta(seconds=FULL.lease)
    assert others_took < FULL.lease + FULL.tick + TO_START


@pytest.mark.proof
@pytest.mark.parametrize("wrong", ["drips", "hangs"])
def test_a_server_that_keeps_everybody_waiting_holds_a_message_for_half_its_lease_at_most(
    transactional_db, okafor, wrong
):
    confirmations(okafor, "amina", "ben")

    with bad_server(**{wrong: True}) as server, ExitStack() as workers:
        for _ in range(2):
            workers.enter_context(worker(server.port, lease=SMALL.lease))
        wait_until(lambda: Attempt.objects.count() == 2, 20, "each has had its try")
        tried = ends()
        server.wrong = {}
        Message.objects.update(due_at=F("due_at") - MINUTE)
        wait_until(lambda: Message.objects.filter(state="sent").count() == 2, 20, "both are sent")

    assert [(state, answer, repeated, attempts) for state, answer, _, repeated, attempts in tried.values()] == [
        ("due", "quick", False, 1)
    ] * 2
    assert sorted(name for name, _ in server.handler.taken) == ["amina", "ben"]
    assert not Message.objects.filter(maybe_repeated=True).exists()


@pytest.mark.parametrize("scale", [SMALL, pytest.param(FULL, marks=pytest.mark.proof)], ids=["small", "full"])
def test_after_a_server_was_down_each_message_goes_once(transactional_db, scale, okafor):
    rows, port = confirmations(okafor, *[f"reader{number}" for number in range(6)]), free_port()

    with worker(port, lease=scale.lease, tick=scale.tick):
        wait_until(lambda: Attempt.objects.count() >= len(rows), 60, "each has had its try")
        time.sleep(scale.lasts)
        down = ends()
        if scale is SMALL:  # the minute until the next try is not waited for
            Message.objects.update(due_at=F("due_at") - MINUTE)
        with bad_server(port) as server:
            wait_until(lambda: Message.objects.filter(state="sent").count() == len(rows), 400, "all are sent")

    states = {(state, answer, why, repeated) for state, answer, why, repeated, _ in down.values()}
    assert states == {("due", "quick", "ConnectionRefusedError", False)}
    assert len(server.handler.taken) == len(set(server.handler.taken)) == len(rows)
    assert not Task.objects.filter(kind="message_failed").exists()
