"""Meetings of the team, the cases brought to them, and what a meeting can conclude (domain sheet, 3.1 and 6.3)."""

from django.db import models


class MeetingState(models.TextChoices):
    """A meeting is planned until a case was discussed at it."""

    PLANNED = "planned", "Planned"
    HELD = "held", "Held"
    CANCELLED = "cancelled", "Cancelled"


MEETING_MOVES: dict[str, frozenset[str]] = {
    MeetingState.PLANNED: frozenset({MeetingState.HELD, MeetingState.CANCELLED}),
}


class CaseState(models.TextChoices):
    """Where a case is. One that was deferred waits again."""

    SUBMITTED = "submitted", "Waits for a meeting"
    LISTED = "listed", "On an agenda"
    DISCUSSED = "discussed", "Discussed"
    WITHDRAWN = "withdrawn", "Withdrawn"


CASE_MOVES: dict[str, frozenset[str]] = {
    CaseState.SUBMITTED: frozenset({CaseState.LISTED, CaseState.WITHDRAWN}),
    CaseState.LISTED: frozenset({CaseState.SUBMITTED, CaseState.DISCUSSED, CaseState.WITHDRAWN}),
}
OPEN = frozenset({CaseState.SUBMITTED, CaseState.LISTED})


class Outcome(models.TextChoices):
    """What the team concluded."""

    SUPPORTED = "supported", "Supported"
    CONDITIONS = "conditions", "Supported with conditions"
    NOT_SUPPORTED = "not_supported", "Not supported"
    DEFERRED = "deferred", "Deferred"


SUPPORTING = frozenset({Outcome.SUPPORTED, Outcome.CONDITIONS})


class Role(models.TextChoices):
    """In which role somebody took part."""

    NEUROLOGIST = "neurologist", "Neurologist"
    PAIN = "pain", "Pain medicine specialist"
    FACIAL = "facial", "Facial pain or oral medicine specialist"
    PSYCHIATRIST = "psychiatrist", "Psychiatrist"
    PHARMACIST = "pharmacist", "Pharmacist"
    NURSE = "nurse", "Nurse"
    PSYCHOLOGIST = "psychologist", "Psychologist"
    PHYSIO = "physio", "Physiotherapist"
    GP = "gp", "GP"
    OTHER = "other", "Another professional"
