"""The patient's part: the pharmacy they choose, and asking for the next prescription; and a clinician's answer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.accounts.enums import Role
from clinic.outbox import actions as outbox
from clinic.staff.models import Clinician
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.prescriptions import pharmacies, policy
from patients.prescriptions.enums import Answer
from patients.prescriptions.models import PharmacyChoice, PrescriptionRequest, RequestAnswer
from patients.prescriptions.refusals import (
    AnsweredAlready,
    NoReason,
    NothingTold,
    NotRead,
)
from patients.prescriptions.said import Asked, Chosen, emergency_of
from patients.profile.models import Patient
from patients.safety.policy import look_due

TITLES = {True: "A patient asked for something: look at it today", False: "A patient asked for something"}


def choose_pharmacy(patient: Patient, chosen: Chosen, *, key: UUID, by: Any, at: datetime) -> PharmacyChoice:
    """Return the choice of ``patient``, with the statement that was read as it stands now. Raises NotRead."""
    if not chosen.was_read:
        raise NotRead
    made, _ = PharmacyChoice.objects.get_or_create(
        key=key,
        patient=patient,
        defaults={
            **chosen.columns,
            "statement_version": pharmacies.VERSION,
            "statement_hash": pharmacies.statement_hash(),
            "by": by,
            "at": at,
        },
    )
    return made


def ask(patient: Patient, asked: Asked, *, key: UUID, at: datetime) -> PrescriptionRequest:
    """Return the request of ``patient``: it is always taken, whatever stands in the way, and a clinician looks at it.

    Where its answers name an emergency the clinician is asked to look today.
    """
    with transaction.atomic():
        request, is_new = PrescriptionRequest.objects.get_or_create(
            key=key, patient=patient, defaults={"answers": asked.stored, "at": at}
        )
        if is_new:
            is_serious = bool(emergency_of(request.answers))
            worklist.ask(
                TaskKind.PRESCRIPTION_REQUEST,
                TITLES[is_serious],
                key=f"prescription_request:{request.pk}",
                about=request.pk,
                role=Role.CLINICIAN,
                due_at=look_due(at, is_serious=is_serious),
                at=at,
            )
    return request


def answer(
    request: PrescriptionRequest, clinician: Clinician, said: Answer, *, why: str, told: str, by: Any, at: datetime
) -> RequestAnswer:
    """Return what ``clinician`` answers; the patient is told that there is news. Raises NoReason, NothingTold, AnsweredAlready."""
    if len(why.strip()) < policy.SHORTEST_REASON:
        raise NoReason
    if not told.strip():
        raise NothingTold
    with transaction.atomic():
        Patient.objects.select_for_update(no_key=True).get(pk=request.patient_id)  # a frozen row cannot be locked
        if RequestAnswer.objects.filter(request=request).exists():
            raise AnsweredAlready
        made = RequestAnswer.objects.create(
            request=request, answer=said, why=why.strip(), told=told.strip(), clinician=clinician, at=at
        )
        worklist.finish_about(request.pk, TaskKind.PRESCRIPTION_REQUEST, "Answered", by=by, at=at)
        outbox.plan("prescription_news", about=request.pk, person=request.patient_id, anchor=at, at=at)
    return made
