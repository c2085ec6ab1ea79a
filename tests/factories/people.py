"""People for tests. Names are invented; phone numbers are Ofcom's for drama."""

from datetime import UTC, date, datetime
from functools import cache
from itertools import count

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password

from clinic.accounts.models import User
from clinic.staff.models import Clinician
from patients.profile.models import Patient

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday morning, in GMT
PASSWORD = "correct-horse-battery"
_numbers = count(1)


def user(email, role="patient", **fields):
    """An account whose address is verified."""
    fields["password"] = _hashed(settings.PASSWORD_HASHERS[0])
    account = User.objects.create(email=User.objects.normalize_email(email), role=role, **fields)
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    return account


@cache
def _hashed(hasher):
    """The password's hash: the site's own hasher is slow on purpose, and everybody has the same password."""
    return make_password(PASSWORD)


# What the form wants to know of somebody besides what a visit needs.
FOR_THE_FORM = {
    "sex": "female",
    "address_1": "1 Example Street",
    "town": "Exampleton",
    "country": "england",
    "gp_registered": "yes",
    "voicemail": True,
    "emergency_name": "Sam Example",
    "emergency_phone": "+447700900124",
}


def newcomer(email=None, **fields):
    """A patient who has given only what a visit needs."""
    return patient(email, **{name: None if name == "voicemail" else "" for name in FOR_THE_FORM} | fields)


def patient(email=None, account=True, **fields):
    """A patient with a complete profile; ``account=False`` for somebody who books by phone."""
    number = next(_numbers)
    email = email or f"person{number}@example.com"
    details = {
        "first_names": "Pat",
        "family_name": f"Example{number}",
        "date_of_birth": date(1980, 3, 27),
        "phone": "+447700900123",
        "postcode": "AA1 1AA",
        "gp_practice": "Exampleton Surgery",
        "created_at": NOW,
        **FOR_THE_FORM,
    } | fields
    return Patient.objects.create(user=user(email) if account else None, **details)


def clinician(email=None, **fields):
    """A clinician with an account."""
    number = next(_numbers)
    details = {
        "name": f"Dr Demo {number}",
        "gmc_number": f"{number:07}",
        "specialty": "Neurology",
        "verified_on": NOW.date(),
    } | fields
    return Clinician.objects.create(user=user(email or f"doctor{number}@example.com", role="clinician"), **details)
