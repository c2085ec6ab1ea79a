"""What the record of a team's discussion must say, for how long it holds, and the first draft of a case. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from clinic.db.clock import day_text, months_after, uk_day
from patients.consultations.policy import Line, indication_text
from patients.correspondence.policy import marked, of_form
from patients.teamreview.enums import SUPPORTING, Outcome, Role

SHORTEST_DISCUSSION = 50  # characters: a regulator has faulted records without detail (domain sheet, 6.3 and 6.9)
SHORTEST_SUMMARY = 50
FEWEST_ATTENDEES = 2
MONTHS_VALID = 12  # at most
REMIND_BEFORE = timedelta(days=30)
DISCUSSED_WITHIN = timedelta(days=7)  # patients are told to expect 2 to 7 days (domain sheet, 3.1)
LONGEST_TEXT = 10_000
LONGEST_NAME = 120
MOST_OTHERS = 4
# What of the form stands in a case, by the names of its questions.
FROM_FORM = ("diagnosed", "diagnosed_by", "diagnosed_on", "tried_any", "tried", "takes_medicines", "medicines")

WORDS = {
    "options": "Options considered",
    "risks": "Risks and flags discussed",
    "discussion": "Discussion",
    "dissent": "Who disagreed, and why",
    "conditions": "Conditions",
}
ASK = {
    "options": "Write what stands under “Options considered”",
    "risks": "Write what stands under “Risks and flags discussed”",
    "discussion": f"Write what was discussed, in at least {SHORTEST_DISCUSSION} characters",
}


@dataclass(frozen=True)
class Attendee:
    """Somebody who took part: a clinician of ours (``clinician``) or somebody from outside, with their role."""

    name: str
    role: str
    clinician: UUID | None = None

    @property
    def as_stored(self) -> dict[str, str]:
        """The row as it is kept."""
        return {"name": self.name, "role": self.role, "clinician": str(self.clinician or "")}

    @property
    def text(self) -> str:
        """The name with the role, in words."""
        return f"{self.name} ({Role(self.role).label})"


def latest_valid_until(held_on: date) -> date:
    """Return the last day on which a decision of ``held_on`` can hold: 12 months later (29 February: 28 February)."""
    return months_after(held_on, MONTHS_VALID)


def gaps(
    outcome: str,
    said: Mapping[str, str],
    attendees: Sequence[Attendee],
    *,
    proposer: UUID,
    held_on: date,
    valid_until: date | None,
    today: date,
) -> dict[str, str]:
    """Return by field what the record of a discussion lacks, in words a doctor can act on.

    ``proposer`` is the clinician who brought the case: they cannot decide alone (GMC; domain sheet, 6.3).
    """
    found = {}
    if held_on > today:
        found["held_on"] = "The meeting cannot be later than today"
    if words := _attendance(attendees, proposer):
        found["attendees"] = words
    for name in ("options", "risks"):
        if not said.get(name, "").strip():
            found[name] = ASK[name]
    if len(said.get("discussion", "").strip()) < SHORTEST_DISCUSSION:
        found["discussion"] = ASK["discussion"]
    if outcome == Outcome.CONDITIONS and not said.get("conditions", "").strip():
        found["conditions"] = "You chose “Supported with conditions”: write the conditions"
    return found | _validity(outcome, held_on, valid_until)


def _attendance(attendees: Sequence[Attendee], proposer: UUID) -> str:
    names = {each.name.casefold() for each in attendees}
    if len(names) < FEWEST_ATTENDEES:
        return f"A team is at least {FEWEST_ATTENDEES} people: say who took part, with their roles"
    if all(each.clinician == proposer for each in attendees):
        return "The doctor who brought the case cannot decide alone: say who else took part"
    return ""


def _validity(outcome: str, held_on: date, valid_until: date | None) -> dict[str, str]:
    if outcome not in SUPPORTING:
        return {}
    if valid_until is None:
        return {"valid_until": "Enter until when this holds"}
    if valid_until <= held_on:
        return {"valid_until": "This must be later than the day of the meeting"}
    if valid_until > (latest := latest_valid_until(held_on)):
        return {"valid_until": f"A team review holds for {MONTHS_VALID} months at most: until {day_text(latest)}"}
    return {}


def is_valid(outcome: str, valid_until: date | None, on: date) -> bool:
    """Tell whether a decision supports something on the day ``on``; its last day counts."""
    return outcome in SUPPORTING and valid_until is not None and on <= valid_until


def first_summary(
    *,
    about: str,
    note_said: Mapping[str, Any] | None,
    noted_at: datetime | None,
    record: Iterable[Mapping[str, Any]],
    sent_at: datetime | None,
    flags: Iterable[str],
    measures: Iterable[str],
) -> str:
    """Return a case as it stands in the record, each part with where it comes from, for the clinician to edit.

    ``about`` is one line on the person; ``flags`` and ``measures`` are lines as the record shows them. Nothing is
    worked out.
    """
    said = note_said or {}
    source = f"From the note of {day_text(uk_day(noted_at))}:" if noted_at else ""
    note = "\n".join(filter(None, (indication_text(said), said.get("history", ""))))
    parts = [
        about,
        marked(source, note),
        of_form(record, sent_at, FROM_FORM),
        marked("Red flags of the form, with what was answered:", "\n".join(flags)),
        marked("How they have been:", "\n".join(measures)),
    ]
    return "\n\n".join(filter(None, parts))


def lines(said: Mapping[str, str]) -> list[Line]:
    """Return what was written about a discussion, in its order; what is empty is left out."""
    return [Line(label, said[name]) for name, label in WORDS.items() if said.get(name, "").strip()]
