"""The clinician's queue, and one person's form with the decision on it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bookings.appointments.models import Appointment
from clinic.audit.models import AccessLog
from clinic.db.clock import uk_day, when_text
from clinic.db.refusal import Refusal
from clinic.staff.models import Clinician
from clinic.workspace.consents import answered
from clinic.workspace.documents import listed_for
from clinic.workspace.questions import shown_to
from clinic.workspace.queue import Row, in_order
from clinic.workspace.review_access import clinician_of, log
from patients.details.summary import topics
from patients.intake.enums import LOUDEST_FIRST, IntakeState, Level
from patients.intake.models import Intake, IntakeVersion
from patients.intake.walk import amendments
from patients.profile.models import Patient
from patients.profile.policy import age, phone_text
from patients.suitability import actions
from patients.suitability.enums import Outcome
from patients.suitability.forms import DecisionForm
from patients.suitability.models import Decision
from patients.suitability.policy import STANDARD_MESSAGES

LOGGED_AS = "intake"


def _clinician(request: HttpRequest, pk: UUID | None = None) -> Clinician:
    return clinician_of(request, LOGGED_AS, pk)


def _log(request: HttpRequest, what: AccessLog.What, pk: UUID) -> None:
    log(request, what, LOGGED_AS, pk)


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a clinician, and what this one has taken."""
    _clinician(request)
    return _show_queue(request)


def _show_queue(request: HttpRequest, status: int = 200) -> HttpResponse:
    now = timezone.now()
    listed = Intake.listed.visible_to(request.user).with_urgency().select_related("patient", "reviewer")
    found = list(listed.exclude(state=IntakeState.DECIDED))
    visits = _next_visits(request, [intake.patient_id for intake in found], now)
    rows = {state: in_order(_row(intake, visits) for intake in found if intake.state == state) for state in IntakeState}
    mine = {intake.pk for intake in found if intake.reviewer is not None and intake.reviewer.user_id == request.user.pk}
    context = {
        "to_call": rows[IntakeState.DRAFT],
        "waiting": rows[IntakeState.SUBMITTED],
        "mine": [row for row in rows[IntakeState.IN_REVIEW] if row.pk in mine],
        "asked": [row for row in rows[IntakeState.MORE_ASKED] if row.pk in mine or row.is_urgent],
    }
    return render(request, "workspace/queue.html", context, status=status)


def _next_visits(request: HttpRequest, patients: Iterable[UUID], now: datetime) -> dict[UUID | None, str]:
    """Return each patient's next visit in this clinician's diary, in words."""
    coming = (
        Appointment.objects.visible_to(request.user).upcoming().filter(patient__in=list(patients), ends_at__gte=now)
    )
    return {visit.patient_id: when_text(visit.starts_at) for visit in coming.order_by("-starts_at")}


def _row(intake: Intake, visits: dict[UUID | None, str]) -> Row:
    since = intake.submitted_at or intake.saved_at
    return Row(
        pk=intake.pk,
        name=intake.patient.full_name,
        flag=intake.patient.flag,
        phone=phone_text(intake.patient.phone),
        since=since,
        is_urgent=intake.is_urgent,
        since_text=when_text(since),
        visit_text=visits.get(intake.patient_id, ""),
    )


@require_POST
def claim(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a form to review; then open it."""
    clinician = _clinician(request, pk)
    intake = Intake.listed.visible_to(request.user).exclude(state=IntakeState.DRAFT).filter(pk=pk).first()
    if intake is None:
        _log(request, AccessLog.What.REFUSED, pk)
        raise Http404
    try:
        actions.claim(intake, clinician, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _show_queue(request, status=422)
    return redirect("review_record", pk=pk)


@require_safe
def record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One person's form: who they are, the flags, the answers, the decision."""
    clinician = _clinician(request, pk)
    intake = _find(request, pk)
    return _show_record(request, intake, clinician) if intake else _refuse(request, pk)


@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign the decision on a form."""
    clinician = _clinician(request, pk)
    intake = _find(request, pk)
    if intake is None:
        return _refuse(request, pk)
    form = DecisionForm(request.POST, action=_decide_url(pk))
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.decide(
                intake,
                clinician,
                Outcome(said["outcome"]),
                seen=said["seen"],
                reasons=said["reasons"],
                message=said["message"],
                by=request.user,
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your decision is signed. The patient gets an email that there is an update.")
            return redirect("review_record", pk=pk)
    return _show_record(request, intake, clinician, form, status=422)


def _decide_url(pk: UUID) -> str:
    return reverse("review_decide", args=[pk])


def _find(request: HttpRequest, pk: UUID) -> Intake | None:
    """Return the form if it is of somebody in this clinician's care, and log the reading."""
    about = ("patient__user", "patient__other_teams", "patient__supporter", "reviewer", "filled_from")
    found = Intake.objects.visible_to(request.user).select_related(*about).filter(pk=pk).first()
    if found is not None:
        _log(request, AccessLog.What.READ, pk)
    return found


def _refuse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that the person is not in this clinician's care, and how to take the form if it waits."""
    _log(request, AccessLog.What.REFUSED, pk)
    listed = Intake.listed.visible_to(request.user).filter(pk=pk).first()
    if listed is None:
        raise Http404
    waits = listed.state in {IntakeState.SUBMITTED, IntakeState.MORE_ASKED}
    return render(request, "workspace/not_yours.html", {"pk": pk, "waits": waits}, status=403)


def _show_record(
    request: HttpRequest, intake: Intake, clinician: Clinician, form: DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    versions = _versions(intake)
    version = versions[-1]
    seen = {"seen": version.number}  # whatever the form said: this is what the page shows
    form = form or DecisionForm(action=_decide_url(intake.pk), initial=seen)
    form.data = {**request.POST.dict(), **seen} if form.is_bound else form.data
    context = {
        "intake": intake,
        "patient": intake.patient,
        "details": _details(intake.patient, timezone.now()),
        "topics": topics(intake.patient),
        "flags": _flags(version, versions[-2] if len(versions) > 1 else None),
        "parts": version.record,
        "version": version,
        "amendments": amendments([(each.at, each.record) for each in versions]),
        "changing_since": when_text(intake.changing_since) if intake.changing_since else "",
        "history": _history(intake),
        "results": shown_to(request.user, intake.patient),
        **listed_for(request.user, intake.patient),
        "consents": answered(request.user, intake.patient),
        "decisions": Decision.objects.visible_to(request.user)
        .filter(version__intake=intake)
        .select_related("clinician"),
        "form": form,
        "is_asked": intake.state == IntakeState.MORE_ASKED,
        "may_claim": intake.state in {IntakeState.SUBMITTED, IntakeState.MORE_ASKED},
        "may_decide": intake.state == IntakeState.IN_REVIEW and intake.reviewer_id == clinician.pk,
        "standard": [(outcome.label, words) for outcome, words in STANDARD_MESSAGES.items()],
    }
    return render(request, "workspace/record.html", context, status=status)


def _details(patient: Patient, now: datetime) -> list[dict[str, str]]:
    born = patient.date_of_birth
    rows = {
        "Date of birth": f"{born.day} {born:%B %Y}, aged {age(born, uk_day(now))}",
        "Phone number": phone_text(patient.phone),
        "Email": patient.reach,
        "Postcode": patient.postcode,
        "GP practice": patient.gp_practice,
    }
    return [{"key": key, "value": value} for key, value in rows.items()]


def _versions(intake: Intake) -> list[IntakeVersion]:
    """Return all that was sent, the oldest first: before a review, with the form that it was filled from."""
    own = list(intake.versions.order_by("number").prefetch_related("flags"))
    before = intake.filled_from.versions.order_by("-number").prefetch_related("flags")[:1] if intake.filled_from else []
    return [*before, *own]


def _flags(version: IntakeVersion, before: IntakeVersion | None) -> list[dict[str, Any]]:
    """Return the red flags as they were recorded, loudest first; those not among the ones ``before`` are new."""
    old = {flag.code for flag in before.flags.all()} if before else None
    found = sorted(version.flags.all(), key=lambda flag: (LOUDEST_FIRST.index(Level(flag.level)), flag.code))
    tones = {Level.EMERGENCY: "danger", Level.RED: "danger", Level.AMBER: "warning", Level.INFO: "info"}
    return [
        {
            "flag": flag,
            "level": Level(flag.level).label,
            "tone": tones[Level(flag.level)],
            "is_new": old is not None and flag.code not in old,
        }
        for flag in found
    ]


def _history(intake: Intake) -> list[dict[str, str]]:
    changes = intake.state_changes.select_related("by")
    return [
        {"when": when_text(change.at), "title": IntakeState(change.to_state).label, "text": f"By {change.by}"}
        for change in changes
    ]
