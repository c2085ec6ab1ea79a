"""The patient's own front page: what is next, what was decided, what has been."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.appointments.enums import UPCOMING, State
from bookings.appointments.models import Appointment
from clinic.accounts.access import patients_only
from clinic.db.clock import clock, day_text, uk_day, when_text
from patients.documents.enums import State as DocumentState
from patients.documents.models import Document
from patients.intake.enums import IntakeState
from patients.intake.models import Intake
from patients.outcomes.enums import Standing
from patients.outcomes.models import Questionnaire
from patients.profile.models import Patient
from patients.profile.policy import is_complete
from patients.suitability.models import Decision

STILL_ON = UPCOMING | {State.CHECKED_IN, State.IN_PROGRESS}
SHOWN = 20  # past visits
REFUSED_SHOWN = timedelta(days=30)


@require_safe
@patients_only
def home(request: HttpRequest) -> HttpResponse:
    """Show a patient what is next."""
    now = timezone.now()
    patient = Patient.objects.visible_to(request.user).first()
    intake = Intake.objects.visible_to(request.user).defer("answers").order_by("-started_at").first()
    visits = Appointment.objects.visible_to(request.user).visits().select_related("kind", "clinician")
    coming = visits.filter(state__in=STILL_ON, ends_at__gte=now)
    decisions = Decision.objects.visible_to(request.user).select_related("clinician")
    held = Appointment.objects.visible_to(request.user).filter(
        state=State.HELD, held_until__gt=now, held_for_offer=False
    )
    visits_to_come = [_visit(visit, now) for visit in coming.order_by("starts_at")]
    context = {
        "patient": patient,
        "may_book": patient is None or patient.may_be_written_to,
        "held": [(each.pk, when_text(each.starts_at), clock(each.held_until or now)) for each in held],
        "tasks": [
            _details_task(patient),
            _intake_task(intake),
            *_records_task(patient, bool(visits_to_come)),
            *_questions_task(request, now),
            *_documents_task(request, now),
        ],
        "coming": visits_to_come,
        "past": [
            _visit(visit, now) for visit in visits.exclude(pk__in=coming.values("pk")).order_by("-starts_at")[:SHOWN]
        ],
        "decisions": [_decision(decision) for decision in decisions],
    }
    return render(request, "care/home.html", context)


def _visit(visit: Appointment, now: datetime) -> dict[str, object]:
    # A visit nobody closed yet says nothing of itself: "Booked" would be odd for last week.
    state = "" if visit.state in STILL_ON and visit.ends_at < now else visit.state_for_patient
    return {
        "pk": visit.pk,
        "kind": visit.kind.name,
        "when": when_text(visit.starts_at),
        "who": visit.clinician.name,
        "mode": visit.get_mode_display(),
        "state": state,
    }


def _decision(decision: Decision) -> dict[str, str]:
    return {"when": day_text(uk_day(decision.at)), "who": decision.clinician.name, "message": decision.message}


def _details_task(patient: Patient | None) -> dict[str, str]:
    done = is_complete(patient)
    return {
        "label": "Your details",
        "url": reverse("profile"),
        "hint": "Change them here when something is new." if done else "We need these first.",
        "status": "Done" if done else "Not finished",
        "tone": "done" if done else "",
    }


def _intake_task(intake: Intake | None) -> dict[str, str]:
    said = {
        None: ("Not started", "", "About 40 minutes, in short parts. You can stop and come back."),
        IntakeState.DRAFT: ("Started", "info", "Go on where you stopped."),
        IntakeState.SUBMITTED: ("Sent", "done", "Waiting for a specialist to read it."),
        IntakeState.IN_REVIEW: ("Sent", "done", "A specialist is reading it."),
        IntakeState.DECIDED: ("Done", "done", "A specialist has read it."),
    }
    status, tone, hint = said[IntakeState(intake.state) if intake else None]
    return {"label": "Your form", "url": reverse("intake"), "hint": hint, "status": status, "tone": tone}


def _questions_task(request: HttpRequest, now: datetime) -> list[dict[str, str]]:
    """The questions before a review, while they can be answered."""
    asked = Questionnaire.objects.visible_to(request.user).defer("answers").select_related("patient").first()
    if asked is None or asked.standing(now) != Standing.OPEN:
        return []
    started = asked.started_at is not None
    return [
        {
            "label": "A few questions",
            "url": reverse("care_questions"),
            "hint": f"Before your review on {day_text(asked.due_on)}. About 3 minutes.",
            "status": "Started" if started else "Not started",
            "tone": "info" if started else "",
        }
    ]


def _documents_task(request: HttpRequest, now: datetime) -> list[dict[str, str]]:
    """A document that was deleted by the virus check: the patient may want to add it anew."""
    own = Document.objects.visible_to(request.user).filter(state=DocumentState.REFUSED)
    if not own.filter(uploaded_at__gt=now - REFUSED_SHOWN).exists():
        return []
    return [
        {
            "label": "Your documents",
            "url": reverse("care_documents"),
            "hint": "We could not keep one of them. See what you can do.",
            "status": "Look at it",
            "tone": "warning",
        }
    ]


def _records_task(patient: Patient | None, has_a_visit: bool) -> list[dict[str, str]]:
    """What the mail about something missing leads to: nothing to fill in, but the patient can ask their surgery."""
    if patient is None or not has_a_visit:
        return []
    is_here = patient.records_received_on is not None
    return [
        {
            "label": "Your GP records",
            "url": "",
            "hint": "We have them."
            if is_here
            else "We need them before your visit. You can ask your surgery to send them.",
            "status": "Done" if is_here else "Not here yet",
            "tone": "done" if is_here else "",
        }
    ]
