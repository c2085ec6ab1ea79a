"""Records of prescriptions, never the legal instrument: that is the paper."""

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from clinic.accounts.enums import Role
from clinic.accounts.policy import manages_the_clinic
from clinic.db.base import Record
from clinic.db.frozen import StateChange, all_but
from clinic.db.sealed import SealedJSONField, SealedTextField
from clinic.db.states import Moves, guard
from patients.access.models import in_care
from patients.intake.enums import Level
from patients.intake.models import FlagHit, IntakeVersion
from patients.prescriptions import policy
from patients.prescriptions.enums import COUNTS_AS_SUPPLY, MOVES, RUNS_OUT, SIGNED, Paper, State
from patients.prescriptions.words import quantity_in_words
from patients.treatment.enums import Unit
from patients.treatment.models import PlanVersion
from patients.treatment.products import ProductLine, amount

ON_PAPER = SIGNED - {State.CANCELLED}
# What is written when the ink is dry, and what a move to "posted" writes.
AT_SIGNING = (
    *("state", "signed_on", "valid_until", "wet_ink_by_id", "signed_at", "copy_given"),
    *("pharmacy_id", "is_breach", "breach_why", "breach_points"),
)
AT_CHECK = ("checked_by_id", "checked_at")
POSTING = ("posted_on", "tracking")


class PrescriptionQuerySet(models.QuerySet["Prescription"]):
    """Words for asking about prescriptions."""

    def visible_to(self, user: Any) -> "PrescriptionQuerySet":
        """A clinician sees those of people in their care; a patient theirs that were signed on paper."""
        if user.role == Role.CLINICIAN:
            return self.filter(in_care(user))
        if user.role == Role.PATIENT:
            return self.filter(patient__user=user, signed_on__isnull=False)
        return self.none()

    def whose_visible_to(self, user: Any) -> "PrescriptionQuerySet":
        """Whose it is, and nothing else: for a clinician who comes from its task and has to give a reason first."""
        return self.only("id", "patient") if user.role == Role.CLINICIAN else self.none()

    def serials_visible_to(self, user: Any) -> "PrescriptionQuerySet":
        """For the monthly count of the paper: clinicians and managers see serials, days and states, and nothing else."""
        if user.role != Role.CLINICIAN and not manages_the_clinic(user):
            return self.none()
        return self.exclude(serial="").only("id", "paper", "serial", "state", "signed_on", "created_at")

    def audit_visible_to(self, user: Any) -> "PrescriptionQuerySet":
        """For the monthly audit: managers, of what was signed; its export holds no name of a patient."""
        return self.filter(signed_on__isnull=False) if manages_the_clinic(user) else self.none()

    def with_flags(self) -> "PrescriptionQuerySet":
        """The same, each with how many emergency, red and amber flags the patient's newest form set off."""
        newest = (
            IntakeVersion.objects.filter(intake__patient=OuterRef(OuterRef("patient"))).order_by("-at").values("pk")
        )
        flags = FlagHit.objects.order_by().filter(version=newest[:1]).values("version")
        counts = {
            f"{name}_flags": Coalesce(Subquery(flags.filter(level=level).values(n=Count("pk"))), 0)
            for name, level in (("emergency", Level.EMERGENCY), ("red", Level.RED), ("amber", Level.AMBER))
        }
        return self.annotate(**counts)

    def that_supply(self) -> "PrescriptionQuerySet":
        """Those from which somebody has, or will have, a supply."""
        return self.filter(state__in=sorted(COUNTS_AS_SUPPLY))

    def run_out(self, today: Any) -> "PrescriptionQuerySet":
        """Those whose 28 days are over and that are not dispensed."""
        return self.filter(state__in=sorted(RUNS_OUT), valid_until__lt=today)


@pghistory.track(append_only=True)
class Prescription(Record):
    """What a paper says and where it is. Its writer is the doctor who signs it; somebody else checks it.

    ``snapshot`` is whom it is for, as of the last save: name, address, date of birth, NHS number.
    """

    MOVES: ClassVar[Moves] = MOVES

    key = models.UUIDField(unique=True, help_text="One a form: sent twice, it is one prescription.")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="prescriptions")
    plan = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="prescriptions")
    line = models.PositiveSmallIntegerField(default=0, help_text="The place of its product in the plan, from 0.")
    prescriber = models.ForeignKey("clinic.Clinician", on_delete=models.PROTECT, related_name="+")
    prescriber_gmc = models.CharField(max_length=7)
    prescriber_cd = models.CharField(max_length=6, blank=True)
    snapshot = SealedJSONField(place="patients.prescription.snapshot")
    paper = models.CharField(max_length=8, choices=Paper.choices, blank=True)
    serial = models.CharField(max_length=20, blank=True)
    product = SealedTextField(place="patients.prescription.product", blank=True)
    dose = SealedTextField(place="patients.prescription.dose", blank=True)
    quantity = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    unit = models.CharField(max_length=10, choices=Unit.choices, blank=True)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    long_why = SealedTextField(place="patients.prescription.long_why", blank=True)
    starts_on = models.DateField(null=True, blank=True, help_text="The start that the paper states, if any.")
    second_by = models.ForeignKey("clinic.Clinician", null=True, on_delete=models.PROTECT, related_name="+")
    second_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey("clinic.Clinician", null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    signed_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    wet_ink_by = models.ForeignKey("clinic.User", null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True, help_text="When the signing was recorded.")
    copy_given = models.BooleanField(default=False, help_text="The patient has a copy.")
    pharmacy = models.ForeignKey("patients.PharmacyChoice", null=True, on_delete=models.PROTECT, related_name="+")
    posted_on = models.DateField(null=True)
    tracking = models.CharField(max_length=40, blank=True)
    is_breach = models.BooleanField(default=False, help_text="Signed on paper although points were open.")
    breach_why = SealedTextField(place="patients.prescription.breach_why", null=True)
    breach_points = SealedJSONField(place="patients.prescription.breach_points", null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFTED)
    version = models.PositiveIntegerField(default=0, help_text="Rises with every save: the second of two tabs is told.")
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    objects = PrescriptionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        triggers = [
            guard(MOVES),
            pgtrigger.ReadOnly(
                name="whose_prescription_stays", fields=["key", "patient", "plan", "prescriber", "created_at"]
            ),
            pgtrigger.Protect(
                name="checked_prescription_stays",
                operation=pgtrigger.Update,
                condition=all_but(*AT_SIGNING, *AT_CHECK, where="OLD.state = 'checked'"),
            ),
            pgtrigger.Protect(
                name="signed_prescription_stays",
                operation=pgtrigger.Update,
                condition=all_but("state", *POSTING, where="OLD.state NOT IN ('drafted', 'checked')"),
            ),
            pgtrigger.Protect(
                name="prescription_changes_by_moves",
                operation=pgtrigger.Update,
                condition=all_but(where="OLD.state <> 'drafted' AND OLD.state = NEW.state"),
            ),
            pgtrigger.Protect(
                name="posting_is_a_move",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "NEW.state <> 'posted' AND (OLD.posted_on, OLD.tracking) IS DISTINCT FROM (NEW.posted_on, NEW.tracking)"
                ),
            ),
            pgtrigger.Protect(name="prescription_is_kept", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="prescription_state_known"),
            models.CheckConstraint(condition=Q(paper__in=["", *Paper.values]), name="prescription_paper_known"),
            models.CheckConstraint(condition=Q(unit__in=["", *Unit.values]), name="prescription_unit_known"),
            models.UniqueConstraint(
                fields=["serial"], condition=~Q(serial=""), name="one_prescription_a_serial_number"
            ),
            models.CheckConstraint(
                condition=Q(serial="") | Q(serial__regex=policy.SERIAL), name="serial_is_letters_and_figures"
            ),
            models.CheckConstraint(condition=~Q(checked_by=F("prescriber")), name="writer_and_checker_are_two"),
            models.CheckConstraint(condition=~Q(second_by=F("prescriber")), name="second_sign_off_is_somebody_else"),
            models.CheckConstraint(
                condition=~Q(state=State.CHECKED) | Q(checked_by__isnull=False, checked_at__isnull=False),
                name="checked_prescription_says_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(ON_PAPER))
                | Q(serial__gt="", paper__gt="", unit__gt="", quantity__isnull=False, days__isnull=False)
                & Q(quantity__gt=0, days__gte=1, days__lte=policy.MOST_DAYS)
                & Q(signed_on__isnull=False, valid_until__isnull=False, signed_at__isnull=False)
                & Q(wet_ink_by__isnull=False),
                name="signed_prescription_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(signed_on__isnull=True, valid_until__isnull=True)
                | Q(starts_on__isnull=True, valid_until=F("signed_on") + policy.VALID_FOR)
                | Q(starts_on__gte=F("signed_on"), valid_until=F("starts_on") + policy.VALID_FOR),
                name="prescription_is_good_for_28_days",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(ON_PAPER)) | Q(is_breach=True) | Q(checked_by__isnull=False),
                name="unchecked_prescription_is_a_breach",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(ON_PAPER))
                | Q(is_breach=True)
                | Q(days__lte=policy.USUAL_DAYS)
                | Q(second_by__isnull=False, second_at__isnull=False),
                name="long_supply_has_a_second_sign_off",
            ),
            models.CheckConstraint(
                condition=Q(is_breach=False, breach_why__isnull=True, breach_points__isnull=True)
                | Q(is_breach=True, breach_why__isnull=False, breach_points__isnull=False),
                name="prescription_breach_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.POSTED) | Q(posted_on__isnull=False), name="posted_prescription_has_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"Prescription {self.serial}".strip()

    @property
    def product_line(self) -> ProductLine | None:
        """Its product in the plan."""
        lines = self.plan.lines
        return lines[self.line] if self.line < len(lines) else None

    @property
    def quantity_text(self) -> str:
        """The quantity in figures, like "30 ml"."""
        return amount(self.quantity, self.unit) if self.quantity and self.unit else ""

    @property
    def quantity_words(self) -> str:
        """The quantity in words, to be compared with the paper."""
        return quantity_in_words(self.quantity, self.unit) if self.quantity and self.unit else ""

    @property
    def text(self) -> policy.Text:
        """What stands on the paper, as the policy reads it."""
        names = policy.Text.__dataclass_fields__
        return policy.Text(**{name: getattr(self, name) for name in names})


class PrescriptionStateChange(StateChange):
    """One move of a prescription."""

    record = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass
