"""Every write to the kinds of appointment."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from bookings.kinds.models import AppointmentKind
from clinic.accounts.models import User
from clinic.staff.models import Clinician


def save_kind(kind: AppointmentKind, clinicians: Iterable[Clinician], *, by: User, at: datetime) -> None:
    """Save a kind and who offers it. Visits already booked keep their length, fee and clinician."""
    with transaction.atomic():
        kind.save()
        kind.clinicians.set(clinicians)
