"""Where the paper goes: posted, what the pharmacy and the courier tell us, cancelled, run out."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.db.clock import instant, uk_day
from clinic.db.states import StaleState, move
from clinic.outbox import actions as outbox
from clinic.staff.models import Clinician
from patients.prescriptions import policy
from patients.prescriptions.actions.asks import ask_clinicians, has_gone_on
from patients.prescriptions.actions.writing import held, open_incident
from patients.prescriptions.enums import FIRST_SUPPLY, SUPPLIED, TOLD, UNSIGNED, State, Told
from patients.prescriptions.models import DispensingUpdate, Prescription
from patients.prescriptions.refusals import (
    NoReason,
    NoSubstitution,
    WrongDay,
)
from patients.prescriptions.said import News

LOST = "A signed prescription form is lost. Which, stands in the person’s record. To do: tell the police and NHSBSA as the law asks."
LATE = "A prescription was dispensed after its 28 days. Which, stands in the person’s record."
# Where the patient is told that there is news; never what.
NEWS = frozenset(
    {State.POSTED, State.DISPENSED, State.PARTLY, State.DISPATCHED, State.RETURNED, State.LOST, State.EXPIRED}
)


def post(prescription: Prescription, posted_on: date, tracking: str, *, by: Any, at: datetime) -> None:
    """Write down that the paper went to the pharmacy. Raises WrongDay or StaleState."""
    with transaction.atomic():
        current = held(prescription)
        _check_day(current, posted_on, at)
        _go(current, State.POSTED, by=by, at=at, posted_on=posted_on, tracking=tracking)


def write_down(
    prescription: Prescription, news: News, clinician: Clinician, *, key: UUID, by: Any, at: datetime
) -> DispensingUpdate:
    """Return the note of what we were told, and move the record with it where it says so. Sent twice it is one.

    Raises WrongDay, NoSubstitution, or StaleState where the record is not in ``news.seen`` any more.
    """
    with transaction.atomic():
        current = held(prescription)
        if again := DispensingUpdate.objects.filter(key=key, prescription=current).first():
            return again
        if current.state != news.seen or current.state in UNSIGNED or news.state not in TOLD | {current.state}:
            raise StaleState
        _check_day(current, news.on, at)
        if news.substitution.strip() and (news.is_accepted or news.state in SUPPLIED | {State.DISPENSING}):
            raise NoSubstitution
        if news.state != current.state:
            _go(current, State(news.state), by=by, at=at)
            if news.state in FIRST_SUPPLY:
                _remind_of_the_next(current, news.on, at=at)
            if news.state == State.LOST:
                open_incident(current, "lost", LOST, news.on, by=by, at=at)
            if policy.is_late(news.state, news.on, current.valid_until):
                open_incident(current, "late", LATE, news.on, by=by, at=at)
        return DispensingUpdate.objects.create(
            key=key, prescription=current, clinician=clinician, at=at, **news.columns
        )


def cancel_paper(prescription: Prescription, clinician: Clinician, *, why: str, by: Any, at: datetime) -> None:
    """Cancel a prescription that was not dispensed, for a reason. Its serial number stays used. Raises NoReason or StaleState."""
    if len(why.strip()) < policy.SHORTEST_REASON:
        raise NoReason
    with transaction.atomic():
        current = held(prescription)
        if current.signed_on:
            _tell(current, at=at)
        _go(current, State.CANCELLED, by=by, at=at)
        said = {"told_by": clinician.name, "how": Told.OURS, "note": why.strip()}
        DispensingUpdate.objects.create(
            key=current.pk,
            prescription=current,
            state=State.CANCELLED,
            on=uk_day(at),
            clinician=clinician,
            at=at,
            **said,
        )


def expire(*, today: date, at: datetime) -> int:
    """Move what has run out on the UK day ``today`` and was not dispensed, ask a clinician, and return how many there were."""
    with transaction.atomic():
        over = Prescription.objects.run_out(today).select_for_update(of=("self",), skip_locked=True)
        found = list(over)
        for each in found:
            _go(each, State.EXPIRED, by=None, at=at)
    return len(found)


def _go(prescription: Prescription, to: State, *, by: Any, at: datetime, **changes: Any) -> None:
    """Move it, end or open the task about it, and let the patient know that there is news."""
    move(prescription, to, by=by, at=at, **changes)
    has_gone_on(prescription, by=by, at=at)
    ask_clinicians(prescription, at=at)
    if to in NEWS:
        _tell(prescription, at=at)


def _tell(prescription: Prescription, *, at: datetime) -> None:
    """Let the patient know that there is news; once, until it is sent."""
    about, person = prescription.pk, prescription.patient_id
    outbox.plan("prescription_news", about=about, person=person, anchor=at, at=at, again=True)


def _remind_of_the_next(prescription: Prescription, on: date, *, at: datetime) -> None:
    """Plan the reminder that the next one can be asked for, counted from the last day of what was supplied on ``on``."""
    if prescription.days:
        last = instant(policy.supply_until(on, prescription.days), 0)
        outbox.plan("supplied", about=prescription.pk, person=prescription.patient_id, anchor=last, at=at)


def _check_day(prescription: Prescription, day: date, at: datetime) -> None:
    if day > uk_day(at) or (prescription.signed_on and day < prescription.signed_on):
        raise WrongDay
