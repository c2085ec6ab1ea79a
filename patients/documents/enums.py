"""What a document is, what it is made of, and its states."""

from django.db import models


class Kind(models.TextChoices):
    """What somebody says a document is."""

    GP_SUMMARY = "gp_summary", "A summary from your GP"
    LETTER = "letter", "A letter from a clinic or hospital"
    TEST = "test", "A scan or test result"
    PHOTO_ID = "photo_id", "Photo ID, like a passport or driving licence"
    OTHER = "other", "Something else"


SHORT = {
    Kind.GP_SUMMARY: "GP summary",
    Kind.LETTER: "Letter",
    Kind.TEST: "Scan or test result",
    Kind.PHOTO_ID: "Photo ID",
    Kind.OTHER: "Something else",
}


class Made(models.TextChoices):
    """What a file is made of, by its content; the value is its media type."""

    PDF = "application/pdf", "PDF"
    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"


class State(models.TextChoices):
    """From the upload to the end. What ended has no file any more; its row stays."""

    WAITING = "waiting", "Waiting for a virus check"
    UNSCANNED = "unscanned", "Not checked for viruses"
    CLEAN = "clean", "Checked for viruses"
    REFUSED = "refused", "Refused: the virus check found something"
    REMOVED = "removed", "Removed"
    DELETED = "deleted", "Image deleted: photo ID is kept for a short time only"


READABLE = frozenset({State.UNSCANNED, State.CLEAN})
WITH_A_FILE = READABLE | {State.WAITING}
TO_SCAN = frozenset({State.WAITING, State.UNSCANNED})

MOVES: dict[str, frozenset[str]] = {
    State.WAITING: frozenset({State.CLEAN, State.REFUSED, State.UNSCANNED, State.REMOVED}),
    State.UNSCANNED: frozenset({State.CLEAN, State.REFUSED, State.REMOVED, State.DELETED}),
    State.CLEAN: frozenset({State.REMOVED, State.DELETED}),
}


class Misfiled(models.TextChoices):
    """Why staff take a document out of a record. No words of their own: they could name the other person."""

    ANOTHER = "another", "It belongs to another patient"
    NOBODY = "nobody", "It belongs to nobody we know"
    NO_DOCUMENT = "no_document", "It is no document for a record"


class IdKind(models.TextChoices):
    """Photo ID that is looked at."""

    PASSPORT = "passport", "Passport"
    LICENCE = "licence", "Driving licence"
    CARD = "card", "Identity card or residence permit"
    PASS = "pass", "Proof of age card"
