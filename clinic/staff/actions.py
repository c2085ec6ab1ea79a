"""Every write to clinicians' entries."""

from datetime import datetime

from clinic.accounts.models import User
from clinic.staff.models import Clinician


def save_clinician(clinician: Clinician, *, by: User, at: datetime) -> None:
    """Save an entry as a form filled it in. Visits to come stay where they are, also where bookings stop."""
    clinician.save()
