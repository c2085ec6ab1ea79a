"""What people write to us about, and how they want to be answered."""

from django.db import models


class Topic(models.TextChoices):
    """So that the right person reads it. Names nothing about a person's health."""

    BOOKING = "booking", "Booking, moving or cancelling a visit"
    BEFORE = "before", "A question before I book"
    ACCESS = "access", "Help with using this website or coming to the clinic"
    COMPLAINT = "complaint", "A complaint"
    DATA = "data", "How my personal details are kept"
    OTHER = "other", "Something else"


FOR_MANAGERS = frozenset({Topic.COMPLAINT, Topic.DATA})


class ReplyBy(models.TextChoices):
    """How the answer travels."""

    EMAIL = "email", "By email"
    PHONE = "phone", "By phone"
