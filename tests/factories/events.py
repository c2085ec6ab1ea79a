"""Adverse events and incidents, for tests."""

from datetime import date
from uuid import uuid4

from patients.incidents import actions as incidents
from patients.safety import actions as events
from patients.safety.enums import ReportedBy
from tests.factories.people import NOW

BEGAN = date(2026, 11, 20)
REPORT = {
    "terms": ["dizziness"],
    "description": "My head was going round.",
    "started_on": BEGAN,
    "is_about": False,
    "is_ongoing": True,
    "ended_on": None,
    "how_bad": "less",
    "hospital": "no",
    "taking": "yes",
    "done": "I lay down.",
    "product": "The drops",
    "batch": "B1",
}
ASSESSMENT = {
    "terms": ["dizziness"],
    "grade": 2,
    "seriousness": [],
    "relatedness": "possible",
    "action": "none",
    "outcome": "recovering",
    "yellow_card": "not_needed",
    "yellow_card_why": "Not a suspected reaction",
    "yellow_card_on": None,
    "yellow_card_reference": "",
    "gp_informed_on": None,
    "notes": "",
}
INCIDENT = {"happened_on": BEGAN, "what_happened": "The wrong letter was sent.", "immediate_action": "We called."}
ENTRY = {
    "note": "",
    "owner": None,
    "harm": "low",
    "candour": "no",
    "candour_why": "No harm above low",
    "candour_on": None,
    "cqc": "no",
    "cqc_why": "Not a notifiable event",
    "cqc_on": None,
    "cqc_reference": "",
    "learning": "Two letters were in one envelope.",
    "changed": "Letters are packed one by one.",
}


def reported(patient, by=None, who=ReportedBy.PATIENT, at=NOW, **changes):
    """An event that was reported."""
    return events.report(patient, REPORT | changes, who, key=uuid4(), by=by or patient.user, at=at)


def serious(patient, **changes):
    """One with the words for the worst."""
    return reported(patient, how_bad="in_danger", **changes)


def assessed(event, clinician, at=NOW, seen=None, **changes):
    """The assessment that a clinician signs."""
    facts = ASSESSMENT | changes
    return events.assess(event, clinician, facts, key=uuid4(), seen=seen, by=clinician.user, at=at)


def incident(by, patient=None, at=NOW, **changes):
    """An incident that was reported."""
    return incidents.report(INCIDENT | changes, patient=patient, key=uuid4(), by=by, at=at)


def entry(found, by, at=NOW, seen=None, **changes):
    """What somebody writes down about an incident."""
    return incidents.write_entry(found, ENTRY | changes, key=uuid4(), seen=seen, by=by, at=at)


def now(record):
    """The row as it stands."""
    return type(record).objects.get(pk=record.pk)
