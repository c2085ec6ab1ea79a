"""What a section may hold, how it is drawn, and where a page is linked from."""

from django.db import models


class Risk(models.TextChoices):
    """How near to a medicine a section comes. Green: the normal check. Amber: two signatures. Red: never live."""

    GREEN = "green", "Green: facts about the service or the condition"
    AMBER = "amber", "Amber: names a medicine or speaks of evidence"
    RED = "red", "Red: kept here, never shown"


class Shape(models.TextChoices):
    """How a section is drawn. The last group adds what the clinic's own records hold."""

    PLAIN = "", "Plain text"
    STEPS = "steps", "Numbered steps (an ordered list)"
    QUESTION = "question", "A question and its answer"
    DOORS = "doors", "Large links (a list that begins each line with a link)"
    NON_URGENT = "non-urgent", "Care card: not urgent (a list)"
    URGENT = "urgent", "Care card: urgent (a list)"
    EMERGENCY = "emergency", "Care card: emergency (a list)"
    HELP = "help", "Care card: the emergency and crisis numbers"
    GLANCE = "glance", "At a glance, with the first visit's fee (a list)"
    FEES = "fees", "The table of fees"
    SPECIALISTS = "specialists", "The specialists"
    CONTACT = "contact", "Address, telephone and opening hours"
    MESSAGE = "message", "The form to write to us"
    COOKIES = "cookies", "The table of cookies"
    COMPANY = "company", "Who runs this website"


CARE_CARDS = frozenset({Shape.NON_URGENT, Shape.URGENT, Shape.EMERGENCY})
LISTS = CARE_CARDS | {Shape.DOORS, Shape.GLANCE}


class Picture(models.TextChoices):
    """Our own line drawings, each in light and dark in static/img/."""

    NONE = "", "None"
    HOME = "home", "A talk at a table"
    MS_PAIN = "ms-pain", "MS pain"
    FACIAL_PAIN = "facial-pain", "Facial pain"
    HOW_IT_WORKS = "how-it-works", "How it works"
    CLINIC = "clinic", "The clinic's door"


class Linked(models.TextChoices):
    """Where a page is linked from on every page."""

    NOWHERE = "", "Nowhere"
    HEADER = "header", "Header"
    CARE = "care", "Footer: before you decide"
    CLINIC = "clinic", "Footer: the clinic"
    LEGAL = "legal", "Footer: legal"


class Signature(models.TextChoices):
    """The two eyes on an amber text: somebody of the profession, and somebody who answers for the law."""

    CLINICAL = "clinical", "Clinical"
    COMPLIANCE = "compliance", "Compliance"
