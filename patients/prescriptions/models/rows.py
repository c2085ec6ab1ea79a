"""Rows that are written once: the pharmacy somebody chose, what we were told, what was asked for and answered."""

from typing import Any

from django.db import models
from django.db.models import Q

from clinic.accounts.enums import Role
from clinic.db.clock import day_text, when_text
from clinic.db.frozen import FROZEN, FrozenRecord
from clinic.db.sealed import SealedJSONField, SealedTextField
from patients.access.models import in_care
from patients.consents.enums import Method
from patients.prescriptions import policy
from patients.prescriptions.enums import SIGNED, Answer, Listed, State, Told
from patients.prescriptions.models.papers import Prescription


class OfAPersonQuerySet(models.QuerySet[Any]):
    """Words for rows about one person."""

    patient = "patient"

    def visible_to(self, user: Any) -> "OfAPersonQuerySet":
        """A clinician sees those of people in their care, a patient their own; nobody else any."""
        if user.role == Role.PATIENT:
            return self.filter(**{f"{self.patient}__user": user})
        return self.filter(in_care(user, self.patient)) if user.role == Role.CLINICIAN else self.none()

    def whose_visible_to(self, user: Any) -> "OfAPersonQuerySet":
        """Whose it is, and nothing else: for a clinician who comes from its task and has to give a reason first."""
        return self.only("id", "patient") if user.role == Role.CLINICIAN else self.none()


class OfARequestQuerySet(OfAPersonQuerySet):
    """Answers to requests."""

    patient = "request__patient"


class UpdateQuerySet(models.QuerySet["DispensingUpdate"]):
    """Words for asking about what we were told."""

    def visible_to(self, user: Any) -> "UpdateQuerySet":
        """Those about prescriptions of people in a clinician's care; nobody else any."""
        if user.role != Role.CLINICIAN:
            return self.none()
        return self.filter(in_care(user, "prescription__patient"))


class PharmacyChoice(FrozenRecord):
    """Which pharmacy somebody chose, with the statement they read. The newest counts."""

    key = models.UUIDField(unique=True, help_text="One a form: sent twice, it is one choice.")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="pharmacies")
    name = models.CharField(max_length=policy.LONGEST_NAME)
    number = models.CharField("GPhC premises number", max_length=7)
    address = models.CharField(max_length=policy.LONGEST_LINE)
    phone = models.CharField(max_length=20)
    email = models.EmailField(blank=True)
    listed = models.CharField(max_length=4, choices=Listed.choices)
    statement_version = models.CharField(max_length=20)
    statement_hash = models.CharField(max_length=64, help_text="The SHA-256 of the exact words.")
    method = models.CharField(max_length=10, choices=Method.choices, help_text="How they said it.")
    by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfAPersonQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        triggers = FROZEN
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=policy.PREMISES), name="premises_number_has_7_digits"),
            models.CheckConstraint(condition=Q(listed__in=Listed.values), name="pharmacy_listed_known"),
            models.CheckConstraint(condition=Q(method__in=Method.values), name="pharmacy_method_known"),
            models.CheckConstraint(
                condition=Q(statement_hash__regex=r"^[0-9a-f]{64}$"), name="pharmacy_hash_is_sha256"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DispensingUpdate(FrozenRecord):
    """What we were told of a paper, by whom and how. ``state`` is where it then was. A substitution is written, never taken."""

    key = models.UUIDField(unique=True, help_text="One a form: sent twice, it is one note.")
    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="updates")
    state = models.CharField(max_length=10, choices=State.choices)
    on = models.DateField(help_text="The day on which it happened, as we were told.")
    told_by = SealedTextField(place="patients.dispensingupdate.told_by")
    how = models.CharField(max_length=10, choices=Told.choices)
    batch = models.CharField(max_length=60, blank=True)
    quantity = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    substitution = SealedTextField(place="patients.dispensingupdate.substitution", blank=True)
    stock = SealedTextField(place="patients.dispensingupdate.stock", blank=True)
    price_pence = models.PositiveIntegerField(null=True, blank=True)
    id_checked = models.BooleanField(null=True, blank=True, help_text="Empty: not said.")
    courier = models.CharField(max_length=60, blank=True, help_text="The courier's reference.")
    delivery_failed = models.BooleanField(default=False)
    note = SealedTextField(place="patients.dispensingupdate.note", blank=True)
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = UpdateQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        triggers = FROZEN
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=sorted(SIGNED)), name="dispensing_state_known"),
            models.CheckConstraint(condition=Q(how__in=Told.values), name="dispensing_told_known"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gt=0), name="quantity_supplied_is_some"
            ),
        ]

    def __str__(self) -> str:
        return f"{State(self.state).label}, {day_text(self.on)}"


class PrescriptionRequest(FrozenRecord):
    """That somebody asked for their next prescription, with their answers to the safety questions. Always taken."""

    key = models.UUIDField(unique=True, help_text="One a form: sent twice, it is one request.")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="prescription_requests")
    answers = SealedJSONField(place="patients.prescriptionrequest.answers")
    at = models.DateTimeField()

    objects = OfAPersonQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        triggers = FROZEN
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"Request of {when_text(self.at)}"


class RequestAnswer(FrozenRecord):
    """What a clinician made of a request, once: why, for the record, and what the patient reads."""

    request = models.OneToOneField(PrescriptionRequest, on_delete=models.PROTECT, related_name="answer")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    why = SealedTextField(place="patients.requestanswer.why")
    told = SealedTextField(place="patients.requestanswer.told")
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfARequestQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        triggers = FROZEN
        ordering = ["-at"]
        constraints = [models.CheckConstraint(condition=Q(answer__in=Answer.values), name="request_answer_known")]

    def __str__(self) -> str:
        return Answer(self.answer).label
