"""A patient's documents, for the clinicians in whose care they are: page images to read, the original to save."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.audit.models import AccessLog
from clinic.db.clock import day_text, uk_day
from clinic.db.refusal import Refusal
from clinic.workspace.review_access import care_of, clinician_of, log
from patients.documents import actions
from patients.documents.enums import IdKind, Kind, State
from patients.documents.exchange import attachment
from patients.documents.forms import IdentityForm
from patients.documents.models import Document, IdentityCheck
from patients.documents.policy import PAGES_SHOWN
from patients.documents.refusals import (
    NotHere,
)
from patients.profile.models import Patient

LOGGED_AS = actions.LOGGED_AS
TONES = {State.WAITING: "info", State.UNSCANNED: "warning", State.CLEAN: "done", State.REFUSED: "danger"}


@require_safe
def of_a_patient(request: HttpRequest, pk: UUID) -> HttpResponse:
    """List what a patient has added; opening none of it."""
    _, patient = care_of(request, "patient", pk)
    return render(request, "workspace/documents.html", {"patient": patient, **listed_for(request.user, patient)})


@require_http_methods(["GET", "HEAD", "POST"])
def document(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the pages of a document; of photo ID also the form for its check."""
    clinician_of(request, LOGGED_AS, pk)
    found, now = _find(request, pk), timezone.now()
    is_id = found.kind == Kind.PHOTO_ID and found.is_readable
    form = IdentityForm(request.POST if request.method == "POST" else None, today=uk_day(now)) if is_id else None
    if form and form.is_valid():
        said = form.cleaned_data
        try:
            actions.check_identity(found, IdKind(said["kind"]), said["valid_until"], by=request.user, at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The check is saved. The image is deleted in 30 days; the result stays.")
            return redirect("review_document", pk=pk)
    found = actions.open_for_care(found, by=request.user, at=now)
    sheets = Paginator(range(1, found.pages + 1), PAGES_SHOWN).get_page(request.GET.get("page"))
    context = {
        "patient": found.patient,
        "document": found,
        "row": _row(found),
        "sheets": sheets,
        "checks": [_check(check) for check in IdentityCheck.objects.visible_to(request.user).filter(document=pk)],
        "form": form,
    }
    return render(request, "workspace/document.html", context, status=422 if form and form.errors else 200)


@require_safe
def page(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """One page as an image. Where it cannot be drawn it is a 404: the text in its place says what to do."""
    clinician_of(request, LOGGED_AS, pk)
    try:
        image = actions.draw_page(_find(request, pk), number, by=request.user, at=timezone.now())
    except Refusal as error:
        raise Http404 from error
    return HttpResponse(
        image, content_type="image/jpeg", headers={"Content-Security-Policy": "default-src 'none'; sandbox"}
    )


@require_safe
def file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The original, to save."""
    clinician_of(request, LOGGED_AS, pk)
    found = _find(request, pk)
    try:
        return attachment(found, actions.original(found, by=request.user, at=timezone.now()))
    except NotHere as error:
        raise Http404 from error


def listed_for(user: Any, patient: Patient) -> dict[str, Any]:
    """Return what the list of a patient's documents shows (``documents``, ``identity``, ``received``)."""
    own = Document.objects.visible_to(user).filter(patient=patient).exclude(state=State.REMOVED)
    check = IdentityCheck.objects.visible_to(user).filter(patient=patient).select_related("checked_by").first()
    received = patient.records_received_on
    return {
        "documents": [_row(each) for each in own],
        "identity": _check(check) if check else "",
        "received": day_text(received) if received else "",
    }


def _find(request: HttpRequest, pk: UUID) -> Document:
    """Return the document if it is of somebody in this clinician's care. Raises PermissionDenied, the same for nobody's key."""
    found = Document.objects.visible_to(request.user).select_related("patient").filter(pk=pk).first()
    if found is None:
        log(request, AccessLog.What.REFUSED, LOGGED_AS, pk)
        raise PermissionDenied
    return found


def _row(each: Document) -> dict[str, Any]:
    return {
        "pk": each.pk,
        "name": each.name,
        "kind": each.short,
        "pages": each.pages,
        "added": day_text(uk_day(each.uploaded_at)),
        "state": each.get_state_display(),
        "tone": TONES.get(State(each.state), ""),
        "is_readable": each.is_readable,
        "sheets": range(1, min(each.pages, PAGES_SHOWN) + 1),
    }


def _check(check: IdentityCheck) -> str:
    return (
        f"{check.get_kind_display()}, valid until {day_text(check.valid_until)}. "
        f"Checked by {check.checked_by} on {day_text(uk_day(check.checked_at))}."
    )
