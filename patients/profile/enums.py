"""What somebody may be: a patient of the clinic, or not any more; their sex registered at birth."""

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


def stop_of(status: str) -> Stop | None:
    """Return what of a status stops messages; None for somebody active."""
    return Stop(status) if status in Stop.values else None
