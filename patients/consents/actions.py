"""Writing down what somebody agrees to, or no longer does."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from clinic.accounts.enums import Role
from clinic.db.refusal import Refusal
from clinic.db.workdays import workdays_after
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.consents.enums import Change, Method, Purpose
from patients.consents.models import Consent
from patients.consents.policy import WORDS, text_in_use
from patients.profile.models import Patient


class ChangedElsewhere(Refusal):
    """It is chosen in another place, or is no consent that can be withdrawn."""

    words = "This cannot be changed here."


def give_consents(
    patient: Patient, answers: Mapping[Purpose, bool], *, by: Any, at: datetime, method: Method = Method.WEBSITE
) -> list[Consent]:
    """Write down one answer for each purpose, to the words in use, and return the rows. The newest answer counts.

    ``method`` is how it was said. Where staff must act on a withdrawal, they get a task.
    """
    said = {"patient": patient, "by": by, "at": at, "method": method}
    with transaction.atomic(savepoint=False):
        for purpose, given in answers.items():
            if WORDS[purpose].task and not given and _is_given(patient, purpose):
                _tell_staff(patient, purpose, at)
        return Consent.objects.bulk_create(_row(purpose, given, said) for purpose, given in answers.items())


def change(
    patient: Patient, purpose: Purpose, given: bool, *, by: Any, at: datetime, method: Method = Method.WEBSITE
) -> bool:
    """Give or withdraw one consent; tell whether that is new. Said twice it is written once. Raises ChangedElsewhere."""
    if WORDS[purpose].change != Change.HERE:
        raise ChangedElsewhere
    with transaction.atomic():
        Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        newest = _newest(patient, purpose)
        is_new = newest is None or (newest.given, newest.text_hash) != (given, text_in_use(purpose).hash)
        if is_new:
            give_consents(patient, {purpose: given}, by=by, at=at, method=method)
    return is_new


def _row(purpose: Purpose, given: bool, said: Mapping[str, Any]) -> Consent:
    text = text_in_use(purpose)
    return Consent(purpose=purpose, given=given, text_version=text.version, text_hash=text.hash, **said)


def _newest(patient: Patient, purpose: Purpose) -> Consent | None:
    return Consent.objects.newest().filter(patient=patient, purpose=purpose).first()


def _is_given(patient: Patient, purpose: Purpose) -> bool:
    newest = _newest(patient, purpose)
    return newest is not None and newest.given


def _tell_staff(patient: Patient, purpose: Purpose, at: datetime) -> None:
    """Ask reception and the clinicians to act on a withdrawal by the next workday."""
    for role in (Role.RECEPTION, Role.CLINICIAN):
        worklist.ask(
            TaskKind.CONSENT_WITHDRAWN,
            WORDS[purpose].task,
            key=f"consent:{purpose}:{patient.pk}:{role}",
            about=patient.pk,
            role=role,
            due_at=workdays_after(at, 1),
            at=at,
            again=True,
        )
