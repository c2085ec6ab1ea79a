"""The person: who they are, how to reach them, who their GP is, who cares for them."""

from datetime import date, datetime
from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.db.frozen import FrozenRecord
from clinic.db.sealed import SealedTextField
from patients.profile import needs, policy
from patients.profile.enums import BestTime, Country, Need, Registered, Sex, Status, Video
from patients.profile.policy import CLAIM_TRIES, Sought, nhs_number_text


class PatientQuerySet(models.QuerySet["Patient"]):
    """Words for asking about patients."""

    def who_might_be(self, sought: Sought) -> "PatientQuerySet":
        """Those of whom one fact but the name fits; ``policy.matches`` says how many do."""
        fits = models.Q(date_of_birth=sought.born) if sought.born else models.Q(pk__in=[])
        for name, value in (("phone", sought.phone), ("nhs_number", sought.nhs_number)):
            fits |= models.Q(**{name: value}) if value else models.Q(pk__in=[])
        return self.filter(fits)

    def visible_to(self, user: Any) -> "PatientQuerySet":
        """A patient sees themselves; reception and managers everybody's contact details; a clinician the people in their care."""
        if user.role == Role.PATIENT:
            return self.filter(user=user)
        if user.role in {Role.RECEPTION, Role.MANAGER}:
            return self
        return self.filter(care__clinician__user=user, care__ended_at__isnull=True).distinct()

    def anybody_visible_to(self, user: Any) -> "PatientQuerySet":
        """Whose record somebody may open with a reason, outside their care: clinicians everybody's."""
        return self if user.role == Role.CLINICIAN else self.none()

    def with_a_double(self) -> "PatientQuerySet":
        """Those who share a date of birth or a phone number with somebody."""
        shared = [
            Patient.objects.order_by()
            .values(name)
            .annotate(people=models.Count("pk"))
            .filter(people__gt=1)
            .values(name)
            for name in ("date_of_birth", "phone")
        ]
        return self.filter(models.Q(date_of_birth__in=shared[0]) | models.Q(phone__in=shared[1]))


@pghistory.track(append_only=True)
class Patient(Record):
    """A person the clinic looks after. ``user`` is empty for somebody who books by phone."""

    user = models.OneToOneField("clinic.User", null=True, blank=True, on_delete=models.PROTECT, related_name="patient")
    first_names = models.CharField("first names", max_length=100, blank=True)
    family_name = models.CharField("family name or only name", max_length=100)
    preferred_name = models.CharField("name you like to be called", max_length=100, blank=True)
    date_of_birth = models.DateField()
    sex = models.CharField("sex registered at birth", max_length=10, choices=Sex.choices, blank=True)
    gender = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=20, help_text="In international form, like +447700900123.")
    other_phone = models.CharField("landline", max_length=20, blank=True, help_text="Beside a mobile number.")
    nhs_number = models.CharField(
        "NHS number", max_length=10, blank=True, help_text="Ten digits. Nobody is found by it alone."
    )
    email = models.EmailField(blank=True, help_text="For somebody without an account.")
    address_1 = models.CharField("address line 1", max_length=100, blank=True)
    address_2 = models.CharField("address line 2", max_length=100, blank=True)
    town = models.CharField("town or city", max_length=60, blank=True)
    postcode = models.CharField(max_length=8)
    country = models.CharField(max_length=20, choices=Country.choices, blank=True)
    gp_practice = models.CharField("GP practice", max_length=200)
    gp_registered = models.CharField("registered with a GP", max_length=10, choices=Registered.choices, blank=True)
    gp_address = models.CharField("address or code of the practice", max_length=300, blank=True)
    gp_phone = models.CharField("phone of the practice", max_length=20, blank=True)
    needs = ArrayField(
        models.CharField(max_length=20, choices=Need.choices),
        default=list,
        blank=True,
        help_text="What they need to read, hear or speak with us, as codes.",
    )
    interpreter_language = models.CharField("interpreter for", max_length=60, blank=True, help_text="Empty for none.")
    access_needs = SealedTextField(
        blank=True,
        place="patients.patient.access_needs",
        help_text="What they need to take part in a visit, in their words.",
    )
    voicemail = models.BooleanField("we may leave a voicemail", null=True, blank=True, help_text="Empty: not asked.")
    best_times = ArrayField(models.CharField(max_length=10, choices=BestTime.choices), default=list, blank=True)
    video = models.CharField("can take part by video", max_length=10, choices=Video.choices, blank=True)
    emergency_name = models.CharField("emergency contact", max_length=100, blank=True)
    emergency_phone = models.CharField("phone of the emergency contact", max_length=20, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    status_since = models.DateField(null=True, blank=True, help_text="Since which day; empty for active.")
    records_received_on = models.DateField(
        null=True, blank=True, help_text="When the GP's records reached us. Set by staff."
    )
    created_at = models.DateTimeField()

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["family_name", "first_names", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(date_of_birth__gte=date(1900, 1, 1)), name="born_since_1900"),
            models.CheckConstraint(condition=~models.Q(family_name=""), name="patient_has_a_name"),
            models.CheckConstraint(condition=models.Q(sex__in=["", *Sex.values]), name="patient_sex_known"),
            models.CheckConstraint(condition=models.Q(country__in=["", *Country.values]), name="patient_country_known"),
            models.CheckConstraint(condition=models.Q(needs__contained_by=Need.values), name="patient_needs_known"),
            models.CheckConstraint(
                condition=models.Q(nhs_number="") | models.Q(nhs_number__regex=r"^[0-9]{10}$"),
                name="nhs_number_has_ten_digits",
            ),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="patient_status_known"),
            models.CheckConstraint(
                condition=models.Q(status=Status.ACTIVE, status_since__isnull=True)
                | ~models.Q(status=Status.ACTIVE) & models.Q(status_since__isnull=False),
                name="patient_status_has_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(status_since__isnull=True) | models.Q(status_since__gte=models.F("date_of_birth")),
                name="patient_status_after_birth",
            ),
        ]
        indexes = [
            models.Index(fields=["date_of_birth"], name="patients_by_date_of_birth"),
            models.Index(fields=["phone"], name="patients_by_phone"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """First names, where there are any, and the family name."""
        return f"{self.first_names} {self.family_name}".strip()

    @property
    def nhs_number_text(self) -> str:
        """The NHS number as people read it, like 999 000 0018."""
        return nhs_number_text(self.nhs_number)

    @property
    def large_print(self) -> bool:
        """Whether what we write to them is in large print."""
        return Need.LARGE_PRINT in self.needs

    @property
    def flag(self) -> list[str]:
        """What this person needs, in the words that stand beside their name wherever staff see it."""
        return needs.flag(self.needs, self.interpreter_language, self.access_needs)

    @property
    def address_lines(self) -> str:
        """The postal address, a line for each part; nothing where only the postcode is known."""
        lines = (self.address_1, self.address_2, self.town, self.postcode)
        return "\n".join(filter(None, lines)) if self.address_1 else ""

    @property
    def called(self) -> str:
        """The name this person likes to be called."""
        return self.preferred_name or self.first_names or self.family_name

    @property
    def reach(self) -> str:
        """The e-mail address messages go to, or nothing."""
        return self.user.email if self.user else self.email

    @property
    def may_be_written_to(self) -> bool:
        """Whether they are a patient still: the clinic writes to them, and they can have new times."""
        return self.status == Status.ACTIVE

    @property
    def status_text(self) -> str:
        """The status with its day, like "Discharged since 3 December 2026"."""
        return policy.status_text(self.status, self.status_since)


class ClaimCodeQuerySet(models.QuerySet["ClaimCode"]):
    """Words for asking about claim codes."""

    def live(self, at: datetime) -> "ClaimCodeQuerySet":
        """Those that still open a record at ``at``."""
        return self.filter(used_at=None, replaced_at=None, tries__lt=CLAIM_TRIES, expires_at__gt=at)


@pghistory.track(exclude=["digest"], append_only=True)
class ClaimCode(Record):
    """A code that staff gave a patient without an account, to claim their record with. Only its hash is kept."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="claim_codes")
    digest = models.CharField(max_length=64, unique=True, help_text="A keyed hash of the code.")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often it came with a wrong date of birth.")
    replaced_at = models.DateTimeField(null=True, blank=True, help_text="When a newer code was given.")
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey("clinic.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ClaimCodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=models.Q(used_at__isnull=True, replaced_at__isnull=True),
                name="one_open_claim_code",
            ),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True, used_by__isnull=True)
                | models.Q(used_at__isnull=False, used_by__isnull=False),
                name="used_claim_code_has_a_user",
            ),
            models.CheckConstraint(condition=models.Q(tries__lte=CLAIM_TRIES), name="claim_code_tries_end"),
        ]

    def __str__(self) -> str:
        return f"Claim code of {self.made_at:%Y-%m-%d}"


class NotSamePersonQuerySet(models.QuerySet["NotSamePerson"]):
    """Words for asking who was told apart."""

    def visible_to(self, user: Any) -> "NotSamePersonQuerySet":
        """For reception and managers."""
        return self if user.role in {Role.RECEPTION, Role.MANAGER} else self.none()


class NotSamePerson(FrozenRecord):
    """Staff know that two records that look alike are of two persons. The smaller key stands first."""

    one = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")

    objects = NotSamePersonQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="told_apart_once"),
            models.CheckConstraint(condition=models.Q(one__lt=models.F("other")), name="told_apart_in_order"),
        ]

    def __str__(self) -> str:
        return f"Told apart {self.at:%Y-%m-%d}"
