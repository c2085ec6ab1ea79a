"""What may be chosen of a person's details, and whether they are a patient of the clinic."""

from django.db import models

from clinic.outbox.enums import Stop


class Status(models.TextChoices):
    """One at a time, set by staff. All but ``active`` have the day since when; their values are those of ``Stop``."""

    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"
    DISCHARGED = "discharged", "Discharged"
    DECEASED = "deceased", "Deceased"


class Sex(models.TextChoices):
    """Sex registered at birth; asked for safety in pregnancy (domain.md 5.2 A)."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    TELL = "tell", "I would rather tell the doctor"


class Country(models.TextChoices):
    """Where in the UK somebody lives: it says what their health number is called, and which law holds."""

    ENGLAND = "england", "England"
    SCOTLAND = "scotland", "Scotland"
    WALES = "wales", "Wales"
    NORTHERN_IRELAND = "northern_ireland", "Northern Ireland"


class Registered(models.TextChoices):
    """Whether somebody is registered with a GP."""

    YES = "yes", "Yes"
    NO = "no", "No"
    UNSURE = "unsure", "I am not sure"


class Need(models.TextChoices):
    """What somebody needs to read, hear or speak with us (Accessible Information Standard; domain.md 1.7, 5.2 B)."""

    LARGE_PRINT = "large_print", "Large print"
    EASY_READ = "easy_read", "Easy read"
    BRAILLE = "braille", "Braille"
    AUDIO = "audio", "Audio"
    BSL = "bsl", "British Sign Language (BSL)"
    LIP_SPEAKER = "lip_speaker", "A lip speaker"
    DEAFBLIND = "deafblind", "Help for deafblind people"
    TEXT_RELAY = "text_relay", "Calls by text relay (Relay UK)"
    OTHER = "other", "Something else"


class BestTime(models.TextChoices):
    """When somebody is reached best."""

    MORNING = "morning", "Mornings"
    AFTERNOON = "afternoon", "Afternoons"
    EVENING = "evening", "Evenings"


class Video(models.TextChoices):
    """Whether somebody can take part in a video call."""

    YES = "yes", "Yes, I have a device and a quiet place"
    HELP = "help", "Yes, with help"
    NO = "no", "No"
    UNSURE = "unsure", "I am not sure"


def stop_of(status: str) -> Stop | None:
    """Return what of a status stops messages; None for somebody active."""
    return Stop(status) if status in Stop.values else None
