"""How a consultation happens."""

from django.db import models


class Mode(models.TextChoices):
    """Where patient and clinician meet."""

    VIDEO = "video", "Video call"
    PHONE = "phone", "Phone call"
    IN_PERSON = "in_person", "At the clinic"

    @property
    def short(self) -> str:
        """The mode in a word or two."""
        return {"video": "video", "phone": "phone", "in_person": "in person"}[self.value]
