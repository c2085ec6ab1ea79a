"""How a patient wants to be written to, and who gets copies."""

from typing import Any
from uuid import UUID

import pghistory
from django.conf import settings
from django.db import models

from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.outbox.models import Message
from clinic.outbox.policy import Reach
from patients.contact import policy
from patients.contact.enums import Way
from patients.profile import needs
from patients.profile.models import Patient

LONGEST_ADDRESS = 300


class ContactChoiceQuerySet(models.QuerySet["ContactChoice"]):
    """Words for asking about choices."""

    def visible_to(self, user: Any) -> "ContactChoiceQuerySet":
        """A patient sees their own; reception and managers all."""
        if user.role == Role.PATIENT:
            return self.filter(patient__user=user)
        return self if user.role in {Role.RECEPTION, Role.MANAGER} else self.none()


@pghistory.track(append_only=True)
class ContactChoice(Record):
    """One patient's choices. Somebody without a row gets e-mail and reminders."""

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="contact")
    way = models.CharField("how we write to them", max_length=5, choices=Way.choices, default=Way.EMAIL)
    postal_address = models.CharField(max_length=LONGEST_ADDRESS, blank=True)
    texts = models.BooleanField("text messages too", default=False)
    reminders = models.BooleanField(default=True)
    copies_name = models.CharField("who gets copies", max_length=100, blank=True)
    copies_email = models.EmailField("their email address", blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")

    objects = ContactChoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(copies_name="", copies_email="")
                | (~models.Q(copies_name="") & ~models.Q(copies_email="")),
                name="copies_go_to_somebody_named",
            ),
            models.CheckConstraint(
                condition=~models.Q(way=Way.POST) | ~models.Q(postal_address=""), name="letters_go_to_an_address"
            ),
        ]

    def __str__(self) -> str:
        return self.get_way_display()


def choice_of(patient: Patient) -> ContactChoice:
    """Return what ``patient`` chose; where they chose nothing, a row that is not saved, as if they had left it so."""
    return getattr(patient, "contact", None) or ContactChoice(patient=patient)


def messages_of(patient: Patient) -> models.QuerySet[Message]:
    """Return what was and will be sent to ``patient``, copies to somebody else included."""
    return Message.objects.filter(person=patient.pk)


def reach_from(patient: Patient) -> Reach:
    """Return how ``patient`` may be reached, and what stops messages to them. It reads ``user`` and ``contact``."""
    choice = choice_of(patient)
    return policy.reach(
        way=choice.way,
        address=patient.reach,
        texts=choice.texts and bool(settings.SMS_GATEWAY),
        phone=patient.phone,
        copies_to=choice.copies_email,
        status=patient.status,
        reminders=choice.reminders,
        needs=needs.flag(patient.needs, patient.interpreter_language, ""),
    )


def reaches(people: list[UUID]) -> dict[UUID, Reach]:
    """Return how each of ``people`` (patients' keys) may be reached. One query."""
    known = Patient.objects.filter(pk__in=people).select_related("user", "contact").defer("access_needs")
    return {patient.pk: reach_from(patient) for patient in known.iterator()}
