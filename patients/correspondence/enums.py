"""The states of a letter to a GP, what it follows, and how it goes."""

from django.db import models


class State(models.TextChoices):
    """From the first draft until the practice says it has it."""

    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved, not sent yet"
    SENT = "sent", "Sent"
    ACKNOWLEDGED = "acknowledged", "Sent, and the practice has it"
    WITHDRAWN = "withdrawn", "Withdrawn, not sent"


MOVES: dict[str, frozenset[str]] = {
    State.DRAFT: frozenset({State.APPROVED}),
    State.APPROVED: frozenset({State.SENT, State.WITHDRAWN}),
    State.SENT: frozenset({State.ACKNOWLEDGED}),
}
OUT = frozenset({State.SENT, State.ACKNOWLEDGED})
OPEN = (State.DRAFT, State.APPROVED, State.SENT)  # not finished: to write, to send, to hear of


class About(models.TextChoices):
    """What it is written about."""

    CONSULTATION = "consultation", "After a consultation"
    CHANGE = "change", "About a change"


class Method(models.TextChoices):
    """How staff sent it. This software sends none: plain e-mail is not secure enough (domain.md 6.10)."""

    POST = "post", "Post"
    SECURE_EMAIL = "secure_email", "NHSmail or other secure email"
    BY_HAND = "by_hand", "By hand"
    PORTAL = "portal", "The practice’s own portal"


class Sharing(models.TextChoices):
    """What the patient has said about writing to their GP."""

    YES = "yes", "Yes"
    NO = "no", "No"
    NOT_ASKED = "not_asked", "Not answered yet"
