"""The checks of somebody on a plan: which are due, the record of each, and how they have been since the start."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clinic.audit.models import AccessLog
from clinic.db.clock import day_text, uk_day, when_text
from clinic.db.refusal import Refusal, SomethingMissing
from clinic.keeping.typed import fill, keeps_typing
from clinic.workspace.questions import series_of
from clinic.workspace.review_access import care_of, clinician_of, log
from patients.monitoring import actions, policy, trends
from patients.monitoring.enums import Kind, State
from patients.monitoring.forms import AddCheckForm, CheckForm
from patients.monitoring.models import CheckRecord, PlanCheck
from patients.monitoring.reading import course_from, course_of
from patients.profile.models import Patient
from patients.treatment.models import PlanVersion

LOGGED_AS = "plan_check"
SPASTICITY = "spasticity_nrs"


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def of_a_patient(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The checks of a patient, those to come first, and the form that plans one more."""
    (_, patient), now = care_of(request, LOGGED_AS, pk), timezone.now()
    plan = PlanVersion.objects.visible_to(request.user).in_force().filter(patient=patient).first()
    start = course_of(PlanVersion.objects.visible_to(request.user).filter(patient=patient))
    form = fill(request, AddCheckForm(request.POST if request.method == "POST" else None), at=now)
    if plan is not None and form.is_valid():
        try:
            actions.add(plan, form.cleaned_data["due_on"], today=uk_day(now), at=now)
        except Refusal as refusal:
            form.add_error("due_on", str(refusal))
        else:
            messages.success(request, "The check is planned.")
            return redirect("review_checks", pk)
    context = {
        "patient": patient,
        "form": form if plan else None,
        "start": day_text(start) if start else "",
        "heads": trends.HEADS,
        "trends": trends.trends(series_of(request.user, patient), start, uk_day(now)) if start else [],
        **listed_for(request.user, patient, now),
    }
    return render(request, "workspace/checks.html", context, status=422 if form.errors else 200)


def listed_for(user: Any, patient: Patient, now: datetime) -> dict[str, Any]:
    """Return what the list of a patient's checks shows: ``coming`` and ``done``, in two queries."""
    own = PlanCheck.objects.visible_to(user).filter(patient=patient)
    records = CheckRecord.objects.visible_to(user).filter(check_of__patient=patient)
    return {
        "coming": [_row(each, uk_day(now)) for each in own.planned()],
        "done": [_record(each) for each in records.select_related("clinician", "check_of").order_by("-at")],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write the record of a check and sign it; read one that is signed."""
    clinician, now = clinician_of(request, LOGGED_AS, pk), timezone.now()
    found = _find(request, pk)
    if request.method != "POST":
        log(request, AccessLog.What.READ, LOGGED_AS, pk)
        goals = "\n".join(f"{goal.text}: " for goal in found.plan.goals)
        form = fill(request, CheckForm(initial={"benefit": goals}), at=now)
        return _show(request, found, form)
    form = CheckForm(request.POST)
    if form.is_valid():
        try:
            actions.sign(
                found, clinician, form.said, form.cleaned_data["verdict"], form.next_day, by=request.user, at=now
            )
        except SomethingMissing as refusal:
            for name, words in refusal.fields.items():
                form.add_error(name, words)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The record is signed. It cannot be changed.")
            return redirect("review_check", pk)
    return _show(request, found, form)


def _find(request: HttpRequest, pk: UUID) -> PlanCheck:
    """Return the check if this clinician may read it. Raises PermissionDenied, the same for nobody's key."""
    checks = PlanCheck.objects.visible_to(request.user).select_related("patient", "plan")
    found = checks.filter(pk=pk).first()
    if found is None:
        log(request, AccessLog.What.REFUSED, LOGGED_AS, pk)
        raise PermissionDenied
    return found


def _show(request: HttpRequest, found: PlanCheck, form: CheckForm) -> HttpResponse:
    records = (
        CheckRecord.objects.visible_to(request.user).filter(check_of=found).select_related("clinician", "check_of")
    )
    record = records.first()
    context = {
        "patient": found.patient,
        "check": found,
        "kind": found.get_kind_display(),
        "due": day_text(found.due_on),
        "record": _record(record) if record else None,
        "is_open": found.state == State.PLANNED,
        "form": form,
        "information": _at_week_4(request, found, record),
    }
    return render(request, "workspace/check.html", context, status=422 if form.errors else 200)


def _at_week_4(request: HttpRequest, found: PlanCheck, record: CheckRecord | None) -> str:
    """Return the change of spasticity beside the rule, at the check after 4 weeks: of the diary where there is one."""
    if found.kind != Kind.WEEK_4:
        return ""
    if record and record.said.get("spasticity_before") and record.said.get("spasticity_now"):
        diary = (policy.Decimal(record.said[name]) for name in ("spasticity_before", "spasticity_now"))
        return policy.spasticity_at_week_4(*diary)
    for each in series_of(request.user, found.patient):
        if each.instrument.code == SPASTICITY:
            points = policy.nearest(trends.points(each), course_from(found.plan))
            return policy.spasticity_at_week_4(*(point and point[1] for point in (points[0], points[1])))
    return ""


def _row(each: PlanCheck, today: date) -> dict[str, Any]:
    return {
        "pk": each.pk,
        "kind": each.get_kind_display(),
        "due": day_text(each.due_on),
        "is_overdue": each.is_overdue(today),
        "hint": _hint(each),
    }


def _hint(each: PlanCheck) -> str:
    if each.questions_id:
        return "The patient has been asked how they are."
    when = "on the day" if each.kind == Kind.WEEK_1 else "a week before"
    supply = ", once the first supply is given out" if each.kind in policy.WEEKS else ""
    return f"The questions go out {when}{supply}."


def _record(each: CheckRecord) -> dict[str, Any]:
    return {
        "check": each.check_of_id,
        "kind": each.check_of.get_kind_display(),
        "due": day_text(each.check_of.due_on),
        "verdict": each.get_verdict_display(),
        "next": day_text(each.next_on) if each.next_on else "",
        "lines": policy.lines(each.said),
        "by": each.clinician.name,
        "signed": when_text(each.at),
    }
