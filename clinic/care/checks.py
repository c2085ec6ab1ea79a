"""A patient's own checks: on which days we look at how they are, and what they do before each."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.appointments.models import Appointment
from clinic.accounts.access import SignedIn, patients_only
from clinic.db.clock import day_text, uk_day, when_text
from patients.monitoring.enums import State
from patients.monitoring.models import PlanCheck
from patients.monitoring.reading import course_of
from patients.monitoring.trends import Row, trends
from patients.outcomes.history import PATIENTS_OWN, series
from patients.outcomes.models import Response
from patients.profile.models import Patient
from patients.treatment.models import PlanVersion

NEAR = timedelta(days=14)  # a visit so near to a check is the visit of that check


@require_safe
@patients_only
def checks(request: SignedIn) -> HttpResponse:
    """Show the signed-in patient their checks, those to come first."""
    patient = Patient.objects.visible_to(request.user).first()
    if patient is None:
        return redirect("profile")
    today = uk_day(timezone.now())
    start = course_of(PlanVersion.objects.visible_to(request.user))
    own = PlanCheck.objects.visible_to(request.user)
    visits = visits_to_come(request.user, today)
    context = {
        "coming": [_row(each, visits, today) for each in own.planned()],
        "done": [day_text(each.due_on) for each in own.filter(state=State.DONE).order_by("-due_on")],
        "may_book": patient.may_be_written_to,
        "start": day_text(start) if start else "",
        "trends": _trends(request.user, start, today) if start else [],
    }
    return render(request, "care/checks.html", context)


def _trends(user: Any, start: date, today: date) -> list[Row]:
    """Return what a patient answered since ``start``, of the measures that are always theirs to see (domain sheet, decision 9).

    A measure without any answer near these times is left out.
    """
    found = series(Response.objects.visible_to(user), unclear=settings.OUTCOMES_UNCLEAR_LICENCES)
    own = [each for each in found if each.instrument.code in PATIENTS_OWN]
    return [row for row in trends(own, start, today) if any(cell.value for cell in row.cells)]


def visits_to_come(user: Any, today: date) -> list[tuple[date, str]]:
    """Return the day and the words of each visit that is still to come."""
    own = Appointment.objects.visible_to(user).upcoming().filter(starts_at__gte=timezone.now())
    return [(uk_day(at), when_text(at)) for at in own.order_by("starts_at").values_list("starts_at", flat=True)]


def to_book(user: Any, today: date) -> PlanCheck | None:
    """Return the next check that is near, or late, and has no visit near it; None where there is none."""
    near = PlanCheck.objects.visible_to(user).planned().filter(due_on__lte=today + NEAR).first()
    return near if near and not visit_near(near, visits_to_come(user, today), today) else None


def visit_near(check: PlanCheck, visits: list[tuple[date, str]], today: date) -> str:
    """Return the words of the visit within two weeks of a check, or of today where it is late; empty without one."""
    day = max(check.due_on, today)
    return next((words for visit, words in visits if abs(visit - day) <= NEAR), "")


def _row(each: PlanCheck, visits: list[tuple[date, str]], today: date) -> dict[str, Any]:
    return {
        "day": day_text(each.due_on),
        "is_late": each.due_on < today,
        "is_near": each.due_on <= today + NEAR,
        "visit": visit_near(each, visits, today),
    }
