"""The states of a set of questions, how it stands for whoever opens it, and who gave the answers."""

from django.db import models


class State(models.TextChoices):
    """From the asking to the end. That its time is over is told by the clock; ``expired`` is written when it is asked anew."""

    ASKED = "asked", "Not answered yet"
    ANSWERED = "answered", "Answered"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Not answered in time"


MOVES: dict[str, frozenset[str]] = {
    State.ASKED: frozenset({State.ANSWERED, State.WITHDRAWN, State.EXPIRED}),
}


class Standing(models.TextChoices):
    """How it stands at an instant, in words for staff."""

    EARLY = "early", "Not open yet"
    OPEN = "open", "Open for answers"
    ANSWERED = "answered", "Answered"
    WITHDRAWN = "withdrawn", "Withdrawn"
    LATE = "late", "Not answered in time"


class Moment(models.TextChoices):
    """When answers were given."""

    BASELINE = "baseline", "In the form before a first assessment"
    REVIEW_FORM = "review_form", "In the form before a review"
    REVIEW = "review", "In the questions before a review"


class DoneBy(models.TextChoices):
    """Who gave the answers (shown beside them: domain 4.3)."""

    SELF = "self", "I did, on my own"
    HELPED = "helped", "I did, and somebody helped me"
    OTHER = "other", "Somebody else, for me"
