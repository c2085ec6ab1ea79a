"""Clocks that are wrong or jump: the database's alone decides, each message goes once and none early."""

from contextlib import ExitStack
from datetime import timedelta
from itertools import count

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from clinic.outbox.models import Message
from tests.factories import diary
from tests.factories.messages import due
from tests.worker import mail_server, wait_until, worker

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.celery


class Clock:
    """The clock of one worker, ``ahead`` of the right one; it can be set while the worker runs."""

    def __init__(self, folder, name, ahead):
        self.file = folder / name
        self.set(ahead)
        self.worker = {"app": "tests.faults.wrong_clock", "WRONG_CLOCK": str(self.file)}

    def set(self, ahead):
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(ahead.total_seconds()))
        fresh.replace(self.file)


@pytest.fixture
def plan(transactional_db, amina, okafor):
    """Write messages about one visit: ``plan(number, due in how long)``; return their Message-IDs."""
    visit, numbers = diary.appointment(amina, okafor, diary.kind(okafor), timezone.now() + 30 * 24 * HOUR), count()

    def plan(number, ahead=timedelta(0)):
        fields = {"about": visit.pk, "person": amina.pk, "useful_until": Now() + 24 * HOUR, "since": -ahead}
        return {due(message_id=f"<{next(numbers)}@test>", **fields).message_id for _ in range(number)}

    return plan


@pytest.mark.proof
def test_two_schedulers_and_four_workers_with_wrong_clocks_send_each_once_and_none_early(tmp_path, plan):
    wrong = {"fast": 2 * HOUR, "slow": -2 * HOUR, "jumps": 0 * HOUR}
    clocks = {name: Clock(tmp_path, name, ahead) for name, ahead in wrong.items()}
    soon, later = plan(10, timedelta(seconds=5)), plan(10, HOUR)

    with ExitStack() as ending:
        sinks = {name: ending.enter_context(mail_server(0.05)) for name in ("right", *clocks)}
        for name, sink in sinks.items():
            clock = clocks[name].worker if name in clocks else {}
            # Workers take turns, and one that is fast drops the ticks of a slower clock: in step, it would get no other.
            tick = 2 if name == "right" else 1
            ending.enter_context(worker(sink.port, with_scheduler=name in {"right", "fast"}, tick=tick, **clock))
        wanted = send_until(plan, lambda: all(sink.handler.taken for sink in sinks.values()))
        clocks["jumps"].set(-2 * HOUR)
        before = len(sinks["jumps"].handler.taken)
        wanted |= send_until(plan, lambda: len(sinks["jumps"].handler.taken) > before)
        wait_until(
            lambda: not Message.objects.filter(state__in=["due", "sending"], due_at__lte=Now()).exists(),
            20,
            "all are sent",
        )

    print("\n" + ", ".join(f"{name} clock: {len(sink.handler.taken)}" for name, sink in sinks.items()))
    taken = [message_id for sink in sinks.values() for message_id in sink.handler.taken]
    assert sorted(taken) == sorted(wanted | soon)
    assert not Message.objects.filter(sent_at__lt=F("due_at")).exists()
    assert set(Message.objects.filter(state="due").values_list("message_id", flat=True)) == later
    assert set(Message.objects.filter(state="sent").values_list("attempts", "maybe_repeated")) == {(1, False)}


def send_until(plan, done):
    """Plan messages that are due at once until ``done``; return their Message-IDs."""
    planned = set()

    def another_round():
        planned.update(plan(8))
        wait_until(
            lambda: not Message.objects.filter(message_id__in=planned).exclude(state="sent").exists(), 30, "they go"
        )
        return done()

    wait_until(another_round, 150, "each worker has sent one")  # which takes a tick is chance
    return planned


def test_a_scheduler_whose_clock_is_put_back_two_hours_goes_on(tmp_path, plan):
    clock = Clock(tmp_path, "jumps", 0 * HOUR)

    with mail_server(0) as sink, worker(sink.port, **clock.worker):
        first = plan(1)
        wait_until(lambda: len(sink.handler.taken) == 1, 20, "the first is sent")
        clock.set(-2 * HOUR)
        second = plan(1)
        wait_until(lambda: len(sink.handler.taken) == 2, 20, "the second is sent")

    assert set(sink.handler.taken) == first | second
