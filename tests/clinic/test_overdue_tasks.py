"""Tasks that become overdue are told of: once, to whom they are for, and without a word of what they are about."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from clinic.accounts.models import User
from clinic.outbox.models import Message
from clinic.outbox.registry import NotWanted, compose
from clinic.staff import tasks
from clinic.staff.actions import tell_of_overdue_tasks
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from tests.factories import people
from tests.race import race

DUE = datetime(2026, 11, 25, 10, tzinfo=ZoneInfo("Europe/London"))
MINUTE = timedelta(minutes=1)


def task(kind=TaskKind.MESSAGE_FAILED, role="reception", due_at=DUE):
    key = str(uuid4())
    return worklist.ask(kind, "Ms Secret cannot be reached", key=key, about=uuid4(), role=role, due_at=due_at, at=DUE)


def told():
    users = dict(User.objects.values_list("pk", "email"))
    return sorted(users[about].split("@")[0] for about in Message.objects.values_list("about", flat=True))


def test_its_role_is_told_once(db, rosa, manager, okafor):
    task()

    counts = [tell_of_overdue_tasks(at=at) for at in (DUE - MINUTE, DUE, DUE + MINUTE, DUE + 90 * MINUTE)]

    assert counts == [0, 1, 0, 0]
    assert told() == ["rosa"]


def test_who_took_it_is_told_and_nobody_else(db, rosa):
    other = people.user("olga@example.com", role="reception")
    worklist.take(task(), by=other, at=DUE - MINUTE)

    tell_of_overdue_tasks(at=DUE)

    assert told() == ["olga"]


@pytest.mark.parametrize(
    ("kind", "taken", "expected"),
    [
        (TaskKind.URGENT_ANSWERS, False, ["manager", "okafor"]),
        (TaskKind.URGENT_ANSWERS, True, ["okafor"]),
        (TaskKind.DECISION_DUE, False, ["okafor"]),
    ],
)
def test_an_urgent_one_that_nobody_takes_is_told_to_the_manager(db, rosa, manager, okafor, kind, taken, expected):
    """Untaken for 30 minutes: the clinicians. For 60: the manager."""
    made = task(kind, "clinician")
    tell_of_overdue_tasks(at=DUE + 29 * MINUTE)
    assert told() == ["okafor"]
    if taken:
        worklist.take(made, by=okafor.user, at=DUE)

    for minutes in (30, 31, 90):
        tell_of_overdue_tasks(at=DUE + minutes * MINUTE)

    assert told() == expected


@pytest.mark.parametrize("is_taken", [False, True])
def test_lesson_6_a_letter_to_the_gp_is_told_to_the_manager_as_soon_as_it_is_late(db, rosa, manager, okafor, is_taken):
    made = task(TaskKind.LETTER_DUE, "clinician")
    if is_taken:
        worklist.take(made, by=okafor.user, at=DUE)

    for minutes in (-1, 0, 1):
        tell_of_overdue_tasks(at=DUE + minutes * MINUTE)
        assert told() == ([] if minutes < 0 else ["manager", "okafor"])


def test_a_done_task_and_a_shut_account_are_left_alone(db, rosa):
    people.user("left@example.com", role="reception", is_active=False)
    worklist.finish(task(), "Done", by=rosa, at=DUE)

    assert tell_of_overdue_tasks(at=DUE) == 0


def test_one_mail_tells_of_all_while_it_waits(db, rosa):
    task(), task()
    tell_of_overdue_tasks(at=DUE)
    task()
    tell_of_overdue_tasks(at=DUE + MINUTE)

    message = Message.objects.get()
    assert compose(message).subject == "3 tasks are overdue"


def test_when_it_has_gone_the_next_is_another(db, rosa):
    task()
    tell_of_overdue_tasks(at=DUE)
    Message.objects.update(state="sent", sent_at=DUE)
    task()
    tell_of_overdue_tasks(at=DUE + MINUTE)

    assert Message.objects.filter(state="due").count() == 1


def test_it_says_nothing_of_what_it_is_about(db, rosa):
    task()
    tell_of_overdue_tasks(at=DUE)

    letter = compose(Message.objects.get())
    assert (letter.to, letter.subject) == ("rosa@example.com", "A task is overdue")
    assert "/admin/clinic/task/" in letter.text
    assert "Secret" not in f"{letter}"


def test_it_is_asked_again_when_it_is_sent(db, rosa):
    made = task()
    tell_of_overdue_tasks(at=DUE)
    worklist.finish(made, "Done", by=rosa, at=DUE)

    assert isinstance(compose(Message.objects.get()), NotWanted)


def test_nobody_is_told_at_night(db, rosa):
    night = DUE + timedelta(hours=11)
    task(due_at=night)
    tell_of_overdue_tasks(at=night)

    assert Message.objects.get().due_at == DUE + timedelta(hours=22)  # 8:00


def test_two_schedulers_tell_once(transactional_db, rosa):
    for _ in range(3):
        task()

    race(4, lambda _: tell_of_overdue_tasks(at=DUE))

    assert told() == ["rosa"]


def test_the_scheduler_has_it_done(db, rosa):
    task()

    tasks.tell_of_overdue_tasks(anything="a later version sends")

    assert told() == ["rosa"]
