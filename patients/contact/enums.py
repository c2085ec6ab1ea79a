"""The ways to write to somebody."""

from django.db import models


class Way(models.TextChoices):
    """How we write to a patient. Calls and letters are work for reception; the rest goes by itself."""

    EMAIL = "email", "By email"
    PHONE = "phone", "By a phone call"
    POST = "post", "By a letter in the post"
