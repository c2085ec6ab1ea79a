"""What is serious, what opens an incident, what keeps something open. Fixed rules; pure.

They decide nothing: they say what a clinician is shown today (domain 6.7, 6.8).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinic.db.workdays import next_open, workdays_after
from patients.safety.enums import Grade, HowBad, YellowCard
from patients.safety.terms import CALL_999, PSYCHOSIS, SELF_HARM

URGENT_WITHIN = timedelta(minutes=30)  # of the team being at work, as urgent answers in the form (domain, decision 2)
LOOKED_AT_WITHIN = 2  # workdays (domain 7.6: messages may not be read for 2 working days)
WORST = frozenset({HowBad.NOT_MYSELF, HowBad.IN_DANGER})


@dataclass(frozen=True)
class Emergency:
    """Which card a person is shown at once."""

    call_999: bool
    crisis: bool

    def __bool__(self) -> bool:
        return self.call_999 or self.crisis


def emergency_of(terms: Collection[str], how_bad: str, hospital: str) -> Emergency:
    """Return which card what somebody reports asks for."""
    at_risk = how_bad in WORST or hospital == "yes" or bool(CALL_999.intersection(terms))
    return Emergency(call_999=at_risk, crisis=bool(SELF_HARM.intersection(terms)))


def report_is_serious(terms: Collection[str], how_bad: str, hospital: str) -> bool:
    """Tell whether a report is looked at today: the two worst sentences, hospital, or a term of an emergency or a crisis."""
    return bool(emergency_of(terms, how_bad, hospital)) or opens_an_incident(None, terms)


def assessment_is_serious(grade: int, seriousness: Collection[str]) -> bool:
    """Tell whether an assessment is serious: grade 3 or more, or any seriousness (domain 6.7)."""
    return grade >= Grade.SEVERE or bool(seriousness)


def opens_an_incident(grade: int | None, terms: Collection[str]) -> bool:
    """Tell whether an incident is opened with it: grade 4 or 5, psychosis, self-harm (domain 6.7)."""
    return (grade or 0) >= Grade.LIFE_THREATENING or bool((PSYCHOSIS | SELF_HARM).intersection(terms))


def look_due(at: datetime, *, is_serious: bool) -> datetime:
    """Return by when a clinician looks at what was reported at ``at``."""
    return next_open(at) + URGENT_WITHIN if is_serious else workdays_after(at, LOOKED_AT_WITHIN)


def began_wrongly(started_on: date, ended_on: date | None, *, born: date, today: date) -> str:
    """Return what is wrong with the days of an event, or nothing."""
    if started_on > today or (ended_on and ended_on > today):
        return "The day must be today or in the past."
    if started_on < born:
        return "The day must be after the person was born."
    return "The day it ended must be after the day it began." if ended_on and ended_on < started_on else ""


def keeps_event_open(*, assessed: bool, hold_waits: bool, yellow_card: str) -> list[str]:
    """Return why an event cannot be closed; empty where it can."""
    reasons = []
    if not assessed:
        reasons.append("Assess it first.")
    if hold_waits:
        reasons.append("Decide first whether the next prescription is held.")
    if yellow_card == YellowCard.TO_DO:
        reasons.append("The Yellow Card is still to do: submit it, or write why it is not needed.")
    return reasons


def wrong_with_yellow_card(state: str, why: str, on: date | None, reference: str, *, today: date) -> dict[str, str]:
    """Return what is wrong with what is said of the Yellow Card, by field; empty where nothing is."""
    wrong = {}
    if state == YellowCard.NOT_NEEDED and not why.strip():
        wrong["yellow_card_why"] = "Write why no Yellow Card is needed"
    if state == YellowCard.SUBMITTED:
        if on is None:
            wrong["yellow_card_on"] = "Enter the day on which the Yellow Card was submitted"
        if not reference.strip():
            wrong["yellow_card_reference"] = "Enter the reference that the MHRA gave"
    elif on or reference.strip():
        wrong["yellow_card"] = "Choose “Submitted”, or leave its day and reference empty"
    if on and on > today:
        wrong["yellow_card_on"] = "The day of the Yellow Card must be today or in the past"
    return wrong
