"""Saving how somebody wants to be written to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from clinic.db.refusal import Refusal
from clinic.outbox import actions as outbox
from patients.consents.actions import give_consents
from patients.consents.enums import Method, Purpose
from patients.contact import policy
from patients.contact.models import ContactChoice, choice_of
from patients.profile.models import Patient


class NoMobile(Refusal):
    """Text messages go to a mobile phone only."""

    words = (
        "We have no mobile number of yours, so we cannot send texts. Change your phone number in your details first."
    )


def choose(
    patient: Patient, choices: Mapping[str, Any], *, by: Any, at: datetime, method: Method = Method.WEBSITE
) -> None:
    """Save ``choices`` (fields of ContactChoice) of a patient, and have what waits for them go as they now want.

    What they newly agree to, or no longer, is written down as a consent; ``method`` is how they said it. Raises NoMobile.
    """
    if choices["texts"] and not policy.is_mobile(patient.phone):
        raise NoMobile
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=patient.pk)
        before = choice_of(Patient.objects.select_related("contact").get(pk=patient.pk))
        values = dict(choices) | {"changed_by": by, "changed_at": at}
        ContactChoice.objects.update_or_create(patient=patient, defaults=values)
        give_consents(patient, _new_consents(before, choices), by=by, at=at, method=method)
        outbox.replan(patient.pk, at=at)


def _new_consents(before: ContactChoice, choices: Mapping[str, Any]) -> dict[Purpose, bool]:
    new = {}
    if choices["texts"] != before.texts:
        new[Purpose.TEXTS] = choices["texts"]
    if choices["copies_email"] != before.copies_email:
        new[Purpose.COPIES] = bool(choices["copies_email"])
    return new
