"""What the page of free times shows: days with counts, then one day's times. Pure but for the diary's queries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from bookings.appointments import slots
from bookings.appointments.enums import PartOfDay
from bookings.appointments.policy import part_of_day
from bookings.choosing.forms import slot_value
from bookings.kinds.models import AppointmentKind
from bookings.kinds.policy import modes_text
from clinic.db.clock import clock, day_text, when_text
from clinic.staff.models import Clinician

DAYS_SHOWN = 28
NEAREST = 3

FreeDays = dict[date, list[slots.FreeTime]]


@dataclass(frozen=True)
class Wish:
    """What somebody looks for. What is empty may be anything."""

    clinician: UUID | None = None
    part: str = ""
    mode: str = ""
    sex: str = ""

    def of(self, free: FreeDays, clinicians: Sequence[Clinician]) -> FreeDays:
        """Return what of ``free`` fits; days without any are left out."""
        if self == Wish():
            return free
        wanted = {each.pk for each in clinicians if self.welcomes(each)}
        found = {day: [time for time in times if self._fits(time, wanted)] for day, times in free.items()}
        return {day: times for day, times in found.items() if times}

    def among(self, clinicians: Sequence[Clinician]) -> "Wish":
        """Return the same wish; for anybody where the clinician is not one of ``clinicians``: they may have left."""
        known = any(each.pk == self.clinician for each in clinicians)
        return self if known else replace(self, clinician=None)

    def welcomes(self, clinician: Clinician) -> bool:
        """Tell whether it may be ``clinician``."""
        return self.clinician in (None, clinician.pk) and self.sex in ("", clinician.sex)

    def _fits(self, time: slots.FreeTime, wanted: set[UUID]) -> bool:
        return (
            time.clinician_id in wanted
            and (not self.mode or self.mode in time.modes)
            and self.part in ("", part_of_day(time.starts_at))
        )


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

    starts_at: datetime
    clinician: Clinician
    modes: tuple[str, ...]

    @property
    def value(self) -> str:
        """The time as the form sends it."""
        return slot_value(slots.Slot(self.starts_at, self.clinician.pk))

    @property
    def clock(self) -> str:
        """The start on the UK clock."""
        return clock(self.starts_at)

    @property
    def when(self) -> str:
        """The start with its day."""
        return when_text(self.starts_at)

    @property
    def modes_text(self) -> str:
        """How it can happen, like "Video or phone"."""
        return modes_text(self.modes)


@dataclass(frozen=True)
class Times:
    """Everything the page shows. ``own_first`` and ``other_first`` are the first free times of the clinician
    whom the patient saw before, and of the others, from the first day on; None where there is none or it was not asked."""

    days: list[Day]
    day: date | None
    groups: list[tuple[str, list[Time]]]
    earlier: date | None
    later: date | None
    clinicians: Sequence[Clinician]
    wish: Wish
    own_first: Time | None = None
    other_first: Time | None = None

    def clinician(self, pk: UUID | None) -> Clinician | None:
        """Return the one of the kind's clinicians with that key, if any."""
        return next((each for each in self.clinicians if each.pk == pk), None)

    @property
    def other_is_sooner(self) -> bool:
        """Whether somebody else could see the patient before their own clinician can."""
        if self.own_first is None or self.other_first is None:
            return False
        return self.other_first.starts_at < self.own_first.starts_at

    @property
    def day_text(self) -> str:
        """The shown day in words."""
        return day_text(self.day) if self.day else ""


@dataclass
class _Firsts:
    """The first free times of one's own clinician and of the others, as the pages go by."""

    own: UUID | None
    found: dict[bool, slots.FreeTime] = field(default_factory=dict)

    def note(self, free: FreeDays) -> None:
        for day in sorted(free) if self.own else ():
            for time in free[day]:
                self.found.setdefault(time.clinician_id == self.own, time)

    def time(self, is_own: bool, clinicians: Sequence[Clinician]) -> Time | None:
        found = self.found.get(is_own)
        return _time(found, clinicians) if found else None


def times(
    kind: AppointmentKind,
    *,
    now: datetime,
    start: date | None,
    day: date | None,
    ignoring: Sequence[UUID] = (),
    wish: Wish = Wish(),
    own: UUID | None = None,
    besides: slots.Slot | None = None,
    together: bool = False,
) -> Times:
    """Return 28 days with their counts, and the times of one of them.

    The 28 days are those that ``day`` or else ``start`` falls into; with neither, the first that
    have a free time. The times are those of ``day``, or of the first free day where it has none.
    ``own`` is the clinician the patient saw before, ``besides`` the time they have. ``together`` shows each start
    once, with the clinician who is busy for the shortest time that day (of two alike, the one with the lower key).
    """
    clinicians = list(kind.clinicians.practising())
    wish = wish.among(clinicians)
    first, last = slots.days_that_can_be_booked(kind, now)
    asked = day or start
    firsts = _Firsts(own)
    for page in _pages(asked, first, last):
        diary = slots.read_diary(clinicians, *page, now=now, ignoring=ignoring)
        free = _without(slots.slots(kind, diary, *page, now=now), besides)
        firsts.note(free)
        wished = wish.of(free, clinicians)
        if wished:
            break
    shown = day if day in wished else min(wished, default=None)
    at_the_start = not asked or page[0] == first
    return Times(
        days=[Day(each, _count(found, together), each == shown) for each, found in wished.items()],
        day=shown,
        groups=_groups(_of_the_day(wished, diary, shown, together), clinicians),
        # Without a day asked for, the pages before this one were read and had nothing free.
        earlier=page[0] - timedelta(days=DAYS_SHOWN) if asked and page[0] > first else None,
        later=page[1] + timedelta(days=1) if page[1] < last else None,
        clinicians=clinicians,
        wish=wish,
        own_first=firsts.time(True, clinicians) if at_the_start else None,
        other_first=firsts.time(False, clinicians) if at_the_start else None,
    )


def _without(free: FreeDays, slot: slots.Slot | None) -> FreeDays:
    if slot is None:
        return free
    left = {day: [time for time in found if time.slot != slot] for day, found in free.items()}
    return {day: found for day, found in left.items() if found}


def nearest(kind: AppointmentKind, starts_at: datetime, day: date, *, now: datetime) -> list[Time]:
    """Return up to three free times from ``starts_at`` (a time that is gone, on the UK day ``day``) on, each start once."""
    clinicians = list(kind.clinicians.practising())
    page = (day, day + timedelta(days=DAYS_SHOWN - 1))
    diary = slots.read_diary(clinicians, *page, now=now)
    free = slots.slots(kind, diary, *page, now=now)
    each_once = (
        time for day, found in free.items() for time in _once(found, diary, day) if time.starts_at >= starts_at
    )
    return [_time(time, clinicians) for time, _ in zip(each_once, range(NEAREST), strict=False)]


def free_then(kind: AppointmentKind, starts_at: datetime, day: date, *, wish: Wish, now: datetime) -> list[Clinician]:
    """Return who is free at ``starts_at`` on the UK day ``day`` and welcome to ``wish``, the least busy that day first."""
    clinicians = list(kind.clinicians.practising())
    diary = slots.read_diary(clinicians, day, day, now=now)
    free = wish.of(slots.slots(kind, diary, day, day, now=now), clinicians).get(day, [])
    by_key = {each.pk: each for each in clinicians}
    then = [time.clinician_id for time in free if time.starts_at == starts_at]
    return [by_key[pk] for pk in sorted(then, key=lambda pk: (diary.load(pk, day), pk))]


def _pages(asked: date | None, first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield the 28 days asked for; where none are, all of them one after the other, so that the first with a time is found."""
    page = _page(asked, first, last)
    yield page
    while not asked and page[1] < last:
        page = _page(page[1] + timedelta(days=1), first, last)
        yield page


def _of_the_day(free: FreeDays, diary: slots.Diary, day: date | None, together: bool) -> list[slots.FreeTime]:
    found = free[day] if day else []
    return _once(found, diary, day) if day and together else found


def _page(asked: date | None, first: date, last: date) -> tuple[date, date]:
    """Return the first and last of the 28 days that ``asked`` falls into; days are counted off from ``first``."""
    day = min(max(asked or first, first), last)
    start = first + timedelta(days=(day - first).days // DAYS_SHOWN * DAYS_SHOWN)
    return start, min(start + timedelta(days=DAYS_SHOWN - 1), last)


def _count(found: Sequence[slots.FreeTime], together: bool) -> int:
    return len({time.starts_at for time in found}) if together else len(found)


def _once(found: Iterable[slots.FreeTime], diary: slots.Diary, day: date) -> list[slots.FreeTime]:
    """Return each start once, with the clinician who is least busy that day."""
    by_start: dict[datetime, list[slots.FreeTime]] = defaultdict(list)
    for time in found:
        by_start[time.starts_at].append(time)
    load = {clinician.pk: diary.load(clinician.pk, day) for clinician in diary.clinicians}
    return [min(same, key=lambda time: (load[time.clinician_id], time.clinician_id)) for same in by_start.values()]


def _groups(free: Iterable[slots.FreeTime], clinicians: Sequence[Clinician]) -> list[tuple[str, list[Time]]]:
    parts: dict[str, list[Time]] = {part: [] for part in PartOfDay}
    for time in free:
        parts[part_of_day(time.starts_at)].append(_time(time, clinicians))
    return [(PartOfDay(part).label, found) for part, found in parts.items() if found]


def _time(free: slots.FreeTime, clinicians: Sequence[Clinician]) -> Time:
    clinician = next(each for each in clinicians if each.pk == free.clinician_id)
    return Time(free.starts_at, clinician, free.modes)
