"""Planning a meeting, bringing a case, putting it on an agenda, and writing down what was concluded."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from clinic.accounts.enums import Role
from clinic.db.clock import uk_day
from clinic.db.refusal import SavedElsewhere, SomethingMissing
from clinic.db.states import StaleState, move
from clinic.staff.models import Clinician
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.profile.models import Patient
from patients.teamreview import policy
from patients.teamreview.enums import SUPPORTING, CaseState, MeetingState, Outcome
from patients.teamreview.models import TeamCase, TeamDecision, TeamMeeting
from patients.teamreview.refusals import (
    InThePast,
    NotPlanned,
    NotTheProposer,
    OpenAlready,
    TooFew,
)


@dataclass(frozen=True)
class Discussion:
    """What the form of a discussion holds."""

    held_on: date
    attendees: Sequence[policy.Attendee]
    said: Mapping[str, str]
    outcome: str
    valid_until: date | None = None


def plan_meeting(
    chair: Clinician, members: Collection[Clinician], meets_at: datetime, *, key: UUID, at: datetime
) -> TeamMeeting:
    """Return the meeting planned for ``meets_at``; sent twice with one ``key`` it is one. Raises InThePast or TooFew."""
    if meets_at <= at:
        raise InThePast
    if not {each.pk for each in members} - {chair.pk}:
        raise TooFew
    new = {"chair": chair, "meets_at": meets_at, "created_at": at}
    with transaction.atomic():
        meeting, is_new = TeamMeeting.objects.get_or_create(key=key, defaults=new)
        if is_new:
            meeting.members.set({chair, *members})
    return meeting


def cancel_meeting(meeting: TeamMeeting, *, by: Any, at: datetime) -> None:
    """Call a planned meeting off; the cases on its agenda wait again. Raises StaleState."""
    with transaction.atomic():
        held = TeamMeeting.objects.select_for_update().get(pk=meeting.pk)
        for case in held.cases.filter(state=CaseState.LISTED).select_for_update():
            move(case, CaseState.SUBMITTED, by=by, at=at, meeting=None)
        move(held, MeetingState.CANCELLED, by=by, at=at)


def bring(patient: Patient, proposer: Clinician, *, summary: str, question: str, key: UUID, at: datetime) -> TeamCase:
    """Return the case of ``patient`` for the team, with the task to discuss it; sent twice (``key``) it is one.

    Raises SomethingMissing, or OpenAlready where another case of this person waits.
    """
    _check_text(summary, question)
    new = {"patient": patient, "proposer": proposer, "summary": summary, "question": question}
    try:
        with transaction.atomic():
            case, _ = TeamCase.objects.get_or_create(key=key, defaults=new | {"created_at": at, "saved_at": at})
            worklist.ask(
                TaskKind.TEAM_REVIEW,
                "Discuss a case in the team",
                key=f"team_review:{case.pk}",
                about=case.pk,
                role=Role.CLINICIAN,
                due_at=at + policy.DISCUSSED_WITHIN,
                at=at,
            )
    except IntegrityError as error:
        if "one_open_case_a_person" in str(error):
            raise OpenAlready from error
        raise
    return case


def rewrite(case: TeamCase, *, summary: str, question: str, version: int, by: Any, at: datetime) -> None:
    """Change the text of a case before it is discussed.

    Raises NotTheProposer, StaleState, SomethingMissing, or SavedElsewhere where ``version`` is not the newest.
    """
    _check_text(summary, question)
    with transaction.atomic():
        held = _held(case)
        if held.proposer.user_id != by.pk:
            raise NotTheProposer
        if held.state not in {CaseState.SUBMITTED, CaseState.LISTED}:
            raise StaleState
        if held.version != version:
            raise SavedElsewhere
        held.summary, held.question, held.version, held.saved_at = summary, question, version + 1, at
        held.save(update_fields=["summary", "question", "version", "saved_at"])


def list_case(case: TeamCase, meeting: TeamMeeting, *, by: Any, at: datetime) -> None:
    """Put a case on the agenda of a planned meeting. Raises NotPlanned or StaleState."""
    with transaction.atomic():
        planned = TeamMeeting.objects.select_for_update().get(pk=meeting.pk)
        if planned.state != MeetingState.PLANNED:
            raise NotPlanned
        move(_held(case), CaseState.LISTED, by=by, at=at, meeting=planned)


def take_off(case: TeamCase, *, by: Any, at: datetime) -> None:
    """Take a case off an agenda: it waits for another meeting. Raises StaleState."""
    with transaction.atomic():
        held = _held(case)
        if held.state != CaseState.LISTED:
            raise StaleState
        move(held, CaseState.SUBMITTED, by=by, at=at, meeting=None)


def withdraw(case: TeamCase, *, by: Any, at: datetime) -> None:
    """Withdraw a case that was not discussed, and its task. Raises NotTheProposer or StaleState."""
    with transaction.atomic():
        held = _held(case)
        if held.proposer.user_id != by.pk:
            raise NotTheProposer
        move(held, CaseState.WITHDRAWN, by=by, at=at, meeting=None)
        worklist.finish_about(case.pk, TaskKind.TEAM_REVIEW, "The case was withdrawn", by=by, at=at)


def conclude(case: TeamCase, discussion: Discussion, recorder: Clinician, *, by: Any, at: datetime) -> TeamDecision:
    """Write down what the team concluded, frozen, and return it. A case that is deferred waits again.

    Raises StaleState where it is no longer on an agenda, or SomethingMissing.
    """
    with transaction.atomic():
        held = _held(case)
        if held.state != CaseState.LISTED or held.meeting is None:
            raise StaleState
        lacks = policy.gaps(
            discussion.outcome,
            discussion.said,
            discussion.attendees,
            proposer=held.proposer_id,
            held_on=discussion.held_on,
            valid_until=discussion.valid_until,
            today=uk_day(at),
        )
        if lacks:
            raise SomethingMissing(lacks)
        decision = TeamDecision.objects.create(
            case=held,
            held_on=discussion.held_on,
            chair_name=held.meeting.chair.name,
            attendees=[each.as_stored for each in discussion.attendees],
            summary=held.summary,
            question=held.question,
            said=dict(discussion.said),
            outcome=discussion.outcome,
            valid_until=discussion.valid_until if discussion.outcome in SUPPORTING else None,
            recorded_by=recorder,
            at=at,
        )
        _carry_out(held, held.meeting, discussion.outcome, by=by, at=at)
    return decision


def _carry_out(case: TeamCase, meeting: TeamMeeting, outcome: str, *, by: Any, at: datetime) -> None:
    """Move the case and its meeting on; where it is over, end the tasks about the case and about an older review."""
    if meeting.state == MeetingState.PLANNED:
        move(meeting, MeetingState.HELD, by=by, at=at)
    if outcome == Outcome.DEFERRED:
        move(case, CaseState.SUBMITTED, by=by, at=at, meeting=None)
        return
    move(case, CaseState.DISCUSSED, by=by, at=at)
    worklist.finish_about(case.pk, TaskKind.TEAM_REVIEW, "Discussed", by=by, at=at)
    for older in TeamDecision.objects.filter(case__patient=case.patient_id).exclude(case=case):
        worklist.finish_about(older.pk, TaskKind.TEAM_REVIEW_ENDS, "Discussed anew", by=by, at=at)


def remind_of_ends(*, today: date, at: datetime) -> None:
    """Ask, 30 days before a team review ends, for a new one: each time once, for the newest review of a person."""
    newest = (
        TeamDecision.objects.exclude(outcome=Outcome.DEFERRED)
        .order_by("case__patient_id", "-held_on", "-at")
        .distinct("case__patient_id")
    )
    for decision in newest.select_related("case"):
        if decision.valid_until is None or decision.valid_until - policy.REMIND_BEFORE > today:
            continue
        worklist.ask(
            TaskKind.TEAM_REVIEW_ENDS,
            "A team review ends soon: bring the case again",
            key=f"team_review_ends:{decision.pk}",
            about=decision.pk,
            role=Role.CLINICIAN,
            due_at=at,
            at=at,
        )


def _check_text(summary: str, question: str) -> None:
    lacks = {}
    if len(summary.strip()) < policy.SHORTEST_SUMMARY:
        lacks["summary"] = f"Write the case in at least {policy.SHORTEST_SUMMARY} characters"
    if not question.strip():
        lacks["question"] = "Write what you propose and ask the team"
    if lacks:
        raise SomethingMissing(lacks)


def _held(case: TeamCase) -> TeamCase:
    """Return the case as it is now, locked until the act is over. Its meeting is read after the lock."""
    return TeamCase.objects.select_for_update(of=("self",)).select_related("proposer").get(pk=case.pk)
