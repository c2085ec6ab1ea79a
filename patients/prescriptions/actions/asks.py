"""The task that asks the clinicians about one prescription: opened where a state needs somebody, ended when it has gone on."""

from datetime import datetime
from typing import Any

from clinic.accounts.enums import Role
from clinic.db.workdays import workdays_after
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.prescriptions.enums import State
from patients.prescriptions.models import Prescription

# What is asked in a state; a task says nothing of a person, and not what the paper is.
ASKS = {
    State.DRAFTED: "A paper waits to be checked by a second clinician",
    State.QUERIED: "Somebody outside has a question for a clinician",
    State.EXPIRED: "Something ran out and needs a clinician",
    State.RETURNED: "Something came back and needs a clinician",
}
ASKED_WITHIN = 1  # workdays


def ask_clinicians(prescription: Prescription, *, at: datetime) -> None:
    """Ask what the state of ``prescription`` asks, if anything; while it is asked already, it is one task."""
    state = State(prescription.state)
    if state in ASKS:
        worklist.ask(
            TaskKind.PRESCRIPTION,
            ASKS[state],
            key=f"prescription:{prescription.pk}:{state}",
            about=prescription.pk,
            role=Role.CLINICIAN,
            due_at=workdays_after(at, ASKED_WITHIN),
            at=at,
            again=True,
        )


def has_gone_on(prescription: Prescription, *, by: Any, at: datetime) -> None:
    """End what was asked about ``prescription``: its state is another now."""
    worklist.finish_about(prescription.pk, TaskKind.PRESCRIPTION, "It has gone on", by=by, at=at)
