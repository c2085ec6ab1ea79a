"""Reporting and assessing adverse events, and deciding on the hold that they propose."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.accounts.enums import Role
from clinic.db.clock import uk_day
from clinic.db.states import move
from clinic.staff.models import Clinician
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.incidents.actions import open_with_event
from patients.incidents.refusals import (
    NotComplete,
    SomebodyWasQuicker,
    WhyAgain,
    WrongDay,
)
from patients.profile.models import Patient
from patients.safety import policy
from patients.safety.enums import EventState, HoldState, ReportedBy
from patients.safety.models import AdverseEvent, Assessment, HoldProposal
from patients.safety.refusals import (
    NothingSaid,
    StaysOpen,
    WhyHeld,
)
from patients.safety.terms import OTHER

# In the worklist, which names nothing clinical.
TITLES = {True: "Something was reported: look at it today", False: "Something was reported: look at it"}


def report(
    patient: Patient, facts: Mapping[str, Any], reported_by: ReportedBy, *, key: UUID, by: Any, at: datetime
) -> AdverseEvent:
    """Return what is reported of ``patient`` with the form ``key``, written down at ``at``; clinicians get a task.

    ``facts`` are the columns of the report. Where it is serious the task is of today, and a hold is proposed. Sent twice it
    is one report. Raises NothingSaid or WrongDay.
    """
    if not set(facts["terms"]) - {OTHER} and not facts["description"].strip():
        raise NothingSaid
    started, ended = facts["started_on"], facts.get("ended_on")
    if wrong := policy.began_wrongly(started, ended, born=patient.date_of_birth, today=uk_day(at)):
        raise WrongDay(wrong)
    new = {**facts, "reported_by": reported_by, "reported_at": at, "written_by": by}
    with transaction.atomic():
        event, is_new = AdverseEvent.objects.get_or_create(patient=patient, key=key, defaults=new)
        if is_new:
            if event.is_serious:
                _propose_hold(event, at=at)
            else:
                _ask_to_look(event, is_serious=False, at=at)
            if policy.opens_an_incident(None, event.terms):
                open_with_event(patient, started, event=event.pk, by=by, at=at)
    return event


def assess(
    event: AdverseEvent,
    clinician: Clinician,
    facts: Mapping[str, Any],
    *,
    key: UUID,
    seen: UUID | None,
    by: Any,
    at: datetime,
) -> Assessment:
    """Return the assessment that ``clinician`` signs with the form ``key``. What is closed is opened again by it.

    ``seen`` is the key of the newest assessment that they have read, None for none. Raises SomebodyWasQuicker, WhyAgain or
    NotComplete.
    """
    with transaction.atomic():
        current = AdverseEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)
        if again := Assessment.objects.filter(key=key, event=current).first():
            return again
        newest = current.assessments.select_related("clinician").first()
        if newest is not None and newest.pk != seen:
            raise SomebodyWasQuicker(newest.clinician.name)
        _check(current, facts, at)
        number = newest.number + 1 if newest else 1
        made = Assessment.objects.create(**facts, key=key, event=current, number=number, clinician=clinician, at=at)
        if current.state != EventState.ASSESSED:
            move(current, EventState.ASSESSED, by=by, at=at)
        was_serious = newest.is_serious if newest else current.is_serious
        if made.is_serious and not was_serious:
            _propose_hold(current, at=at)
        if policy.opens_an_incident(made.grade, made.terms):
            open_with_event(current.patient, current.started_on, event=current.pk, by=by, at=at)
        _finish_what_is_done(current, by=by, at=at)
    return made


def decide_on_hold(
    hold: HoldProposal, clinician: Clinician, *, is_held: bool, reason: str, by: Any, at: datetime
) -> None:
    """Hold the next prescription, or not, because the clinician says so. Raises WhyHeld or StaleState."""
    to = HoldState.HELD if is_held else HoldState.NOT_HELD
    _move_hold(hold, to, reason, by=by, at=at, decided_by=clinician, decided_at=at, why=reason.strip())


def lift_hold(hold: HoldProposal, clinician: Clinician, *, reason: str, by: Any, at: datetime) -> None:
    """End a hold. Raises WhyHeld or StaleState."""
    lifted = {"lifted_by": clinician, "lifted_at": at, "lifted_why": reason.strip()}
    _move_hold(hold, HoldState.LIFTED, reason, by=by, at=at, **lifted)


def close(event: AdverseEvent, *, by: Any, at: datetime) -> None:
    """Say that nothing more is to do about an event. Raises StaysOpen, saying why, or StaleState."""
    with transaction.atomic():
        current = AdverseEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)
        newest = current.assessments.first()
        reasons = policy.keeps_event_open(
            assessed=newest is not None,
            hold_waits=current.holds.filter(state=HoldState.PROPOSED).exists(),
            yellow_card=newest.yellow_card if newest else "",
        )
        if reasons:
            raise StaysOpen(" ".join(reasons))
        move(current, EventState.CLOSED, by=by, at=at)


def _check(event: AdverseEvent, facts: Mapping[str, Any], at: datetime) -> None:
    if event.state == EventState.CLOSED and not facts["notes"].strip():
        raise WhyAgain
    today = uk_day(at)
    card = (facts["yellow_card"], facts["yellow_card_why"], facts["yellow_card_on"], facts["yellow_card_reference"])
    wrong = list(policy.wrong_with_yellow_card(*card, today=today).values())
    if facts["gp_informed_on"] and facts["gp_informed_on"] > today:
        wrong.append("The day on which the GP was told must be today or in the past")
    if not facts["terms"]:
        wrong.append("Choose at least one term")
    if wrong:
        raise NotComplete(f"{wrong[0]}.")


def _propose_hold(event: AdverseEvent, *, at: datetime) -> None:
    """Put a hold before the clinicians, to decide on today; none where one waits or holds already."""
    if not HoldProposal.objects.still_there().filter(event=event).exists():
        HoldProposal.objects.create(patient_id=event.patient_id, event=event, proposed_at=at)
    _ask_to_look(event, is_serious=True, at=at)


def _ask_to_look(event: AdverseEvent, *, is_serious: bool, at: datetime) -> None:
    worklist.ask(
        TaskKind.ADVERSE_EVENT,
        TITLES[is_serious],
        key=f"adverse_event:{event.pk}{':urgent' if is_serious else ''}",
        about=event.pk,
        role=Role.CLINICIAN,
        due_at=policy.look_due(at, is_serious=is_serious),
        at=at,
        again=True,
    )


def _finish_what_is_done(event: AdverseEvent, *, by: Any, at: datetime) -> None:
    """End the tasks about an event that is assessed, once no hold waits for a decision."""
    if event.assessments.exists() and not event.holds.filter(state=HoldState.PROPOSED).exists():
        worklist.finish_about(event.pk, TaskKind.ADVERSE_EVENT, "Assessed", by=by, at=at)


def _move_hold(hold: HoldProposal, to: HoldState, said: str, *, by: Any, at: datetime, **changes: Any) -> None:
    if not said.strip():
        raise WhyHeld
    with transaction.atomic():
        event = AdverseEvent.objects.select_for_update(of=("self",)).get(pk=hold.event_id)
        move(event.holds.get(pk=hold.pk), to, by=by, at=at, **changes)
        _finish_what_is_done(event, by=by, at=at)
