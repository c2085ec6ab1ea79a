"""The worklist: every piece of work the software asks of a person."""

from typing import Any, ClassVar

import pghistory
from django.db import models

from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.db.frozen import StateChange
from clinic.db.states import Moves, guard
from clinic.worklist.enums import MOVES, TaskKind, TaskState


class TaskQuerySet(models.QuerySet["Task"]):
    """Words for asking about tasks."""

    def waiting(self) -> "TaskQuerySet":
        """Those not done yet, soonest due first."""
        return self.exclude(state=TaskState.DONE).order_by("due_at", "id")

    def visible_to(self, user: Any) -> "TaskQuerySet":
        """Those for the user's role; a manager sees all."""
        if user.role == Role.MANAGER:
            return self
        return self.filter(role=user.role) if user.is_staff else self.none()


@pghistory.track(append_only=True)
class Task(Record):
    """Something a person with ``role`` has to do by ``due_at``. The title names no condition."""

    MOVES: ClassVar[Moves] = MOVES

    key = models.CharField(max_length=120, unique=True, help_text="One task a fact, however often it is noticed.")
    kind = models.CharField(max_length=32, choices=TaskKind.choices)
    title = models.CharField(max_length=200)
    about = models.UUIDField(help_text="The record it is about.")
    role = models.CharField(max_length=16, choices=Role.choices)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=TaskState.choices, default=TaskState.OPEN)
    taken_by = models.ForeignKey("clinic.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=500, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="When its role was told that it is overdue.")
    manager_told_at = models.DateTimeField(null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        triggers = [guard(MOVES)]
        indexes = [models.Index(fields=["due_at"], name="tasks_that_wait", condition=~models.Q(state="done"))]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=TaskState.TAKEN) | models.Q(taken_by__isnull=False),
                name="taken_task_has_a_taker",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=TaskState.DONE) | ~models.Q(outcome=""), name="done_task_has_an_outcome"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TaskStateChange(StateChange):
    """One move of a task."""

    record = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass
