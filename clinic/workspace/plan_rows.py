"""A plan's versions as the pages show them: read with their moves and reasons, and turned into rows."""

from typing import Any

from django.db.models import Prefetch

from clinic.db.clock import day_text, when_text
from clinic.workspace.names import named
from patients.consents.models import Consent
from patients.profile.models import Patient
from patients.treatment import policy, words
from patients.treatment.enums import State
from patients.treatment.models import PlanReason, PlanVersion, PlanVersionStateChange

TONES = {
    State.DRAFT: "warning",
    State.TEAM_PENDING: "warning",
    State.SUPPORTED: "warning",
    State.AGREED: "warning",
    State.ACTIVE: "done",
    State.PAUSED: "danger",
    State.STOPPED: "danger",
    State.SUPERSEDED: "",
    State.DISCARDED: "",
}


def versions_for(user: Any) -> Any:
    """Return the versions that ``user`` may read with all that their rows need: three queries, however many there are."""
    steps = PlanVersionStateChange.objects.visible_to(user).select_related("by__clinician")
    reasons = PlanReason.objects.visible_to(user).select_related("clinician")
    own = PlanVersion.objects.visible_to(user).select_related("patient", "author", "decision", "copied_from")
    return own.prefetch_related(Prefetch("state_changes", steps), Prefetch("reasons", reasons))


def lines(found: PlanVersion) -> list[tuple[str, str]]:
    """Return all that a version says."""
    return words.described(found.said, starts_on=found.starts_on, review_on=found.review_on)


def row(found: PlanVersion) -> dict[str, Any]:
    """Return a version as a list shows it."""
    return {
        "pk": found.pk,
        "number": found.number,
        "state": found.get_state_display(),
        "tone": TONES[State(found.state)],
        "by": found.author.name,
        "is_draft": found.state == State.DRAFT,
        "steps": [
            {"to": State(step.to_state).label, "when": when_text(step.at), "by": named(step.by)}
            for step in found.state_changes.all()
        ],
        "reasons": [
            {"what": each.get_to_state_display(), "when": when_text(each.at), "by": each.clinician.name,
             "why": each.why, "told": each.told}
            for each in found.reasons.all()
        ],
    }  # fmt: skip


def shown(found: PlanVersion, user: Any) -> dict[str, Any]:
    """Return a version with all it says, and what the team and the patient said to it; in one query more."""
    decision = found.decision
    newest = {
        each.purpose: each.said for each in Consent.objects.visible_to(user).newest().filter(patient=found.patient_id)
    }
    consents = (
        f"{each.label}: {newest.get(each.value, 'Not asked yet')}" for each in policy.consents_needed(found.said)
    )
    team = f"{decision.get_outcome_display()}, {day_text(decision.held_on)}" if decision else ""
    conditions = decision.said.get("conditions", "") if decision else ""
    agreed = f"{found.agreed_name}, {when_text(found.agreed_at)}" if found.agreed_at else ""
    return row(found) | {
        "rows": [{"key": label, "value": text} for label, text in lines(found)],
        "sums": [{"key": label, "value": text} for label, text in words.sums(found.lines)],
        "stands": [
            {"key": "Team", "value": team},
            *([{"key": "The team’s conditions", "value": conditions}] if conditions else []),
            {"key": "Agreed by the patient", "value": agreed},
            {"key": "Consents that go with it", "value": "\n".join(consents)},
        ],
    }


def history(found: PlanVersion, versions: list[PlanVersion]) -> dict[str, Any]:
    """Return a version as the history shows it, with what it says differently from the one it was copied from."""
    before = next((each for each in versions if each.pk == found.copied_from_id), None)
    changed = policy.changed(lines(before), lines(found)) if before else []
    return row(found) | {
        "before": before.number if before else None,
        "changed": [{"label": label, "was": was, "now": now} for label, was, now in changed],
    }


def for_the_gp(user: Any, patient: Patient) -> dict[str, str]:
    """Return what a letter to the GP says first of the plan: the products with their most a day, and the review's day."""
    told = [State.ACTIVE, State.PAUSED, State.STOPPED]
    found = PlanVersion.objects.visible_to(user).filter(patient=patient, state__in=told).first()
    if found is None:
        return {}
    title = f"From the treatment plan, version {found.number} ({found.get_state_display().lower()}):"
    said = [text for label, text in lines(found) if label.startswith("Product") and text]
    return {"plan": "\n".join([title, *said]), "review": day_text(found.review_on) if found.review_on else ""}
