"""Looking up the next free times."""

from datetime import datetime, timedelta

from bookings.appointments import slots
from bookings.kinds.models import AppointmentKind
from bookings.nextfree.models import NextFree

DAYS_AT_A_TIME = 14


def look(*, at: datetime) -> list[NextFree]:
    """Write down the next free time of every kind that can be booked, as of ``at``, and return them."""
    found = [
        NextFree(kind=kind, starts_at=_next_free(kind, at), looked_at=at) for kind in AppointmentKind.objects.offered()
    ]
    return NextFree.objects.bulk_create(
        found, update_conflicts=True, unique_fields=["kind"], update_fields=["starts_at", "looked_at"]
    )


def _next_free(kind: AppointmentKind, at: datetime) -> datetime | None:
    clinicians = list(kind.clinicians.practising())
    day, last = slots.days_that_can_be_booked(kind, at)
    while day <= last:
        until = min(day + timedelta(days=DAYS_AT_A_TIME - 1), last)
        diary = slots.read_diary(clinicians, day, until, now=at)
        free = slots.slots(kind, diary, day, until, now=at)
        if free:
            return free[min(free)][0].starts_at
        day = until + timedelta(days=1)
    return None
