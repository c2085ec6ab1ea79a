"""A patient tells us about a side effect, and sees what became of what they told us."""

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
from clinic.db.refusal import Refusal
from clinic.keeping.typed import fill, keeps_typing
from patients.profile.models import Patient
from patients.safety import actions as events
from patients.safety import words
from patients.safety.enums import EventState, ReportedBy
from patients.safety.forms import ReportForm
from patients.safety.models import AdverseEvent

# How it stands, in words to the patient.
STANDS = {
    EventState.REPORTED: ("We have it", "info"),
    EventState.ASSESSED: ("A clinician has looked at it", "done"),
    EventState.CLOSED: ("A clinician has looked at it", "done"),
}
TOO_OFTEN = "You have sent us many of these in the last hour. Call us instead. If life is at risk, call 999."


@require_safe
@patients_only
def listed(request: SignedIn) -> HttpResponse:
    """Say whom to call now, and list what the person has told us."""
    own = AdverseEvent.objects.visible_to(request.user)
    context = {"events": [_row(event) for event in own], **opening(timezone.now())}
    return render(request, "patients/safety/events.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def new(request: SignedIn) -> HttpResponse:
    """Take a report."""
    patient, now = Patient.objects.visible_to(request.user).first(), timezone.now()
    if patient is None:
        return redirect("profile")
    sent = request.POST if request.method == "POST" else None
    form = ReportForm(sent, born=patient.date_of_birth, today=uk_day(now))
    status = 422
    if form.is_valid():
        if not ratelimit.consume(request, action="side_effect", user=request.user):
            form.add_error(None, TOO_OFTEN)
            status = 429
        elif event := _report(form, patient, request, now):
            return redirect("care_event", pk=event.pk)
    form = fill(request, form, at=now)
    context = {"form": form, **opening(now)}
    return render(request, "patients/safety/new.html", context, status=status if form.errors else 200)


@require_safe
@patients_only
def one(request: SignedIn, pk: UUID) -> HttpResponse:
    """One report, as it was sent. Where it asks for help now, that comes first until a clinician has looked at it."""
    event = get_object_or_404(AdverseEvent.objects.visible_to(request.user), pk=pk)
    is_new = event.state == EventState.REPORTED
    context = {
        "event": _row(event),
        "rows": words.reported(event, in_plain_words=True),
        "emergency": event.emergency if is_new else None,
        "is_new": is_new,
        **opening(timezone.now()),
    }
    return render(request, "patients/safety/event.html", context)


def opening(at: datetime) -> dict[str, Any]:
    """Return whether somebody is at work at ``at``, and when next, in words."""
    return {"open_now": workdays.is_open(at), "opens_text": when_text(workdays.next_open(at))}


def _row(event: AdverseEvent) -> dict[str, Any]:
    state, tone = STANDS[EventState(event.state)]
    return {"pk": event.pk, "when": day_text(uk_day(event.reported_at)), "state": state, "tone": tone}


def _report(form: ReportForm, patient: Patient, request: SignedIn, at: datetime) -> AdverseEvent | None:
    try:
        key = form.cleaned_data["key"]
        return events.report(patient, form.facts, ReportedBy.PATIENT, key=key, by=request.user, at=at)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return None
