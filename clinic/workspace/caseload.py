"""The people in a clinician's care: their plan, their newest prescription, and what comes next. Nobody is named in its address."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.appointments.models import Appointment
from clinic.db.clock import short_day, uk_day, when_in_a_table
from clinic.workspace.plan_rows import TONES
from clinic.workspace.prescription_rows import tone_of
from clinic.workspace.review_access import clinician_of
from clinic.workspace.views import Counted
from patients.monitoring.models import PlanCheck
from patients.monitoring.policy import is_overdue
from patients.prescriptions.enums import State as PaperState
from patients.prescriptions.models import Prescription
from patients.profile.models import Patient
from patients.safety.enums import HoldState
from patients.safety.models import HoldProposal
from patients.treatment.enums import IN_FORCE, State
from patients.treatment.models import PlanVersion

ON_A_PLAN = "plan"  # of ?what=
# What a row shows of a person: to read all of 50 people takes as long as the rest of the page.
SHOWN = ("first_names", "family_name", "needs", "interpreter_language", "access_needs")


@require_safe
def caseload(request: HttpRequest) -> HttpResponse:
    """List the people in this clinician's care by name: all of them, or those on a plan."""
    clinician_of(request, "patient")
    everybody = Patient.objects.visible_to(request.user).only(*SHOWN)
    in_force = PlanVersion.objects.visible_to(request.user).in_force().values("patient")
    on_a_plan = everybody.filter(pk__in=in_force)
    is_plan = request.GET.get("what") == ON_A_PLAN
    found = (on_a_plan if is_plan else everybody).order_by("family_name", "first_names", "pk")
    counts = {False: everybody.count(), True: on_a_plan.count()}
    page = Counted(found, counts[is_plan]).get_page(request.GET.get("page"))
    context = {
        "choices": [
            {"text": f"Everybody in your care ({counts[False]})", "query": "", "is_on": not is_plan},
            {"text": f"On a plan ({counts[True]})", "query": f"what={ON_A_PLAN}", "is_on": is_plan},
        ],
        "rows": _rows(request.user, list(page.object_list)),
        "page": page,
        "query": f"what={ON_A_PLAN}&" if is_plan else "",
    }
    return render(request, "workspace/caseload.html", context)


def _rows(user: Any, people: list[Patient]) -> list[dict[str, Any]]:
    """Return a row for each of ``people``, with a fixed number of queries."""
    now = timezone.now()
    today = uk_day(now)
    plans: dict[UUID, str] = {}
    versions = PlanVersion.objects.visible_to(user).exclude(state__in=[State.SUPERSEDED, State.DISCARDED])
    for patient, state in _of(versions.order_by("-number"), people, "state"):
        if patient not in plans or state in IN_FORCE:  # what holds, else the newest
            plans[patient] = state
    papers = dict(_of(Prescription.objects.visible_to(user).order_by("created_at"), people, "state"))
    checks = dict(_of(PlanCheck.objects.visible_to(user).planned().reverse(), people, "due_on"))
    held = dict(_of(HoldProposal.objects.visible_to(user).filter(state=HoldState.HELD), people, "state"))
    visits = Appointment.objects.visible_to(user).upcoming().filter(ends_at__gte=now).order_by("-starts_at")
    coming = dict(_of(visits, people, "starts_at"))
    return [
        {
            "patient": each,
            "plan": State(plans[each.pk]).label if each.pk in plans else "",
            "plan_tone": TONES[State(plans[each.pk])] if each.pk in plans else "",
            "paper": PaperState(papers[each.pk]).label if each.pk in papers else "",
            "paper_tone": tone_of(PaperState(papers[each.pk])) if each.pk in papers else "",
            "is_held": each.pk in held,
            "check": short_day(checks[each.pk]) if each.pk in checks else "",
            "is_late": each.pk in checks and is_overdue(checks[each.pk], today),
            "visit": when_in_a_table(coming[each.pk]) if each.pk in coming else "",
        }
        for each in people
    ]


def _of(rows: QuerySet[Any], people: list[Patient], column: str) -> QuerySet[Any, Any]:
    """Return whose each of ``rows`` is, with one column: of several of one person the last one counts."""
    return rows.filter(patient__in=people).values_list("patient", column)
