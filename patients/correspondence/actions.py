"""Opening a letter to a GP, saving its draft, approving it, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from clinic.db.clock import uk_day
from clinic.db.refusal import SavedElsewhere, SomethingMissing
from clinic.db.states import StaleState, move
from clinic.outbox import actions as outbox
from clinic.staff.models import Clinician
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from clinic.worklist.models import Task
from patients.consents.enums import Purpose
from patients.consents.models import Consent
from patients.consultations.enums import State as NoteState
from patients.consultations.models import ConsultationNote
from patients.correspondence import pdf, policy, refusals
from patients.correspondence.enums import OUT, About, Method, Sharing, State
from patients.correspondence.models import GpLetter
from patients.intake.models import IntakeVersion
from patients.profile.models import Patient


@dataclass(frozen=True)
class Written:
    """What the form of a letter holds. ``version`` is that of the draft it stood on."""

    version: int
    to_practice: str
    to_address: str
    cc: str
    copy_to_patient: bool | None
    with_statement: bool
    body: Mapping[str, str]


def sharing_of(patient: Patient) -> Sharing:
    """Return what ``patient`` has said last about writing to their GP."""
    newest = Consent.objects.filter(patient=patient, purpose=Purpose.SHARE_WITH_GP).order_by("-at", "-pk").first()
    if newest is None:
        return Sharing.NOT_ASKED
    return Sharing.YES if newest.given else Sharing.NO


def open_letter(
    patient: Patient,
    clinician: Clinician,
    *,
    key: UUID,
    at: datetime,
    note: ConsultationNote | None = None,
    replaces: GpLetter | None = None,
    first: Mapping[str, str] | None = None,
) -> GpLetter:
    """Return the draft of a letter, filled from the record, unless ``key`` has opened it before.

    It is about a consultation where its ``note`` is named, about a change else. ``first`` has what stands first in parts
    of the letter, by name: what features above this one know. Raises NotOut where ``replaces`` was not sent.
    """
    if replaces is not None and replaces.state not in OUT:
        raise refusals.NotOut
    new = {
        "patient": patient,
        "clinician": clinician,
        "about": About.CONSULTATION if note else About.CHANGE,
        "note": note,
        "replaces": replaces,
        "to_practice": patient.gp_practice,
        "to_address": patient.gp_address,
        "body": policy.with_first(_first_body(patient), first or {}),
        "created_at": at,
        "saved_at": at,
    }
    return GpLetter.objects.get_or_create(key=key, defaults=new)[0]


def save_draft(letter: GpLetter, written: Written, *, by: Any, at: datetime) -> None:
    """Keep what was typed, whatever is missing. Raises NotTheWriter, NotADraft or SavedElsewhere."""
    with transaction.atomic():
        current, columns = _held(letter, written.version, by=by), _columns(written, at)
        for name, value in columns.items():
            setattr(current, name, value)
        current.save(update_fields=list(columns))


def approve(letter: GpLetter, written: Written, *, by: Any, at: datetime) -> None:
    """Freeze the letter as it was typed. The PDF is made once to see that it can be.

    Raises NotTheWriter, NotADraft, SavedElsewhere, SomethingMissing, NotAsked, SharingRefused or CannotBePrinted.
    """
    with transaction.atomic():
        current = _held(letter, written.version, by=by)
        lacks = policy.missing(written.body, to_practice=written.to_practice, copy_to_patient=written.copy_to_patient)
        if lacks:
            raise SomethingMissing(lacks)
        _see_that_it_may_go(current.patient)
        move(current, State.APPROVED, by=by, at=at, approved_at=at, **_columns(written, at))
        pdf.made(current)


def withdraw(letter: GpLetter, why: str, *, by: Any, at: datetime) -> None:
    """Say that an approved letter is wrong, before it is sent. Raises NoReason or StaleState."""
    if not why.strip():
        raise refusals.NoReason
    move(letter, State.WITHDRAWN, by=by, at=at, withdrawn_why=why)


def mark_sent(letter: GpLetter, method: Method, sent_on: date, *, by: Any, at: datetime) -> None:
    """Write down how and when staff sent it; the task about it ends, and the patient is told where they get a copy.

    Raises NotThatDay or StaleState.
    """
    if letter.approved_at is None:
        raise StaleState
    if not uk_day(letter.approved_at) <= sent_on <= uk_day(at):
        raise refusals.NotThatDay
    with transaction.atomic():
        move(letter, State.SENT, by=by, at=at, method=method, sent_on=sent_on, sent_by=by)
        _end_its_tasks(letter, letter.approved_at, by=by, at=at)
        if letter.copy_to_patient:
            outbox.plan("letter_released", about=letter.pk, person=letter.patient_id, anchor=at, at=at)


def mark_acknowledged(letter: GpLetter, how: str, on: date, *, by: Any, at: datetime) -> None:
    """Write down that the practice has said it has the letter. Raises NotThatDay or StaleState."""
    if letter.sent_on is None:
        raise StaleState
    if not letter.sent_on <= on <= uk_day(at):
        raise refusals.NotThatDay
    move(letter, State.ACKNOWLEDGED, by=by, at=at, acknowledged_on=on, acknowledged_how=how)


def _end_its_tasks(letter: GpLetter, approved_at: datetime, *, by: Any, at: datetime) -> None:
    """End the task about its consultation; of a letter about a change, those that were asked for before it was approved."""
    if letter.note_id:
        worklist.finish_about(letter.note_id, TaskKind.LETTER_DUE, "The letter is sent", by=by, at=at)
        return
    asked = Task.objects.waiting().filter(about=letter.patient_id, kind=TaskKind.LETTER_DUE)
    for task in asked.filter(created_at__lte=approved_at):
        worklist.finish(task, "The letter is sent", by=by, at=at)


def end_without_letter(patient: Patient, about: UUID, *, by: Any, at: datetime) -> None:
    """Close the task about a letter, since the patient refuses that we write. Raises NotRefused.

    ``about`` is the consultation's note, or the patient where it is about a change.
    """
    if sharing_of(patient) != Sharing.NO:
        raise refusals.NotRefused
    worklist.finish_about(
        about, TaskKind.LETTER_DUE, "No letter: the patient does not let us write to their GP", by=by, at=at
    )


def _see_that_it_may_go(patient: Patient) -> None:
    """Raise NotAsked or SharingRefused where the patient has not agreed that we write to their GP."""
    said = sharing_of(patient)
    if said == Sharing.NOT_ASKED:
        raise refusals.NotAsked
    if said == Sharing.NO:
        raise refusals.SharingRefused


def _first_body(patient: Patient) -> dict[str, str]:
    note = ConsultationNote.objects.filter(patient=patient, state=NoteState.SIGNED).order_by("-visited_at").first()
    sent = IntakeVersion.objects.filter(intake__patient=patient).order_by("-at").first()
    return policy.first_draft(
        note_said=note.said if note else None,
        noted_at=note.visited_at if note else None,
        record=sent.record if sent else [],
        sent_at=sent.at if sent else None,
        clinic=settings.CLINIC,
    )


def _held(letter: GpLetter, version: int, *, by: Any) -> GpLetter:
    """Return the draft as it is now, locked, where ``by`` may write it and has seen its newest ``version``."""
    locked = GpLetter.objects.select_for_update(of=("self",)).select_related("clinician", "patient")
    current = locked.get(pk=letter.pk)
    if current.clinician.user_id != by.pk:
        raise refusals.NotTheWriter
    if current.state != State.DRAFT:
        raise refusals.NotADraft
    if current.version != version:
        raise SavedElsewhere
    return current


def _columns(written: Written, at: datetime) -> dict[str, Any]:
    said = asdict(written)
    return said | {"body": dict(written.body), "version": written.version + 1, "saved_at": at}
