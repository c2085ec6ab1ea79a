"""Which times can be offered. Reading only: listing never writes.

Free time = opening hours - live appointments with their buffers. Holds are appointments; one that
has run out counts as free. The number of queries is the same for any number of days, clinicians
or appointments.
"""

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from bookings.appointments.enums import OVER_WITHOUT_A_VISIT
from bookings.availability.opening import Span, opening, opening_by_modes
from bookings.kinds.models import AppointmentKind
from clinic.db.clock import uk_day
from clinic.staff.models import Clinician

FURTHEST = timedelta(days=366)
LONGEST_BUSY = timedelta(hours=12)  # the longest kind with the longest buffers: no busy span starts earlier


class Slot(NamedTuple):
    """A time with a clinician, as somebody asks for it."""

    starts_at: datetime
    clinician_id: UUID


class FreeTime(NamedTuple):
    """A time that is offered: a slot, and the ways to meet that it is for."""

    starts_at: datetime
    clinician_id: UUID
    modes: tuple[str, ...]

    @property
    def slot(self) -> Slot:
        """The slot alone."""
        return Slot(self.starts_at, self.clinician_id)


class Weekly(NamedTuple):
    """A weekly range, as a value: the openings of equal ones are worked out once."""

    weekday: int
    starts: int
    ends: int
    valid_from: date
    valid_until: date | None
    modes: tuple[str, ...]


class Dated(NamedTuple):
    """A day's difference, as a value."""

    day: date
    kind: str
    starts: int
    ends: int
    modes: tuple[str, ...]


@dataclass(frozen=True)
class Diary:
    """What is known of some clinicians' days: their hours by weekday, exceptions by day, and busy spans in order."""

    clinicians: Sequence[Clinician]
    rules: Mapping[tuple[UUID, int], list[Weekly]]
    exceptions: Mapping[tuple[UUID, date], list[Dated]]  # the clinician's own and the clinic's
    busy: Mapping[UUID, list[Span]]

    def opening(self, clinician_id: UUID, day: date) -> list[Span]:
        """Return when the clinician is open on ``day``."""
        return opening(day, *self.hours(clinician_id, day))

    def hours(self, clinician_id: UUID, day: date) -> tuple[tuple[Weekly, ...], tuple[Dated, ...]]:
        """Return the weekly ranges and the exceptions that say when the clinician is open on ``day``."""
        rules = self.rules.get((clinician_id, day.weekday()), ())
        return tuple(rules), tuple(self.exceptions.get((clinician_id, day), ()))

    def all_hours(self, clinician_id: UUID) -> tuple[list[Weekly], list[Dated]]:
        """Return every weekly range and every exception of the days that were read."""
        rules = [rule for (who, _), of_the_day in self.rules.items() if who == clinician_id for rule in of_the_day]
        dated = [row for (who, _), of_the_day in self.exceptions.items() if who == clinician_id for row in of_the_day]
        return rules, dated

    def load(self, clinician_id: UUID, day: date) -> timedelta:
        """Return how long the clinician is busy on ``day``."""
        return sum((end - start for start, end in self.busy[clinician_id] if uk_day(start) == day), timedelta())


# One statement, and one row a clinician: through the models it was three, and a row a visit took longer to
# arrive than to find (docs/benchmarks.md).
READ = """
    select clinician, hours.weekly, differs.dated, busy.starts, busy.ends
    from unnest(%(clinicians)s::uuid[]) clinician,
        lateral (
            select json_agg(json_build_array(weekday, starts, ends, valid_from, valid_until, modes))::text as weekly
            from bookings_weeklyhours where clinician_id = clinician and valid_from <= %(last)s
        ) hours,
        lateral (
            select json_agg(json_build_array(day, kind, starts, ends, modes))::text as dated
            from bookings_hoursexception
            where (clinician_id = clinician or clinician_id is null) and day between %(first)s and %(last)s
        ) differs,
        lateral (
            select array_agg(busy_from order by busy_from) as starts, array_agg(busy_until order by busy_from) as ends
            from bookings_appointment
            where clinician_id = clinician and busy_from between %(earliest)s and %(latest)s
                and state <> all(%(over)s) and not (state = 'held' and held_until <= %(now)s) and id <> all(%(ignoring)s::uuid[])
        ) busy
"""


def read_diary(
    clinicians: Sequence[Clinician], first: date, last: date, *, now: datetime, ignoring: Iterable[UUID] = ()
) -> Diary:
    """Return the diary of ``clinicians`` from ``first`` to ``last``, in one query.

    ``ignoring`` are appointments to leave out: one's own hold, or the visit that is being moved.
    """
    asked: dict[str, Any] = {
        "clinicians": [clinician.pk for clinician in clinicians],
        "first": first,
        "last": last,
        "earliest": datetime.combine(first, time(), tzinfo=UTC) - LONGEST_BUSY,
        "latest": datetime.combine(last, time(), tzinfo=UTC) + timedelta(days=2),
        "over": sorted(OVER_WITHOUT_A_VISIT),
        "now": now,
        "ignoring": list(ignoring),
    }
    rules, exceptions, busy = defaultdict(list), defaultdict(list), {}
    with connection.cursor() as cursor:
        cursor.execute(READ, asked)
        for clinician_id, weekly, dated, starts, ends in cursor:
            for row in json.loads(weekly or "[]"):
                rules[clinician_id, row[0]].append(_rule(*row))
            for exception in (_exception(*row) for row in json.loads(dated or "[]")):
                exceptions[clinician_id, exception.day].append(exception)
            busy[clinician_id] = list(zip(starts or (), ends or (), strict=True))
    return Diary(clinicians, rules, exceptions, busy)


def _rule(weekday: int, starts: int, ends: int, valid_from: str, valid_until: str | None, modes: list[str]) -> Weekly:
    until = date.fromisoformat(valid_until) if valid_until else None
    return Weekly(weekday, starts, ends, date.fromisoformat(valid_from), until, tuple(modes))


def _exception(day: str, kind: str, starts: int, ends: int, modes: list[str]) -> Dated:
    return Dated(date.fromisoformat(day), kind, starts, ends, tuple(modes))


def days_that_can_be_booked(kind: AppointmentKind, now: datetime) -> tuple[date, date]:
    """Return the first and the last UK day on which ``kind`` may start, by its notice and horizon."""
    return uk_day(now + timedelta(hours=kind.notice_hours)), uk_day(now) + timedelta(days=kind.horizon_days)


def slots(kind: AppointmentKind, diary: Diary, first: date, last: date, *, now: datetime) -> dict[date, list[FreeTime]]:
    """Return the free times of ``kind`` from ``first`` to ``last`` by UK day, inside notice and horizon; days without any are left out."""
    earliest_day, latest_day = days_that_can_be_booked(kind, now)
    first, last = max(first, earliest_day), min(last, latest_day)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    found: dict[date, list[FreeTime]] = {day: [] for day in days}
    earliest = now + timedelta(hours=kind.notice_hours)
    for clinician_id in sorted(clinician.pk for clinician in diary.clinicians):
        offered = _offered(kind, diary, clinician_id, days)
        starts = list(offered)
        for start in _beside(kind, starts[bisect_left(starts, earliest) :], diary.busy[clinician_id]):
            day, modes = offered[start]
            found[day].append(FreeTime(start, clinician_id, modes))
    # Clinicians came in order, so those of the same start stay in it.
    return {day: sorted(free, key=attrgetter("starts_at")) for day, free in found.items() if free}


def _offered(
    kind: AppointmentKind, diary: Diary, clinician_id: UUID, days: Iterable[date]
) -> dict[datetime, tuple[date, tuple[str, ...]]]:
    """Return the starts that the clinician's hours give ``kind`` on ``days``, in order, each with its day and ways to meet."""
    rule = (kind.minutes, kind.align_minutes, tuple(kind.modes))
    found: dict[datetime, tuple[date, tuple[str, ...]]] = {}
    for day in days:
        found |= _offered_on(day, *diary.hours(clinician_id, day), *rule)
    return found


@lru_cache(maxsize=4096)  # most clinicians share most of their hours, and so do the pages asked for one after another
def _offered_on(
    day: date,
    rules: tuple[Weekly, ...],
    exceptions: tuple[Dated, ...],
    minutes: int,
    align_minutes: int,
    modes: tuple[str, ...],
) -> dict[datetime, tuple[date, tuple[str, ...]]]:
    found: dict[datetime, tuple[str, ...]] = {}
    for spans, same in opening_by_modes(day, rules, exceptions, modes):
        for start in _fitting(spans, minutes, align_minutes):
            found[start] = (*found.get(start, ()), *same)
    return {start: (day, found[start]) for start in sorted(found)}


def _fitting(open_spans: Iterable[Span], minutes: int, align_minutes: int) -> list[datetime]:
    """Return the aligned starts at which so many minutes fit into the opening."""
    length, step = timedelta(minutes=minutes), timedelta(minutes=align_minutes)
    starts = []
    for open_from, open_until in open_spans:
        start = aligned(open_from, step)
        while start + length <= open_until:
            starts.append(start)
            start += step
    return starts


def _beside(kind: AppointmentKind, starts: list[datetime], busy: Sequence[Span]) -> list[datetime]:
    """Return those of ``starts`` at which ``kind`` with its buffers touches nothing of ``busy``.

    Both are in order, and ``busy`` never overlaps (the diary's constraint). The buffers may reach over the edge of
    the opening; they only keep other visits away.
    """
    before = timedelta(minutes=kind.buffer_before)
    needed = timedelta(minutes=kind.minutes + kind.buffer_after)
    free, seen = [], 0
    for busy_from, busy_until in busy:
        taken = bisect_right(starts, busy_from - needed, seen)
        free += starts[seen:taken]
        seen = bisect_left(starts, busy_until + before, taken)
    return free + starts[seen:]


def aligned(moment: datetime, step: timedelta) -> datetime:
    """Return the first instant at or after ``moment`` that is a whole number of ``step`` past the full hour."""
    past_the_hour = timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
    return moment + (-past_the_hour) % step


def may_be_written_down(kind: AppointmentKind, clinician: Clinician, starts_at: datetime, *, now: datetime) -> bool:
    """Tell whether staff may book this though it is not offered: to come, within a year, with who offers the kind."""
    to_come = now < starts_at <= now + FURTHEST
    return to_come and kind.is_active and kind.clinicians.practising().filter(pk=clinician.pk).exists()


def offered_at(
    kind: AppointmentKind, clinician: Clinician, starts_at: datetime, *, now: datetime, ignoring: Iterable[UUID] = ()
) -> FreeTime | None:
    """Return exactly this start where it is offered now: right day, length, clinician, notice, and free; else None."""
    day = uk_day(starts_at)
    offered_by = kind.clinicians.practising().filter(pk=clinician.pk)
    if not (kind.is_active and offered_by.exists()):
        return None
    diary = read_diary([clinician], day, day, now=now, ignoring=ignoring)
    offered = slots(kind, diary, day, day, now=now).get(day, [])
    return next((free for free in offered if free.starts_at == starts_at), None)
