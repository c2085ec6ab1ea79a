"""What is recorded about a signed paper, each on a page of its own; and a patient's request with its answer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.models import AccessLog
from clinic.db.clock import uk_day, when_text
from clinic.db.refusal import NotReady, Refusal, SomethingMissing
from clinic.keeping.typed import fill, keeps_typing
from clinic.workspace.prescription_rows import row_of, rows_of
from clinic.workspace.prescriptions import find
from clinic.workspace.review_access import NotInCare, clinician_of, log
from patients.prescriptions import actions, policy, reading
from patients.prescriptions.enums import MOVES, UNSIGNED, State
from patients.prescriptions.forms import AnswerForm, AskForm, NewsForm, PostForm, ReasonForm, SigningForm
from patients.prescriptions.models import Prescription, PrescriptionRequest, RequestAnswer
from patients.prescriptions.said import emergency_of

REQUEST = "prescriptionrequest"


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def signed(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record that the paper was signed; where points are open, as a breach."""
    _, found = find(request, pk)
    if found.state not in UNSIGNED:
        messages.info(request, "It is recorded as signed already, or cancelled.")
        return redirect("review_prescription", pk)
    now = timezone.now()
    today = uk_day(now)
    points = reading.signing_points(found, today)
    sent = request.POST if request.method == "POST" else None
    asks = bool(points) or "is_breach" in request.POST
    form = SigningForm(sent, is_open=asks, initial={"signed_on": today, "version": found.version})
    form = fill(request, form, at=now)
    if form.is_valid():
        try:
            actions.sign(found, form.signing, by=request.user, at=now)
        except NotReady as refusal:
            points = refusal.points
            form.add_error(None, "Points are open. Close them first, or record below what has happened already.")
        except SomethingMissing as refusal:
            for name, words in refusal.fields.items():
                form.add_error(name if name in form.fields else None, words)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Recorded. From now on this record cannot be changed.")
            return redirect("review_prescription", pk)
    lacks = list(policy.gaps(found.text, found.product_line).values())
    more = {"points": points, "lacks": lacks, "rows": rows_of(found)}
    return _page(request, found, "workspace/prescription_signed.html", form, **more)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def posted(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down that the paper went to the pharmacy."""
    _, found = find(request, pk)
    if State.POSTED not in MOVES.get(found.state, frozenset()):
        return _cannot(request, pk)
    now = timezone.now()
    form = PostForm(request.POST if request.method == "POST" else None, initial={"posted_on": uk_day(now)})
    form = fill(request, form, at=now)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.post(found, said["posted_on"], said["tracking"], by=request.user, at=now)
        except Refusal as refusal:
            form.add_error("posted_on", str(refusal))
        else:
            messages.success(request, "Written down: it is in the post.")
            return redirect("review_prescription", pk)
    return _page(request, found, "workspace/prescription_posted.html", form, pharmacy=found.pharmacy)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def news(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down what a pharmacy, a courier or the patient tells us."""
    clinician, found = find(request, pk)
    if found.state in UNSIGNED:
        return _cannot(request, pk)
    now = timezone.now()
    form = NewsForm(request.POST if request.method == "POST" else None, found=found, initial={"on": uk_day(now)})
    form = fill(request, form, at=now)
    if form.is_valid():
        key = form.cleaned_data["key"]
        try:
            actions.write_down(found, form.news, clinician, key=key, by=request.user, at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Written down.")
            return redirect("review_prescription", pk)
    return _page(request, found, "workspace/prescription_news.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancel a prescription that was not dispensed, for a reason."""
    clinician, found = find(request, pk)
    if State.CANCELLED not in MOVES.get(found.state, frozenset()):
        return _cannot(request, pk)
    now = timezone.now()
    form = fill(request, ReasonForm(request.POST if request.method == "POST" else None), at=now)
    if form.is_valid():
        try:
            actions.cancel_paper(found, clinician, why=form.cleaned_data["why"], by=request.user, at=now)
        except Refusal as refusal:
            form.add_error("why", str(refusal))
        else:
            messages.success(request, "Cancelled. Destroy the paper, and keep its serial number.")
            return redirect("review_prescription", pk)
    return _page(request, found, "workspace/prescription_cancel.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def asked(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A patient's request: their answers, the points that are open, and the form of the answer."""
    clinician, now = clinician_of(request, REQUEST, pk), timezone.now()
    known = PrescriptionRequest.objects.visible_to(request.user).select_related("patient")
    found = known.filter(pk=pk).first()
    log(request, AccessLog.What.READ if found else AccessLog.What.REFUSED, REQUEST, pk)
    if found is None:
        whose = PrescriptionRequest.objects.whose_visible_to(request.user).filter(pk=pk).first()
        raise NotInCare(whose.patient_id) if whose else PermissionDenied
    form = fill(request, AnswerForm(request.POST if request.method == "POST" else None), at=now)
    if form.is_valid():
        said = form.cleaned_data
        words = {"why": said["why"], "told": said["told"]}
        try:
            actions.answer(found, clinician, said["answer"], **words, by=request.user, at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your answer is saved. The patient is told that there is news.")
            return redirect("review_prescription_request", pk)
    made = RequestAnswer.objects.visible_to(request.user).filter(request=found).select_related("clinician").first()
    context = {
        "patient": found.patient,
        "found": found,
        "when": when_text(found.at),
        "rows": AskForm.shown(found.answers),
        "emergency": emergency_of(found.answers),
        "points": reading.request_points(found.patient, uk_day(now)),
        "answer": made,
        "answered_when": when_text(made.at) if made else "",
        "form": form,
    }
    return render(request, "workspace/prescription_request.html", context, status=422 if form.errors else 200)


def _cannot(request: HttpRequest, pk: UUID) -> HttpResponse:
    messages.info(request, "That is not possible where it is now.")
    return redirect("review_prescription", pk)


def _page(request: HttpRequest, found: Prescription, template: str, form: Any, **more: Any) -> HttpResponse:
    context = {"patient": found.patient, "found": found, "row": row_of(found), "form": form, **more}
    return render(request, template, context, status=422 if form.errors else 200)
