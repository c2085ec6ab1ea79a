"""Adverse events, for the clinicians in whose care the person is: to write down, assess, hold for, and close."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clinic.audit.models import AccessLog
from clinic.db.clock import day_text, uk_day, when_text
from clinic.db.refusal import Refusal
from clinic.keeping.typed import fill, keeps_typing
from clinic.staff.models import Clinician
from clinic.workspace.review_access import NotInCare, care_of, clinician_of, log
from patients.incidents.models import Incident
from patients.profile.models import Patient
from patients.safety import actions as events
from patients.safety import terms, words
from patients.safety.enums import EventState, Grade, HoldState, ReportedBy
from patients.safety.forms import AssessForm, ClinicianReportForm, ReasonForm
from patients.safety.models import AdverseEvent, Assessment, HoldProposal

LOGGED_AS = "adverseevent"
TONES = {EventState.REPORTED: "warning", EventState.ASSESSED: "info", EventState.CLOSED: "done"}
HOLD_TONES = {HoldState.PROPOSED: "warning", HoldState.HELD: "danger", HoldState.NOT_HELD: "", HoldState.LIFTED: ""}
HOLD_WORDS = {
    HoldState.PROPOSED: "A hold is proposed",
    HoldState.HELD: "Next prescription held",
    HoldState.NOT_HELD: "Not held",
    HoldState.LIFTED: "Hold lifted",
}
# What an assessment is filled in with from the one before; notes are of their own time.
CARRIED = [name for name in AssessForm.base_fields if name not in {"key", "seen", "notes"}]


@require_http_methods(["GET", "HEAD"])
def of_a_patient(request: HttpRequest, pk: UUID) -> HttpResponse:
    """List what was reported of a patient."""
    _, patient = care_of(request, "patient", pk)
    return render(request, "workspace/events.html", {"patient": patient, **listed_for(request.user, patient)})


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down what a clinician saw or was told."""
    (_, patient), now = care_of(request, "patient", pk), timezone.now()
    sent = request.POST if request.method == "POST" else None
    form = ClinicianReportForm(sent, born=patient.date_of_birth, today=uk_day(now))
    if form.is_valid():
        who, key = ReportedBy(form.cleaned_data["reported_by"]), form.cleaned_data["key"]
        try:
            made = events.report(patient, form.facts, who, key=key, by=request.user, at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The report is saved. Assess it now if you can.")
            return redirect("review_event", pk=made.pk)
    form = fill(request, form, at=now)
    context = {"patient": patient, "form": form}
    return render(request, "workspace/event_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def event(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One event: what was reported, every assessment, the hold, and the form for the next assessment."""
    clinician, found = _find(request, pk)
    now = timezone.now()
    if request.method != "POST":
        return _show(request, found)
    form = AssessForm(request.POST, today=uk_day(now))
    if form.is_valid():
        said = form.cleaned_data
        try:
            events.assess(found, clinician, form.facts, key=said["key"], seen=said["seen"], by=request.user, at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your assessment is signed.")
            return redirect("review_event", pk=pk)
    return _show(request, found, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Decide whether the next prescription is held, or lift the hold; each with a reason."""
    clinician, found = _find(request, pk)
    now = timezone.now()
    proposed = HoldProposal.objects.visible_to(request.user).still_there().filter(event=found).first()
    if proposed is None:
        messages.info(request, "There is no hold to decide on.")
        return redirect("review_event", pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            said = _decide(proposed, clinician, request.POST.get("decision", ""), form, request)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said)
            return redirect("review_event", pk=pk)
    form = fill(request, form, at=now)
    context = {"patient": found.patient, "event": found, "hold": _hold(proposed), "form": form}
    return render(request, "workspace/event_hold.html", context, status=422 if form.errors else 200)


@require_POST
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that nothing more is to do; where something is, the page says what."""
    _, found = _find(request, pk)
    try:
        events.close(found, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _show(request, found, status=422)
    messages.success(request, "The event is closed. A new assessment opens it again.")
    return redirect("review_event", pk=pk)


def listed_for(user: Any, patient: Patient) -> dict[str, Any]:
    """Return what the list of a patient's events shows (``events``, newest first; ``held``: whether one holds)."""
    own = AdverseEvent.objects.visible_to(user).as_they_stand().filter(patient=patient)
    rows = [_row(each) for each in own]
    return {"events": rows, "held": any(row["hold"] == HOLD_WORDS[HoldState.HELD] for row in rows)}


def _find(request: HttpRequest, pk: UUID) -> tuple[Clinician, AdverseEvent]:
    """Return the clinician, and the event if it is of somebody in their care.

    Raises NotInCare for somebody else's, who comes from its task, and PermissionDenied for nobody's key.
    """
    clinician = clinician_of(request, LOGGED_AS, pk)
    found = AdverseEvent.objects.visible_to(request.user).select_related("patient", "written_by").filter(pk=pk).first()
    log(request, AccessLog.What.READ if found else AccessLog.What.REFUSED, LOGGED_AS, pk)
    if found is None:
        whose = AdverseEvent.objects.whose_visible_to(request.user).filter(pk=pk).first()
        raise NotInCare(whose.patient_id) if whose else PermissionDenied
    return clinician, found


def _show(request: HttpRequest, found: AdverseEvent, form: AssessForm | None = None, status: int = 200) -> HttpResponse:
    now = timezone.now()
    assessments = list(Assessment.objects.visible_to(request.user).filter(event=found).select_related("clinician"))
    newest = assessments[0] if assessments else None
    seen = {"seen": newest.pk if newest else ""}  # whatever the form said: this is what the page shows
    if form is None:
        before = {name: getattr(newest, name) for name in CARRIED} if newest else {"terms": found.terms}
        form = fill(request, AssessForm(today=uk_day(now), initial=before | seen), at=now)
    elif form.is_bound:
        form.data = form.data.copy()  # type: ignore[attr-defined]
        form.data.update(seen)  # type: ignore[attr-defined]
    holds = HoldProposal.objects.visible_to(request.user).filter(event=found).select_related("decided_by", "lifted_by")
    context = {
        "patient": found.patient,
        "event": found,
        "tone": TONES[EventState(found.state)],
        "reported": words.reported(found, in_plain_words=False),
        "reported_when": when_text(found.reported_at),
        "assessments": [
            {"by": made.clinician, "when": when_text(made.at), "rows": words.assessed(made)} for made in assessments
        ],
        "holds": [_hold(each) for each in holds],
        "incident": Incident.objects.visible_to(request.user).filter(key=found.pk).first(),
        "may_close": found.state == EventState.ASSESSED,
        "form": form,
    }
    return render(request, "workspace/event.html", context, status=status)


def _decide(proposed: HoldProposal, clinician: Clinician, decision: str, form: ReasonForm, request: HttpRequest) -> str:
    """Carry out the button that was pressed; return what was done. Raises a Refusal."""
    said = {"reason": form.cleaned_data["reason"], "by": request.user, "at": timezone.now()}
    if decision == "lift":
        events.lift_hold(proposed, clinician, **said)
        return "The hold is lifted."
    if decision not in {"hold", "not"}:
        raise Refusal("Choose one of the buttons below your reason.")
    events.decide_on_hold(proposed, clinician, is_held=decision == "hold", **said)
    return "The next prescription is held." if decision == "hold" else "The next prescription is not held."


def _hold(each: HoldProposal) -> dict[str, Any]:
    state = HoldState(each.state)
    return {
        "words": HOLD_WORDS[state],
        "tone": HOLD_TONES[state],
        "proposed": when_text(each.proposed_at),
        "is_proposed": state == HoldState.PROPOSED,
        "is_held": state == HoldState.HELD,
        "decided": f"{each.decided_by}, {when_text(each.decided_at)}" if each.decided_at else "",
        "why": each.why,
        "lifted": f"{each.lifted_by}, {when_text(each.lifted_at)}" if each.lifted_at else "",
        "lifted_why": each.lifted_why,
    }


def _row(each: Any) -> dict[str, Any]:
    return {
        "pk": each.pk,
        "when": day_text(uk_day(each.reported_at)),
        "what": terms.words(each.coded or each.terms) or "In their own words",
        "began": words.began(each),
        "grade": Grade(each.grade).label if each.grade else "",
        "state": each.get_state_display(),
        "tone": TONES[EventState(each.state)],
        "hold": HOLD_WORDS[HoldState(each.hold)] if each.hold else "",
        "hold_tone": HOLD_TONES[HoldState(each.hold)] if each.hold else "",
    }
