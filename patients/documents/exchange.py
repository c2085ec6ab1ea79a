"""Files on their way in and out: what a form brought, and an answer that is saved and never shown."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import content_disposition_header

from clinic.db.refusal import Refusal
from patients.documents import actions
from patients.documents.forms import AddForm
from patients.documents.models import Document
from patients.documents.policy import AT_ONCE, MOST_BYTES, shown_name
from patients.documents.refusals import (
    TooManyAtOnce,
)
from patients.profile.models import Patient


@dataclass
class Added:
    """What became of the files of one form: names of those that are kept; of the others also why not."""

    kept: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def words(self) -> str:
        """What is kept, in a sentence; empty where nothing is."""
        names = ", ".join(f"“{name}”" for name in self.kept)
        return f"We have {names}." if self.kept else ""

    @property
    def errors(self) -> list[str]:
        """A sentence for each that is not kept."""
        return [f"“{name}” was not added. {why}" for name, why in self.refused]


def add_files(form: AddForm, patient: Patient, *, by: Any, at: datetime) -> Added:
    """Keep the files of a valid form one by one; one that is refused does not keep the others out. Its errors say which."""
    added = Added()
    for number, file in enumerate(form.cleaned_data["documents"]):
        name = shown_name(file.name or "")
        try:
            if number >= AT_ONCE:
                raise TooManyAtOnce
            actions.add(patient, form.chosen_kind, name, _bytes_of(file), by=by, at=at)
        except Refusal as refusal:
            added.refused.append((name, str(refusal)))
        else:
            added.kept.append(name)
    for line in added.errors:
        form.add_error("documents", line)
    return added


def wants_json(request: HttpRequest) -> bool:
    """Tell whether it is the script that asks (static/js/upload.js): it sends each file by itself."""
    return request.method == "POST" and request.headers.get("Accept") == "application/json"


def as_json(form: AddForm) -> HttpResponse:
    """Answer the script: what is wrong, or nothing."""
    errors = [line for lines in form.errors.values() for line in lines]
    return JsonResponse({"errors": errors}, status=422 if errors else 200)


def attachment(document: Document, data: bytes) -> HttpResponse:
    """Answer with a file to save. Should a browser show it all the same, it can do nothing there."""
    answer = HttpResponse(data, content_type=document.made)
    answer["Content-Disposition"] = content_disposition_header(True, document.download_name) or "attachment"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _bytes_of(file: UploadedFile) -> bytes:
    """Return the bytes of a file; of one that is too large only so many that it shows."""
    data: bytes = file.read(MOST_BYTES + 1)
    return data
