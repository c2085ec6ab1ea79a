"""What a patient can ask of us about their data, and how it stands."""

from django.db import models


class Kind(models.TextChoices):
    """To put something right (UK GDPR Art 16), or to complain of how we use their data (DUAA 2025, s.103)."""

    CORRECTION = "correction", "Something to put right"
    COMPLAINT = "complaint", "A complaint about your data"


class State(models.TextChoices):
    """From the form to our answer, in words to the patient."""

    RECEIVED = "received", "We have it"
    ACKNOWLEDGED = "acknowledged", "We are looking into it"
    ANSWERED = "answered", "Answered"


# An answer tells that it was received as well: it may come without the step between.
MOVES: dict[str, frozenset[str]] = {
    State.RECEIVED: frozenset({State.ACKNOWLEDGED, State.ANSWERED}),
    State.ACKNOWLEDGED: frozenset({State.ANSWERED}),
}
