"""People on the waiting list."""

from datetime import date

from bookings.waitlist.models import Offer, WaitingEntry
from tests.factories.people import NOW


def entry(patient, kind, *clinicians, **fields):
    """An entry that any time on a weekday suits until Christmas, with a day's notice."""
    made = WaitingEntry.objects.create(
        **{
            "patient": patient,
            "kind": kind,
            "weekdays": [0, 1, 2, 3, 4],
            "part": "any",
            "notice_hours": 24,
            "first_day": date(2026, 11, 23),
            "last_day": date(2026, 12, 24),
            "created_at": NOW,
        }
        | fields
    )
    made.clinicians.set(clinicians)
    return made


def offer(entry, hold, **fields):
    """An open offer of ``hold``, until it ends."""
    return Offer.objects.create(
        **{"entry": entry, "hold": hold, "offered_at": NOW, "expires_at": hold.held_until} | fields
    )
