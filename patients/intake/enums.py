"""The states of an intake, and the levels of a red flag."""

from django.db import models


class IntakeState(models.TextChoices):
    """From the first answer to the clinician's decision."""

    DRAFT = "draft", "Not sent yet"
    SUBMITTED = "submitted", "Waiting for a specialist"
    IN_REVIEW = "in_review", "A specialist is reading it"
    DECIDED = "decided", "Decided"


MOVES: dict[str, frozenset[str]] = {
    IntakeState.DRAFT: frozenset({IntakeState.SUBMITTED}),
    IntakeState.SUBMITTED: frozenset({IntakeState.IN_REVIEW}),
    IntakeState.IN_REVIEW: frozenset({IntakeState.DECIDED}),
}


class Level(models.TextChoices):
    """How loudly a red flag is shown. They highlight; they decide nothing."""

    EMERGENCY = "E", "Emergency"
    RED = "R", "Red"
    AMBER = "A", "Amber"
    INFO = "I", "Information"


LOUDEST_FIRST = [Level.EMERGENCY, Level.RED, Level.AMBER, Level.INFO]
