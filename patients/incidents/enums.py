"""The words of incidents, and the table of moves."""

from django.db import models


class State(models.TextChoices):
    """From the report to the closing. A closed one can be opened again, with a reason."""

    OPEN = "open", "Open"
    INVESTIGATING = "investigating", "Being investigated"
    CLOSED = "closed", "Closed"


MOVES: dict[str, frozenset[str]] = {
    State.OPEN: frozenset({State.INVESTIGATING}),
    State.INVESTIGATING: frozenset({State.CLOSED}),
    State.CLOSED: frozenset({State.INVESTIGATING}),
}


class Harm(models.TextChoices):
    """The level of harm."""

    NONE = "none", "None"
    LOW = "low", "Low"
    MODERATE = "moderate", "Moderate"
    SEVERE = "severe", "Severe"
    DEATH = "death", "Death"


class Needed(models.TextChoices):
    """A check that is to be made: until it is answered an incident stays open."""

    TO_CHECK = "to_check", "Still to check"
    YES = "yes", "Needed"
    NO = "no", "Not needed"
