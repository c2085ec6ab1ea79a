"""Every write about who works here."""

from datetime import datetime

from django.db import transaction

from clinic.accounts.actions import open_staff_account
from clinic.accounts.enums import Role
from clinic.accounts.models import User
from clinic.outbox import actions as outbox
from clinic.staff.models import Clinician


def invite(email: str, role: Role, *, by: User, at: datetime) -> User:
    """Return a new staff account, and plan the mail that tells how to set its password.

    Raises NotAllowed, NoSuchRole or AlreadyThere (``clinic/accounts/actions.py``).
    """
    with transaction.atomic():
        user = open_staff_account(email, role, by=by)
        outbox.plan("staff_invited", about=user.pk, person=None, anchor=at, at=at)
    return user


def set_bookable(clinician: Clinician, bookable: bool, *, by: User, at: datetime) -> None:
    """Let a clinician be booked, or stop new bookings with them. Visits to come stay where they are."""
    clinician.is_active = bookable
    clinician.save(update_fields=["is_active"])


def save_clinician(clinician: Clinician, *, by: User, at: datetime) -> None:
    """Save an entry as a form filled it in. Visits to come stay where they are, also where bookings stop."""
    clinician.save()
