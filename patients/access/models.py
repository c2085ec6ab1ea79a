"""Who may open a person's record."""

from typing import Any

import pghistory
from django.db import models

from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.db.sealed import SealedTextField
from patients.profile.models import Patient


def in_care(user: Any, path: str = "patient") -> models.Q:
    """Return the condition that the patient at ``path`` is in the care of the clinician ``user``: one row is one row still."""
    care = CareRelationship.objects.filter(clinician__user=user, ended_at__isnull=True)
    return models.Q(**{f"{path}__in": care.values("patient")})


class CareQuerySet(models.QuerySet["CareRelationship"]):
    """Words for asking about care relationships."""

    def opened_visible_to(self, user: Any) -> "CareQuerySet":
        """Records that were opened with a reason alone: the managers look at each."""
        opened = self.filter(reason=CareRelationship.Reason.OPENED)
        return opened if user.is_staff and user.role == Role.MANAGER else self.none()


@pghistory.track(append_only=True)
class CareRelationship(Record):
    """Why a clinician may open a person's record: they booked, claimed the form, took over, or gave a reason.

    With a reason alone (``OPENED``) it ends by itself, at ``until``.
    """

    class Reason(models.TextChoices):
        BOOKED = "booked", "A visit was booked"
        CLAIMED = "claimed", "The clinician took the form to review"
        HANDED_OVER = "handed_over", "Another clinician handed the form over"
        OPENED = "opened", "The clinician gave a reason, without being in care"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="care")
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="care")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    why = SealedTextField(place="patients.carerelationship.why", blank=True, help_text="The reason given.")
    started_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True, help_text="When it ends by itself.")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = CareQuerySet.as_manager()

    class Meta:
        verbose_name = "record opened with a reason"
        verbose_name_plural = "records opened with a reason"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reason="opened", until__isnull=False)
                | ~models.Q(reason="opened") & models.Q(until__isnull=True),
                name="only_an_opened_record_closes_itself",
            ),
            models.UniqueConstraint(
                fields=["patient", "clinician"],
                condition=models.Q(ended_at__isnull=True) & ~models.Q(reason="opened"),
                name="one_open_care_relationship",
            ),
            models.UniqueConstraint(
                fields=["patient", "clinician"],
                condition=models.Q(ended_at__isnull=True, reason="opened"),
                name="one_opened_record",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.started_at:%Y-%m-%d}"
