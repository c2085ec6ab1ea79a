"""Taking an intake to review, and deciding on it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from clinic.db.refusal import Refusal
from clinic.db.states import StaleState, move
from clinic.outbox import actions as outbox
from clinic.staff.models import Clinician
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind, TaskState
from clinic.worklist.models import Task
from patients.documents.actions import keep_what_was_decided_on
from patients.intake.enums import IntakeState
from patients.intake.models import Intake
from patients.profile.actions import open_care
from patients.profile.models import CareRelationship
from patients.suitability.enums import Outcome
from patients.suitability.models import Decision
from patients.suitability.policy import SHORTEST_REASONS, message_for


class NotYours(Refusal):
    """Another clinician took this form to review."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has taken this form to review. Only they can decide on it.")


class ChangedSince(Refusal):
    """The patient sent the form again after the clinician had opened it."""

    words = "The patient has changed the form since you opened it. Read what is new, then decide."


class NothingAsked(Refusal):
    """To ask for more information is to ask something."""

    words = "Write in the message what you need to know. The patient answers it in their account."


class TooShort(Refusal):
    """A decision needs reasons."""

    def __init__(self) -> None:
        super().__init__(f"Write your reasons in at least {SHORTEST_REASONS} characters.")


def claim(intake: Intake, clinician: Clinician, *, by: Any, at: datetime) -> None:
    """Make ``clinician`` the reviewer of a submitted intake, and open the care relationship.

    So of one that waits for the patient's answer: the clinician does not wait for it any more.

    The tasks about it are theirs from now on: the urgent one counts as seen, the decision stays due.
    Claiming one's own again changes nothing. Raises StaleState where somebody else was quicker.
    """
    with transaction.atomic():
        taken = Intake.objects.select_for_update(of=("self",)).select_related("patient").get(pk=intake.pk)
        if taken.state == IntakeState.IN_REVIEW and taken.reviewer_id == clinician.pk:
            return
        if taken.state == IntakeState.MORE_ASKED:
            outbox.cancel(taken.pk, why="the form waits for no answer any more", at=at)
        move(taken, IntakeState.IN_REVIEW, by=by, at=at, reviewer=clinician)
        open_care(taken.patient, clinician, CareRelationship.Reason.CLAIMED, at=at)
        for task in Task.objects.waiting().filter(about=taken.pk, state=TaskState.OPEN):
            worklist.take(task, by=by, at=at)


def decide(
    intake: Intake,
    clinician: Clinician,
    outcome: Outcome,
    *,
    seen: int,
    reasons: str,
    message: str,
    by: Any,
    at: datetime,
) -> Decision:
    """Sign a decision on the latest version, tell the patient that there is one, and return it.

    ``seen`` is the number of the version that the clinician has read. ``message`` is what the patient reads; empty for
    the standard words of ``outcome``. Where more information is asked it is the question, and the form waits for the
    answer. Raises StaleState, NotYours, ChangedSince, NothingAsked or TooShort.
    """
    if len(reasons.strip()) < SHORTEST_REASONS:
        raise TooShort
    if outcome == Outcome.MORE_INFORMATION and not message.strip():
        raise NothingAsked
    with transaction.atomic():
        reviewed = Intake.objects.select_for_update(of=("self",)).select_related("reviewer").get(pk=intake.pk)
        _check(reviewed, clinician)
        version = reviewed.versions.latest("number")
        if version.number != seen:
            raise ChangedSince
        decision = Decision.objects.create(
            version=version,
            clinician=clinician,
            outcome=outcome,
            reasons=reasons.strip(),
            message=message_for(outcome, message),
            at=at,
        )
        _carry_out(decision, reviewed, by=by, at=at)
    return decision


def _carry_out(decision: Decision, reviewed: Intake, *, by: Any, at: datetime) -> None:
    """Move the form as was decided, end the tasks about it, and have the patient told."""
    keep_what_was_decided_on(reviewed.patient_id, at=at)
    for kind in (TaskKind.DECISION_DUE, TaskKind.URGENT_ANSWERS, TaskKind.FORM_CHANGED):
        worklist.finish_about(reviewed.pk, kind, "Decided", by=by, at=at)
    person = reviewed.patient_id
    if decision.outcome == Outcome.MORE_INFORMATION:
        move(reviewed, IntakeState.MORE_ASKED, by=by, at=at, question=decision.message)
        outbox.plan("information_asked", about=reviewed.pk, person=person, anchor=at, at=at, again=True)
    else:
        move(reviewed, IntakeState.DECIDED, by=by, at=at, changing_since=None)
        outbox.plan("decision_made", about=decision.pk, person=person, anchor=at, at=at)


def _check(reviewed: Intake, clinician: Clinician) -> None:
    if reviewed.reviewer is not None and reviewed.reviewer != clinician:
        raise NotYours(reviewed.reviewer.name)
    if reviewed.state != IntakeState.IN_REVIEW:
        raise StaleState
