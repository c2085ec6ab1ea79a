"""What a clinician can decide after reading an intake, and what they say about what they found."""

from django.db import models


class Outcome(models.TextChoices):
    """The decision is about seeing the person, never about a medicine."""

    PROCEED = "proceed", "Proceed to the visit"
    MORE_INFORMATION = "more_information", "More information needed"
    FACE_TO_FACE = "face_to_face", "See face to face"
    REFER = "refer", "Refer to another service"
    DECLINE = "decline", "Not able to help here"


FINAL = frozenset(Outcome) - {Outcome.MORE_INFORMATION}
SEES_THEM = frozenset({Outcome.PROCEED, Outcome.FACE_TO_FACE})


class Diagnosis(models.TextChoices):
    """Whether a doctor's diagnosis was found."""

    CONFIRMED = "confirmed", "Confirmed"
    UNCLEAR = "unclear", "Not clear from what is here"
    NOT_CONFIRMED = "not_confirmed", "Not confirmed"


class Examination(models.TextChoices):
    """Whether the person has to be examined."""

    NEEDED = "needed", "Needed"
    NOT_NEEDED = "not_needed", "Not needed"
    AT_VISIT = "at_visit", "To be decided at the visit"


class Meeting(models.TextChoices):
    """A way to meet that suits this person."""

    VIDEO = "video", "Video call"
    PHONE = "phone", "Phone call"
    CLINIC = "clinic", "At the clinic"


class Capacity(models.TextChoices):
    """Whether there is a reason to doubt that the person can decide (Mental Capacity Act 2005: presumed until shown)."""

    NO_DOUBT = "no_doubt", "No reason to doubt it"
    SUPPORT = "support", "Needs support to decide"
    DOUBT = "doubt", "In doubt: assess it at the visit"
