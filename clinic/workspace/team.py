"""Team reviews: the meetings and the cases that wait, one case, and what was concluded about it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.audit.models import AccessLog
from clinic.db.clock import day_text, uk_day, when_text
from clinic.db.refusal import Refusal, SavedElsewhere, SomethingMissing
from clinic.keeping.typed import fill, fill_draft, keeps_typing
from clinic.staff.models import Clinician
from clinic.workspace.casework import first_case
from clinic.workspace.review_access import care_of, clinician_of, is_done, log
from patients.profile.models import Patient
from patients.teamreview import actions
from patients.teamreview.enums import OPEN, CaseState, MeetingState, Outcome
from patients.teamreview.forms import CaseForm, DiscussionForm, ListForm, MeetingForm
from patients.teamreview.models import TeamCase, TeamDecision, TeamMeeting
from patients.teamreview.policy import lines

LOGGED_AS = "team_case"
TONES = {
    Outcome.SUPPORTED: "done",
    Outcome.CONDITIONS: "warning",
    Outcome.NOT_SUPPORTED: "danger",
    Outcome.DEFERRED: "info",
}
PAST_SHOWN = 10


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def team(request: HttpRequest) -> HttpResponse:
    """The agendas, the cases that wait, and the form to plan a meeting."""
    clinician, now = clinician_of(request, LOGGED_AS), timezone.now()
    colleagues = Clinician.objects.visible_to(request.user).practising()
    initial = {"chair": clinician.pk}
    form = MeetingForm(request.POST if request.method == "POST" else None, clinicians=colleagues, initial=initial)
    form = fill(request, form, at=now)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.plan_meeting(said["chair"], said["members"], form.meets_at, key=said["key"], at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The meeting is planned. Now put cases on its agenda.")
            return redirect("review_team")
    own = TeamCase.objects.visible_to(request.user).select_related("patient", "proposer").defer("summary", "question")
    meetings = TeamMeeting.objects.visible_to(request.user).select_related("chair").prefetch_related("members")
    listed: dict[UUID | None, list[TeamCase]] = {}
    for case in own.filter(state__in=OPEN):
        listed.setdefault(case.meeting_id, []).append(case)
    held = meetings.filter(state=MeetingState.HELD).order_by("-meets_at")[:PAST_SHOWN]
    context = {
        "planned": [_meeting(each, listed.get(each.pk, [])) for each in meetings.filter(state=MeetingState.PLANNED)],
        "held": [_meeting(each, listed.get(each.pk, [])) for each in held],
        "waiting": [_case_row(each) for each in listed.get(None, [])],
        "form": form,
    }
    return render(request, "workspace/team.html", context, status=422 if form.errors else 200)


@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Call a meeting off; its cases wait for another."""
    clinician_of(request, LOGGED_AS, pk)
    meeting = TeamMeeting.objects.visible_to(request.user).filter(pk=pk).first()
    if meeting is None:
        raise PermissionDenied
    if is_done(request, lambda: actions.cancel_meeting(meeting, by=request.user, at=timezone.now())):
        messages.success(request, "The meeting is called off. Its cases wait for another.")
    return redirect("review_team")


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def of_a_patient(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The team reviews of a patient, and the form that brings a case, filled from the record."""
    (clinician, patient), now = care_of(request, LOGGED_AS, pk), timezone.now()
    cases = TeamCase.objects.visible_to(request.user).filter(patient=patient)
    waiting = cases.filter(state__in=OPEN).first()
    form = None
    if waiting is None or request.method == "POST":
        form = CaseForm(request.POST if request.method == "POST" else None)
        if request.method != "POST":
            form.initial = {"summary": first_case(request.user, patient, now)}
        form = fill(request, form, at=now)
    if form is not None and form.is_valid():
        said = form.cleaned_data
        try:
            case = actions.bring(
                patient, clinician, summary=said["summary"], question=said["question"], key=said["key"], at=now
            )
        except SomethingMissing as refusal:
            for name, words in refusal.fields.items():
                form.add_error(name, words)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The case waits for a meeting of the team.")
            return redirect("review_team_case", case.pk)
    context = {"patient": patient, "waiting": waiting, "form": form, **listed_for(request.user, patient, now)}
    return render(request, "workspace/team_person.html", context, status=422 if form and form.errors else 200)


def listed_for(user: Any, patient: Patient, now: datetime) -> dict[str, Any]:
    """Return what the list of a patient's team reviews shows (``team_reviews``), the newest first, in one query."""
    found = TeamDecision.objects.visible_to(user).filter(case__patient=patient).select_related("case", "recorded_by")
    return {"team_reviews": [_decision(each, now) for each in found]}


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def case(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One case: its text, which its proposer can change until it is discussed, its agenda, and what was concluded."""
    clinician, now = clinician_of(request, LOGGED_AS, pk), timezone.now()
    found = _find(request, pk)
    is_mine = found.proposer_id == clinician.pk and found.state in OPEN
    if request.method != "POST":
        log(request, AccessLog.What.READ, LOGGED_AS, pk)
        saved = {"summary": found.summary, "question": found.question, "version": found.version}
        form = fill_draft(request, CaseForm(initial=saved), at=now)
        return _show(request, found, now, form if is_mine else None)
    form = CaseForm(request.POST.copy())
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.rewrite(
                found,
                summary=said["summary"],
                question=said["question"],
                version=said["version"],
                by=request.user,
                at=now,
            )
        except SomethingMissing as refusal:
            for name, words in refusal.fields.items():
                form.add_error(name, words)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            if isinstance(refusal, SavedElsewhere):
                found = _find(request, pk)
                form.data["version"] = str(found.version)  # type: ignore[index]
                return _show(request, found, now, form, newer=True)
        else:
            messages.success(request, "The case is saved.")
            return redirect("review_team_case", pk)
    return _show(request, found, now, form)


@require_POST
def agenda(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a case on the agenda of a meeting, take it off, or withdraw it."""
    clinician_of(request, LOGGED_AS, pk)
    found, now, act = _find(request, pk), timezone.now(), request.POST.get("act")
    if act == "off" and is_done(request, lambda: actions.take_off(found, by=request.user, at=now)):
        messages.success(request, "The case is off the agenda, and waits for another meeting.")
    elif act == "withdraw" and is_done(request, lambda: actions.withdraw(found, by=request.user, at=now)):
        messages.success(request, "The case is withdrawn.")
        return redirect("review_team_person", found.patient_id)
    elif act == "list":
        form = ListForm(request.POST, planned=_planned(request))
        if not form.is_valid():
            messages.error(request, "Choose a meeting that is planned.")
        elif is_done(request, lambda: actions.list_case(found, form.cleaned_data["meeting"], by=request.user, at=now)):
            messages.success(request, "The case is on the agenda.")
    return redirect("review_team_case", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def conclude(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down what the team concluded about a case that is on an agenda."""
    clinician, now = clinician_of(request, LOGGED_AS, pk), timezone.now()
    found = _find(request, pk)
    if found.meeting is None or found.state != CaseState.LISTED:
        messages.error(request, "Put the case on an agenda first. What was concluded stands below.")
        return redirect("review_team_case", pk)
    form = DiscussionForm(
        request.POST if request.method == "POST" else None,
        members=found.meeting.members.all(),
        initial={"held_on": uk_day(found.meeting.meets_at)},
    )
    form = fill(request, form, at=now)
    if form.is_valid():
        try:
            actions.conclude(found, form.discussed, clinician, by=request.user, at=now)
        except SomethingMissing as refusal:
            form.say_beside(refusal.fields)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "What the team concluded is signed. It cannot be changed.")
            return redirect("review_team_case", pk)
    context = {"patient": found.patient, "case": found, "meeting": str(found.meeting), "form": form}
    return render(request, "workspace/team_conclude.html", context, status=422 if form.errors else 200)


@require_safe
def ends(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where the task about a review that ends leads: to the team reviews of its patient."""
    clinician_of(request, LOGGED_AS, pk)
    found = TeamDecision.objects.visible_to(request.user).select_related("case").filter(pk=pk).first()
    if found is None:
        log(request, AccessLog.What.REFUSED, LOGGED_AS, pk)
        raise PermissionDenied
    return redirect("review_team_person", found.case.patient_id)


def _find(request: HttpRequest, pk: UUID) -> TeamCase:
    """Return the case if this clinician may read it. Raises PermissionDenied, the same for nobody's key."""
    cases = TeamCase.objects.visible_to(request.user).select_related("patient", "proposer", "meeting__chair")
    found = cases.filter(pk=pk).first()
    if found is None:
        log(request, AccessLog.What.REFUSED, LOGGED_AS, pk)
        raise PermissionDenied
    return found


def _planned(request: HttpRequest) -> Any:
    return TeamMeeting.objects.visible_to(request.user).filter(state=MeetingState.PLANNED)


def _show(
    request: HttpRequest, found: TeamCase, now: datetime, form: CaseForm | None, *, newer: bool = False
) -> HttpResponse:
    decisions = TeamDecision.objects.visible_to(request.user).filter(case=found).select_related("case", "recorded_by")
    if form is not None:
        form.submit = "Save the case"
    context = {
        "patient": found.patient,
        "case": found,
        "is_open": found.state in OPEN,
        "meeting": str(found.meeting) if found.meeting else "",
        "list_form": ListForm(planned=_planned(request)) if found.state == CaseState.SUBMITTED else None,
        "decisions": [_decision(each, now) for each in decisions],
        "form": form,
        "newer": newer,
        "saved_text": when_text(found.saved_at),
    }
    return render(request, "workspace/team_case.html", context, status=422 if form and form.errors else 200)


def _meeting(each: TeamMeeting, cases: list[TeamCase]) -> dict[str, Any]:
    return {
        "pk": each.pk,
        "label": f"meeting-{each.pk}",
        "when": when_text(each.meets_at),
        "chair": each.chair.name,
        "members": ", ".join(one.name for one in each.members.all() if one.pk != each.chair_id),
        "cases": [_case_row(one) for one in cases],
    }


def _case_row(each: TeamCase) -> dict[str, Any]:
    return {
        "pk": each.pk,
        "patient": each.patient,
        "proposer": each.proposer.name,
        "since": day_text(uk_day(each.created_at)),
    }


def _decision(each: TeamDecision, now: datetime) -> dict[str, Any]:
    return {
        "pk": each.pk,
        "case": each.case_id,
        "day": day_text(each.held_on),
        "outcome": each.get_outcome_display(),
        "tone": TONES[Outcome(each.outcome)],
        "until": day_text(each.valid_until) if each.valid_until else "",
        "is_over": each.valid_until is not None and not each.is_valid(uk_day(now)),
        "chair": each.chair_name,
        "attendees": each.attendees_text,
        "summary": each.summary,
        "question": each.question,
        "lines": lines(each.said),
        "by": each.recorded_by.name,
        "signed": when_text(each.at),
    }
