"""How a consultation happens, and who may book one."""

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


class Audience(models.TextChoices):
    """Who may book a kind online. Staff may book any kind for anybody."""

    EVERYBODY = "everybody", "Everybody, also people who are new here"
    RETURNING = "returning", "People who have had a completed visit here"
    CLINIC = "clinic", "Nobody online: the clinic books it"
