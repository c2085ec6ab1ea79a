"""Side effects and an incident of the demonstration: Amina is invented, and so is all of it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from clinic.accounts.models import User
from clinic.staff.models import Clinician
from patients.incidents import actions as incidents
from patients.profile.models import Patient
from patients.safety import actions as events
from patients.safety.enums import (
    Action,
    EventOutcome,
    Grade,
    Hospital,
    HowBad,
    Relatedness,
    ReportedBy,
    Taking,
    YellowCard,
)

DIZZY: dict[str, Any] = {
    "terms": ["dizziness", "dry_mouth"],
    "description": "I felt dizzy when I got up, and my mouth was dry.",
    "is_about": True,
    "is_ongoing": False,
    "how_bad": HowBad.LESS,
    "hospital": Hospital.NO,
    "taking": Taking.YES,
    "done": "I sat down until it was over.",
    "product": "The drops my old clinic gave me",
    "batch": "",
}
FALL = DIZZY | {
    "terms": ["fall"],
    "description": "I fell in the kitchen. Nothing is broken.",
    "is_about": False,
    "done": "My neighbour helped me up.",
}
ASSESSED: dict[str, Any] = {
    "terms": ["dizziness", "dry_mouth"],
    "grade": Grade.MODERATE,
    "seriousness": [],
    "relatedness": Relatedness.POSSIBLE,
    "action": Action.NONE,
    "outcome": EventOutcome.RECOVERED,
    "yellow_card": YellowCard.NOT_NEEDED,
    "yellow_card_why": "The clinic that gave the drops has sent one.",
    "yellow_card_on": None,
    "yellow_card_reference": "",
    "gp_informed_on": None,
    "notes": "Standing up slowly was talked about.",
}


def tell(amina: Patient, okafor: Clinician, reception: User, today: date, at: datetime) -> None:
    """Write down one event that was assessed, one that waits, and an incident without an owner."""
    week = timedelta(days=7)
    old = _report(amina, DIZZY, today - 2 * week, at - week)
    events.assess(old, okafor, ASSESSED, key=uuid4(), seen=None, by=okafor.user, at=at - week + timedelta(hours=2))
    _report(amina, FALL, today - timedelta(days=1), at - timedelta(hours=2))
    happened = {
        "happened_on": today - timedelta(days=3),
        "what_happened": "A letter was put into the envelope of somebody else. It was noticed before it was posted.",
        "immediate_action": "Both envelopes were opened and packed again.",
    }
    incidents.report(happened, patient=None, key=uuid4(), by=reception, at=at - timedelta(days=3))


def _report(amina: Patient, facts: dict[str, Any], day: date, at: datetime) -> Any:
    told = facts | {"started_on": day, "ended_on": day}
    return events.report(amina, told, ReportedBy.PATIENT, key=uuid4(), by=amina.user, at=at)
