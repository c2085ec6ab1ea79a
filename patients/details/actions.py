"""Saving a topic of somebody's details, and closing their account."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from clinic.accounts import actions as accounts
from clinic.accounts.enums import Role
from clinic.accounts.models import User
from clinic.outbox import actions as outbox
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.consents.actions import give_consents
from patients.consents.enums import Purpose
from patients.details.enums import Part, Talk
from patients.details.models import OtherTeams, Supporter
from patients.profile.actions import save_details, tell_of_a_change
from patients.profile.models import Patient

TIME_TO_LOOK = timedelta(days=1)


def save_part(patient: Patient, part: Part, values: Mapping[str, Any], *, by: Any, at: datetime) -> None:
    """Save ``values`` (as the part's form gives them) of a patient. Raises TooYoung or BornTooLate."""
    with transaction.atomic():
        if part == Part.TEAMS:
            OtherTeams.objects.update_or_create(patient=patient, defaults=dict(values))
        elif part == Part.SUPPORTER:
            _save_supporter(patient, values, by=by, at=at)
        else:
            save_details(patient, values, by=by, at=at)


def withdraw_supporter(patient: Patient, *, by: Any, at: datetime) -> bool:
    """Talk to the person a patient has named no more; tell whether we might have until now."""
    with transaction.atomic():
        allowed = Supporter.objects.filter(patient=patient).exclude(may_talk=Talk.NO)
        withdrawn = bool(allowed.update(may_talk=Talk.NO, changed_at=at, changed_by=by))
        if withdrawn:
            give_consents(patient, {Purpose.SUPPORTER: False}, by=by, at=at)
    return withdrawn


def close_account(user: User, *, at: datetime) -> None:
    """Shut the account of ``user`` at their own wish, and end its sessions. Their record is kept. Said twice it holds once."""
    with transaction.atomic():
        if not accounts.close_own(user, at=at):
            return
        patient = Patient.objects.filter(user=user).first()
        person = patient.pk if patient else None
        outbox.plan("account_closed", about=user.pk, person=person, anchor=at, at=at, again=True)
        if patient:
            worklist.ask(
                TaskKind.ACCOUNT_CLOSED,
                "Somebody has closed their account: look at how we reach them, and at their visits",
                key=f"account_closed:{patient.pk}",
                about=patient.pk,
                role=Role.RECEPTION,
                due_at=at + TIME_TO_LOOK,
                at=at,
                again=True,
            )


def reopen_account(patient: Patient, *, by: Any, at: datetime) -> None:
    """Open a patient's account again, as they have asked staff to. Raises NotAllowed."""
    with transaction.atomic():
        if patient.user is None or not accounts.reopen_patient(patient.user, by=by, at=at):
            return
        outbox.cancel(patient.user.pk, why="the account is open again", at=at)
        worklist.finish_about(patient.pk, TaskKind.ACCOUNT_CLOSED, "The account is open again.", by=by, at=at)
        tell_of_a_change(patient, at=at)


def _save_supporter(patient: Patient, values: Mapping[str, Any], *, by: Any, at: datetime) -> None:
    """Save who helps, and write down as a consent what is newly allowed, or no more, or to somebody else."""
    before = Supporter.objects.select_for_update().filter(patient=patient).first()
    Supporter.objects.update_or_create(patient=patient, defaults=dict(values) | {"changed_at": at, "changed_by": by})
    old = (before.name, before.may_talk) if before else ("", Talk.NO)
    new = (values["name"], values["may_talk"])
    if old != new and {old[1], new[1]} != {Talk.NO}:
        give_consents(patient, {Purpose.SUPPORTER: values["may_talk"] != Talk.NO}, by=by, at=at)
