"""What a clinician can decide after reading an intake."""

from django.db import models


class Outcome(models.TextChoices):
    """The decision is about seeing the person, never about a medicine."""

    PROCEED = "proceed", "Proceed to the visit"
    MORE_INFORMATION = "more_information", "More information needed"
    FACE_TO_FACE = "face_to_face", "See face to face"
    REFER = "refer", "Refer to another service"
    DECLINE = "decline", "Not able to help here"
