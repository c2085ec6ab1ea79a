"""What is known of a plan from elsewhere: the team, the form, the consents. It asks; ``policy`` judges."""

from datetime import date
from typing import Any

from patients.consents.models import Consent
from patients.intake.models import IntakeVersion
from patients.intake.questions import UNCLEAR
from patients.teamreview.models import TeamDecision
from patients.treatment import policy
from patients.treatment.enums import AGREED_ON, SIGNED, WAS_IN_FORCE
from patients.treatment.models import PlanVersion

LUNG = "lung"  # of the question "conditions" of the form (domain sheet, 5.3: RF24)
LUNG_WORDS = "Asthma, COPD or other lung disease"


def peer_facts(plan: PlanVersion) -> dict[str, Any]:
    """Return what ``policy.peer_and_lungs`` asks about the person of ``plan`` and its author."""
    before = PlanVersion.objects.filter(patient=plan.patient_id, state__in=sorted(WAS_IN_FORCE)).exclude(pk=plan.pk)
    return {
        "is_first": not before.exists(),
        "lung_answer": lung_answer(plan.patient_id),
        "author_name": plan.author.name,
    }


def lung_answer(patient: Any) -> str:
    """Return what the newest form that was sent says of lung disease; "not sure" counts, and nothing is empty."""
    newest = IntakeVersion.objects.filter(intake__patient=patient).order_by("-at").first()
    said = (newest.answers.get("conditions") or []) if newest else []
    if LUNG in said:
        return LUNG_WORDS
    return "Not sure, or would rather tell the doctor" if set(UNCLEAR) & set(said) else ""


def decision_for(plan: PlanVersion, today: date) -> TeamDecision | None:
    """Return the team's decision that carries ``plan``: the one it was supported with, else the newest that supports."""
    if plan.decision is not None:
        return plan.decision
    day = max(plan.starts_on or today, today)
    return TeamDecision.objects.supporting(plan.patient_id, day).first()


def team_points(plan: PlanVersion, decision: TeamDecision | None, today: date) -> list[str]:
    """Return what keeps the team's decision from carrying ``plan`` on the day it starts."""
    told = (decision.outcome, decision.held_on, decision.valid_until) if decision else (None, None, None)
    return policy.team_points(*told, starts_on=plan.starts_on or today, today=today)


def given(patient: Any) -> set[str]:
    """Return the purposes to which ``patient`` has said yes, and not no since."""
    newest = Consent.objects.newest().filter(patient=patient)
    return {each.purpose for each in newest if each.given}


def consent_points(plan: PlanVersion) -> list[str]:
    """Return which consents of ``plan`` are not given."""
    return policy.consent_points(policy.consents_needed(plan.said), given(plan.patient_id))


def activation_points(plan: PlanVersion, today: date) -> list[str]:
    """Return every point that keeps ``plan`` from being active from ``today``, in words a doctor can act on."""
    if plan.state not in SIGNED:
        return []
    points = policy.author_points(plan.author.name, plan.author.verified_on, today)
    points += policy.peer_and_lungs(plan.said, today=today, **peer_facts(plan)).values()
    points += supported_still(plan, today)
    points += consent_points(plan)
    points += policy.agreement_points(plan.state in AGREED_ON)
    if plan.review_on and plan.review_on < today:
        points.append("The review of this version is overdue. Review it, and write a new version with a later day.")
    return points


def supported_still(plan: PlanVersion, today: date) -> list[str]:
    """Return what keeps the team from carrying ``plan`` now: the newest decision counts, not the one it began with."""
    day = max(plan.starts_on or today, today)
    newest = TeamDecision.objects.supporting(plan.patient_id, day).first()
    return team_points(plan, newest, today)
