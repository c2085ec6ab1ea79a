"""Every write to a person's details, consents and care relationships."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from clinic.db.clock import uk_day
from clinic.db.refusal import Refusal
from patients.profile.models import CareRelationship, Consent, Patient
from patients.profile.policy import is_adult

CONSENT_VERSION = "2026-11"  # of the words in the form's consent section


class TooYoung(Refusal):
    """The clinic sees adults only."""

    def __init__(self) -> None:
        super().__init__(
            f"We see adults of 18 and over. Call us on {settings.CLINIC['phone']} and we will tell you who can help."
        )


def save_profile(user: Any, details: Mapping[str, Any], *, at: datetime) -> Patient:
    """Return the patient whose account is ``user``, with ``details`` (the profile form's values) saved.

    Raises TooYoung for somebody under 18.
    """
    if not is_adult(details["date_of_birth"], uk_day(at)):
        raise TooYoung
    patient, _ = Patient.objects.update_or_create(
        user=user, defaults=dict(details), create_defaults={**details, "created_at": at}
    )
    return patient


def add_patient(details: Mapping[str, Any], *, by: Any, at: datetime) -> Patient:
    """Return a new patient without an account, as staff write them down on the phone. Raises TooYoung."""
    if not is_adult(details["date_of_birth"], uk_day(at)):
        raise TooYoung
    return Patient.objects.create(**{**details, "created_at": at})


def save_contact_details(patient: Patient, details: Mapping[str, Any], *, by: Any, at: datetime) -> None:
    """Save ``details`` (fields of the staff form) of a patient, as staff do. Raises TooYoung."""
    if not is_adult(details["date_of_birth"], uk_day(at)):
        raise TooYoung
    for name, value in details.items():
        setattr(patient, name, value)
    patient.save(update_fields=list(details))


def save_access_needs(patient: Patient, needs: str, *, by: Any, at: datetime) -> None:
    """Save what a patient needs to take part in a visit; it is carried along to the visits after."""
    if needs != patient.access_needs:
        patient.access_needs = needs
        patient.save(update_fields=["access_needs"])


def give_consents(patient: Patient, answers: Mapping[Consent.Purpose, bool], *, by: Any, at: datetime) -> list[Consent]:
    """Write down one answer for each purpose, and return the rows. The newest answer to a purpose counts."""
    with transaction.atomic():
        return [
            Consent.objects.create(
                patient=patient, purpose=purpose, given=given, text_version=CONSENT_VERSION, at=at, by=by
            )
            for purpose, given in answers.items()
        ]


def open_care(patient: Patient, clinician: Any, reason: CareRelationship.Reason, *, at: datetime) -> CareRelationship:
    """Return the open care relationship of the two, begun at ``at`` unless there is one already."""
    care, _ = CareRelationship.objects.get_or_create(
        patient=patient, clinician=clinician, ended_at=None, defaults={"reason": reason, "started_at": at}
    )
    return care
