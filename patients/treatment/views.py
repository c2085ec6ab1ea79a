"""A patient reads their plan in plain words, and agrees to it in their own account."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.accounts.access import SignedIn, patients_only
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import day_text, uk_day, when_text
from clinic.db.refusal import Refusal
from clinic.keeping.typed import fill, keeps_typing
from patients.consents.policy import text_in_use
from patients.treatment import actions, policy, reading, words
from patients.treatment.enums import IN_FORCE, State
from patients.treatment.forms import AgreeForm
from patients.treatment.models import PlanReason, PlanVersion

CHANGED = "This plan has changed since you opened this page. Read it again, then agree to it if you want it."
STANDS = {
    State.SUPPORTED: ("Waits for you", "warning"),
    State.AGREED: ("You agreed", "done"),
    State.ACTIVE: ("This is your plan now", "done"),
    State.PAUSED: ("Paused", "danger"),
    State.STOPPED: ("Stopped", "danger"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def plan(request: SignedIn) -> HttpResponse:
    """Show the plan that holds, and one that waits for this person, with what they agree to."""
    now = timezone.now()
    known = _own(request)
    waiting = next((each for each in known if each.state in {State.SUPPORTED, State.AGREED}), None)
    current = next((each for each in known if each.state in IN_FORCE), None)
    form = _form(request, waiting)
    if request.method == "POST":
        if form is None:
            return redirect("care_plan")  # pressed twice, or nothing waits any more
        if form.is_valid() and _agree(form, waiting, request, now):
            return redirect("care_plan")
    elif form is not None:
        form = fill(request, form, at=now)
    ended = next((each for each in known if each.state == State.STOPPED), None)
    shown = [each for each in (waiting, current) if each]
    for each in shown:
        audit.record(AccessLog.What.READ, "plan", each.pk, by=request.user, at=now)
    context = {
        "waiting": _shown(waiting) if waiting else None,
        "current": _shown(current) if current else None,
        "ended": _shown(ended) if ended and not shown else None,
        "patient": known[0].patient if known else None,
        "form": form,
        "asked": [{"field": form[purpose.value], "text": text_in_use(purpose)} for purpose in form.asked]
        if form
        else [],
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "patients/treatment/plan.html", context, status=status)


def _own(request: SignedIn) -> list[PlanVersion]:
    reasons = PlanReason.objects.visible_to(request.user)
    own = PlanVersion.objects.visible_to(request.user).exclude(state=State.SUPERSEDED)
    return list(own.select_related("patient", "author").prefetch_related(Prefetch("reasons", reasons)))


def _form(request: SignedIn, waiting: PlanVersion | None) -> AgreeForm | None:
    if waiting is None or waiting.state != State.SUPPORTED:
        return None
    given = reading.given(waiting.patient_id)
    asked = [purpose for purpose in policy.consents_needed(waiting.said) if purpose not in given]
    return AgreeForm(request.POST if request.method == "POST" else None, asked=asked, initial={"plan": waiting.pk})


def _agree(form: AgreeForm, waiting: PlanVersion | None, request: SignedIn, now: datetime) -> bool:
    """Agree to the version that was read; where that is refused, say why above the form and return False."""
    if waiting is None or form.cleaned_data["plan"] != waiting.pk:
        form.add_error(None, CHANGED)
        return False
    try:
        actions.agree(waiting, form.cleaned_data["name"], form.consents, by=request.user, at=now)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _shown(found: PlanVersion) -> dict[str, Any]:
    """Return a version as the page shows it."""
    text, tone = STANDS[State(found.state)]
    needed = policy.consents_needed(found.said)
    told = next((each for each in found.reasons.all() if each.to_state == found.state), None)
    return {
        "number": found.number,
        "state": text,
        "tone": tone,
        "is_paused": found.state == State.PAUSED,
        "by": found.author.name,
        "starts": day_text(found.starts_on) if found.starts_on else "",
        "review": day_text(found.review_on) if found.review_on else "",
        "agreed": when_text(found.agreed_at) if found.agreed_at else "",
        "told": {"text": told.told, "day": day_text(uk_day(told.at))} if told else None,
        "is_licensed": policy.WITH_UNLICENSED[0] not in needed,
        "what_for": words.indications(found.said),
        "lines": words.plain_lines(found.lines),
        "goals": [{"text": goal.text, "by": day_text(goal.by) if goal.by else ""} for goal in found.goals],
        "checks": words.plain_checks(found.said),
        "stops": words.plain_stops(found.said),
        "advice": words.given_advice(found.said),
        "slowly": found.said.get("slowly", ""),
        "taper": found.said.get("taper", ""),
        "interactions": found.said.get("interactions", ""),
    }
