"""Every write about who works here."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from clinic.accounts.actions import open_staff_account
from clinic.accounts.enums import Role
from clinic.accounts.models import User
from clinic.outbox import actions as outbox
from clinic.staff.models import Clinician
from clinic.worklist import actions as worklist


def invite(email: str, role: Role, *, by: User, at: datetime) -> User:
    """Return a new staff account, and plan the mail that tells how to set its password.

    Raises NotAllowed, NoSuchRole or AlreadyThere (``clinic/accounts/actions.py``).
    """
    with transaction.atomic():
        user = open_staff_account(email, role, by=by)
        outbox.plan("staff_invited", about=user.pk, person=None, anchor=at, at=at)
    return user


def tell_of_overdue_tasks(*, at: datetime) -> int:
    """Plan a mail to each of those whose tasks have become overdue (``worklist.tell_overdue``); return to how many.

    One that still waits to be sent tells of the new ones too.
    """
    with transaction.atomic():
        roles, takers = worklist.tell_overdue(at=at)
        readers = User.objects.filter(Q(role__in=roles) | Q(pk__in=takers), is_active=True).exclude(role=Role.PATIENT)
        for user in readers:
            outbox.plan("task_overdue", about=user.pk, person=None, anchor=at, at=at, again=True)
    return len(readers)


def set_bookable(clinician: Clinician, bookable: bool, *, by: User, at: datetime) -> None:
    """Let a clinician be booked, or stop new bookings with them. Visits to come stay where they are."""
    clinician.is_active = bookable
    clinician.save(update_fields=["is_active"])


def save_clinician(clinician: Clinician, *, by: User, at: datetime) -> None:
    """Save an entry as a form filled it in. Visits to come stay where they are, also where bookings stop."""
    clinician.save()
