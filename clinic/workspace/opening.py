"""Opening the record of somebody who is not in one's care: with a reason, which the manager looks at."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.models import AccessLog
from clinic.db.clock import uk_day
from clinic.db.refusal import Refusal
from clinic.keeping.typed import fill, keeps_typing
from clinic.workspace.review_access import NotInCare, care_of, clinician_of, log
from clinic.workspace.review_forms import PapersForm, WhyForm
from patients.access import actions
from patients.documents.actions import saw_identity
from patients.documents.enums import IdKind
from patients.intake.enums import IntakeState
from patients.intake.models import Intake
from patients.profile.actions import save_details
from patients.profile.models import Patient


def not_in_care(request: HttpRequest, refused: NotInCare) -> HttpResponse:
    """Say that the person is not in this clinician's care, and which ways in there are: 403, whoever it is.

    Who is in care, and comes from a task about a form that was not sent, finds the person's record instead.
    """
    if Patient.objects.visible_to(request.user).filter(pk=refused.patient).exists():
        return redirect("review_person", refused.patient)
    return _ask(request, refused.patient, WhyForm(action=reverse("review_open", args=[refused.patient])), status=403)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def open_record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask why the record is needed; with a reason it is open for some hours."""
    clinician, now = clinician_of(request, "patient", pk), timezone.now()
    form = fill(request, WhyForm(request.POST if request.method == "POST" else None), at=now)
    if form.is_valid():
        found = Patient.objects.anybody_visible_to(request.user).filter(pk=pk).first()
        if found is None:
            log(request, AccessLog.What.REFUSED, "patient", pk)
            raise NotInCare(pk)
        try:
            actions.open_with_reason(found, clinician, form.cleaned_data["why"], by=request.user, at=now)
        except Refusal as refusal:
            form.add_error("why", str(refusal))
        else:
            messages.success(request, "The record is open to you for 12 hours. The manager sees your reason.")
            return redirect("review_person", pk)
    return _ask(request, pk, form, status=422 if form.errors else 200)


def _ask(request: HttpRequest, pk: UUID, form: WhyForm, status: int) -> HttpResponse:
    waiting = Intake.listed.visible_to(request.user).filter(
        patient=pk, state__in=[IntakeState.SUBMITTED, IntakeState.MORE_ASKED]
    )
    context = {"waiting": waiting.first(), "form": form}
    return render(request, "workspace/not_yours.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def papers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down that the records came, and that a photo ID was seen: what a decision waits for."""
    (_, patient), now = care_of(request, "patient", pk), timezone.now()
    form = PapersForm(request.POST if request.method == "POST" else None, today=uk_day(now), patient=patient)
    if form.is_valid():
        said = form.cleaned_data
        if said["came_on"]:
            save_details(patient, {"records_received_on": said["came_on"]}, by=request.user, at=now)
        if said["kind"]:
            saw_identity(patient, IdKind(said["kind"]), said["valid_until"], by=request.user, at=now)
        messages.success(request, "Saved.")
        return redirect("review_person", pk)
    return render(
        request, "workspace/papers.html", {"patient": patient, "form": form}, status=422 if form.errors else 200
    )
