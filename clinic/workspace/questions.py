"""Asking a patient how they are before a review, and what they answered, for the clinicians in whose care they are."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.audit.models import AccessLog
from clinic.db.clock import day_text, uk_day
from clinic.db.refusal import Refusal
from clinic.outbox.registry import reach_of
from clinic.outbox.rules import BY_CODE as RULES
from clinic.workspace.review_access import clinician_of, log
from patients.outcomes import actions, policy
from patients.outcomes.enums import Standing, State
from patients.outcomes.forms import AskForm
from patients.outcomes.instruments import INSTRUMENTS, Instrument, Question
from patients.outcomes.models import Questionnaire, Response
from patients.profile.models import Patient

LOGGED_AS = "questions"
DONE_BY = {"self": "by the patient alone", "helped": "by the patient, with help", "other": "by somebody else for them"}
TO_ANSWER = {Standing.OPEN, Standing.EARLY}


@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask, or see what was asked and answered."""
    clinician, patient, now = clinician_of(request, LOGGED_AS, pk), _patient(request, pk), timezone.now()
    form = AskForm(request.POST if request.method == "POST" else None, today=uk_day(now))
    if form.is_valid():
        said = form.cleaned_data
        begun = said["after_treatment"] == "yes"
        try:
            actions.ask(patient, clinician, said["due_on"], after_treatment=begun, by=request.user, at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The questions are asked.")
            return redirect("review_questions", pk=pk)
    log(request, AccessLog.What.READ, LOGGED_AS, pk)
    open_one = _asked(request, patient).filter(state=State.ASKED).first()
    context = {
        "patient": patient,
        "form": form,
        "open_one": _state(open_one, now) if open_one and open_one.standing(now) in TO_ANSWER else None,
        "no_message": sorted(
            stop.why for stop in reach_of([patient.pk])[patient.pk].stops & RULES["review_3m_due"].stops_for
        ),
        "results": shown_to(request.user, patient),
    }
    return render(request, "workspace/questions.html", context, status=422 if form.errors else 200)


@require_POST
def withdraw(request: HttpRequest, pk: UUID, asked: UUID) -> HttpResponse:
    """Take back the questions ``asked`` of a patient; their messages are called off."""
    clinician_of(request, LOGGED_AS, pk)
    patient = _patient(request, pk)
    found = _asked(request, patient).filter(pk=asked).first()
    try:
        if found is not None:
            actions.withdraw(found, by=request.user, at=timezone.now())
            messages.success(request, "The questions are withdrawn. No message about them goes out any more.")
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("review_questions", pk=pk)


def shown_to(user: Any, patient: Patient) -> dict[str, Any] | None:
    """Return the newest answers of ``patient`` beside those before, for a table; None where ``user`` may see none."""
    answered = Questionnaire.objects.visible_to(user).filter(patient=patient, state=State.ANSWERED)
    newest = list(answered.order_by("-completed_at").prefetch_related("responses")[:2])
    if not newest:
        return None
    responses = [{each.instrument: each for each in asked.responses.all()} for asked in newest]
    now, before = responses[0], responses[1] if len(responses) > 1 else {}
    days = [uk_day(asked.completed_at or asked.asked_at) for asked in newest]
    return {
        "day": day_text(days[0]),
        "short_day": _short(days[0]),
        "short_before": _short(days[1]) if len(days) > 1 else "",
        "done_by": DONE_BY[next(iter(now.values())).done_by],
        "rows": [
            _row(instrument, question, now[instrument.code], before.get(instrument.code))
            for instrument in INSTRUMENTS
            if instrument.code in now
            for question in instrument.questions
        ],
        "scales": [
            {
                "key": " and ".join(question.about for question in each.questions).capitalize(),
                "value": policy.scale_text(each),
            }
            for each in INSTRUMENTS
            if each.code in now
        ],
    }


def _short(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"


def _row(instrument: Instrument, question: Question, now: Response, before: Response | None) -> dict[str, str]:
    """One question. Answers to another version of it are shown, and not compared."""
    value, old = now.answers.get(question.name), before.answers.get(question.name) if before else None
    may_compare = instrument.is_number and before is not None and before.version == now.version
    return {
        "about": question.about,
        "now": _answer(question, value),
        "before": _answer(question, old) if before else "",
        "change": policy.change_text(old, value) if may_compare else "",
    }


def _answer(question: Question, value: int | None) -> str:
    """Return the raw answer, with its words where they are more than the number."""
    words = dict(question.choices).get(value, "") if value is not None else ""
    if value is None:
        return "Not answered"
    return str(value) if words in {"", str(value)} else f"{value}: {words}"


def _state(asked: Questionnaire, now: datetime) -> dict[str, Any]:
    return {
        "pk": asked.pk,
        "due": day_text(asked.due_on),
        "by": asked.asked_by.name,
        "asked": day_text(uk_day(asked.asked_at)),
        "opens": day_text(uk_day(asked.opens_at)) if asked.standing(now) == Standing.EARLY else "",
        "until": day_text(asked.last_day),
        "is_started": asked.started_at is not None,
    }


def _patient(request: HttpRequest, pk: UUID) -> Patient:
    """Return the patient if in this clinician's care. Raises PermissionDenied, the same for nobody's key."""
    found = Patient.objects.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        log(request, AccessLog.What.REFUSED, LOGGED_AS, pk)
        raise PermissionDenied
    return found


def _asked(request: HttpRequest, patient: Patient) -> Any:
    return Questionnaire.objects.visible_to(request.user).select_related("patient", "asked_by").filter(patient=patient)
