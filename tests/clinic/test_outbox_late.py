"""Messages that should have gone by now, and the task that says so."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from clinic.outbox import actions, tasks
from clinic.outbox.models import Message
from clinic.worklist import actions as worklist
from clinic.worklist.models import Task
from tests.factories.messages import due, message_now, plain_composers
from tests.factories.people import NOW

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def composers(monkeypatch):
    return plain_composers(monkeypatch)


@pytest.mark.parametrize(
    ("since", "fields", "late"),
    [
        (14, {}, False),
        (16, {}, True),
        (16, {"state": "sending", "lease_until": Now()}, True),
        (16, {"state": "sent", "sent_at": Now()}, False),
        (16, {"state": "cancelled"}, False),
        (-10, {"wanted_at": Now() - 20 * MINUTE, "last_answer": "quick"}, True),  # no mail server for 20 minutes
        (-10, {"wanted_at": Now() - 14 * MINUTE, "last_answer": "quick"}, False),
        (-10, {"wanted_at": Now() - 90 * MINUTE, "last_answer": "slow"}, False),  # a full mailbox
    ],
)
def test_what_counts_as_late(db, since, fields, late):
    due(since=since * MINUTE, **fields)

    assert Message.objects.late().exists() == late


def test_late_messages_make_one_task_a_spell(db, rosa):
    due(since=20 * MINUTE), due(since=20 * MINUTE)

    counted = [actions.report_late(at=NOW) for _ in range(2)]
    [task] = Task.objects.all()
    worklist.finish(task, "Called them", by=rosa, at=NOW)
    actions.report_late(at=NOW)

    assert counted == [2, 2]
    assert task.title == "Messages are more than 15 minutes late: 2. Call whoever has a visit soon"
    assert list(Task.objects.order_by("state").values_list("kind", "state", "role")) == [
        ("messages_late", "done", "reception"),
        ("messages_late", "open", "reception"),
    ]


def test_nothing_late_makes_no_task(db):
    due(since=MINUTE)

    assert actions.report_late(at=NOW) == 0
    assert Task.objects.count() == 0


def test_a_tick_says_what_is_late_before_it_sends_it(transactional_db):
    message = due(since=20 * MINUTE)

    tasks.tick()

    assert message_now(message).state == "sent"
    assert Task.objects.get().kind == "messages_late"
