"""Keeping the checks of a plan planned, asking the questions before them, telling of overdue ones, and signing a record."""

from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.db import transaction

from clinic.accounts.enums import Role
from clinic.db.clock import instant, uk_day
from clinic.db.refusal import Refusal, SomethingMissing
from clinic.db.states import StaleState, move
from clinic.outbox import actions as outbox
from clinic.staff.models import Clinician
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind, TaskState
from patients.monitoring import policy
from patients.monitoring.enums import Kind, State, Verdict
from patients.monitoring.models import CheckRecord, PlanCheck
from patients.monitoring.reading import course_from, supply_from
from patients.monitoring.refusals import (
    AlreadyPlanned,
)
from patients.outcomes import actions as outcomes
from patients.outcomes.enums import State as Asked
from patients.profile.models import Patient
from patients.treatment.enums import State as PlanState
from patients.treatment.models import PlanVersion
from patients.treatment.policy import extra_dates


def sweep(*, at: datetime) -> None:
    """Do what the day asks: plan and cancel checks, ask the questions of those that come, tell of those that are late."""
    today = uk_day(at)
    in_force = PlanVersion.objects.in_force().select_related("patient", "author__user")
    plans = list(in_force)
    for plan in plans:
        keep_planned(plan, today=today, at=at)
    over = PlanCheck.objects.planned().exclude(patient__in=[plan.patient_id for plan in plans])
    _cancel(over.select_related("questions"), at=at)
    active = {plan.pk: plan for plan in plans if plan.state == PlanState.ACTIVE}
    coming = PlanCheck.objects.planned().filter(
        plan__in=active,
        questions=None,
        due_on__lte=today + policy.OPENS_BEFORE,
        due_on__gte=today - policy.OVERDUE_AFTER,
    )
    for check in coming.select_related("patient", "plan__author__user"):
        plan = active[check.plan_id]
        has_supply = supply_from(plan, course_from(plan)) is not None
        if policy.may_ask(Kind(check.kind), check.due_on, has_supply=has_supply, today=today):
            _ask_questions(check, at=at)
    for check in (
        PlanCheck.objects.planned().filter(due_on__lt=today - policy.OVERDUE_AFTER).select_related("plan__author__user")
    ):
        _tell_overdue(check, at=at)


def keep_planned(plan: PlanVersion, *, today: date, at: datetime) -> None:
    """Plan the checks that the version in force asks for up to a year ahead, and cancel what only an older one wanted."""
    if plan.starts_on is None:
        return
    wanted = _wanted(plan, plan.starts_on, policy.horizon(today))
    known = PlanCheck.objects.filter(patient=plan.patient_id).exclude(state=State.CANCELLED)
    if wanted.keys() <= set(known.filter(plan=plan).values_list("due_on", flat=True)):
        return  # as in nearly every sweep: nothing is locked
    with transaction.atomic():
        Patient.objects.select_for_update(no_key=True).get(pk=plan.patient_id)
        kept = {check.due_on: check for check in known.select_related("questions").select_for_update(of=("self",))}
        stale = [
            check
            for day, check in kept.items()
            if check.state == State.PLANNED
            and check.kind != Kind.AGREED
            and (day > today or (check.plan_id == plan.pk and check.kind in policy.WEEKS))
            and (day not in wanted or check.plan_id != plan.pk)
        ]
        _cancel(stale, keeps_questions_of=wanted, at=at)
        stays = kept.keys() - {check.due_on for check in stale}
        PlanCheck.objects.bulk_create(
            PlanCheck(
                patient=plan.patient,
                plan=plan,
                kind=kind,
                due_on=day,
                questions=kept[day].questions if day in kept else None,
                created_at=at,
            )
            for day, kind in wanted.items()
            if day not in stays
        )


def _wanted(plan: PlanVersion, version_from: date, until: date) -> dict[date, Kind]:
    """Return the days on which ``plan`` asks for a check up to ``until``, each with its kind."""
    course = course_from(plan)
    found = policy.schedule(
        course_from=course,
        version_from=version_from,
        supply_from=supply_from(plan, course),
        checks=plan.said.get("checks", []),
        extra=extra_dates(plan.said),
        until=until,
    )
    return {due.on: due.kind for due in found}


def sign(
    check: PlanCheck,
    clinician: Clinician,
    said: Mapping[str, Any],
    verdict: str,
    next_on: date | None,
    *,
    by: Any,
    at: datetime,
) -> CheckRecord:
    """Sign the record of a check, which is then done, and return it; where a next one is agreed, plan it.

    Raises StaleState where it is done or cancelled, SomethingMissing, or AlreadyPlanned.
    """
    today = uk_day(at)
    with transaction.atomic():
        Patient.objects.select_for_update(no_key=True).get(pk=check.patient_id)
        held = PlanCheck.objects.select_for_update(of=("self",)).select_related("plan").get(pk=check.pk)
        if held.state != State.PLANNED:
            raise StaleState
        if lacks := policy.gaps(said, verdict, next_on, today=today):
            raise SomethingMissing(lacks)
        record = CheckRecord.objects.create(
            check_of=held, clinician=clinician, said=dict(said), verdict=Verdict(verdict), next_on=next_on, at=at
        )
        move(held, State.DONE, by=by, at=at)
        if next_on is not None:
            _agree(held, next_on, at=at)
        if held.questions_id:  # they can still be answered, but nobody is reminded any more
            outbox.cancel(held.questions_id, why="the check was done", at=at)
        worklist.finish_about(check.pk, TaskKind.CHECK_OVERDUE, "The check was done", by=by, at=at)
    return record


def add(plan: PlanVersion, due_on: date, *, today: date, at: datetime) -> PlanCheck:
    """Plan a check beside those of the plan, and return it. Raises AlreadyPlanned, or Refusal for a day that is over."""
    if due_on < today:
        raise Refusal("Choose a day that is still to come.")
    with transaction.atomic():
        Patient.objects.select_for_update(no_key=True).get(pk=plan.patient_id)
        if PlanCheck.objects.filter(patient=plan.patient_id, due_on=due_on).exclude(state=State.CANCELLED).exists():
            raise AlreadyPlanned
        return PlanCheck.objects.create(patient=plan.patient, plan=plan, kind=Kind.AGREED, due_on=due_on, created_at=at)


def _agree(check: PlanCheck, next_on: date, *, at: datetime) -> None:
    """Plan the next check on the day that was agreed, unless one stands there already."""
    known = PlanCheck.objects.filter(patient=check.patient_id, due_on=next_on).exclude(state=State.CANCELLED)
    if not known.exists():
        new = {"patient": check.patient, "plan": check.plan, "kind": Kind.AGREED}
        PlanCheck.objects.create(due_on=next_on, created_at=at, **new)


def _cancel(checks: Iterable[PlanCheck], *, keeps_questions_of: Container[date] = (), at: datetime) -> None:
    """Cancel ``checks``, and take back what was asked for them and is not answered, but for the days that stay wanted."""
    for check in checks:
        move(check, State.CANCELLED, by=None, at=at)
        if check.questions and check.questions.state == Asked.ASKED and check.due_on not in keeps_questions_of:
            with suppress(StaleState):  # answered at this moment
                outcomes.withdraw(check.questions, by=None, at=at)
        worklist.finish_about(check.pk, TaskKind.CHECK_OVERDUE, "The plan does not ask for it any more", by=None, at=at)


def _ask_questions(check: PlanCheck, *, at: datetime) -> None:
    """Ask how the patient is before a check; where other questions are still open, the next sweep tries again."""
    try:
        with transaction.atomic():
            author = check.plan.author
            asked = outcomes.ask(
                check.patient,
                author,
                check.due_on,
                after_treatment=True,
                is_check_in=check.kind == Kind.WEEK_1,
                by=author.user,
                at=at,
            )
            PlanCheck.objects.filter(pk=check.pk).update(questions=asked)
    except Refusal:
        return


def _tell_overdue(check: PlanCheck, *, at: datetime) -> None:
    task = worklist.ask(
        TaskKind.CHECK_OVERDUE,
        "A check of somebody on a plan is overdue",
        key=f"check_overdue:{check.pk}",
        about=check.pk,
        role=Role.CLINICIAN,
        due_at=instant(check.due_on + policy.OVERDUE_AFTER, 0),
        at=at,
    )
    if task.state == TaskState.OPEN:
        worklist.take(task, by=check.plan.author.user, at=at)
