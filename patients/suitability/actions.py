"""Taking an intake to review, reading it, and deciding on it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.db.refusal import NotReady
from clinic.db.states import StaleState, move
from clinic.outbox import actions as outbox
from clinic.staff.models import Clinician
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind, TaskState
from clinic.worklist.models import Task
from patients.access.actions import end_care, open_care
from patients.access.models import CareRelationship
from patients.documents.actions import keep_what_was_decided_on
from patients.documents.models import IdentityCheck
from patients.intake.enums import IntakeState
from patients.intake.models import FlagHit, Intake, IntakeVersion
from patients.suitability.enums import Outcome
from patients.suitability.models import Decision, DecisionAddendum, FlagAnswer, HandOver, PartRead
from patients.suitability.policy import LOUD, SHORTEST_ANSWER, SHORTEST_REASONS, Findings, gaps, open_points
from patients.suitability.refusals import (
    CannotTakeOver,
    ChangedSince,
    NoAnswer,
    NothingAsked,
    NothingSaid,
    NotYours,
    TooShort,
)


def claim(intake: Intake, clinician: Clinician, *, by: Any, at: datetime) -> None:
    """Make ``clinician`` the reviewer of a submitted intake, and open the care relationship.

    So of one that waits for the patient's answer: the clinician does not wait for it any more.

    The tasks about it are theirs from now on: the urgent one counts as seen, the decision stays due.
    Claiming one's own again changes nothing. Raises StaleState where somebody else was quicker.
    """
    with transaction.atomic():
        taken = _held(intake)
        if taken.state == IntakeState.IN_REVIEW and taken.reviewer_id == clinician.pk:
            return
        if taken.state == IntakeState.MORE_ASKED:
            outbox.cancel(taken.pk, why="the form waits for no answer any more", at=at)
        move(taken, IntakeState.IN_REVIEW, by=by, at=at, reviewer=clinician)
        open_care(taken.patient, clinician, CareRelationship.Reason.CLAIMED, at=at)
        for task in Task.objects.waiting().filter(about=taken.pk, state=TaskState.OPEN):
            worklist.take(task, by=by, at=at)


def hand_over(
    intake: Intake, giver: Clinician, taker: Clinician, *, reason: str, stays: bool, by: Any, at: datetime
) -> None:
    """Make ``taker`` the reviewer in place of ``giver``, with the tasks about it; both care relationships are written.

    ``giver`` stays in care where a visit was booked with them: ``stays``, or the relationship began so. Raises TooShort,
    NotYours, StaleState, or CannotTakeOver for oneself or somebody who does not practise.
    """
    if len(reason.strip()) < SHORTEST_ANSWER:
        raise TooShort(f"Write why, in at least {SHORTEST_ANSWER} characters.")
    if taker == giver or not Clinician.objects.practising().filter(pk=taker.pk).exists():
        raise CannotTakeOver
    with transaction.atomic():
        held = _held(intake)
        _check(held, giver, {IntakeState.IN_REVIEW, IntakeState.MORE_ASKED})
        Intake.objects.filter(pk=held.pk).update(reviewer=taker)
        HandOver.objects.create(intake=held, giver=giver, taker=taker, reason=reason.strip(), at=at)
        open_care(held.patient, taker, CareRelationship.Reason.HANDED_OVER, at=at)
        if not stays:
            end_care(held.patient, giver, but=CareRelationship.Reason.BOOKED, at=at)
        for task in Task.objects.waiting().filter(about=held.pk, taken_by=giver.user):
            worklist.pass_on(task, to=taker.user)


def answer_flags(
    version: IntakeVersion, clinician: Clinician, answers: Mapping[UUID, str], *, key: UUID, by: Any, at: datetime
) -> None:
    """Save what ``clinician`` made of flags of ``version``: the flag's key and their words, empty for "seen".

    ``key`` is the form's: sent twice it is saved once. Raises NotYours or StaleState where ``clinician`` is not
    reviewing it, and NoAnswer for an emergency or red flag without words.
    """
    _check(version.intake, clinician, {IntakeState.IN_REVIEW})
    flags = FlagHit.objects.filter(version=version, pk__in=answers)
    said = {flag: answers[flag.pk].strip() for flag in flags}
    for flag, text in said.items():
        if flag.level in LOUD and len(text) < SHORTEST_ANSWER:
            raise NoAnswer(flag.code)
    rows = [FlagAnswer(flag=flag, clinician=clinician, text=text, key=key, at=at) for flag, text in said.items()]
    FlagAnswer.objects.bulk_create(rows, ignore_conflicts=True)


def answered(flags: Collection[FlagHit], answers: Collection[FlagAnswer]) -> dict[UUID, list[FlagAnswer]]:
    """Return the answers to each of ``flags`` by its key: those to the same rule and the same words, of any version.

    A flag whose words have changed since is answered anew. ``answers`` come with their flags.
    """
    found: dict[UUID, list[FlagAnswer]] = {}
    for flag in flags:
        same = (flag.code, flag.rules_version, flag.answer)
        found[flag.pk] = [
            each for each in answers if (each.flag.code, each.flag.rules_version, each.flag.answer) == same
        ]
    return found


def unanswered(version: IntakeVersion) -> list[str]:
    """Return the codes of the emergency and red flags of ``version`` that nobody has answered."""
    flags = list(FlagHit.objects.filter(version=version, level__in=LOUD))
    known = FlagAnswer.objects.of(version.intake_id).select_related("flag")
    said = answered(flags, list(known))
    return sorted(flag.code for flag in flags if not said[flag.pk])


def read_part(version: IntakeVersion, part: int, clinician: Clinician, *, by: Any, at: datetime) -> None:
    """Write down that ``clinician`` has read a part of ``version`` (its place, from 0). Again changes nothing."""
    if 0 <= part < len(version.record):
        row = PartRead(version=version, part=part, clinician=clinician, at=at)
        PartRead.objects.bulk_create([row], ignore_conflicts=True)


def decide(
    intake: Intake,
    clinician: Clinician,
    outcome: Outcome,
    *,
    seen: int,
    found: Findings,
    reasons: str,
    message: str,
    by: Any,
    at: datetime,
) -> Decision:
    """Sign a decision on the latest version, tell the patient that there is one, and return it.

    ``seen`` is the number of the version that the clinician has read. ``message`` is what the patient reads. Where more
    information is asked it is the question, and the form waits for the answer; ``found`` may be empty then. Raises
    StaleState, NotYours, ChangedSince, NothingAsked, NothingSaid, TooShort, or NotReady with every point that is open.
    """
    _check_words(outcome, reasons, message)
    with transaction.atomic():
        reviewed = _held(intake)
        _check(reviewed, clinician, {IntakeState.IN_REVIEW})
        version = reviewed.versions.latest("number")
        if version.number != seen:
            raise ChangedSince
        identity = IdentityCheck.objects.filter(patient=reviewed.patient_id).first()
        if points := holding_up(version, identity, outcome, found):
            raise NotReady(points)
        decision = Decision.objects.create(
            version=version,
            clinician=clinician,
            outcome=outcome,
            started_at=reviewed.state_changes.filter(to_state=IntakeState.IN_REVIEW).latest("at").at,
            records_received_on=reviewed.patient.records_received_on,
            identity=identity,
            reasons=reasons.strip(),
            message=message.strip(),
            at=at,
            **found.__dict__ | {"meetings": list(found.meetings)},
        )
        _carry_out(decision, reviewed, by=by, at=at)
    return decision


def _check_words(outcome: Outcome, reasons: str, message: str) -> None:
    if len(reasons.strip()) < SHORTEST_REASONS:
        raise TooShort
    if not message.strip():
        raise NothingAsked if outcome == Outcome.MORE_INFORMATION else NothingSaid


def holding_up(version: IntakeVersion, identity: IdentityCheck | None, outcome: Outcome, found: Findings) -> list[str]:
    """Return every point that keeps ``outcome`` on ``version`` from being signed."""
    has_records = version.intake.patient.records_received_on is not None
    points = open_points(
        outcome,
        unanswered=unanswered(version),
        has_records=has_records,
        is_identified=identity is not None,
        without=found.without,
    )
    return points + [f"{words}." for words in gaps(outcome, found, has_records=has_records).values()]


def add_to(decision: Decision, clinician: Clinician, text: str, *, key: UUID, by: Any, at: datetime) -> None:
    """Add to a signed decision. Sent twice (``key``) it is saved once. Raises NothingSaid without words."""
    if not text.strip():
        raise NothingSaid("Write what you add.")
    row = DecisionAddendum(decision=decision, clinician=clinician, text=text.strip(), key=key, at=at)
    DecisionAddendum.objects.bulk_create([row], ignore_conflicts=True)


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


def _held(intake: Intake) -> Intake:
    """Return the form, locked until the act is over.

    Its reviewer is read only then: joined in the same query, Postgres would look for the one it had before it waited.
    """
    return Intake.objects.select_for_update(of=("self",)).select_related("patient").get(pk=intake.pk)


def _check(reviewed: Intake, clinician: Clinician, states: Collection[str]) -> None:
    if reviewed.reviewer is not None and reviewed.reviewer != clinician:
        raise NotYours(reviewed.reviewer.name)
    if reviewed.state not in states:
        raise StaleState
