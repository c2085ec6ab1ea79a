"""What a patient agreed to, and writing down what they say by phone, on paper or at the desk."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.refusal import Refusal
from clinic.workspace.consents import answered
from clinic.workspace.desk_access import for_the_diary, me, page
from patients.consents import actions
from patients.consents.forms import AT_THE_DESK, DeskForm
from patients.consents.policy import WORDS
from patients.profile.models import Patient


@for_the_diary
@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what counts now, and write down one answer."""
    patient, now = get_object_or_404(Patient.objects.visible_to(request.user), pk=pk), timezone.now()
    audit.record(AccessLog.What.READ, "patient", patient.pk, by=request.user, at=now)
    form = DeskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        purpose, given, method = form.said()
        try:
            is_new = actions.change(patient, purpose, given, by=me(request), at=now, method=method)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            said = f"“{purpose.label}”: {'yes' if given else 'no'}"
            messages.success(request, f"Saved: {said}." if is_new else f"That was saved before: {said}.")
            return redirect("desk_consents", pk)
    context = page(
        request,
        f"What {patient.full_name} agreed to",
        patient=patient,
        form=form,
        consents=answered(request.user, patient),
        to_read=[(purpose.label, WORDS[purpose]) for purpose in AT_THE_DESK],
    )
    return render(request, "desk/consents.html", context, status=422 if form.errors else 200)
