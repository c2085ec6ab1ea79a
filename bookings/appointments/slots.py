"""Which times can be offered. Reading only: listing never writes.

Free time = opening hours - live appointments with their buffers. Holds are appointments; one that
has run out counts as free. The number of queries is the same for any number of days, clinicians
or appointments.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment, AppointmentQuerySet
from bookings.availability.models import HoursException, WeeklyHours
from bookings.availability.opening import Span, opening, opening_by_modes
from bookings.kinds.models import AppointmentKind
from clinic.db.clock import uk_day
from clinic.staff.models import Clinician

FURTHEST = timedelta(days=366)
NOTHING = (datetime.max.replace(tzinfo=UTC),) * 2  # busy with nothing, for ever after
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


@dataclass(frozen=True)
class Diary:
    """What is known of some clinicians' days: their hours, exceptions and busy spans."""

    clinicians: Sequence[Clinician]
    rules: dict[UUID, list[WeeklyHours]]
    exceptions: dict[UUID | None, list[HoursException]]
    busy: dict[UUID, list[Span]]

    def opening(self, clinician_id: UUID, day: date) -> list[Span]:
        """Return when the clinician is open on ``day``."""
        return opening(day, self.rules[clinician_id], self._exceptions(clinician_id))

    def opening_by_modes(
        self, clinician_id: UUID, day: date, modes: Sequence[str]
    ) -> list[tuple[list[Span], tuple[str, ...]]]:
        """Return when the clinician is open on ``day``, for which of ``modes``."""
        return opening_by_modes(day, self.rules[clinician_id], self._exceptions(clinician_id), modes)

    def load(self, clinician_id: UUID, day: date) -> timedelta:
        """Return how long the clinician is busy on ``day``."""
        return sum((end - start for start, end in self.busy[clinician_id] if uk_day(start) == day), timedelta())

    def _exceptions(self, clinician_id: UUID) -> list[HoursException]:
        return [*self.exceptions[clinician_id], *self.exceptions[None]]


def read_diary(
    clinicians: Sequence[Clinician], first: date, last: date, *, now: datetime, ignoring: Iterable[UUID] = ()
) -> Diary:
    """Return the diary of ``clinicians`` from ``first`` to ``last``, in three queries.

    ``ignoring`` are appointments to leave out: one's own hold, or the visit that is being moved.
    """
    rules, exceptions, busy = defaultdict(list), defaultdict(list), defaultdict(list)
    for rule in WeeklyHours.objects.filter(clinician__in=clinicians, valid_from__lte=last):
        rules[rule.clinician_id].append(rule)
    own_or_all = Q(clinician__in=clinicians) | Q(clinician=None)
    for exception in HoursException.objects.filter(own_or_all, day__range=(first, last)):
        exceptions[exception.clinician_id].append(exception)
    for clinician_id, start, end in (
        _busy_spans(clinicians, first, last, now)
        .exclude(pk__in=ignoring)
        .values_list("clinician_id", "busy_from", "busy_until")
    ):
        busy[clinician_id].append((start, end))
    return Diary(clinicians, rules, exceptions, busy)


def _busy_spans(clinicians: Sequence[Clinician], first: date, last: date, now: datetime) -> AppointmentQuerySet:
    earliest = datetime.combine(first, datetime.min.time(), tzinfo=now.tzinfo) - LONGEST_BUSY
    latest = datetime.combine(last, datetime.min.time(), tzinfo=now.tzinfo) + timedelta(days=2)
    in_window = Appointment.objects.live().filter(clinician__in=clinicians, busy_from__range=(earliest, latest))
    return in_window.exclude(state=State.HELD, held_until__lte=now).order_by("busy_from")


def days_that_can_be_booked(kind: AppointmentKind, now: datetime) -> tuple[date, date]:
    """Return the first and the last UK day on which ``kind`` may start, by its notice and horizon."""
    return uk_day(now + timedelta(hours=kind.notice_hours)), uk_day(now) + timedelta(days=kind.horizon_days)


def slots(kind: AppointmentKind, diary: Diary, first: date, last: date, *, now: datetime) -> dict[date, list[FreeTime]]:
    """Return the free times of ``kind`` from ``first`` to ``last`` by UK day, inside notice and horizon; days without any are left out."""
    earliest_day, latest_day = days_that_can_be_booked(kind, now)
    earliest = now + timedelta(hours=kind.notice_hours)
    found: dict[date, list[FreeTime]] = {}
    day = max(first, earliest_day)
    while day <= min(last, latest_day):
        of_the_day = [
            free
            for clinician in diary.clinicians
            for free in _free_times(kind, diary, clinician.pk, day)
            if free.starts_at >= earliest
        ]
        if of_the_day:
            found[day] = sorted(of_the_day)
        day += timedelta(days=1)
    return found


def _free_times(kind: AppointmentKind, diary: Diary, clinician_id: UUID, day: date) -> list[FreeTime]:
    found: dict[datetime, tuple[str, ...]] = {}
    for spans, modes in diary.opening_by_modes(clinician_id, day, kind.modes):
        for start in free_starts(kind, spans, diary.busy[clinician_id]):
            found[start] = (*found.get(start, ()), *modes)
    return [FreeTime(start, clinician_id, modes) for start, modes in found.items()]


def free_starts(kind: AppointmentKind, open_spans: Iterable[Span], busy: Sequence[Span]) -> list[datetime]:
    """Return the aligned starts at which ``kind`` with its buffers fits: the visit into the opening, all of it beside ``busy``.

    ``busy`` is in order and never overlaps (the diary's constraint). The buffers may reach over the
    edge of the opening; they only keep other visits away.
    """
    step = timedelta(minutes=kind.align_minutes)
    before, length = timedelta(minutes=kind.buffer_before), timedelta(minutes=kind.minutes)
    needed = length + timedelta(minutes=kind.buffer_after)
    starts: list[datetime] = []
    for open_from, open_until in open_spans:
        start = aligned(open_from, step)
        ahead = iter(busy[bisect_left(busy, open_from - before, key=_end) :])
        busy_from, busy_until = next(ahead, NOTHING)
        while start + length <= open_until:
            while busy_until <= start - before:
                busy_from, busy_until = next(ahead, NOTHING)
            if busy_from >= start + needed:
                starts.append(start)
            start += step
    return starts


def _end(span: Span) -> datetime:
    return span[1]


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
