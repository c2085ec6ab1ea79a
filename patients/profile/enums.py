"""Whether somebody is a patient of the clinic."""

from django.db import models

from clinic.outbox.enums import Stop


class Status(models.TextChoices):
    """One at a time, set by staff. All but ``active`` have the day since when; their values are those of ``Stop``."""

    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"
    DISCHARGED = "discharged", "Discharged"
    DECEASED = "deceased", "Deceased"


def stop_of(status: str) -> Stop | None:
    """Return what of a status stops messages; None for somebody active."""
    return Stop(status) if status in Stop.values else None
