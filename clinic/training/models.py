"""The register of training: what each role has to know, and who has learnt it when."""

from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from clinic.accounts.enums import STAFF_ROLES, Role
from clinic.accounts.policy import manages_the_clinic
from clinic.db.base import Record
from clinic.db.clock import day_text
from clinic.db.frozen import FROZEN, FrozenRecord
from clinic.training import policy

ROLES = [(role.value, role.label) for role in Role if role in STAFF_ROLES]


class TrainingQuerySet(models.QuerySet["Training"]):
    """Words for asking about trainings."""

    def visible_to(self, user: Any) -> "TrainingQuerySet":
        """Managers keep the register."""
        return self if manages_the_clinic(user) else self.none()

    def asked_of(self, role: str) -> "TrainingQuerySet":
        """Those that somebody in this role needs now."""
        return self.filter(is_asked=True, roles__contains=[role])


@pghistory.track(append_only=True)
class Training(Record):
    """Something that people in some roles have to learn, and again after ``months``."""

    name = models.CharField(max_length=policy.LONGEST_NAME, unique=True)
    scope = models.CharField(max_length=policy.LONGEST_EVIDENCE, blank=True, help_text="What it covers.")
    roles = ArrayField(models.CharField(max_length=10, choices=ROLES), help_text="Who needs it.")
    months = models.PositiveSmallIntegerField(
        "holds for (months)", validators=[MinValueValidator(1), MaxValueValidator(policy.MOST_MONTHS)]
    )
    is_asked = models.BooleanField("asked for now", default=True)

    objects = TrainingQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(months__gte=1, months__lte=policy.MOST_MONTHS), name="training_holds_for_some_months"
            ),
            models.CheckConstraint(
                condition=Q(roles__contained_by=sorted(STAFF_ROLES), roles__len__gte=1), name="training_is_of_staff"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TrainingDoneQuerySet(models.QuerySet["TrainingDone"]):
    """Words for asking about what was learnt."""

    def visible_to(self, user: Any) -> "TrainingDoneQuerySet":
        """Managers see all, other staff their own."""
        if manages_the_clinic(user):
            return self
        return self.filter(person=user.pk) if user.is_staff else self.none()


class TrainingDone(FrozenRecord):
    """That somebody did a training, and what shows it. Never changed: a mistake is followed by a newer row."""

    training = models.ForeignKey(Training, on_delete=models.PROTECT, related_name="done")
    person = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    done_on = models.DateField()
    ends_on = models.DateField()
    evidence = models.CharField(
        max_length=policy.LONGEST_EVIDENCE, help_text="What shows it, like the certificate's number."
    )
    recorded_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = TrainingDoneQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        triggers = FROZEN
        ordering = ["-at", "id"]
        verbose_name = "training done"
        verbose_name_plural = "trainings done"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("done_on")), name="training_ends_after_it_was_done")
        ]

    def __str__(self) -> str:
        return f"{self.training}, {day_text(self.done_on)}"
