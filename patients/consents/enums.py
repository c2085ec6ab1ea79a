"""What people agree to, how they said so, when it is asked, and where it is changed."""

from django.db import models


class Purpose(models.TextChoices):
    """Each thing that is agreed to by itself (domain.md 5.5). The words of each are in ``policy.WORDS``."""

    PRIVACY = "privacy", "How we use your details"
    SHARE_WITH_GP = "share_with_gp", "We may write to your GP"
    OBTAIN_RECORDS = "obtain_records", "We may ask for your records"
    VIDEO = "video", "We may see you by video"
    NO_GUARANTEE = "no_guarantee", "What an assessment can lead to"
    FEES = "fees", "What the fee pays for"
    EARLY_START = "early_start", "A visit within the 14 days"
    UNLICENSED = "unlicensed", "A medicine without a licence for this use"
    SCHEDULE_2 = "schedule_2", "The rules of a controlled drug"
    DRIVING = "driving", "Driving"
    PREGNANCY = "pregnancy", "Pregnancy and contraception"
    MONITORING = "monitoring", "Checks, and when a medicine is stopped"
    TEXTS = "texts", "We may send text messages"
    COPIES = "copies", "We may send copies to somebody you named"
    SUPPORTER = "supporter", "We may talk to somebody you named"
    RESEARCH = "research", "We may use your record in research"
    MARKETING = "marketing", "We may send you news"


class Method(models.TextChoices):
    """How somebody said it."""

    WEBSITE = "website", "On this website"
    PHONE = "phone", "By phone"
    PAPER = "paper", "On paper"
    IN_PERSON = "in_person", "In person"


class Asked(models.TextChoices):
    """When it is asked."""

    FORM = "form", "In the form"
    BOOKING = "booking", "When a visit is booked"
    PLAN = "plan", "With a treatment plan"
    OWN = "own", "Never by us: it is off until somebody switches it on"


class Change(models.TextChoices):
    """Where it is given again or withdrawn."""

    HERE = "here", "On the page of consents"
    ELSEWHERE = "elsewhere", "Where it was chosen"
    BY_TALKING = "by_talking", "With a specialist, so that it is safe"
    NEVER = "never", "It is no consent: there is nothing to withdraw"
