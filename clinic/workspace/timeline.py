"""What happened with a person here, newest first: forms and visits. Facts without a word of them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from clinic.db.clock import when_in_a_table
from clinic.workspace.review_access import care_of
from patients.intake.enums import IntakeState
from patients.intake.models import IntakeStateChange
from patients.profile.models import Patient

SHOWN = 10  # on the record; all of it has a page of its own
LOGGED_AS = "patient"


@require_safe
def timeline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All that happened with a person."""
    _, patient = care_of(request, LOGGED_AS, pk)
    context = {"patient": patient, "events": timeline_of(request.user, patient)}
    return render(request, "workspace/timeline.html", context)


def timeline_of(user: Any, patient: Patient, most: int | None = None) -> list[dict[str, Any]]:
    """Return what happened with ``patient``, as ``user`` may see it: the newest ``most``, or all."""
    moves = IntakeStateChange.objects.visible_to(user).filter(record__patient=patient).select_related("by")
    visits = Appointment.objects.in_care_visible_to(user).filter(patient=patient).select_related("clinician", "kind")
    found = [
        *(
            (each.at, f"Form: {IntakeState(each.to_state).label}", f"By {each.by}")
            for each in moves.order_by("-at")[:most]
        ),
        *(
            (each.starts_at, f"{each.kind.name}: {State(each.state).label}", f"With {each.clinician}")
            for each in visits.order_by("-starts_at")[:most]
        ),
    ]
    newest = sorted(found, key=lambda each: each[0], reverse=True)[:most]
    return [{"when": when_in_a_table(at), "title": title, "text": text} for at, title, text in newest]
