"""The states of an intake, and the levels of a red flag."""

from django.db import models


class IntakeState(models.TextChoices):
    """From the first answer to the clinician's decision."""

    DRAFT = "draft", "Not sent yet"
    SUBMITTED = "submitted", "Waiting for a specialist"
    IN_REVIEW = "in_review", "A specialist is reading it"
    MORE_ASKED = "more_asked", "Waiting for the patient’s answer"
    DECIDED = "decided", "Decided"


MOVES: dict[str, frozenset[str]] = {
    IntakeState.DRAFT: frozenset({IntakeState.SUBMITTED}),
    IntakeState.SUBMITTED: frozenset({IntakeState.IN_REVIEW}),
    IntakeState.IN_REVIEW: frozenset({IntakeState.MORE_ASKED, IntakeState.DECIDED}),
    IntakeState.MORE_ASKED: frozenset({IntakeState.SUBMITTED, IntakeState.IN_REVIEW}),
}
WITH_THE_CLINIC = frozenset({IntakeState.SUBMITTED, IntakeState.IN_REVIEW, IntakeState.MORE_ASKED})


class Level(models.TextChoices):
    """How loudly a red flag is shown. They highlight; they decide nothing."""

    EMERGENCY = "E", "Emergency"
    RED = "R", "Red"
    AMBER = "A", "Amber"
    INFO = "I", "Information"


LOUDEST_FIRST = [Level.EMERGENCY, Level.RED, Level.AMBER, Level.INFO]
