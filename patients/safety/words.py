"""Reports and assessments as rows of a summary list."""

from typing import Any

from django.db import models

from clinic.db.clock import day_text
from patients.safety import terms
from patients.safety.enums import Grade, Hospital, HowBad, Seriousness, Taking, YellowCard
from patients.safety.models import AdverseEvent, Assessment

PLAIN = {"In their words": "In your words", "Medicine, as they call it": "Medicine, as you call it"}


def began(event: AdverseEvent) -> str:
    """Return the day it began."""
    return f"{'about ' if event.is_about else ''}{day_text(event.started_on)}"


def over(event: AdverseEvent) -> str:
    """Return whether it is over."""
    if event.is_ongoing:
        return "It is still there"
    return f"Ended {day_text(event.ended_on)}" if event.ended_on else "It is over"


def reported(event: AdverseEvent, *, in_plain_words: bool) -> list[dict[str, str]]:
    """Return what was reported."""
    rows = {
        "What it was": terms.words(event.terms, in_plain_words=in_plain_words),
        "In their words": event.description,
        "Began": began(event),
        "Over or not": over(event),
        "How bad at its worst": f"“{_label(HowBad, event.how_bad)}”" if event.how_bad else "",
        "In hospital because of it": _label(Hospital, event.hospital),
        "Medicine, as they call it": event.product,
        "Batch number": event.batch,
        "Still taking it": _label(Taking, event.taking),
        "What was done": event.done,
    }
    return _rows({PLAIN.get(key, key) if in_plain_words else key: value for key, value in rows.items()})


def assessed(made: Assessment) -> list[dict[str, str]]:
    """Return what a clinician signed."""
    rows = {
        "Terms": made.terms_text,
        "Severity": Grade(made.grade).label,
        "Seriousness": "; ".join(Seriousness(each).label for each in made.seriousness) or "None",
        "Related to the medicine": made.get_relatedness_display(),
        "Action taken": made.get_action_display(),
        "Outcome": made.get_outcome_display(),
        "Yellow Card": _yellow_card(made),
        "GP informed": day_text(made.gp_informed_on) if made.gp_informed_on else "Not yet",
        "Notes": made.notes,
    }
    return _rows(rows)


def _yellow_card(made: Assessment) -> str:
    if made.yellow_card == YellowCard.SUBMITTED and made.yellow_card_on:
        return f"Submitted {day_text(made.yellow_card_on)}, reference {made.yellow_card_reference}"
    return f"Not needed: {made.yellow_card_why}" if made.yellow_card == YellowCard.NOT_NEEDED else "To do"


def _rows(said: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in said.items()]


def _label(choices: type[models.TextChoices], value: str) -> Any:
    return choices(value).label if value else ""
