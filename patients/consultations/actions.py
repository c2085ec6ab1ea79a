"""Opening a note, saving its draft, signing it, and adding to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.accounts.enums import Role
from clinic.db.refusal import SavedElsewhere, SomethingMissing
from clinic.db.states import move
from clinic.staff.models import Clinician
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind, TaskState
from patients.consultations import policy
from patients.consultations.enums import State
from patients.consultations.models import ConsultationNote, NoteAddendum
from patients.consultations.refusals import (
    NothingWritten,
    NotSignedYet,
    NotTheWriter,
    SignedAlready,
)
from patients.profile.models import Patient


@dataclass(frozen=True)
class Written:
    """What the form of a note holds. ``version`` is that of the draft it stood on."""

    version: int
    visited_at: datetime | None
    mode: str
    said: Mapping[str, Any]


def open_note(
    patient: Patient,
    clinician: Clinician,
    *,
    key: UUID,
    at: datetime,
    mode: str = "",
    visited_at: datetime | None = None,
) -> ConsultationNote:
    """Return the draft that ``clinician`` writes about ``patient``, opened at ``at`` unless ``key`` has opened it before."""
    new = {"patient": patient, "clinician": clinician, "mode": mode, "visited_at": visited_at}
    note, _ = ConsultationNote.objects.get_or_create(key=key, defaults={**new, "created_at": at, "saved_at": at})
    return note


def save_draft(note: ConsultationNote, written: Written, *, by: Any, at: datetime) -> None:
    """Keep what was typed, whatever is missing. Raises NotTheWriter, SignedAlready or SavedElsewhere."""
    with transaction.atomic():
        current = _held(note, written.version, by=by)
        columns = _columns(written, at)
        for name, value in columns.items():
            setattr(current, name, value)
        current.save(update_fields=list(columns))


def sign(note: ConsultationNote, written: Written, *, by: Any, at: datetime) -> None:
    """Make the draft the record, as it was typed; from then on it takes addenda only.

    Raises NotTheWriter, SignedAlready, SavedElsewhere or SomethingMissing.
    """
    with transaction.atomic():
        current = _held(note, written.version, by=by)
        if lacks := policy.missing(written.said, mode=written.mode, visited_at=written.visited_at, at=at):
            raise SomethingMissing(lacks)
        move(current, State.SIGNED, by=by, at=at, signed_at=at, **_columns(written, at))


def add(note: ConsultationNote, clinician: Clinician, text: str, *, key: UUID, at: datetime) -> NoteAddendum:
    """Return the addendum of ``clinician`` to a signed note; sent twice with one ``key`` it is one.

    Raises NothingWritten or NotSignedYet.
    """
    if not text.strip():
        raise NothingWritten
    if not note.is_signed:
        raise NotSignedYet
    new = {"note": note, "clinician": clinician, "text": text, "at": at}
    return NoteAddendum.objects.get_or_create(key=key, defaults=new)[0]


def ask_for_letter(note: ConsultationNote, *, at: datetime) -> None:
    """Open the task to write to the GP after the consultation of ``note``; it is the clinician's who held it."""
    task = worklist.ask(
        TaskKind.LETTER_DUE,
        "Write the letter to the GP after a consultation",
        key=f"letter_due:{note.pk}",
        about=note.pk,
        role=Role.CLINICIAN,
        due_at=at + policy.LETTER_WITHIN,
        at=at,
    )
    if task.state == TaskState.OPEN:
        worklist.take(task, by=note.clinician.user, at=at)


def _held(note: ConsultationNote, version: int, *, by: Any) -> ConsultationNote:
    """Return the draft as it is now, locked, where ``by`` may write it and has seen its newest ``version``."""
    locked = ConsultationNote.objects.select_for_update(of=("self",)).select_related("clinician")
    current = locked.get(pk=note.pk)
    if current.clinician.user_id != by.pk:
        raise NotTheWriter
    if current.is_signed:
        raise SignedAlready
    if current.version != version:
        raise SavedElsewhere
    return current


def _columns(written: Written, at: datetime) -> dict[str, Any]:
    return {
        "visited_at": written.visited_at,
        "mode": written.mode,
        "said": dict(written.said),
        "version": written.version + 1,
        "saved_at": at,
    }
