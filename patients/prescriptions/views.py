"""A patient sees where each prescription is, chooses a pharmacy, and asks for the next prescription."""

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clinic.accounts.access import SignedIn, patients_only
from clinic.db import workdays
from clinic.db.clock import day_text, uk_day, when_text
from clinic.keeping.typed import fill, keeps_typing
from patients.prescriptions import actions, pharmacies
from patients.prescriptions.enums import RUNS_OUT, State
from patients.prescriptions.forms import AskForm, PharmacyForm
from patients.prescriptions.models import PharmacyChoice, Prescription, PrescriptionRequest, RequestAnswer
from patients.prescriptions.said import emergency_of
from patients.profile.models import Patient

# How it stands, in words to the patient, with a tone.
STANDS = {
    State.SIGNED: ("Signed. We post it to your pharmacy", "info"),
    State.POSTED: ("In the post to your pharmacy", "info"),
    State.RECEIVED: ("Your pharmacy has it", "info"),
    State.QUERIED: ("Your pharmacy has a question for us", "warning"),
    State.DISPENSING: ("Your pharmacy is getting it ready", "info"),
    State.PARTLY: ("A part of it is ready. The rest comes later", "info"),
    State.DISPENSED: ("Your pharmacy has it ready", "info"),
    State.DISPATCHED: ("On its way to you", "info"),
    State.DELIVERED: ("It was delivered to you", "done"),
    State.COLLECTED: ("You collected it", "done"),
    State.CANCELLED: ("Cancelled. Call us with any question", "warning"),
    State.LOST: ("It did not arrive. We are looking into it", "danger"),
    State.RETURNED: ("It came back to us. We are looking into it", "warning"),
    State.EXPIRED: ("Too old to be used. Call us", "danger"),
}
TOO_OFTEN = "You have asked many times in the last hour. We have what you sent. Call us instead."


@require_safe
@patients_only
def listed(request: SignedIn) -> HttpResponse:
    """Where each prescription is, the pharmacy that counts, and what was asked for."""
    own = Prescription.objects.visible_to(request.user).only("id", "serial", "state", "signed_on", "valid_until")
    asked = PrescriptionRequest.objects.visible_to(request.user).select_related("answer")
    context = {
        "prescriptions": [_row(each) for each in own],
        "requests": [_request(each) for each in asked],
        "pharmacy": PharmacyChoice.objects.visible_to(request.user).first(),
    }
    return render(request, "patients/prescriptions/prescriptions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def pharmacy(request: SignedIn) -> HttpResponse:
    """Choose a pharmacy, or another one; with the statement that the choice is free."""
    patient, now = Patient.objects.visible_to(request.user).first(), timezone.now()
    if patient is None:
        return redirect("profile")
    form = fill(request, PharmacyForm(request.POST if request.method == "POST" else None), at=now)
    if form.is_valid():
        key = form.cleaned_data["key"]
        actions.choose_pharmacy(patient, form.chosen, key=key, by=request.user, at=now)
        return redirect("care_prescriptions")
    context = {
        "form": form,
        "statement": pharmacies.statement(),
        "now": PharmacyChoice.objects.visible_to(request.user).first(),
    }
    return render(request, "patients/prescriptions/pharmacy.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def ask(request: SignedIn) -> HttpResponse:
    """The safety questions. The request is always taken; a clinician looks at it."""
    patient, now = Patient.objects.visible_to(request.user).first(), timezone.now()
    if patient is None:
        return redirect("profile")
    form, status = AskForm(request.POST if request.method == "POST" else None), 422
    if form.is_valid():
        if ratelimit.consume(request, action="prescription_request", user=request.user):
            made = actions.ask(patient, form.asked, key=form.cleaned_data["key"], at=now)
            return redirect("care_prescription_asked", pk=made.pk)
        form.add_error(None, TOO_OFTEN)
        status = 429
    form = fill(request, form, at=now)
    context = {"form": form, **_opening(now)}
    return render(request, "patients/prescriptions/ask.html", context, status=status if form.errors else 200)


@require_safe
@patients_only
def asked(request: SignedIn, pk: UUID) -> HttpResponse:
    """One request, as it was sent. Where it names an emergency, help comes first until a clinician has answered."""
    found = get_object_or_404(PrescriptionRequest.objects.visible_to(request.user), pk=pk)
    answer = RequestAnswer.objects.visible_to(request.user).filter(request=found).first()
    emergency = emergency_of(found.answers)
    context = {
        "when": day_text(uk_day(found.at)),
        "rows": AskForm.shown(found.answers),
        "emergency": emergency if emergency and answer is None else None,
        "answer": answer,
        **_opening(timezone.now()),
    }
    return render(request, "patients/prescriptions/asked.html", context)


def _opening(at: datetime) -> dict[str, Any]:
    """Return whether somebody is at work at ``at``, and when next, in words."""
    return {"open_now": workdays.is_open(at), "opens_text": when_text(workdays.next_open(at))}


def _row(each: Prescription) -> dict[str, Any]:
    words, tone = STANDS[State(each.state)]
    return {
        "pk": each.pk,
        "day": day_text(each.signed_on) if each.signed_on else "",
        "until": day_text(each.valid_until) if each.valid_until and each.state in RUNS_OUT else "",
        "words": words,
        "tone": tone,
    }


def _request(each: PrescriptionRequest) -> dict[str, Any]:
    answer = getattr(each, "answer", None)
    return {
        "pk": each.pk,
        "when": day_text(uk_day(each.at)),
        "state": "A clinician has answered" if answer else "We have it",
        "tone": "done" if answer else "info",
    }
