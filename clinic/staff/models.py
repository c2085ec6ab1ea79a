"""The clinicians people can see."""

from typing import Any

import pghistory
from django.core.validators import RegexValidator
from django.db import models

from clinic.accounts.enums import Role
from clinic.db.base import Record


class ClinicianQuerySet(models.QuerySet["Clinician"]):
    """Words for asking about clinicians."""

    def practising(self) -> "ClinicianQuerySet":
        """Those who can be booked now: marked so, checked on the register, and able to sign in as a clinician."""
        return self.filter(is_active=True, verified_on__isnull=False, user__is_active=True, user__role=Role.CLINICIAN)

    def visible_to(self, user: Any) -> "ClinicianQuerySet":
        """Those a signed-in ``user`` may open: staff see all, patients those who practise."""
        return self if user.is_staff else self.practising()


class Sex(models.TextChoices):
    """As patients may ask for it; a clinician may leave it unsaid."""

    FEMALE = "female", "Woman"
    MALE = "male", "Man"


@pghistory.track(append_only=True)
class Clinician(Record):
    """A doctor on the GMC's Specialist Register (the clinic records when that was last checked)."""

    user = models.OneToOneField(
        "clinic.User", on_delete=models.PROTECT, limit_choices_to={"role": Role.CLINICIAN}, related_name="clinician"
    )
    name = models.CharField(max_length=120, help_text="As patients see it, like Dr Ada Okafor.")
    gmc_number = models.CharField(
        "GMC number", max_length=7, unique=True, validators=[RegexValidator(r"^\d{7}$", "A GMC number has 7 digits.")]
    )
    cd_number = models.CharField(
        "private CD prescriber number",
        max_length=6,
        blank=True,
        validators=[RegexValidator(r"^\d{6}$", "A private CD prescriber number has 6 digits.")],
        help_text="It stands on paper prescriptions of controlled drugs. It is not the GMC number.",
    )
    specialty = models.CharField(max_length=120, help_text="The entry on the Specialist Register.")
    role = models.CharField(max_length=80, blank=True, help_text="What they are here, like “Consultant neurologist”.")
    sex = models.CharField(
        max_length=6,
        choices=Sex.choices,
        blank=True,
        help_text="Some patients ask for a woman or a man. Empty: unsaid.",
    )
    languages = models.CharField(max_length=120, default="English", help_text="Those they consult in.")
    interests = models.CharField(
        "declared interests",
        max_length=300,
        blank=True,
        help_text="Shares, fees or posts at a pharmacy, a product company or a registry.",
    )
    interests_declared_on = models.DateField(
        null=True, blank=True, help_text="When they last told us of their interests, or that they have none."
    )
    verified_on = models.DateField("register entry checked on", null=True, blank=True)
    is_active = models.BooleanField("can be booked", default=True)

    objects = ClinicianQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(gmc_number__regex=r"^\d{7}$"), name="gmc_number_has_7_digits"),
            models.CheckConstraint(
                condition=models.Q(cd_number="") | models.Q(cd_number__regex=r"^\d{6}$"), name="cd_number_has_6_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.name
