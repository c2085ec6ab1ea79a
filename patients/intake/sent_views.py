"""What can be done about a form after it was sent: change it, answer a question about it, say what is new before a review."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.accounts.access import patients_only
from clinic.db.clock import when_text
from clinic.db.refusal import Refusal
from clinic.keeping.typed import fill, keeps_typing
from patients.intake import actions, walk
from patients.intake.access import is_sent, latest_of, patient_of, unread_of
from patients.intake.enums import WITH_THE_CLINIC, IntakeState
from patients.intake.forms import ReplyForm
from patients.intake.models import Intake


def show_sent(request: HttpRequest, intake: Intake, sent_at: datetime) -> HttpResponse:
    """Show the newest answers as they were sent, what was changed since the first, and what can be done now."""
    versions = list(intake.versions.order_by("number"))
    context = {
        "intake": intake,
        "sent_text": when_text(sent_at),
        "parts": versions[-1].record,
        "amendments": [
            {"when": when_text(each.at), "rows": each.rows}
            for each in walk.amendments([(version.at, version.record) for version in versions])
        ],
        "may_change": intake.state in WITH_THE_CLINIC,
        "asked": intake.question if intake.state == IntakeState.MORE_ASKED else "",
    }
    return render(request, "patients/intake/answers.html", context)


def changed_so_far(intake: Intake, way: walk.Way) -> list[dict[str, str]]:
    """Return what somebody has changed since they sent the form, question by question."""
    before = actions.sent_last(intake)
    return walk.changes(before.record, walk.record(way, None)) if before else []


@require_POST
@patients_only
def change(request: HttpRequest) -> HttpResponse:
    """Begin to change what was sent."""
    intake = latest_of(request)
    if intake is not None and is_sent(intake):
        try:
            actions.begin_changes(intake, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
    return redirect("intake")


@require_POST
@patients_only
def keep(request: HttpRequest) -> HttpResponse:
    """Throw away what was changed: what was sent counts."""
    intake = latest_of(request)
    if intake is not None and intake.changing_since is not None:
        actions.drop_changes(intake, at=timezone.now())
        messages.success(request, "Your form is as you sent it.")
    return redirect("intake")


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def reply(request: HttpRequest) -> HttpResponse:
    """Answer what a specialist asked; the answer, and what was changed with it, goes back to the specialists."""
    intake, now = latest_of(request), timezone.now()
    if intake is None or intake.state != IntakeState.MORE_ASKED:
        return redirect("intake")
    if unread_of(intake):
        return redirect("intake_urgent")
    form = fill(request, ReplyForm(request.POST if request.method == "POST" else None), at=now)
    if form.is_valid():
        try:
            actions.submit(intake, reply=form.cleaned_data["reply"], **form.signature, by=request.user, at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("intake_sent")
    changed = changed_so_far(intake, actions.way(intake, now)) if intake.is_open else []
    context: dict[str, Any] = {"form": form, "question": intake.question, "intake": intake, "changed": changed}
    return render(request, "patients/intake/reply.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def review(request: HttpRequest) -> HttpResponse:
    """Begin the form that asks what has changed, filled from the last one."""
    patient = patient_of(request)
    if request.method == "POST" and patient is not None:
        try:
            actions.start_review(patient, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("intake")
        return redirect("intake_next")
    latest = latest_of(request)
    if latest is None or latest.state != IntakeState.DECIDED:
        return redirect("intake")
    return render(request, "patients/intake/review.html")
