"""How the clinic's figures are counted, week by week. Pure: no database, no clock.

A visit belongs to the UK week it starts in, a booking to the UK week it was made in. Weeks begin on Monday;
the first and the last of a period may be counted in part.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import NamedTuple
from uuid import UUID

from bookings.appointments.enums import CANCELLED, State
from bookings.appointments.policy import Terms, cut_off
from clinic.db.clock import instant, monday_of, uk_day

FEWEST = 5  # of fewer than this a share or a middle says nothing, and could point at one person
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
CAME = frozenset({State.COMPLETED, State.ENDED_EARLY})


@dataclass(frozen=True)
class Week:
    """A week by its Monday, and how many of its days lie in the period."""

    monday: date
    days: int


@dataclass(frozen=True)
class Period:
    """From a day until another, both counted."""

    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        """The instant the first day begins in the UK."""
        return instant(self.first, 0)

    @property
    def ends_at(self) -> datetime:
        """The instant the last day ends in the UK."""
        return instant(self.last + DAY, 0)

    @property
    def days(self) -> list[date]:
        """Every day, in order."""
        return [self.first + number * DAY for number in range((self.last - self.first).days + 1)]

    @property
    def weeks(self) -> list[Week]:
        """Every week that has a day in it, in order."""
        counted = Counter(monday_of(day) for day in self.days)
        return [Week(monday, days) for monday, days in counted.items()]


class Visit(NamedTuple):
    """A visit that was to start in the period; ``cancelled_at`` where its patient cancelled it."""

    clinician_id: UUID
    state: str
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None = None


class First(NamedTuple):
    """A patient's first visit: when it was booked, and when it starts."""

    booked_at: datetime
    starts_at: datetime


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """The share with one decimal, or None of fewer than five."""
        return round(100 * self.part / self.whole, 1) if self.whole >= FEWEST else None


@dataclass(frozen=True)
class Waits:
    """Whole days from booking to the first visit, shortest first."""

    days: tuple[int, ...]

    @property
    def middle(self) -> float | None:
        """The median, or None of fewer than five."""
        return float(median(self.days)) if len(self.days) >= FEWEST else None

    @property
    def ninetieth(self) -> int | None:
        """The 90th percentile (nearest rank): nine in ten waited no longer. None of fewer than five."""
        rank = -(-9 * len(self.days) // 10)
        return self.days[rank - 1] if len(self.days) >= FEWEST else None


@dataclass(frozen=True)
class Use:
    """Minutes booked of minutes open."""

    booked: int = 0
    opened: int = 0

    @property
    def percent(self) -> float | None:
        """The share with one decimal (over 100 with visits outside the hours), or None where nothing was open."""
        return round(100 * self.booked / self.opened, 1) if self.opened else None

    def __add__(self, other: "Use") -> "Use":
        return Use(self.booked + other.booked, self.opened + other.opened)


@dataclass(frozen=True)
class Cancelled:
    """How the visits that were due ended before they began."""

    in_time: int
    late: int
    by_clinic: int
    due: int

    @property
    def shares(self) -> tuple[Share, Share, Share]:
        """By the patient in time, by the patient after the cut-off, by the clinic: each of all that were due."""
        return Share(self.in_time, self.due), Share(self.late, self.due), Share(self.by_clinic, self.due)


def week_of(moment: datetime) -> date:
    """Return the Monday of the UK week an instant falls into."""
    return monday_of(uk_day(moment))


def waits(weeks: Iterable[Week], firsts: Iterable[First]) -> dict[Week, Waits]:
    """Return for each week of booking how many UK calendar days lay between the booking and the first visit."""
    found = defaultdict(list)
    for first in firsts:
        found[week_of(first.booked_at)].append((uk_day(first.starts_at) - uk_day(first.booked_at)).days)
    return {week: Waits(tuple(sorted(found[week.monday]))) for week in weeks}


def missed(weeks: Iterable[Week], visits: Iterable[Visit]) -> dict[Week, Share]:
    """Return for each week how many did not come, of those who came or did not."""
    came, stayed_away = Counter[date](), Counter[date]()
    for visit in visits:
        came[week_of(visit.starts_at)] += visit.state in CAME
        stayed_away[week_of(visit.starts_at)] += visit.state == State.DID_NOT_ATTEND
    return {week: Share(stayed_away[week.monday], stayed_away[week.monday] + came[week.monday]) for week in weeks}


def cancelled(weeks: Iterable[Week], visits: Iterable[Visit], terms: Terms) -> dict[Week, Cancelled]:
    """Return for each week how many visits were cancelled, of all that were to start in it; late ones by ``terms``."""
    found: dict[date, Counter[str]] = defaultdict(Counter)
    for visit in visits:
        found[week_of(visit.starts_at)].update(["due", _how(visit, terms)])
    return {
        week: Cancelled(*(found[week.monday][how] for how in ("in_time", "late", "by_clinic", "due"))) for week in weeks
    }


def _how(visit: Visit, terms: Terms) -> str:
    """Return how a visit was cancelled; one whose moment nobody wrote down counts as in time."""
    if visit.state == State.CANCELLED_BY_CLINIC:
        return "by_clinic"
    if visit.state != State.CANCELLED_BY_PATIENT:
        return "kept"
    is_late = visit.cancelled_at is not None and visit.cancelled_at >= cut_off(visit.starts_at, terms)
    return "late" if is_late else "in_time"


def use(
    weeks: Iterable[Week],
    clinicians: Sequence[UUID],
    visits: Iterable[Visit],
    open_minutes: Mapping[tuple[date, UUID], int],
) -> dict[Week, dict[UUID, Use]]:
    """Return for each week and clinician the minutes of visits that kept their time, of the minutes open.

    ``open_minutes`` is by Monday and clinician. Breaks between visits count as open time, not as booked.
    """
    booked = Counter[tuple[date, UUID]]()
    for visit in visits:
        if visit.state not in CANCELLED:
            booked[week_of(visit.starts_at), visit.clinician_id] += (visit.ends_at - visit.starts_at) // MINUTE
    return {
        week: {who: Use(booked[week.monday, who], open_minutes.get((week.monday, who), 0)) for who in clinicians}
        for week in weeks
    }


def together(parts: Iterable[Use]) -> Use:
    """Return the sum of ``parts``."""
    return sum(parts, Use())
