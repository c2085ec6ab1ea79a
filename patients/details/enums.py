"""The topics of a patient's details, and what we may say to whom."""

from django.db import models


class Talk(models.TextChoices):
    """What we may talk about with the person somebody has named."""

    NO = "no", "No"
    VISITS = "visits", "Yes, about my appointments only"
    CARE = "care", "Yes, about my appointments and my care"


class Part(models.TextChoices):
    """The topics of the details, in their order; the values stand in addresses."""

    ABOUT = "about-you", "About you"
    ADDRESS = "address-and-phone", "Address and phone"
    NHS = "nhs-number", "NHS number"
    GP = "gp-practice", "GP practice"
    TEAMS = "other-teams", "Other teams that look after you"
    NEEDS = "taking-part", "What you need to take part"
    EMERGENCY = "emergency-contact", "Somebody we can call in an emergency"
    SUPPORTER = "supporter", "Somebody who helps you"
