"""Writing a prescription's record, having it checked, and recording that the paper was signed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from clinic.db.clock import uk_day
from clinic.db.refusal import NotReady, SavedElsewhere, SomethingMissing
from clinic.db.states import StaleState, move
from clinic.staff.models import Clinician
from patients.incidents.actions import report
from patients.prescriptions import policy, reading
from patients.prescriptions.actions.asks import ask_clinicians, has_gone_on
from patients.prescriptions.enums import PAPER_OF, UNSIGNED, State
from patients.prescriptions.models import Prescription
from patients.prescriptions.refusals import (
    Changed,
    NoInk,
    NoPlan,
    NoReason,
    NothingOpen,
    NotTheWriter,
    SerialUsed,
    TheWriterChecks,
    TheWriterSignsTwice,
)
from patients.prescriptions.said import Signing, Written
from patients.profile.models import Patient

# Managers read it: it says nothing that only clinicians read.
BREACH = (
    "A prescription was signed on paper although checks of it were open. Which, and why, stands in the person’s record, for "
    "the clinicians in whose care they are."
)


def open_draft(patient: Patient, prescriber: Clinician, *, key: UUID, at: datetime) -> Prescription:
    """Return the draft that ``prescriber`` writes from the plan in force; one for one ``key``. Raises NoPlan."""
    with transaction.atomic():
        Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        if opened := Prescription.objects.filter(patient=patient, key=key).first():
            return opened
        plan = reading.plan_of(patient)
        if plan is None:
            raise NoPlan
        first = plan.lines[0].kind if plan.lines else None
        return Prescription.objects.create(
            key=key,
            patient=patient,
            plan=plan,
            paper=PAPER_OF.get(patient.country, ""),
            unit=first.quantity if first else "",
            created_at=at,
            **_who(patient, prescriber, at),
        )


def save_draft(prescription: Prescription, written: Written, *, by: Any, at: datetime) -> None:
    """Keep what was typed, whatever is missing. A second sign-off was of the text before: it is asked for again.

    Once nothing is missing in the text, clinicians are asked for a check: its writer cannot do it.
    Raises NotTheWriter, StaleState, SavedElsewhere or SerialUsed.
    """
    with transaction.atomic():
        current = held(prescription)
        if current.prescriber.user_id != by.pk:
            raise NotTheWriter
        if current.state != State.DRAFTED:
            raise StaleState
        if current.version != written.version:
            raise SavedElsewhere
        columns = written.columns | _who(current.patient, current.prescriber, at)
        columns |= {"version": current.version + 1, "second_by": None, "second_at": None}
        for name, value in columns.items():
            setattr(current, name, value)
        try:
            with transaction.atomic():
                current.save(update_fields=list(columns))
        except IntegrityError as error:
            if "one_prescription_a_serial_number" in str(error):
                raise SerialUsed from error
            raise
        if not policy.gaps(current.text, current.product_line):
            ask_clinicians(current, at=at)


def second_sign(prescription: Prescription, clinician: Clinician, *, version: int, at: datetime) -> None:
    """Sign off a supply for more than 30 days, of a draft that was read in ``version``.

    Raises TheWriterSignsTwice, StaleState, Changed, or NoReason where its writer has not said why.
    """
    with transaction.atomic():
        current = held(prescription)
        if current.prescriber_id == clinician.pk:
            raise TheWriterSignsTwice
        if current.state != State.DRAFTED:
            raise StaleState
        if current.version != version:
            raise Changed
        if len(current.long_why.strip()) < policy.SHORTEST_REASON:
            raise NoReason
        current.second_by, current.second_at = clinician, at
        current.save(update_fields=["second_by", "second_at"])


def check(prescription: Prescription, checker: Clinician, *, version: int, by: Any, at: datetime) -> None:
    """Say that the record and the paper are the same, and that nothing stands in the way: it is ready to sign.

    Raises TheWriterChecks, StaleState, Changed, SomethingMissing, or NotReady with every open point.
    """
    with transaction.atomic():
        current = held(prescription)
        if current.prescriber_id == checker.pk:
            raise TheWriterChecks
        if current.state != State.DRAFTED:
            raise StaleState
        if current.version != version:
            raise Changed
        if lacks := policy.gaps(current.text, current.product_line):
            raise SomethingMissing(lacks)
        if points := reading.open_points(current, uk_day(at)):
            raise NotReady(points)
        move(current, State.CHECKED, by=by, at=at, checked_by=checker, checked_at=at)
        has_gone_on(current, by=by, at=at)


def take_back(prescription: Prescription, *, by: Any, at: datetime) -> None:
    """Open a checked record again, because the paper is written anew. Raises StaleState."""
    with transaction.atomic():
        current = held(prescription)
        if current.state != State.CHECKED:
            raise StaleState
        move(current, State.DRAFTED, by=by, at=at, checked_by=None, checked_at=None)
        ask_clinicians(current, at=at)


def sign(prescription: Prescription, signing: Signing, *, by: Any, at: datetime) -> None:
    """Record that the paper was signed in ink. From then on the record is frozen; its 28 days run.

    With points open it is recorded as a breach only, for a reason: ``signing.breach_why``. That opens an incident, and a task
    for the managers. Raises StaleState, Changed, NoInk, SomethingMissing, NotReady, NoReason or NothingOpen.
    """
    with transaction.atomic():
        current = held(prescription)
        if current.state not in UNSIGNED:
            raise StaleState
        if current.version != signing.version:
            raise Changed
        if not signing.wet_ink:
            raise NoInk
        day = signing.signed_on
        lacks = policy.gaps(current.text, current.product_line)
        if wrong := lacks | policy.day_points(day, current.starts_on, uk_day(at)):
            raise SomethingMissing(wrong)
        breach = _breach(signing, reading.signing_points(current, day))
        move(
            current,
            State.SIGNED,
            by=by,
            at=at,
            signed_on=day,
            valid_until=policy.valid_until(day, current.starts_on),
            wet_ink_by=by,
            signed_at=at,
            copy_given=signing.copy_given,
            pharmacy=reading.pharmacy_of(current.patient_id),
            **breach,
        )
        has_gone_on(current, by=by, at=at)
        if breach:
            open_incident(current, "breach", BREACH, day, by=by, at=at)


def open_incident(prescription: Prescription, what: str, words: str, day: date, *, by: Any, at: datetime) -> None:
    """Open the incident of a prescription, one for each ``what``; managers are asked to name its owner."""
    facts = {"happened_on": day, "what_happened": words}
    report(facts, patient=prescription.patient, key=uuid5(prescription.pk, what), by=by, at=at)


def _breach(signing: Signing, points: list[str]) -> dict[str, Any]:
    """Return the columns of a breach, none where nothing is open."""
    if not signing.is_breach:
        if points:
            raise NotReady(points)
        return {}
    if not points:
        raise NothingOpen
    if len(signing.breach_why.strip()) < policy.SHORTEST_REASON:
        raise NoReason
    return {"is_breach": True, "breach_why": signing.breach_why.strip(), "breach_points": points}


def _who(patient: Patient, prescriber: Clinician, at: datetime) -> dict[str, Any]:
    """Return the columns that come from the records of the patient and the doctor."""
    return {
        "snapshot": reading.snapshot(patient),
        "prescriber": prescriber,
        "prescriber_gmc": prescriber.gmc_number,
        "prescriber_cd": prescriber.cd_number,
        "saved_at": at,
    }


def held(prescription: Prescription) -> Prescription:
    """Return the record as it is now, locked until the act is over."""
    locked = Prescription.objects.select_for_update(of=("self",))
    return locked.select_related("patient", "plan", "prescriber__user").get(pk=prescription.pk)
