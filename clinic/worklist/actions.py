"""Opening, taking and finishing tasks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q

from clinic.accounts.enums import Role
from clinic.db.refusal import Refusal
from clinic.db.states import move
from clinic.worklist.enums import TaskKind, TaskState
from clinic.worklist.models import Task


@dataclass(frozen=True)
class Escalation:
    """When the managers are told of a task too: so long ``after`` it was due, in one of ``states``."""

    after: timedelta
    states: frozenset[TaskState]


# In opening hours an urgent task that nobody has taken is told after 30 minutes, to the manager after 60: the first
# 30 are in its due time. A letter to the GP is due 48 hours after the consultation, and told to the manager then,
# taken or not (domain.md 6.9, lesson 6).
ESCALATED = {
    TaskKind.URGENT_ANSWERS: Escalation(timedelta(minutes=30), frozenset({TaskState.OPEN})),
    TaskKind.ADVERSE_EVENT: Escalation(timedelta(minutes=30), frozenset({TaskState.OPEN})),
    TaskKind.INCIDENT: Escalation(timedelta(minutes=30), frozenset({TaskState.OPEN, TaskState.TAKEN})),
    TaskKind.LETTER_DUE: Escalation(timedelta(), frozenset({TaskState.OPEN, TaskState.TAKEN})),
}


def ask(
    kind: TaskKind,
    title: str,
    *,
    key: str,
    about: UUID,
    role: Role,
    due_at: datetime,
    at: datetime,
    again: bool = False,
) -> Task:
    """Return the task for ``key``, opened at ``at`` unless it is there already.

    ``again`` opens another where the one that is there is done: it was asked for anew.
    """
    if again and (done := Task.objects.filter(key__startswith=key, state=TaskState.DONE).count()):
        key = f"{key}:{done}"
    task, _ = Task.objects.get_or_create(
        key=key,
        defaults={"kind": kind, "title": title, "about": about, "role": role, "due_at": due_at, "created_at": at},
    )
    return task


def take(task: Task, *, by: Any, at: datetime) -> None:
    """Make ``by`` the one who does ``task``. Raises StaleState where somebody else was quicker."""
    move(task, TaskState.TAKEN, by=by, at=at, taken_by=by)


def pass_on(task: Task, *, to: Any) -> None:
    """Give a task that somebody has taken to the user ``to``; of what is late they are told themselves."""
    Task.objects.filter(pk=task.pk).update(taken_by=to, told_at=None)


def finish(task: Task, outcome: str, *, by: Any, at: datetime) -> None:
    """Close ``task`` with the words of how it ended. Raises Refusal without them."""
    if not outcome.strip():
        raise Refusal("Say how this ended.")
    move(task, TaskState.DONE, by=by, at=at, outcome=outcome.strip())


def tell_overdue(*, at: datetime) -> tuple[set[Role], set[UUID]]:
    """Return whom to tell that tasks are overdue at ``at``: roles, and users by key. Each task is told of once.

    One that nobody has taken is told to its role, a taken one to whoever took it; those of ``ESCALATED`` to the
    managers too.
    """
    late = Task.objects.select_for_update(skip_locked=True).waiting().filter(due_at__lte=at)
    fresh = list(late.filter(told_at=None))
    for_managers = list(late.filter(_escalated(at), manager_told_at=None))
    Task.objects.filter(pk__in=[task.pk for task in fresh]).update(told_at=at)
    Task.objects.filter(pk__in=[task.pk for task in for_managers]).update(manager_told_at=at)
    roles = {Role(task.role) for task in fresh if not task.taken_by_id} | ({Role.MANAGER} if for_managers else set())
    return roles, {task.taken_by_id for task in fresh if task.taken_by_id}


def _escalated(at: datetime) -> Q:
    """Return which tasks managers are told of at ``at``."""
    kinds = (Q(kind=kind, state__in=how.states, due_at__lte=at - how.after) for kind, how in ESCALATED.items())
    return reduce(or_, kinds)


def waiting_about(records: Iterable[UUID], kind: TaskKind) -> list[UUID]:
    """Return those of ``records`` about which a task of ``kind`` still waits."""
    return list(Task.objects.waiting().filter(about__in=records, kind=kind).values_list("about", flat=True))


def finish_keyed(key: str, outcome: str, *, by: Any, at: datetime) -> None:
    """Close every waiting task that was asked for with ``key``, also again: the fact has happened."""
    for task in Task.objects.waiting().filter(key__startswith=key):
        finish(task, outcome, by=by, at=at)


def finish_about(about: UUID, kind: TaskKind, outcome: str, *, by: Any, at: datetime, role: Role | None = None) -> None:
    """Close every waiting task of ``kind`` about a record (for one ``role``, where it is named): the fact has happened."""
    waiting = Task.objects.waiting().filter(about=about, kind=kind)
    for task in waiting.filter(role=role) if role else waiting:
        finish(task, outcome, by=by, at=at)
