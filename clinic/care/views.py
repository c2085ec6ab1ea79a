"""The patient's own front page: what is next, what was decided, what has been."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.appointments.enums import UPCOMING, State
from bookings.appointments.models import Appointment
from clinic.accounts.access import patients_only
from clinic.care import todo
from clinic.care.checks import to_book
from clinic.db.clock import day_text, uk_day, when_text
from patients.documents.enums import State as DocumentState
from patients.documents.models import Document
from patients.intake.models import Intake
from patients.outcomes.enums import Standing
from patients.outcomes.models import Questionnaire
from patients.profile.models import Patient
from patients.suitability.enums import Outcome
from patients.suitability.models import Decision
from patients.treatment.enums import State as PlanState
from patients.treatment.models import PlanReason, PlanVersion

STILL_ON = UPCOMING | {State.CHECKED_IN, State.IN_PROGRESS}
SHOWN = 20  # past visits
REFUSED_SHOWN = timedelta(days=30)
CHANGED_SHOWN = timedelta(days=30)


@require_safe
@patients_only
def home(request: HttpRequest) -> HttpResponse:
    """Show a patient what is next."""
    now = timezone.now()
    patient = Patient.objects.visible_to(request.user).first()
    visits = Appointment.objects.visible_to(request.user).visits().select_related("kind", "clinician")
    coming = visits.filter(state__in=STILL_ON, ends_at__gte=now)
    decided = Decision.objects.visible_to(request.user).exclude(outcome=Outcome.MORE_INFORMATION)
    held = Appointment.objects.visible_to(request.user).filter(
        state=State.HELD, held_until__gt=now, held_for_offer=False
    )
    visits_to_come = [_visit(visit, now) for visit in coming.order_by("starts_at")]
    may_book = patient is None or patient.may_be_written_to
    near = to_book(request.user, uk_day(now)) if may_book else None
    plans = list(PlanVersion.objects.visible_to(request.user).order_by("-number").only("state"))
    has_plan = any(each.state == PlanState.ACTIVE for each in plans)
    lines = [
        *(todo.held(each, now) for each in held),
        todo.details(patient),
        *_of_the_form(request, now),
        *([todo.records(patient)] if patient and visits_to_come else []),
        *todo.check(near.due_on if near else None),
        *(_of_the_plan(request, plans[0], now) if plans else []),
        *([todo.active_plan()] if has_plan else []),
        *([todo.refused_documents()] if _has_refused_documents(request, now) else []),
    ]
    to_do = [line.first for line in lines if line.first]
    if may_book and not visits_to_come and not has_plan:
        to_do.append(todo.book())  # with a plan its checks say when a visit is due
    context = {
        "patient": patient,
        "may_book": may_book,
        "first": todo.first_of(to_do),
        "tasks": lines,
        "coming": visits_to_come,
        "past": [
            _visit(visit, now) for visit in visits.exclude(pk__in=coming.values("pk")).order_by("-starts_at")[:SHOWN]
        ],
        "decisions": [_decision(decision) for decision in decided.select_related("clinician")],
    }
    return render(request, "care/home.html", context)


def _of_the_form(request: HttpRequest, now: datetime) -> list[todo.Line]:
    """Return the lines of the newest form, and of what is asked before a review."""
    intake = Intake.objects.visible_to(request.user).defer("answers").order_by("-started_at").first()
    asked = _asked(request, now)
    return [todo.form(intake), *todo.what_changed(intake, asked), *todo.questions(asked)]


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


def _asked(request: HttpRequest, now: datetime) -> Questionnaire | None:
    """Return the questions before a review, while they can be answered."""
    asked = Questionnaire.objects.visible_to(request.user).defer("answers").select_related("patient").first()
    return asked if asked and asked.standing(now) == Standing.OPEN else None


def _of_the_plan(request: HttpRequest, newest: PlanVersion, now: datetime) -> list[todo.Line]:
    """Return the newest plan where it waits to be read, and for some weeks after it was paused or stopped."""
    if newest.state == PlanState.SUPPORTED:
        return [todo.new_plan()]
    if newest.state not in todo.CHANGED:
        return []
    changed = PlanReason.objects.visible_to(request.user).filter(plan=newest, at__gt=now - CHANGED_SHOWN)
    return [todo.changed_plan(newest.state)] if changed.exists() else []


def _has_refused_documents(request: HttpRequest, now: datetime) -> bool:
    own = Document.objects.visible_to(request.user).filter(state=DocumentState.REFUSED)
    return own.filter(uploaded_at__gt=now - REFUSED_SHOWN).exists()
