"""A patient's own documents: what is there, adding, saving a copy, taking back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts.access import SignedIn, patients_only
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import day_text, uk_day
from clinic.db.refusal import Refusal
from patients.documents import actions
from patients.documents.enums import State
from patients.documents.exchange import add_files, as_json, attachment, wants_json
from patients.documents.forms import AddForm
from patients.documents.models import Document, IdentityCheck
from patients.documents.policy import MOST_FILES
from patients.documents.refusals import (
    NotHere,
)
from patients.profile.models import Patient

PAGES = "patients/documents"
SAID = {
    State.WAITING: ("Virus check", "info"),
    State.UNSCANNED: ("Added", "done"),
    State.CLEAN: ("Added", "done"),
    State.REFUSED: ("Not kept", "warning"),
    State.DELETED: ("Deleted", ""),
}
HINT = {
    State.WAITING: "We check it for viruses first. That takes a few minutes.",
    State.REFUSED: "The virus check found something in it, so we deleted it. Save it anew from where you have it, "
    "or take a photo of each page, then add that.",
    State.DELETED: "We have deleted the image. We keep photo ID for a short time only.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def documents(request: SignedIn) -> HttpResponse:
    """Show the signed-in patient their documents, and keep new ones. First come their details."""
    patient = Patient.objects.visible_to(request.user).first()
    if patient is None:
        return redirect("profile")
    form = AddForm(request.POST, request.FILES) if request.method == "POST" else AddForm()
    if form.is_valid():
        added = add_files(form, patient, by=request.user, at=timezone.now())
        if added.kept and not wants_json(request):
            messages.success(request, added.words)
        if not added.refused and not wants_json(request):
            return redirect("care_documents")
    if wants_json(request):
        return as_json(form)
    own = list(Document.objects.visible_to(request.user).exclude(state=State.REMOVED))
    context = {
        "form": form,
        "rows": [_row(document) for document in own],
        "left": MOST_FILES - sum(1 for document in own if document.stored),
        "identity": _identity(request),
    }
    return render(request, f"{PAGES}/documents.html", context, status=422 if form.errors else 200)


@require_safe
@patients_only
def file(request: SignedIn, pk: UUID) -> HttpResponse:
    """Give the signed-in patient their own file to save."""
    document = _own(request, pk)
    try:
        return attachment(document, actions.own_file(document))
    except NotHere as error:
        raise Http404 from error


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def remove(request: SignedIn, pk: UUID) -> HttpResponse:
    """Ask, then take a document back."""
    document = _own(request, pk)
    if request.method == "POST":
        try:
            actions.remove(document, by=request.user, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"“{document.name}” is removed.")
        return redirect("care_documents")
    if not document.may_be_removed:
        return redirect("care_documents")
    return render(request, f"{PAGES}/remove.html", {"document": document})


def _own(request: SignedIn, pk: UUID) -> Document:
    """Return a document of the signed-in patient. Raises Http404, the same for others' and nobody's."""
    found = Document.objects.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        audit.record(AccessLog.What.REFUSED, actions.LOGGED_AS, pk, by=request.user, at=timezone.now())
        raise Http404
    return found


def _row(document: Document) -> dict[str, object]:
    status, tone = SAID[State(document.state)]
    pages = f"{document.pages} pages" if document.pages > 1 else "1 page"
    facts = f"{document.short}. {pages}, {document.size_text}. Added {day_text(uk_day(document.uploaded_at))}."
    return {
        "document": document,
        "facts": facts if document.stored else f"{document.short}. Added {day_text(uk_day(document.uploaded_at))}.",
        "hint": HINT.get(State(document.state), ""),
        "status": status,
        "tone": tone,
    }


def _identity(request: SignedIn) -> str:
    """Return what is known of the check of their photo ID, in a sentence; empty without one."""
    check = IdentityCheck.objects.visible_to(request.user).first()
    if check is None:
        return ""
    return f"{check.get_kind_display()}, checked on {day_text(uk_day(check.checked_at))}"
