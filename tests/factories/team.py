"""Meetings of the team, cases and conclusions for tests."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from clinic.db.clock import uk_day
from patients.teamreview import actions
from patients.teamreview.actions import Discussion
from patients.teamreview.models import TeamCase
from patients.teamreview.policy import Attendee
from tests.factories.people import NOW

SUMMARY = "Aged 46. Pain in both legs in MS for six years; three treatments tried, none helped or was borne."
QUESTION = "A trial under close watch is proposed. Does the team agree?"
SAID = {
    "options": "No new treatment; another licensed one; a trial.",
    "risks": "A brother with psychosis. Falls.",
    "discussion": "The neurologist asked about falls; the pharmacist about interactions. All agreed on a trial.",
    "dissent": "",
    "conditions": "",
}
PHARMACIST = Attendee("Nora Example", "pharmacist")


def meeting(chair, *members, at=NOW, days=3):
    """A meeting planned so many ``days`` after ``at``."""
    return actions.plan_meeting(chair, members, at + timedelta(days=days), key=uuid4(), at=at)


def brought(patient, proposer, at=NOW, summary=SUMMARY, question=QUESTION):
    """A case that waits for a meeting."""
    return actions.bring(patient, proposer, summary=summary, question=question, key=uuid4(), at=at)


def listed(patient, proposer, other, at=NOW):
    """A case on the agenda of a meeting of the proposer and another clinician."""
    case = brought(patient, proposer, at)
    actions.list_case(case, meeting(proposer, other, at=at), by=proposer.user, at=at)
    return TeamCase.objects.get(pk=case.pk)


def discussion(proposer, held_on, outcome="supported", attendees=None, valid_for=365, **said):
    """What a form of a discussion holds: enough to sign."""
    who = [Attendee(proposer.name, "pain", proposer.pk), PHARMACIST] if attendees is None else attendees
    until = held_on + timedelta(days=valid_for) if outcome in {"supported", "conditions"} else None
    return Discussion(held_on, who, SAID | said, outcome, until)


def concluded(patient, proposer, other, at=NOW, held_on=None, **more):
    """What a team concluded about a case, at ``at``; it met that day, or on ``held_on``."""
    case = listed(patient, proposer, other, at)
    said = discussion(proposer, held_on or uk_day(at), **more)
    return actions.conclude(case, said, proposer, by=proposer.user, at=at)


def form(*clinicians, outcome="supported", until=None, **changes):
    """The form of a discussion as a browser sends it, with everybody there as a neurologist, and a pharmacist."""
    last = until or timezone.localdate() + timedelta(days=300)
    today = timezone.localdate()
    roles = {f"role-{each.pk}": "neurologist" for each in clinicians}
    dates = {
        f"{name}_{part}": getattr(day, part)
        for name, day in {"held_on": today, "valid_until": last}.items()
        for part in ("day", "month", "year")
    }
    other = {"other-1": PHARMACIST.name, "other-role-1": PHARMACIST.role}
    return {"key": uuid4(), "outcome": outcome, **SAID, **roles, **dates, **other} | changes
