"""Who people are to the clinic."""

from django.db import models


class Role(models.TextChoices):
    """A person's one role. What each may do is in ``policy.py``."""

    PATIENT = "patient", "Patient"
    RECEPTION = "reception", "Reception"
    CLINICIAN = "clinician", "Clinician"
    MANAGER = "manager", "Manager"


STAFF_ROLES = frozenset({Role.RECEPTION, Role.CLINICIAN, Role.MANAGER})
