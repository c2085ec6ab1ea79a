"""What the page of free times shows: days with counts, then one day's times. Pure but for the diary's queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from bookings.appointments import slots
from bookings.appointments.enums import PartOfDay
from bookings.appointments.forms import slot_value
from bookings.appointments.policy import part_of_day
from bookings.kinds.models import AppointmentKind
from clinic.db.clock import clock, day_text
from clinic.staff.models import Clinician

DAYS_SHOWN = 28


@dataclass(frozen=True)
class Day:
    """A day with free times."""

    day: date
    count: int
    is_shown: bool

    @property
    def text(self) -> str:
        """Like "Thursday 3 December"; the page's heading says the year."""
        return f"{self.day:%A} {self.day.day} {self.day:%B}"


@dataclass(frozen=True)
class Time:
    """One button."""

    value: str
    clock: str
    clinician: Clinician


@dataclass(frozen=True)
class Times:
    """Everything the page shows."""

    days: list[Day]
    day: date | None
    groups: list[tuple[str, list[Time]]]
    earlier: date | None
    later: date | None

    @property
    def day_text(self) -> str:
        """The shown day in words."""
        return day_text(self.day) if self.day else ""


def times(
    kind: AppointmentKind, *, now: datetime, start: date | None, day: date | None, ignoring: Sequence[UUID] = ()
) -> Times:
    """Return 28 days with their counts, and the times of one of them.

    The 28 days are those that ``day`` or else ``start`` falls into; with neither, the first that
    have a free time. The times are those of ``day``, or of the first free day where it has none.
    """
    clinicians = list(kind.clinicians.practising())
    first, last = slots.days_that_can_be_booked(kind, now)
    asked = day or start
    page = _page(asked, first, last)
    while True:
        diary = slots.read_diary(clinicians, *page, now=now, ignoring=ignoring)
        free = slots.slots(kind, diary, *page, now=now)
        if free or asked or page[1] == last:
            # Without a day asked for, the pages before this one were read and had nothing free.
            return _times(free, clinicians, day, page, (first if asked else page[0], last))
        page = _page(page[1] + timedelta(days=1), first, last)


def _page(asked: date | None, first: date, last: date) -> tuple[date, date]:
    """Return the first and last of the 28 days that ``asked`` falls into; days are counted off from ``first``."""
    day = min(max(asked or first, first), last)
    start = first + timedelta(days=(day - first).days // DAYS_SHOWN * DAYS_SHOWN)
    return start, min(start + timedelta(days=DAYS_SHOWN - 1), last)


def _times(
    free: dict[date, list[slots.Slot]],
    clinicians: Sequence[Clinician],
    day: date | None,
    page: tuple[date, date],
    bounds: tuple[date, date],
) -> Times:
    shown = day if day in free else min(free, default=None)
    return Times(
        days=[Day(each, len(found), each == shown) for each, found in free.items()],
        day=shown,
        groups=_groups(free[shown] if shown else [], clinicians),
        earlier=page[0] - timedelta(days=DAYS_SHOWN) if page[0] > bounds[0] else None,
        later=page[1] + timedelta(days=1) if page[1] < bounds[1] else None,
    )


def _groups(free: list[slots.Slot], clinicians: Sequence[Clinician]) -> list[tuple[str, list[Time]]]:
    by_key = {clinician.pk: clinician for clinician in clinicians}
    parts: dict[PartOfDay, list[Time]] = {part: [] for part in PartOfDay}
    for slot in free:
        parts[part_of_day(slot.starts_at)].append(
            Time(slot_value(slot), clock(slot.starts_at), by_key[slot.clinician_id])
        )
    return [(part.label, found) for part, found in parts.items() if found]
