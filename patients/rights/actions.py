"""Every write about a patient's rights over their data."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.accounts.enums import Role
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import day_text
from clinic.db.refusal import Refusal
from clinic.db.states import StaleState, move
from clinic.outbox import actions as outbox
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.profile.models import Patient
from patients.rights import policy
from patients.rights.enums import Kind, State
from patients.rights.models import DataCopy, DataRequest

TASK = {Kind.COMPLAINT: TaskKind.DATA_COMPLAINT, Kind.CORRECTION: TaskKind.DATA_CORRECTION}
FIRST_STEP = {
    Kind.COMPLAINT: "A complaint about personal data: acknowledge it. Last day by law: {day}",
    Kind.CORRECTION: "Somebody asks us to put their data right: answer it. Last day by law: {day}",
}


class NoAnswer(Refusal):
    """An answer says something."""

    words = "Write your answer. The patient reads it in their account."


def make_copy(patient: Patient, *, by: Any, at: datetime) -> DataCopy:
    """Let ``patient`` open a copy of their data until 24 hours after ``at``; that they asked for it is written down."""
    with transaction.atomic():
        audit.record(AccessLog.What.EXPORTED, "patient", patient.pk, by=by, at=at)
        outbox.plan("copy_made", about=patient.pk, person=patient.pk, anchor=at, at=at, again=True)
        return DataCopy.objects.create(patient=patient, made_at=at, expires_at=at + policy.COPY_LIVES)


def remove_ended_copies(*, at: datetime) -> int:
    """Let go of the rows whose address has said for long enough that it has ended; return how many."""
    return DataCopy.objects.filter(expires_at__lte=at - policy.ENDED_IS_SAID_FOR).delete()[0]


def ask(patient: Patient, kind: Kind, text: str, *, key: UUID, by: Any, at: datetime) -> DataRequest:
    """Return what ``patient`` asks with the form ``key``, written down at ``at``; managers get a task.

    Sent twice it is one request. ``text`` is not empty: the form sees to that.
    """
    day = policy.last_day(kind, at)
    new = {"patient": patient, "kind": kind, "text": text, "received_at": at, "due_on": day}
    with transaction.atomic():
        request, is_new = DataRequest.objects.get_or_create(key=key, defaults=new)
        if is_new:
            _task(request, FIRST_STEP[kind].format(day=day_text(day)), policy.first_task_due(kind, at), at=at)
    return request


def acknowledge(request: DataRequest, *, by: Any, at: datetime) -> None:
    """Tell the patient that we look into it, and have it answered in time. Raises StaleState."""
    with transaction.atomic():
        kind = Kind(request.kind)
        move(request, State.ACKNOWLEDGED, by=by, at=at)
        worklist.finish_about(request.pk, TASK[kind], "Acknowledged", by=by, at=at)
        due_at = policy.answer_due(kind, request.received_at)
        _task(request, f"{TASK[kind].label}: answer it", due_at, at=at, step=":answer")
        _tell(request, at=at)


def answer(request: DataRequest, text: str, *, by: Any, at: datetime) -> None:
    """Give our answer, which the patient reads in their account. Nothing changes after it. Raises NoAnswer, StaleState."""
    if not text.strip():
        raise NoAnswer
    with transaction.atomic():
        current = DataRequest.objects.select_for_update().get(pk=request.pk)
        if current.state == State.ANSWERED:
            raise StaleState
        move(current, State.ANSWERED, by=by, at=at, answer=text.strip())
        worklist.finish_about(request.pk, TASK[Kind(request.kind)], "Answered", by=by, at=at)
        _tell(request, at=at)


def _task(request: DataRequest, title: str, due_at: datetime, *, at: datetime, step: str = "") -> None:
    worklist.ask(
        TASK[Kind(request.kind)],
        title,
        key=f"data_request:{request.pk}{step}",
        about=request.pk,
        role=Role.MANAGER,
        due_at=due_at,
        at=at,
    )


def _tell(request: DataRequest, *, at: datetime) -> None:
    outbox.plan("data_request_moved", about=request.pk, person=request.patient_id, anchor=at, at=at, again=True)
