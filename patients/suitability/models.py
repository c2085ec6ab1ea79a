"""A clinician's reading of an intake and their decision about it. Every row is written once."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from clinic.accounts.enums import Role
from clinic.db.frozen import FrozenRecord
from clinic.db.sealed import SealedTextField
from patients.access.models import in_care
from patients.suitability.enums import Capacity, Diagnosis, Examination, Meeting, Outcome
from patients.suitability.policy import Findings


class InCareQuerySet(models.QuerySet[Any]):
    """Words for rows that hang on a version of a form. For clinicians in whose care the person is; nobody else."""

    intake = "version__intake"

    def of(self, intake: Any) -> "InCareQuerySet":
        """Those about one form."""
        return self.filter(**{self.intake: intake})

    def visible_to(self, user: Any) -> "InCareQuerySet":
        """A clinician sees those of people in their care; nobody else any."""
        return self.filter(in_care(user, f"{self.intake}__patient")) if user.role == Role.CLINICIAN else self.none()


class FlagAnswerQuerySet(InCareQuerySet):
    """Answers to flags."""

    intake = "flag__version__intake"


class AddendumQuerySet(InCareQuerySet):
    """What was added to decisions."""

    intake = "decision__version__intake"


class HandOverQuerySet(InCareQuerySet):
    """Forms that were handed over."""

    intake = "intake"


class FlagAnswer(FrozenRecord):
    """What a clinician made of one red flag. Where the same answer is sent again, it still counts (``actions.answered``)."""

    flag = models.ForeignKey("patients.FlagHit", on_delete=models.PROTECT, related_name="+")
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    text = SealedTextField(place="patients.flaganswer.text", blank=True, help_text="Empty: seen.")
    key = models.UUIDField(help_text="Of the form it was written in: sent twice it is saved once.")
    at = models.DateTimeField()

    objects = FlagAnswerQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["flag", "key"], name="one_flag_answer_a_form")]


class PartRead(FrozenRecord):
    """That a clinician has read one part of a form: ``part`` is its place in the record of the version, from 0."""

    version = models.ForeignKey("patients.IntakeVersion", on_delete=models.PROTECT, related_name="+")
    part = models.PositiveSmallIntegerField()
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = InCareQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["version", "part", "clinician"], name="one_reading_a_part")]


class HandOver(FrozenRecord):
    """That a form went from one clinician to another, and why."""

    intake = models.ForeignKey("patients.Intake", on_delete=models.PROTECT, related_name="+")
    giver = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    reason = SealedTextField(place="patients.handover.reason")
    at = models.DateTimeField()

    objects = HandOverQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(giver=models.F("taker")), name="handed_over_to_another")
        ]


class DecisionQuerySet(InCareQuerySet):
    """Words for asking about decisions."""

    def visible_to(self, user: Any) -> "InCareQuerySet":
        """A patient sees their own; a clinician those of people in their care; nobody else any."""
        if user.role == Role.PATIENT:
            return self.filter(version__intake__patient__user=user)
        return super().visible_to(user)


class Decision(FrozenRecord):
    """Signed once and never changed. The reasons are for the record; the message is for the patient.

    To ask for more information is one too: the same form is decided on after it. Any other says what was found
    (domain sheet, 5.4).
    """

    version = models.ForeignKey("patients.IntakeVersion", on_delete=models.PROTECT, related_name="decisions")
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    started_at = models.DateTimeField(help_text="When the reviewer took the form.")
    records = SealedTextField("records read", place="patients.decision.records", blank=True)
    records_received_on = models.DateField(null=True, blank=True)
    identity = models.ForeignKey(
        "patients.IdentityCheck", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    diagnosis = models.CharField(max_length=16, choices=Diagnosis.choices, blank=True)
    diagnosis_source = SealedTextField(place="patients.decision.diagnosis_source", blank=True)
    treatments_verified = models.PositiveSmallIntegerField(null=True, blank=True)
    examination = models.CharField(max_length=12, choices=Examination.choices, blank=True)
    meetings = ArrayField(
        models.CharField(max_length=8, choices=Meeting.choices),
        default=list,
        blank=True,
        verbose_name="ways to meet that suit",
    )
    capacity = models.CharField(max_length=10, choices=Capacity.choices, blank=True)
    capacity_note = SealedTextField(place="patients.decision.capacity_note", blank=True)
    without = SealedTextField("why without records or identity", place="patients.decision.without", blank=True)
    reasons = SealedTextField(place="patients.decision.reasons")
    message = SealedTextField(place="patients.decision.message")
    at = models.DateTimeField()

    objects = DecisionQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(outcome__in=Outcome.values), name="decision_outcome_known"),
            models.CheckConstraint(
                condition=models.Q(outcome=Outcome.MORE_INFORMATION)
                | models.Q(
                    diagnosis__in=Diagnosis.values,
                    examination__in=Examination.values,
                    capacity__in=Capacity.values,
                    treatments_verified__isnull=False,
                ),
                name="final_decision_says_what_was_found",
            ),
            models.CheckConstraint(condition=models.Q(meetings__contained_by=Meeting.values), name="meetings_known"),
            models.UniqueConstraint(
                fields=["version"],
                condition=~models.Q(outcome=Outcome.MORE_INFORMATION),
                name="one_decision_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"Decision of {self.at:%d %B %Y}"

    @property
    def meetings_text(self) -> str:
        """The ways to meet that suit, in words."""
        return ", ".join(Meeting(each).label for each in self.meetings)

    @property
    def findings(self) -> Findings:
        """What the reviewer found."""
        names = Findings.__dataclass_fields__
        return Findings(**{name: getattr(self, name) for name in names} | {"meetings": tuple(self.meetings)})


class DecisionAddendum(FrozenRecord):
    """What a clinician added to a decision after it was signed. The decision stays as it is."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="addenda")
    clinician = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    text = SealedTextField(place="patients.decisionaddendum.text")
    key = models.UUIDField(unique=True, help_text="Of the form it was written in: sent twice it is saved once.")
    at = models.DateTimeField()

    objects = AddendumQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        ordering = ["at"]
