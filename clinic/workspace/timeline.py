"""What happened with a person here, newest first: forms, decisions, visits, documents, answers. Facts without a word of them."""

from collections.abc import Iterable
from typing import Any

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from clinic.db.clock import when_in_a_table
from patients.intake.enums import IntakeState
from patients.intake.models import IntakeStateChange
from patients.profile.models import Patient
from patients.suitability.models import Decision

SHOWN = 10  # the rest is folded away


def timeline_of(user: Any, patient: Patient, decisions: Iterable[Decision]) -> dict[str, list[dict[str, Any]]]:
    """Return what happened with ``patient``, as ``user`` may see it: the newest, and what came before."""
    moves = IntakeStateChange.objects.visible_to(user).filter(record__patient=patient).select_related("by")
    visits = Appointment.objects.in_care_visible_to(user).filter(patient=patient).select_related("clinician", "kind")
    found = [
        *((each.at, f"Form: {IntakeState(each.to_state).label}", f"By {each.by}") for each in moves),
        *((each.at, f"Decision: {each.get_outcome_display()}", f"By {each.clinician}") for each in decisions),
        *(
            (each.starts_at, f"{each.kind.name}: {State(each.state).label}", f"With {each.clinician}")
            for each in visits
        ),
    ]
    rows = [
        {"when": when_in_a_table(at), "title": title, "text": text}
        for at, title, text in sorted(found, key=lambda each: each[0], reverse=True)
    ]
    return {"newest": rows[:SHOWN], "earlier": rows[SHOWN:]}
