"""Documents at the desk: reception adds what came by post or e-mail, and sees names, never content."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.accounts import policy
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import when_text
from clinic.db.refusal import Refusal
from clinic.workspace.desk_access import for_staff, me, page
from patients.documents import actions
from patients.documents.enums import Misfiled, State
from patients.documents.exchange import add_files, as_json, wants_json
from patients.documents.forms import AddForm, TakeBackForm
from patients.documents.models import Document
from patients.profile.models import Patient


@for_staff(policy.is_reception)
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest, pk: UUID) -> HttpResponse:
    """List a patient's documents by name, and keep new ones for them."""
    patient, now = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk), timezone.now()
    form = AddForm(request.POST, request.FILES) if request.method == "POST" else AddForm()
    if form.is_valid():
        added = add_files(form, patient, by=me(request), at=now)
        if added.kept and not wants_json(request):
            messages.success(request, added.words)
        if not added.refused and not wants_json(request):
            return redirect("desk_documents", pk=pk)
    if wants_json(request):
        return as_json(form)
    audit.record(AccessLog.What.READ, "patient", patient.pk, by=request.user, at=now)
    own = Document.objects.names_visible_to(request.user).filter(patient=patient).exclude(state=State.REMOVED)
    context = page(
        request,
        f"Documents of {patient.full_name}",
        patient=patient,
        form=form,
        rows=[(each, when_text(each.uploaded_at)) for each in own.select_related("uploaded_by")],
    )
    return render(request, "desk/documents.html", context, status=422 if form.errors else 200)


@for_staff(policy.is_reception)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Take a document that staff filed in the wrong record out of it, with a reason."""
    patient, now = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk), timezone.now()
    own = Document.objects.names_visible_to(request.user).with_a_file().filter(patient=patient)
    wrong = get_object_or_404(own, pk=document)
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.take_back(wrong, Misfiled(form.cleaned_data["why"]), by=me(request), at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The document is out of this record. The managers are told.")
            return redirect("desk_documents", pk=pk)
    context = page(request, "Take a document out of the wrong record", patient=patient, document=wrong, form=form)
    return render(request, "desk/misfiled.html", context, status=422 if form.errors else 200)
