"""Treatment plans: a person's plan with its versions, writing a draft, and moving a version on."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.audit.models import AccessLog
from clinic.db.clock import uk_day, when_text
from clinic.db.refusal import Refusal, SavedElsewhere, SomethingMissing
from clinic.forms.keyed import KeyedForm
from clinic.keeping.typed import keeps_typing, kept_fields
from clinic.staff.models import Clinician
from clinic.workspace.plan_rows import history, lines, row, shown, versions_for
from clinic.workspace.review_access import care_of, clinician_of, is_done, log
from patients.treatment import actions, policy, reading, rows, words
from patients.treatment.enums import IN_FORCE, UNDER_WAY, State
from patients.treatment.forms import PlanForm, ReasonForm
from patients.treatment.models import PlanVersion

LOGGED_AS = "plan"
SAID = {
    "support": "The team’s decision is taken to this version. The patient is told that there is an update.",
    "activate": "The plan is active. The letter to the GP is due within 48 hours.",
    "pause": "The plan is paused. The letter to the GP is due within 48 hours.",
    "stop": "The plan is stopped. The letter to the GP is due within 48 hours.",
    "discard": "This version is not used.",
}
# What can be done with a version in each state, and whether the patient reads why.
WITH_REASON = {"pause": True, "stop": True, "discard": False}
WITH_REASON_DO: dict[str, Callable[..., None]] = {
    "pause": actions.pause,
    "stop": actions.stop,
    "discard": actions.discard,
}
MAY = {
    State.DRAFT: ("discard",),
    State.TEAM_PENDING: ("support", "discard"),
    State.SUPPORTED: ("discard",),
    State.AGREED: ("activate", "discard"),
    State.ACTIVE: ("pause", "stop"),
    State.PAUSED: ("activate", "stop"),
}
LABELS = {
    "support": "Take the team’s decision",
    "activate": "Make this plan active",
    "pause": "Pause this plan",
    "stop": "Stop this plan",
    "discard": "Do not use this version",
}


OPEN_TITLES = {
    State.ACTIVE: "Open since it is active: it would not be started now",
    State.PAUSED: "Still open before it can go on",
}


class NewPlanForm(KeyedForm):
    """The button that begins a version."""

    submit = "Write a new version"


@require_safe
def of_a_patient(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The plan as it stands, the version that is on its way, and the history with what each changed."""
    _, patient = care_of(request, LOGGED_AS, pk)
    versions = list(versions_for(request.user).filter(patient=patient))
    current = next((each for each in versions if each.state in IN_FORCE), None)
    on_its_way = next((each for each in versions if each.state in UNDER_WAY), None)
    context = {
        "patient": patient,
        "current": shown(current, request.user) if current else None,
        "on_its_way": row(on_its_way) if on_its_way else None,
        "history": [history(each, versions) for each in versions],
        "new_form": NewPlanForm(),
        "is_first": not versions,
        "may_begin": on_its_way is None,
    }
    return render(request, "workspace/plan.html", context)


@require_POST
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin a version. Pressed twice it is one."""
    clinician, patient = care_of(request, LOGGED_AS, pk)
    form = NewPlanForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Press the button on the page of the plan.")
        return redirect("review_plan", pk)
    try:
        plan = actions.open_draft(patient, clinician, key=form.cleaned_data["key"], at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("review_plan", pk)
    return redirect("review_plan_version", _find(request, plan.pk).pk)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def version(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write a draft, save it or sign it; read a version that is signed, with what can be done with it."""
    clinician_of(request, LOGGED_AS, pk)
    found, now = _find(request, pk), timezone.now()
    if request.method != "POST":
        log(request, AccessLog.What.READ, LOGGED_AS, pk)
        if found.state != State.DRAFT:
            return _show(request, found, now)
        kept = kept_fields(request, at=now)
        return _show_draft(request, found, PlanForm.of(found) if kept is None else PlanForm.as_typed(kept), now)
    act = request.POST.get("act", "")
    if (changed := rows.changed(request.POST, act)) is not None:
        return _show_draft(request, found, PlanForm.as_typed(changed), now)
    form = PlanForm(rows.tidied(request.POST))
    if not form.is_valid():
        return _show_draft(request, found, form, now)
    try:
        said = _save_or_sign(found, act, form, request, now)
    except SomethingMissing as refusal:
        form.tell(refusal.fields)
        return _show_draft(request, found, form, now)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _show_draft(request, found, form, now, newer=isinstance(refusal, SavedElsewhere))
    messages.success(request, said)
    return redirect("review_plan_version", pk)


@require_POST
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a version on: the team's decision, active, paused, stopped, not used."""
    clinician = clinician_of(request, LOGGED_AS, pk)
    found, now, act = _find(request, pk), timezone.now(), request.POST.get("act", "")
    if act in WITH_REASON:
        form = ReasonForm(request.POST, is_told=WITH_REASON[act], prefix=act)
        if form.is_valid():
            try:
                WITH_REASON_DO[act](found, clinician, by=request.user, at=now, **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
        if form.errors and found.state == State.DRAFT:
            return _show_draft(request, found, PlanForm.of(found), now, discard_form=form)
        if form.errors:
            return _show(request, found, now, {act: form})
        messages.success(request, SAID[act])
    elif act in {"support", "activate"} and is_done(
        request, lambda: _without_reason(act, found, clinician, request, now)
    ):
        messages.success(request, SAID[act])
    return redirect("review_plan_version", pk)


def _without_reason(act: str, found: PlanVersion, clinician: Clinician, request: HttpRequest, now: datetime) -> None:
    if act == "support":
        actions.support(found, by=request.user, at=now)
    else:
        actions.activate(found, clinician, by=request.user, at=now)


def _save_or_sign(found: PlanVersion, act: str, form: PlanForm, request: HttpRequest, now: datetime) -> str:
    """Save or sign; return what is said afterwards. Raises what the actions do."""
    if act != "sign":
        actions.save_draft(found, form.written, by=request.user, at=now)
        return "The draft is saved as you typed it. It is not signed yet."
    signed = actions.sign(found, form.written, by=request.user, at=now)
    if signed.state == State.SUPPORTED:
        return "The plan is signed, and the team’s decision carries it. The patient is told that there is an update."
    return "The plan is signed. It waits for the team."


def _find(request: HttpRequest, pk: UUID) -> PlanVersion:
    """Return the version if this clinician may read it. Raises PermissionDenied, the same for nobody's key."""
    found = versions_for(request.user).filter(pk=pk).first()
    if found is None:
        log(request, AccessLog.What.REFUSED, LOGGED_AS, pk)
        raise PermissionDenied
    return found


def _show_draft(
    request: HttpRequest,
    found: PlanVersion,
    form: PlanForm,
    now: datetime,
    *,
    newer: bool = False,
    discard_form: ReasonForm | None = None,
) -> HttpResponse:
    """Show the form with every open point of what is saved. Where another tab saved a ``newer`` draft, also that one."""
    saved = None
    if newer:
        current = _find(request, found.pk)
        saved = lines(current)
        form.data["version"] = str(current.version)  # type: ignore[index]
    context = {
        "patient": found.patient,
        "plan": row(found),
        "form": form,
        "saved": saved,
        "saved_text": when_text(found.saved_at),
        # Where something typed is refused, what is saved has other gaps: they would hide the one that counts.
        "points": [] if form.errors and not newer else _open_points(found, uk_day(now)),
        "sums": words.sums(found.lines),
        "discard_form": discard_form or ReasonForm(is_told=False, prefix="discard"),
        "forms_with_errors": [each for each in (form, discard_form) if each is not None and each.errors],
    }
    is_refused = bool(context["forms_with_errors"])
    return render(request, "workspace/plan_draft.html", context, status=422 if is_refused else 200)


def _open_points(found: PlanVersion, today: date) -> list[str]:
    """Return what keeps the draft, as it is saved, from being signed and then from being active."""
    days = {"starts_on": found.starts_on, "review_on": found.review_on}
    points = list(policy.gaps(found.said, today=today, **days, **reading.peer_facts(found)).values())
    points += policy.author_points(found.author.name, found.author.verified_on, today)
    points += reading.supported_still(found, today)
    return points + reading.consent_points(found) + policy.agreement_points(False)


def _show(
    request: HttpRequest, found: PlanVersion, now: datetime, bound: dict[str, ReasonForm] | None = None
) -> HttpResponse:
    """Show a signed version: all it says, what stands open, and the buttons. ``bound`` is the form that was refused."""
    may, bound = MAY.get(State(found.state), ()), bound or {}
    forms = [
        {
            "act": act,
            "label": LABELS[act],
            "form": bound.get(act, ReasonForm(is_told=WITH_REASON[act], prefix=act)),
            "is_open": act in bound,
        }
        for act in may
        if act in WITH_REASON
    ]
    context = {
        "patient": found.patient,
        "plan": shown(found, request.user),
        "points": reading.activation_points(found, uk_day(now)) if may else [],
        "open_title": OPEN_TITLES.get(State(found.state), "Still open before it can be active"),
        "buttons": [{"act": act, "label": LABELS[act]} for act in may if act not in WITH_REASON],
        "forms": forms,
        "forms_with_errors": list(bound.values()),
    }
    return render(request, "workspace/plan_version.html", context, status=422 if bound else 200)
