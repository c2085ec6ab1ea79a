"""The checks of people on a plan: planned by it, and the frozen record of each."""

from datetime import date
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.db.clock import day_text
from clinic.db.frozen import FROZEN, FrozenRecord, StateChange, all_but
from clinic.db.sealed import SealedJSONField
from clinic.db.states import Moves, guard
from patients.access.models import in_care
from patients.monitoring import policy
from patients.monitoring.enums import GOES_ON, MOVES, Kind, State, Verdict


class CheckQuerySet(models.QuerySet["PlanCheck"]):
    """Words for asking about checks."""

    def visible_to(self, user: Any) -> "CheckQuerySet":
        """A patient sees their own; a clinician those of people in their care; nobody else any."""
        if user.role == Role.PATIENT:
            return self.filter(patient__user=user)
        return self.filter(in_care(user)) if user.role == Role.CLINICIAN else self.none()

    def planned(self) -> "CheckQuerySet":
        """Those still to come, or missed; the soonest first."""
        return self.filter(state=State.PLANNED).order_by("due_on", "id")


@pghistory.track(append_only=True)
class PlanCheck(Record):
    """A day on which somebody on a plan is checked. What the plan in force wants stays planned; the rest is cancelled."""

    MOVES: ClassVar[Moves] = MOVES

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="plan_checks")
    plan = models.ForeignKey("patients.PlanVersion", on_delete=models.PROTECT, related_name="checks")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    due_on = models.DateField(help_text="On the UK calendar.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    questions = models.ForeignKey(
        "patients.Questionnaire", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    objects = CheckQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        verbose_name = "check of a plan"
        verbose_name_plural = "checks of plans"
        triggers = [
            guard(MOVES),
            pgtrigger.Protect(
                name="a_check_stays_on_its_day",
                operation=pgtrigger.Update,
                condition=all_but("state", "questions_id"),
            ),
            pgtrigger.Protect(name="plan_check_stays", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="check_state_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="check_kind_known"),
            models.UniqueConstraint(
                fields=["patient", "due_on"], condition=~Q(state=State.CANCELLED), name="one_check_a_person_and_day"
            ),
        ]

    def __str__(self) -> str:
        return f"Check due {day_text(self.due_on)}"

    def is_overdue(self, today: date) -> bool:
        """Whether it should have been by now."""
        return self.state == State.PLANNED and policy.is_overdue(self.due_on, today)


class PlanCheckStateChange(StateChange):
    """One move of a check."""

    record = models.ForeignKey(PlanCheck, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass


class VisitQuerySet(models.QuerySet["CheckRecord"]):
    """Words for asking about records of checks."""

    def visible_to(self, user: Any) -> "VisitQuerySet":
        """For clinicians in whose care the person is; nobody else."""
        return self.filter(in_care(user, "check_of__patient")) if user.role == Role.CLINICIAN else self.none()


class CheckRecord(FrozenRecord):
    """What was found and decided at a check: signed once. ``said`` is read with ``policy.lines``."""

    check_of = models.OneToOneField(PlanCheck, on_delete=models.PROTECT, related_name="record")
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    said = SealedJSONField(place="patients.checkrecord.said")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    next_on = models.DateField(null=True, blank=True)
    at = models.DateTimeField()

    objects = VisitQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        triggers = FROZEN
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="check_verdict_known"),
            models.CheckConstraint(
                condition=~Q(verdict__in=sorted(GOES_ON)) | Q(next_on__isnull=False),
                name="who_goes_on_is_checked_again",
            ),
        ]

    def __str__(self) -> str:
        return f"Record of a check, {day_text(self.check_of.due_on)}"
