"""What somebody agreed to, or did not: frozen rows, of which the newest counts."""

from typing import Any

from django.db import models

from clinic.db.clock import day_text, uk_day
from clinic.db.frozen import FrozenRecord
from patients.consents.enums import Method, Purpose
from patients.consents.policy import Text, text_of
from patients.profile.models import Patient


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Words for asking about consents."""

    def visible_to(self, user: Any) -> "ConsentQuerySet":
        """Those of the people whom ``user`` may see."""
        return self.filter(patient__in=Patient.objects.visible_to(user))

    def newest(self) -> "ConsentQuerySet":
        """The answer that counts of each person to each purpose."""
        return self.order_by("patient_id", "purpose", "-at", "-pk").distinct("patient_id", "purpose")


class Consent(FrozenRecord):
    """One answer to one consent text. Changing one's mind is a new row; the newest counts.

    ``text_version`` leads to the words (``policy.text_of``), and ``text_hash`` proves that they have stayed the same.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    given = models.BooleanField()
    text_version = models.CharField(max_length=20)
    text_hash = models.CharField(max_length=64, help_text="The SHA-256 of the exact words.")
    method = models.CharField(max_length=10, choices=Method.choices, help_text="How they said it.")
    at = models.DateTimeField()
    by = models.ForeignKey("clinic.User", on_delete=models.PROTECT, related_name="+")

    objects = ConsentQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(purpose__in=Purpose.values), name="consent_purpose_known"),
            models.CheckConstraint(condition=models.Q(method__in=Method.values), name="consent_method_known"),
            models.CheckConstraint(
                condition=models.Q(text_hash__regex=r"^[0-9a-f]{64}$"), name="consent_hash_is_sha256"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {'yes' if self.given else 'no'}"

    @property
    def text(self) -> Text:
        """The words that were read."""
        return text_of(Purpose(self.purpose), self.text_version)

    @property
    def said(self) -> str:
        """The answer with its day and the way it was given, like "Yes, on 3 December 2026, by phone"."""
        how = self.get_method_display()
        return f"{'Yes' if self.given else 'No'}, on {day_text(uk_day(self.at))}, {how[0].lower()}{how[1:]}"
