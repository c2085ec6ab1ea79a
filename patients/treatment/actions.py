"""Writing a version of a plan, signing it, and moving it: with the team, the patient, and through its life."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from clinic.accounts.enums import Role
from clinic.db.clock import uk_day
from clinic.db.refusal import NotReady, SavedElsewhere, SomethingMissing
from clinic.db.states import StaleState, move
from clinic.db.workdays import workdays_after
from clinic.outbox import actions as outbox
from clinic.staff.models import Clinician
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind, TaskState
from patients.consents.actions import give_consents
from patients.consents.enums import Purpose
from patients.profile.models import Patient
from patients.teamreview.models import TeamDecision
from patients.treatment import policy, reading
from patients.treatment.enums import IN_FORCE, State
from patients.treatment.models import PlanReason, PlanVersion
from patients.treatment.refusals import (
    NoName,
    NoReason,
    NothingTold,
    NotTheAuthor,
    NotTheirPlan,
    SignedAlready,
    UnderWayAlready,
)

# What is of one version only, and not copied into the next.
NOT_COPIED = ("peer_name", "peer_on", "extra_dates")


@dataclass(frozen=True)
class Written:
    """What the form of a draft holds. ``version`` is that of the draft it stood on."""

    version: int
    starts_on: date | None
    review_on: date | None
    said: Mapping[str, Any]


def open_draft(patient: Patient, author: Clinician, *, key: UUID, at: datetime) -> PlanVersion:
    """Return the draft that ``author`` writes, begun as a copy of the newest signed version; one for one ``key``.

    Raises UnderWayAlready.
    """
    with transaction.atomic():
        Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        known = PlanVersion.objects.filter(patient=patient)
        if opened := known.filter(key=key).first():
            return opened
        if known.under_way().exists():
            raise UnderWayAlready
        last = known.filter(signed_at__isnull=False).first()
        said = {name: value for name, value in last.said.items() if name not in NOT_COPIED} if last else {}
        number = (known.aggregate(most=Max("number"))["most"] or 0) + 1
        new = {"patient": patient, "author": author, "number": number, "copied_from": last, "said": said}
        return PlanVersion.objects.create(key=key, created_at=at, saved_at=at, **new)


def save_draft(plan: PlanVersion, written: Written, *, by: Any, at: datetime) -> None:
    """Keep what was typed, whatever is missing. Raises NotTheAuthor, SignedAlready or SavedElsewhere."""
    with transaction.atomic():
        current = _draft(plan, written.version, by=by)
        columns = _columns(written, at)
        for name, value in columns.items():
            setattr(current, name, value)
        current.save(update_fields=list(columns))


def sign(plan: PlanVersion, written: Written, *, by: Any, at: datetime) -> PlanVersion:
    """Freeze the draft as it was typed, and take the team's decision with it where one already carries it.

    Return it as it then is. Raises NotTheAuthor, SignedAlready, SavedElsewhere, SomethingMissing or NotReady.
    """
    with transaction.atomic():
        current = _draft(plan, written.version, by=by)
        today = uk_day(at)
        if points := policy.author_points(current.author.name, current.author.verified_on, today):
            raise NotReady(points)
        facts = reading.peer_facts(current)
        days = {"starts_on": written.starts_on, "review_on": written.review_on}
        if lacks := policy.gaps(written.said, today=today, **days, **facts):
            raise SomethingMissing(lacks)
        move(current, State.TEAM_PENDING, by=by, at=at, signed_at=at, **_columns(written, at))
        decision = reading.decision_for(current, today)
        if decision and not reading.team_points(current, decision, today):
            _support(current, decision, by=by, at=at)
    return current


def support(plan: PlanVersion, *, by: Any, at: datetime) -> None:
    """Take the team's decision to a signed version, and tell the patient that a plan is ready to read.

    Raises NotReady with every open point, or StaleState.
    """
    with transaction.atomic():
        current = _held(plan)
        if current.state != State.TEAM_PENDING:
            raise StaleState
        today = uk_day(at)
        decision = reading.decision_for(current, today)
        points = reading.team_points(current, decision, today)
        if points or decision is None:
            raise NotReady(points)
        _support(current, decision, by=by, at=at)


def _support(plan: PlanVersion, decision: TeamDecision, *, by: Any, at: datetime) -> None:
    move(plan, State.SUPPORTED, by=by, at=at, decision=decision, met_on=decision.held_on)
    outbox.plan("plan_released", about=plan.pk, person=plan.patient_id, anchor=at, at=at)


def agree(plan: PlanVersion, name: str, consents: Mapping[Purpose, bool], *, by: Any, at: datetime) -> None:
    """Write down that the patient agrees to this version, with their typed name, and what they agree to with it.

    Its author is asked to start it. Pressed twice it is done once. Raises NotTheirPlan, NoName, StaleState, or NotReady where a consent is not given.
    """
    with transaction.atomic():
        current = _held(plan)
        if current.patient.user_id != by.pk:
            raise NotTheirPlan
        if not name.strip():
            raise NoName
        if current.state == State.AGREED:
            return
        give_consents(current.patient, consents, by=by, at=at)
        if points := reading.consent_points(current):
            raise NotReady(points)
        move(current, State.AGREED, by=by, at=at, agreed_at=at, agreed_by=by, agreed_name=name.strip())
        task = worklist.ask(
            TaskKind.PLAN_AGREED,
            "Start a plan that the patient has agreed to",
            key=f"plan_agreed:{current.pk}",
            about=current.pk,
            role=Role.CLINICIAN,
            due_at=workdays_after(at, policy.START_WITHIN),
            at=at,
        )
        worklist.take(task, by=current.author.user, at=at)


def activate(plan: PlanVersion, clinician: Clinician, *, by: Any, at: datetime) -> None:
    """Make an agreed version the one that holds, in the place of the one before; or go on with a paused one.

    The letter to the GP is then due, and the patient is told. Raises NotReady with every open point, or StaleState.
    """
    with transaction.atomic():
        Patient.objects.select_for_update(no_key=True).get(pk=plan.patient_id)
        current = _held(plan)
        if State.ACTIVE not in PlanVersion.MOVES.get(current.state, frozenset()):
            raise StaleState
        if points := reading.activation_points(current, uk_day(at)):
            raise NotReady(points)
        others = PlanVersion.objects.filter(patient=current.patient_id).in_force().exclude(pk=current.pk)
        for older in others.select_for_update():
            move(older, State.SUPERSEDED, by=by, at=at)
        move(current, State.ACTIVE, by=by, at=at)
        worklist.finish_about(current.pk, TaskKind.PLAN_AGREED, "The plan is active", by=by, at=at)
        _tell(current, clinician, at=at)


def pause(plan: PlanVersion, clinician: Clinician, *, why: str, told: str, by: Any, at: datetime) -> None:
    """Pause the active version. Raises NoReason, NothingTold or StaleState."""
    _end(plan, State.PAUSED, clinician, why=why, told=told, by=by, at=at)


def stop(plan: PlanVersion, clinician: Clinician, *, why: str, told: str, by: Any, at: datetime) -> None:
    """Stop the version in force for good. Raises NoReason, NothingTold or StaleState."""
    _end(plan, State.STOPPED, clinician, why=why, told=told, by=by, at=at)


def _end(plan: PlanVersion, state: State, clinician: Clinician, *, why: str, told: str, by: Any, at: datetime) -> None:
    if len(why.strip()) < policy.SHORTEST_REASON:
        raise NoReason
    if not told.strip():
        raise NothingTold
    with transaction.atomic():
        current = _held(plan)
        if current.state not in IN_FORCE:
            raise StaleState
        move(current, state, by=by, at=at)
        new = {"to_state": state, "why": why.strip(), "told": told.strip()}
        PlanReason.objects.create(plan=current, clinician=clinician, at=at, **new)
        _tell(current, clinician, at=at)


def discard(plan: PlanVersion, clinician: Clinician, *, why: str, by: Any, at: datetime) -> None:
    """Put a version aside that never became active; a draft by its author only.

    Raises NoReason, NotTheAuthor or StaleState.
    """
    if len(why.strip()) < policy.SHORTEST_REASON:
        raise NoReason
    with transaction.atomic():
        current = _held(plan)
        if current.state == State.DRAFT and current.author.user_id != by.pk:
            raise NotTheAuthor
        move(current, State.DISCARDED, by=by, at=at)
        PlanReason.objects.create(plan=current, to_state=State.DISCARDED, why=why.strip(), clinician=clinician, at=at)
        outbox.cancel(current.pk, why="this plan is not used", at=at)
        worklist.finish_about(current.pk, TaskKind.PLAN_AGREED, "The plan is not used", by=by, at=at)


def _tell(plan: PlanVersion, clinician: Clinician, *, at: datetime) -> None:
    """Have the patient told that their plan has changed, and ask ``clinician`` for the letter to the GP."""
    outbox.plan("plan_changed", about=plan.pk, person=plan.patient_id, anchor=at, at=at, again=True)
    task = worklist.ask(
        TaskKind.LETTER_DUE,
        "Write the letter to the GP after a change of the plan",
        key=f"letter_due:plan:{plan.pk}:{plan.state}",
        about=plan.patient_id,
        role=Role.CLINICIAN,
        due_at=at + policy.LETTER_WITHIN,
        at=at,
        again=True,
    )
    if task.state == TaskState.OPEN:
        worklist.take(task, by=clinician.user, at=at)


def _held(plan: PlanVersion) -> PlanVersion:
    """Return the version as it is now, locked until the act is over."""
    locked = PlanVersion.objects.select_for_update(of=("self",)).select_related("patient", "author", "decision")
    return locked.get(pk=plan.pk)


def _draft(plan: PlanVersion, version: int, *, by: Any) -> PlanVersion:
    """Return the draft as it is now, locked, where ``by`` writes it and has seen its newest ``version``."""
    current = _held(plan)
    if current.author.user_id != by.pk:
        raise NotTheAuthor
    if current.state != State.DRAFT:
        raise SignedAlready
    if current.version != version:
        raise SavedElsewhere
    return current


def _columns(written: Written, at: datetime) -> dict[str, Any]:
    return {
        "starts_on": written.starts_on,
        "review_on": written.review_on,
        "said": dict(written.said),
        "version": written.version + 1,
        "saved_at": at,
    }
