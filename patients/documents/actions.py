"""Every write to documents: adding, the virus check, reading, removing, and what the clock asks for."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from clinic.accounts.enums import Role
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.refusal import Refusal
from clinic.db.states import StaleState, move
from clinic.db.workdays import workdays_after
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.documents import content, scanner, vault
from patients.documents.enums import READABLE, TO_SCAN, IdKind, Kind, Made, Misfiled, State
from patients.documents.models import Document, IdentityCheck
from patients.documents.policy import (
    ID_IMAGE_KEPT,
    ID_UNCHECKED_KEPT,
    MOST_A_DAY,
    MOST_BYTES,
    MOST_FILES,
    ONE_READING,
    TAKEN_BACK,
    shown_name,
)
from patients.documents.refusals import (
    Full,
    HaveIt,
    NotAnId,
    NotHere,
    NotOurs,
    StaysNow,
    TooManyToday,
)
from patients.profile.models import Patient

LOGGED_AS = "document"
log = logging.getLogger("clinic.documents")


def add(patient: Patient, kind: Kind, name: str, data: bytes, *, by: Any, at: datetime) -> Document:
    """Keep a file of ``patient`` under the name its owner gave it, and return its row.

    The sealed file is written first, then the row, so a row without a file cannot be. Raises one of ``refusals``;
    an OSError (a full disk) leaves neither.
    """
    if len(data) <= MOST_BYTES:
        _check_room(patient, at)  # before the work; again below, under the lock
    ready, key = content.prepare(data), uuid4()
    stored = vault.keep(ready.data, key)
    try:
        with transaction.atomic():
            Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
            _check_room(patient, at)
            if Document.objects.filter(patient=patient, sha256=ready.sha256).with_a_file().exists():
                raise HaveIt
            return Document.objects.create(
                id=key,
                patient=patient,
                kind=kind,
                name=shown_name(name),
                made=ready.made,
                size=len(ready.data),
                sha256=ready.sha256,
                pages=ready.pages,
                stored=stored,
                state=State.WAITING if scanner.is_set_up() else State.UNSCANNED,
                uploaded_at=at,
                uploaded_by=by,
            )
    except Refusal:  # after another error the row may be there all the same: the nightly sweep looks
        vault.throw_away(stored)
        raise


def own_file(document: Document) -> bytes:
    """Return the file for the patient whose it is. Raises NotHere."""
    return _bytes_of(document)


def open_for_care(document: Document, *, by: Any, at: datetime, again: bool = False) -> Document:
    """Write down that a clinician opened a document, and return it: from now on the patient cannot take it back.

    ``again`` marks a part of what was opened before (a page of it): within ten minutes that is one reading.
    """
    with transaction.atomic():
        seen = _locked(document)
        if seen.used_at is None and seen.is_readable:
            seen.used_at = at
            seen.save(update_fields=["used_at"])
        if not (again and _has_just_opened(document, by, at)):
            audit.record(AccessLog.What.READ, LOGGED_AS, document.pk, by=by, at=at)
    return seen


def original(document: Document, *, by: Any, at: datetime) -> bytes:
    """Return the file for a clinician, written down. Raises NotHere."""
    return _bytes_of(open_for_care(document, by=by, at=at))


def draw_page(document: Document, number: int, *, by: Any, at: datetime) -> bytes:
    """Return page ``number`` (from 1) as a JPEG for a clinician. Raises NotHere, Unreadable or Busy."""
    if not 1 <= number <= document.pages:
        raise NotHere
    return content.page_image(_bytes_of(open_for_care(document, by=by, at=at, again=True)), Made(document.made), number)


def remove(document: Document, *, by: Any, at: datetime) -> None:
    """Take a document back before a clinician has used it: the file goes, the row stays. Raises StaysNow or StaleState."""
    with transaction.atomic():
        leaving = _locked(document)
        if leaving.used_at is not None:
            raise StaysNow
        _let_go(leaving, State.REMOVED, by=by, at=at)


def take_back(document: Document, why: Misfiled, *, by: Any, at: datetime) -> None:
    """Take away what staff filed in the wrong record, whoever has read it since: file and name go, the row says why.

    Somebody else's letter was in this person's record, which may be a personal data breach: the managers get a task.
    Raises NotOurs, or StaleState where it is gone already.
    """
    with transaction.atomic():
        wrong = Document.objects.select_for_update(of=("self",)).select_related("patient").get(pk=document.pk)
        if wrong.uploaded_by_id == wrong.patient.user_id:
            raise NotOurs
        _let_go(wrong, State.REMOVED, by=by, at=at, why=why.label, name=TAKEN_BACK)
        worklist.ask(
            TaskKind.MISFILED,
            "A document was filed in the wrong record: find out who saw it",
            key=f"misfiled:{wrong.pk}",
            about=wrong.patient_id,
            role=Role.MANAGER,
            due_at=workdays_after(at, 1),
            at=at,
        )


def keep_what_was_decided_on(patient_id: UUID, *, at: datetime) -> None:
    """Have the documents of a patient stay: a clinician decided while they were there."""
    Document.objects.filter(patient=patient_id, used_at=None, state__in=READABLE).update(used_at=at)


def check_identity(document: Document, kind: IdKind, valid_until: date, *, by: Any, at: datetime) -> IdentityCheck:
    """Write down that ``by`` looked at a photo ID and who it shows is the patient. Raises NotAnId."""
    with transaction.atomic():
        shown = _locked(document)
        if shown.kind != Kind.PHOTO_ID or shown.state not in READABLE:
            raise NotAnId
        return IdentityCheck.objects.create(
            patient_id=shown.patient_id,
            document=shown,
            kind=kind,
            valid_until=valid_until,
            checked_by=by,
            checked_at=at,
        )


def saw_identity(patient: Any, kind: IdKind, valid_until: date, *, by: Any, at: datetime) -> IdentityCheck:
    """Write down that ``by`` was shown a photo ID of ``patient``, at the clinic or in a call."""
    return IdentityCheck.objects.create(
        patient=patient, kind=kind, valid_until=valid_until, checked_by=by, checked_at=at
    )


def scan(document: Document, *, at: datetime) -> None:
    """Have a document checked for viruses; what is found is deleted at once. Raises ScannerDown or NotHere."""
    is_clean = scanner.is_clean(vault.read(document.stored, document.pk))
    with transaction.atomic():
        looked_at = _locked(document)
        if looked_at.state not in TO_SCAN:  # removed, or checked by another worker in the meantime
            return
        if is_clean:
            move(looked_at, State.CLEAN, by=None, at=at)
            return
        _let_go(looked_at, State.REFUSED, by=None, at=at)


def wait_no_longer(*, at: datetime) -> None:
    """Mark what waits as not checked, where the clinic has no virus check (any more)."""
    for document in Document.objects.filter(state=State.WAITING):
        with suppress(StaleState):  # another worker was quicker
            move(document, State.UNSCANNED, by=None, at=at)


def forget_checked_ids(*, at: datetime) -> None:
    """Delete the images of photo ID that was checked 30 days ago or more, whose result stays, and what nobody checked."""
    checked = IdentityCheck.objects.filter(checked_at__lte=at - ID_IMAGE_KEPT).values("document")
    is_old = Q(pk__in=checked) | Q(kind=Kind.PHOTO_ID, uploaded_at__lte=at - ID_UNCHECKED_KEPT)
    for document in Document.objects.filter(is_old, state__in=READABLE):
        with suppress(StaleState), transaction.atomic():
            _let_go(document, State.DELETED, by=None, at=at)


def sweep(*, at: datetime) -> None:
    """Delete files that belong to no row, and write into the log which rows have lost their file."""
    for name in vault.older_than_an_upload(at):
        if not Document.objects.filter(stored=name).exists():
            vault.throw_away(name)
    for key in _without_a_file():
        log.error("The file of a document is missing: %s", key)


def _without_a_file() -> Iterable[UUID]:
    rows = Document.objects.with_a_file().values_list("pk", "stored")
    return [key for key, name in rows.iterator() if not vault.is_here(name)]


def _check_room(patient: Patient, at: datetime) -> None:
    own = Document.objects.filter(patient=patient)
    if own.with_a_file().count() >= MOST_FILES:
        raise Full
    if own.filter(uploaded_at__gt=at - timedelta(days=1)).count() >= MOST_A_DAY:
        raise TooManyToday


def _has_just_opened(document: Document, by: Any, at: datetime) -> bool:
    last = AccessLog.objects.filter(about=document.pk, at__gt=at - ONE_READING, what=AccessLog.What.READ, actor=by)
    return last.exists()


def _bytes_of(document: Document) -> bytes:
    """Return the file of a document that may be opened. Raises NotHere."""
    if not document.is_readable:
        raise NotHere
    return vault.read(document.stored, document.pk)


def _let_go(document: Document, state: State, *, by: Any, at: datetime, why: str = "", **changes: Any) -> None:
    """Move to an end, with other ``changes`` of the row; the file goes when that is certain."""
    stored = document.stored
    move(document, state, by=by, at=at, reason=why, stored="", **changes)
    transaction.on_commit(lambda: vault.throw_away(stored))


def _locked(document: Document) -> Document:
    return Document.objects.select_for_update(of=("self",)).get(pk=document.pk)
