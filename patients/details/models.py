"""Who else looks after a patient, and who helps them."""

from typing import Any

import pghistory
from django.db import models

from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.db.sealed import SealedTextField
from patients.details.enums import Talk
from patients.profile.models import Patient
from patients.profile.policy import phone_text


class TeamsQuerySet(models.QuerySet["OtherTeams"]):
    """Words for asking about other teams."""

    def visible_to(self, user: Any) -> "TeamsQuerySet":
        """A patient sees their own; a clinician those of the people in their care. They say something of health."""
        if user.role in {Role.RECEPTION, Role.MANAGER}:
            return self.none()
        return self.filter(patient__in=Patient.objects.visible_to(user))


@pghistory.track(append_only=True)
class OtherTeams(Record):
    """Who else looks after somebody. Whom one sees tells of one's health: each is sealed."""

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="other_teams")
    ms_team = SealedTextField("MS team", blank=True, place="patients.otherteams.ms_team")
    neurologist = SealedTextField(blank=True, place="patients.otherteams.neurologist")
    pain_clinic = SealedTextField(blank=True, place="patients.otherteams.pain_clinic")
    dentist = SealedTextField("dentist or oral surgeon", blank=True, place="patients.otherteams.dentist")
    mental_health = SealedTextField(
        "psychiatrist or mental health team", blank=True, place="patients.otherteams.mental_health"
    )

    objects = TeamsQuerySet.as_manager()

    def __str__(self) -> str:
        return "Other teams"


class SupporterQuerySet(models.QuerySet["Supporter"]):
    """Words for asking about supporters."""

    def visible_to(self, user: Any) -> "SupporterQuerySet":
        """Whoever sees the patient."""
        return self.filter(patient__in=Patient.objects.visible_to(user))


@pghistory.track(append_only=True)
class Supporter(Record):
    """Somebody who helps a patient, and what we may talk about with them: nothing, unless the patient says so."""

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="supporter")
    name = models.CharField(max_length=100)
    relationship = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    may_talk = models.CharField("we may talk to them", max_length=12, choices=Talk.choices, default=Talk.NO)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")

    objects = SupporterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="supporter_has_a_name"),
            models.CheckConstraint(condition=models.Q(may_talk__in=Talk.values), name="supporter_scope_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def phone_text(self) -> str:
        """The number as people read it."""
        return phone_text(self.phone) if self.phone else ""
