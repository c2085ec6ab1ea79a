"""Every write to care relationships: who may open a record, and since when."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from clinic.accounts.enums import Role
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.refusal import Refusal
from clinic.db.workdays import workdays_after
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.access import policy
from patients.access.models import CareRelationship
from patients.profile.models import Patient


class NoReason(Refusal):
    """A record outside one's care is opened with a reason."""

    words = f"Write why you need this record, in at least {policy.SHORTEST_WHY} characters."


def open_care(patient: Patient, clinician: Any, reason: CareRelationship.Reason, *, at: datetime) -> None:
    """Begin the care relationship of the two at ``at``, unless one is open already."""
    care = CareRelationship(patient=patient, clinician=clinician, reason=reason, started_at=at)
    CareRelationship.objects.bulk_create([care], ignore_conflicts=True)


def end_care(patient: Patient, clinician: Any, *, but: CareRelationship.Reason, at: datetime) -> None:
    """End the care relationship of the two at ``at``, unless it is of the reason ``but``."""
    _open(patient, clinician).exclude(reason=but).update(ended_at=at)


def open_with_reason(patient: Patient, clinician: Any, why: str, *, by: Any, at: datetime) -> None:
    """Let ``clinician``, who is not in care, open the record for some hours; the log and a task for the managers say so.

    Where they are in care already nothing is done. Raises NoReason where ``why`` is too short to be understood.
    """
    if len(why.strip()) < policy.SHORTEST_WHY:
        raise NoReason
    with transaction.atomic():
        if _open(patient, clinician).exists():
            return
        care, is_new = CareRelationship.objects.get_or_create(
            patient=patient,
            clinician=clinician,
            reason=CareRelationship.Reason.OPENED,
            ended_at=None,
            defaults={
                "why": why.strip(),
                "started_at": at,
                "until": at + policy.OPENED_FOR,
            },
        )
        if is_new:
            audit.record(AccessLog.What.OPENED, "patient", patient.pk, by=by, at=at)
            worklist.ask(
                TaskKind.RECORD_OPENED,
                "A record was opened by somebody who is not in care",
                key=f"record_opened:{care.pk}",
                about=care.pk,
                role=Role.MANAGER,
                due_at=workdays_after(at, 1),
                at=at,
            )


def close_opened(clinician: Any, *, at: datetime) -> None:
    """Close what ``clinician`` had opened with a reason alone and whose hours are over at ``at``."""
    over = CareRelationship.objects.filter(clinician=clinician, ended_at=None, until__lte=at)
    over.update(ended_at=F("until"))


def _open(patient: Patient, clinician: Any) -> Any:
    return CareRelationship.objects.filter(patient=patient, clinician=clinician, ended_at=None)
