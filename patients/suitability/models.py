"""A clinician's decision about an intake."""

from typing import Any

from django.db import models

from clinic.accounts.enums import Role
from clinic.db.frozen import FrozenRecord
from clinic.db.sealed import SealedTextField
from patients.suitability.enums import Outcome


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Words for asking about decisions."""

    def visible_to(self, user: Any) -> "DecisionQuerySet":
        """A patient sees their own; a clinician those of people in their care; nobody else any."""
        if user.role == Role.PATIENT:
            return self.filter(version__intake__patient__user=user)
        if user.role == Role.CLINICIAN:
            return self.filter(
                version__intake__patient__care__clinician__user=user,
                version__intake__patient__care__ended_at__isnull=True,
            ).distinct()
        return self.none()


class Decision(FrozenRecord):
    """Signed once and never changed. The reasons are for the record; the message is for the patient.

    To ask for more information is one too: the same form is decided on after it.
    """

    version = models.ForeignKey("patients.IntakeVersion", on_delete=models.PROTECT, related_name="decisions")
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    reasons = SealedTextField(place="patients.decision.reasons")
    message = SealedTextField(place="patients.decision.message")
    at = models.DateTimeField()

    objects = DecisionQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(outcome__in=Outcome.values), name="decision_outcome_known"),
            models.UniqueConstraint(
                fields=["version"],
                condition=~models.Q(outcome=Outcome.MORE_INFORMATION),
                name="one_decision_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"Decision of {self.at:%d %B %Y}"
