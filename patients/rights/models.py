"""A patient's copy of their data, while its address lives, and what they ask of us about their data."""

from datetime import datetime
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.db import models

from clinic.accounts.enums import Role
from clinic.accounts.policy import manages_the_clinic
from clinic.db.base import Record
from clinic.db.frozen import StateChange
from clinic.db.sealed import SealedTextField
from clinic.db.states import Moves, guard
from patients.rights.enums import MOVES, Kind, State


class DataCopyQuerySet(models.QuerySet["DataCopy"]):
    """Words for asking about copies."""

    def visible_to(self, user: Any) -> "DataCopyQuerySet":
        """Only whose data it is."""
        return self.filter(patient__user=user) if user.role == Role.PATIENT else self.none()


@pghistory.track(append_only=True)
class DataCopy(Record):
    """Leave to read one's copy until ``expires_at``. The data is not kept a second time: it is read when it is opened."""

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="data_copies")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = DataCopyQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        verbose_name_plural = "data copies"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("made_at")), name="data_copy_lives_some_time"
            )
        ]

    def __str__(self) -> str:
        return f"Copy of {self.made_at:%d %B %Y}"

    def is_live(self, at: datetime) -> bool:
        """Tell whether it can be opened at ``at``."""
        return at < self.expires_at


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    """Words for asking about requests."""

    def visible_to(self, user: Any) -> "DataRequestQuerySet":
        """A patient sees their own; managers all; nobody else any: people write about their health in them."""
        if user.role == Role.PATIENT:
            return self.filter(patient__user=user)
        return self if manages_the_clinic(user) else self.none()


@pghistory.track(append_only=True)
class DataRequest(Record):
    """What a patient asks, and what we answered. What they wrote never changes; after our answer nothing does."""

    MOVES: ClassVar[Moves] = MOVES

    key = models.UUIDField(unique=True, help_text="One a form: sent twice, it is one request.")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="data_requests")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = SealedTextField("what they write", place="patients.datarequest.text")
    received_at = models.DateTimeField("received")
    due_on = models.DateField(
        "last day",
        help_text="The last day the law leaves: to acknowledge a complaint, to answer a correction.",
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED)
    answer = SealedTextField("our answer", place="patients.datarequest.answer", null=True, blank=True)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "id"]
        triggers = [
            guard(MOVES),
            pgtrigger.ReadOnly(name="what_was_asked_stays", fields=["key", "patient", "kind", "received_at", "due_on"]),
            pgtrigger.Protect(
                name="words_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.text IS DISTINCT FROM NEW.text"),
            ),
            pgtrigger.Protect(
                name="answered_is_frozen", operation=pgtrigger.Update, condition=pgtrigger.Q(old__state=State.ANSWERED)
            ),
            pgtrigger.Protect(name="request_stays", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="data_request_kind_known"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="data_request_state_known"),
            models.CheckConstraint(
                condition=models.Q(state=State.ANSWERED, answer__isnull=False)
                | ~models.Q(state=State.ANSWERED) & models.Q(answer__isnull=True),
                name="answered_data_request_has_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.received_at:%d %B %Y}"


class DataRequestStateChange(StateChange):
    """One move of a request."""

    record = models.ForeignKey(DataRequest, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass
