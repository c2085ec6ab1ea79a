"""Reporting incidents, looking into them, and closing them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.accounts.enums import Role
from clinic.accounts.models import User
from clinic.db.clock import uk_day
from clinic.db.states import StaleState, move
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from clinic.worklist.models import Task
from patients.incidents import policy
from patients.incidents.enums import Needed, State
from patients.incidents.models import Incident, IncidentEntry
from patients.incidents.refusals import (
    Missing,
    NotComplete,
    NothingSaid,
    SomebodyWasQuicker,
    WhyAgain,
    WrongDay,
)
from patients.profile.models import Patient

# What stands in an incident that an event opens. Managers read it, so it says nothing that only clinicians read.
OPENED_WITH_AN_EVENT = (
    "Opened together with an adverse event, by a fixed rule. What was reported and how it was assessed stands in the "
    "person’s record, for the clinicians in whose care they are. To do: the duty-of-candour check and the CQC-notification "
    "check."
)


def report(facts: Mapping[str, Any], *, patient: Patient | None, key: UUID, by: Any, at: datetime) -> Incident:
    """Return the incident reported with the form ``key``; managers are to name an owner. Raises WrongDay or NothingSaid.

    Sent twice it is one.
    """
    if not facts["what_happened"].strip():
        raise NothingSaid
    if facts["happened_on"] > uk_day(at):
        raise WrongDay("The day must be today or in the past.")
    return _open({**facts, "patient": patient}, key, by=by, at=at)


def open_with_event(patient: Patient, happened_on: date, *, event: UUID, by: Any, at: datetime) -> Incident:
    """Return the incident of the event with the key ``event``, opened at ``at`` unless it is there already."""
    facts = {"happened_on": happened_on, "what_happened": OPENED_WITH_AN_EVENT, "patient": patient}
    return _open(facts, event, by=by, at=at)


def write_entry(
    incident: Incident, facts: Mapping[str, Any], *, key: UUID, seen: UUID | None, by: Any, at: datetime
) -> IncidentEntry:
    """Return what ``by`` writes down about an incident with the form ``key``. With an owner it is investigated.

    ``seen`` is the key of the newest entry that they have read, None for none. A closed incident is opened again by it.
    Raises SomebodyWasQuicker, WhyAgain or NotComplete.
    """
    with transaction.atomic():
        current = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
        if again := IncidentEntry.objects.filter(key=key, incident=current).first():
            return again
        newest = current.entries.select_related("by").first()
        if newest is not None and newest.pk != seen:
            raise SomebodyWasQuicker(str(newest.by))
        _check(current, facts, at)
        made = IncidentEntry.objects.create(
            **facts, key=key, incident=current, number=newest.number + 1 if newest else 1, by=by, at=at
        )
        _give_to(current, made.owner, by=by, at=at)
    return made


def close(incident: Incident, *, by: Any, at: datetime) -> None:
    """Close an incident that has an owner, learning and both checks. Raises Missing, saying what, or StaleState."""
    with transaction.atomic():
        current = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
        if current.state == State.CLOSED:
            raise StaleState
        newest = current.entries.first() or IncidentEntry(candour=Needed.TO_CHECK, cqc=Needed.TO_CHECK)
        missing = policy.keeps_open(
            owner=current.owner_id is not None,
            harm=newest.harm,
            candour=newest.candour,
            candour_done=newest.candour_on is not None,
            cqc=newest.cqc,
            cqc_done=newest.cqc_on is not None and newest.cqc_reference != "",
            learning=newest.learning,
            changed=newest.changed,
        )
        if missing:
            raise Missing(missing)
        move(current, State.CLOSED, by=by, at=at)
        worklist.finish_about(current.pk, TaskKind.INCIDENT, "Closed", by=by, at=at)


def _open(new: dict[str, Any], key: UUID, *, by: Any, at: datetime) -> Incident:
    fresh = {**new, "found_by": by, "reported_at": at, "due_at": policy.due(at)}
    with transaction.atomic():
        incident, is_new = Incident.objects.get_or_create(key=key, defaults=fresh)
        if is_new:
            _task(incident, "An incident: name its owner", Role.MANAGER, "", incident.due_at, at=at)
    return incident


def _check(incident: Incident, facts: Mapping[str, Any], at: datetime) -> None:
    if incident.state == State.CLOSED and not facts["note"].strip():
        raise WhyAgain
    if incident.owner_id and facts["owner"] is None:
        raise NotComplete("Name somebody else as the owner: an incident that has one is not left without.")
    today = uk_day(at)
    for check in ("candour", "cqc"):
        said = (facts[check], facts[f"{check}_why"], facts[f"{check}_on"])
        if wrong := policy.wrong_with_check(*said, today=today):
            raise NotComplete(f"{next(iter(wrong.values()))}.")


def _give_to(incident: Incident, owner: User | None, *, by: Any, at: datetime) -> None:
    """Make ``owner`` the one who looks into it, with a task of their own; whoever had it is free of it."""
    if owner is None:
        return
    is_new_owner = owner.pk != incident.owner_id
    was_closed = incident.state == State.CLOSED
    if incident.state != State.INVESTIGATING:
        move(incident, State.INVESTIGATING, by=by, at=at, owner=owner)
    elif is_new_owner:
        Incident.objects.filter(pk=incident.pk).update(owner=owner)
    if is_new_owner or was_closed:
        worklist.finish_about(incident.pk, TaskKind.INCIDENT, "It has an owner", by=by, at=at)
        due_at = policy.due(at) if was_closed else incident.due_at
        theirs = (Role(owner.role), f":{owner.pk}", due_at)
        task = _task(incident, "An incident of yours: look into it and close it", *theirs, at=at)
        worklist.take(task, by=owner, at=at)


def _task(incident: Incident, title: str, role: Role, step: str, due_at: datetime, *, at: datetime) -> Task:
    return worklist.ask(
        TaskKind.INCIDENT,
        title,
        key=f"incident:{incident.pk}{step}",
        about=incident.pk,
        role=role,
        due_at=due_at,
        at=at,
        again=True,
    )
