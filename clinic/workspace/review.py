"""What a clinician does with a form: take it, answer its flags, sign its parts, decide, add, hand it over.

Each page but the last is the record page itself, with what was typed where it was: everything stays in sight.
"""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bookings.appointments.models import Appointment
from clinic.audit.models import AccessLog
from clinic.db.refusal import NotReady, Refusal
from clinic.keeping.typed import fill, keeps_typing
from clinic.staff.models import Clinician
from clinic.workspace.record import LOGGED_AS, Forms, loudest_first, reading, show, versions_of
from clinic.workspace.review_access import clinician_of, log
from clinic.workspace.views import show_queue
from patients.intake.enums import IntakeState
from patients.intake.models import Intake
from patients.suitability import actions
from patients.suitability.enums import Outcome
from patients.suitability.forms import AddendumForm, DecisionForm, FlagsForm, HandOverForm, OutcomeForm
from patients.suitability.models import Decision

PAGES = ["GET", "HEAD", "POST"]


@require_POST
def claim(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a form to review; then open it."""
    clinician = clinician_of(request, LOGGED_AS, pk)
    intake = Intake.listed.visible_to(request.user).exclude(state=IntakeState.DRAFT).filter(pk=pk).first()
    if intake is None:
        log(request, AccessLog.What.REFUSED, LOGGED_AS, pk)
        raise Http404
    try:
        actions.claim(intake, clinician, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return show_queue(request, clinician, status=422)
    return redirect("review_record", pk=pk)


@require_http_methods(PAGES)
@keeps_typing
def flags(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Answer red flags; those that are left empty stay as they are."""
    clinician, intake = reading(request, pk)
    version, now = versions_of(request, intake)[-1], timezone.now()
    form = FlagsForm(request.POST if request.method == "POST" else None, flags=loudest_first(version))
    if form.is_valid():
        try:
            actions.answer_flags(
                version, clinician, form.answers, key=form.cleaned_data["key"], by=request.user, at=now
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your answers are saved.")
            return redirect(reverse("review_record", args=[pk]) + "#flags")
    return show(request, intake, clinician, Forms(flags=fill(request, form, at=now)), status=_status(form))


@require_POST
def read_part(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Sign that the part ``number`` of the newest version was read."""
    clinician, intake = reading(request, pk)
    version = versions_of(request, intake)[-1]
    if request.POST.get("version") != str(version.number):
        messages.error(request, "The patient has changed the form since you opened it. Read what is new first.")
        return redirect("review_record", pk)
    actions.read_part(version, number, clinician, by=request.user, at=timezone.now())
    return redirect(reverse("review_record", args=[pk]) + f"#part-{number}")


@require_http_methods(PAGES)
@keeps_typing
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write a decision on a form, and sign it. What happens next is chosen first: the questions follow from it."""
    clinician, intake = reading(request, pk)
    sent, now = request.POST if request.method == "POST" else request.GET, timezone.now()
    chosen = OutcomeForm(sent, action=request.path)
    if not chosen.is_valid():
        return show(request, intake, clinician, Forms(outcome=chosen), status=422)
    outcome = Outcome(chosen.cleaned_data["outcome"])
    form = DecisionForm(
        request.POST if request.method == "POST" else None,
        outcome=outcome,
        has_records=intake.patient.records_received_on is not None,
        action=request.path,
        initial={"seen": versions_of(request, intake)[-1].number},
    )
    if form.is_valid() and _sign(request, intake, clinician, form):
        messages.success(request, "Your decision is signed. The patient gets an email that there is an update.")
        return redirect("review_record", pk=pk)
    return show(request, intake, clinician, Forms(decision=fill(request, form, at=now)), status=_status(form))


def _sign(request: HttpRequest, intake: Intake, clinician: Clinician, form: DecisionForm) -> bool:
    """Sign what the form says; where that cannot be, the form says why, point by point."""
    said = form.cleaned_data
    try:
        actions.decide(
            intake,
            clinician,
            form.of,
            seen=said["seen"],
            found=form.found,
            reasons=said["reasons"],
            message=said["message"],
            by=request.user,
            at=timezone.now(),
        )
    except NotReady as refusal:
        for point in refusal.points:
            form.add_error(None, point)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        # Whatever the form said: the page shows the newest version now, and that is what is signed next.
        form.data = {**request.POST.dict(), "seen": versions_of(request, intake)[-1].number}
    return not form.errors


@require_http_methods(PAGES)
@keeps_typing
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add to a signed decision (``pk``)."""
    clinician = clinician_of(request, "decision", pk)
    decision = Decision.objects.visible_to(request.user).select_related("version__intake__patient", "clinician")
    found = decision.filter(pk=pk).first()
    log(request, AccessLog.What.READ if found else AccessLog.What.REFUSED, "decision", pk)
    if found is None:
        raise PermissionDenied
    form, now = AddendumForm(request.POST if request.method == "POST" else None), timezone.now()
    if form.is_valid():
        said = form.cleaned_data
        actions.add_to(found, clinician, said["text"], key=said["key"], by=request.user, at=now)
        messages.success(request, "What you added is saved.")
        return redirect(reverse("review_record", args=[found.version.intake_id]) + "#decision")
    context = {"patient": found.version.intake.patient, "decision": found, "form": fill(request, form, at=now)}
    return render(request, "workspace/add.html", context, status=_status(form))


@require_http_methods(PAGES)
@keeps_typing
def hand_over(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand a form over to another clinician; or, where its reviewer is away, take it over from them."""
    clinician, intake = reading(request, pk)
    giver, now = intake.reviewer, timezone.now()
    if giver is None:
        return redirect("review_record", pk)
    is_own = giver == clinician
    others = Clinician.objects.visible_to(request.user).practising().exclude(pk=clinician.pk)
    form = HandOverForm(
        request.POST if request.method == "POST" else None,
        takers=others if is_own else [clinician],
        initial={} if is_own else {"taker": str(clinician.pk)},
    )
    if form.is_valid():
        taker: Clinician = form.cleaned_data["taker"]
        to_come = Appointment.objects.visible_to(giver.user).upcoming().filter(patient=intake.patient_id)
        said = {"reason": form.cleaned_data["reason"], "stays": to_come.exists()}
        try:
            actions.hand_over(intake, giver, taker, **said, by=request.user, at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{taker.name} has this form now.")
            return redirect("review") if is_own else redirect("review_record", pk)
    context = {"patient": intake.patient, "intake": intake, "is_own": is_own, "form": fill(request, form, at=now)}
    return render(request, "workspace/hand_over.html", context, status=_status(form))


def _status(form: object) -> int:
    return 422 if getattr(form, "errors", None) else 200
