"""Asking a patient how they are before a review, and what they answered, for the clinicians in whose care they are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.db.clock import day_text, uk_day
from clinic.db.refusal import Refusal
from clinic.forms.seen import mark_of, was_seen
from clinic.outbox.registry import reach_of
from clinic.outbox.rules import BY_CODE as RULES
from clinic.workspace.results import Results, results_of
from clinic.workspace.review_access import care_of
from patients.outcomes import actions
from patients.outcomes.enums import Standing, State
from patients.outcomes.forms import AskForm
from patients.outcomes.history import WHEN_RELEASED, Series, series
from patients.outcomes.models import Questionnaire, Response, ScoreRelease
from patients.profile.models import Patient

LOGGED_AS = "questions"
TO_ANSWER = {Standing.OPEN, Standing.EARLY}


@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask, or see what was asked and answered."""
    (clinician, patient), now = care_of(request, LOGGED_AS, pk), timezone.now()
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
    open_one = _asked(request, patient).filter(state=State.ASKED).first()
    found = series_of(request.user, patient)
    context = {
        "patient": patient,
        "form": form,
        "open_one": _state(open_one, now) if open_one and open_one.standing(now) in TO_ANSWER else None,
        "no_message": sorted(
            stop.why for stop in reach_of([patient.pk])[patient.pk].stops & RULES["review_due"].stops_for
        ),
        "results": results_of(found),
        "totals": _totals(found, _release(request.user, patient)),
    }
    return render(request, "workspace/questions.html", context, status=422 if form.errors else 200)


@require_POST
def withdraw(request: HttpRequest, pk: UUID, asked: UUID) -> HttpResponse:
    """Take back the questions ``asked`` of a patient; their messages are called off."""
    _, patient = care_of(request, LOGGED_AS, pk)
    found = _asked(request, patient).filter(pk=asked).first()
    try:
        if found is not None:
            actions.withdraw(found, by=request.user, at=timezone.now())
            messages.success(request, "The questions are withdrawn. No message about them goes out any more.")
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("review_questions", pk=pk)


@require_POST
def scores(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a patient the totals that stood on the page, or hide them again."""
    clinician, patient = care_of(request, LOGGED_AS, pk)
    now = timezone.now()  # before the answers are read: what comes in between is not covered
    totals = _totals(series_of(request.user, patient), _release(request.user, patient))
    is_shown = request.POST.get("is_shown") == "yes"
    if is_shown and not was_seen(request.POST, totals.mark):
        messages.error(request, "There are newer answers. Read them first.")
    elif request.POST.get("is_shown") in {"yes", "no"}:
        actions.show_scores(patient, clinician, is_shown=is_shown, at=now)
        said = "now sees the totals that are on this page" if is_shown else "does not see the totals any more"
        messages.success(request, f"The patient {said}.")
    return redirect("review_questions", pk=pk)


def shown_to(user: Any, patient: Patient) -> Results | None:
    """Return what ``patient`` has answered, as tables; None where ``user`` may see none."""
    return results_of(series_of(user, patient))


@dataclass(frozen=True)
class Totals:
    """How the totals of GAD-7 and PHQ-9 stand on the patient's own page. ``mark``: of what the clinician has seen."""

    mark: str
    any: bool
    shown: ScoreRelease | None
    has_newer: bool


def _totals(found: list[Series], newest: ScoreRelease | None) -> Totals:
    points = [
        point
        for each in found
        if each.instrument.code in WHEN_RELEASED
        for point in each.points
        if point.value is not None
    ]
    shown = newest if newest and newest.is_shown else None
    return Totals(
        mark=mark_of(*sorted(point.response.pk for point in points)),
        any=bool(points),
        shown=shown,
        has_newer=shown is not None and any(point.at > shown.at for point in points),
    )


def _release(user: Any, patient: Patient) -> ScoreRelease | None:
    releases = ScoreRelease.objects.visible_to(user).filter(patient=patient).select_related("clinician")
    return releases.first()


def series_of(user: Any, patient: Patient) -> list[Series]:
    """Return every measure of ``patient`` that ``user`` may see, through time."""
    answered = Response.objects.visible_to(user).filter(patient=patient)
    return series(answered, unclear=settings.OUTCOMES_UNCLEAR_LICENCES)


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


def _asked(request: HttpRequest, patient: Patient) -> Any:
    return Questionnaire.objects.visible_to(request.user).select_related("patient", "asked_by").filter(patient=patient)
