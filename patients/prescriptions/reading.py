"""What is known of a prescription from elsewhere: the form, the team, the plan, the register. It asks; ``policy`` judges."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from clinic.training.actions import lacking
from patients.consents.enums import Purpose
from patients.consents.models import Consent
from patients.intake.models import IntakeVersion
from patients.prescriptions import policy
from patients.prescriptions.enums import State
from patients.prescriptions.models import PharmacyChoice, Prescription
from patients.profile.models import Patient
from patients.safety.models import HoldProposal
from patients.suitability.actions import unanswered
from patients.suitability.enums import FINAL
from patients.suitability.models import Decision
from patients.teamreview.enums import Outcome
from patients.teamreview.models import TeamDecision
from patients.treatment import reading as plans
from patients.treatment.models import PlanVersion
from patients.treatment.policy import consents_needed

NOBODY_CHECKED = "Nobody else has checked it against the paper. Ask another clinician to check it."


def snapshot(patient: Patient) -> dict[str, str]:
    """Return whom a paper is for, as it stands in their details now."""
    address = (patient.address_1, patient.address_2, patient.town, patient.postcode)
    return {
        "name": patient.full_name,
        "address": ", ".join(filter(None, address)),
        "born": patient.date_of_birth.isoformat(),
        "nhs_number": patient.nhs_number,
    }


def pharmacy_of(patient: Any) -> PharmacyChoice | None:
    """Return the pharmacy that ``patient`` chose last."""
    return PharmacyChoice.objects.filter(patient=patient).first()


def plan_of(patient: Any) -> PlanVersion | None:
    """Return the plan of ``patient`` that is active or paused."""
    return PlanVersion.objects.filter(patient=patient).in_force().select_related("patient", "author").first()


def open_points(prescription: Prescription, on: date) -> list[str]:
    """Return every point that keeps ``prescription`` from being ready to sign on the UK day ``on``."""
    return policy.points(prescription.text, prescription.product_line, facts(prescription, on))


def signing_points(prescription: Prescription, on: date) -> list[str]:
    """Return the same, and that nobody has checked it where nobody has."""
    unchecked = [] if prescription.state == State.CHECKED else [NOBODY_CHECKED]
    return unchecked + open_points(prescription, on)


def request_points(patient: Patient, on: date) -> list[str]:
    """Return why the next prescription of ``patient`` may not be issued on ``on``, as far as is known before it is written.

    For the clinician who answers a request; the patient is told none of it by the software.
    """
    plan = plan_of(patient)
    if plan is None:
        return ["The patient has no plan that is in force."]
    blank = Prescription(
        patient=patient, plan=plan, prescriber=plan.author, prescriber_cd=plan.author.cd_number, starts_on=on
    )
    blank.snapshot = snapshot(patient)
    known = facts(blank, on)
    return policy.points(blank.text, None, known) + policy.early_points(known)


def facts(prescription: Prescription, on: date) -> policy.Facts:
    """Return what ``policy.points`` asks about ``prescription`` on the UK day ``on``."""
    patient, plan, prescriber = prescription.patient, prescription.plan, prescription.prescriber
    form = IntakeVersion.objects.filter(intake__patient=patient).select_related("intake").order_by("-at").first()
    final = Decision.objects.filter(version=form, outcome__in=sorted(FINAL)).first() if form else None
    team = TeamDecision.objects.filter(case__patient=patient).exclude(outcome=Outcome.DEFERRED)
    newest = team.order_by("-held_on", "-at").first()
    starts_on = prescription.starts_on or on
    return policy.Facts(
        on=on,
        starts_on=starts_on,
        born=patient.date_of_birth,
        details_changed=prescription.snapshot != snapshot(patient),
        form_sent=form is not None,
        decision=final.outcome if final else None,
        unanswered=unanswered(form) if form else (),
        records_received_on=patient.records_received_on,
        gp_answered=Consent.objects.filter(patient=patient, purpose=Purpose.SHARE_WITH_GP).exists(),
        plan_state=plan.state,
        review_on=plan.review_on,
        consents_needed=consents_needed(plan.said),
        consents_given=plans.given(patient),
        team_outcome=newest.outcome if newest else None,
        team_until=newest.valid_until if newest else None,
        prescriber=prescriber.name,
        verified_on=prescriber.verified_on,
        cd_number=prescription.prescriber_cd,
        lacking=lacking(prescriber.user, on),
        has_pharmacy=pharmacy_of(patient) is not None,
        holds=[_who_holds(each) for each in HoldProposal.objects.holding(patient).select_related("decided_by")],
        others=tuple(_others(prescription)),
        second_signed=prescription.second_by_id is not None,
    )


def _who_holds(hold: HoldProposal) -> str:
    return hold.decided_by.name if hold.decided_by else "A clinician"


def _others(prescription: Prescription) -> Iterator[policy.Before]:
    """Yield the other prescriptions of the same form of product from which somebody has or will have a supply."""
    line = prescription.product_line
    known = Prescription.objects.filter(patient=prescription.patient_id).that_supply().exclude(pk=prescription.pk)
    for other in known.select_related("plan"):
        theirs = other.product_line
        if line and theirs and theirs.form != line.form:
            continue
        first = other.starts_on or other.signed_on
        if first and other.days:
            yield policy.Before(other.serial, first, policy.supply_until(first, other.days))
