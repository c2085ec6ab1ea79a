"""What a change of hours does, day by day in words, before it is saved. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from bookings.availability.opening import DatedException, Rule, Span, opening_by_modes
from bookings.kinds.enums import Mode
from clinic.db.clock import MINUTES_IN_A_DAY, UK, clock, instant, uk_day
from clinic.db.workdays import bank_holidays

DAYS = 28


class Change(StrEnum):
    """How a day differs from what it is now, in a word."""

    NEW = "New"
    GONE = "Gone"
    CHANGED = "Changed"
    SAME = ""


@dataclass(frozen=True)
class DayPreview:
    """One day: the hours it will have, and those it has now."""

    day: date
    after: list[str]
    before: list[str]

    @property
    def text(self) -> str:
        """The day, like "Monday 7 December"."""
        return f"{self.day:%A} {self.day.day} {self.day:%B}"

    @property
    def change(self) -> Change:
        """What is different."""
        if self.after == self.before:
            return Change.SAME
        if not self.before:
            return Change.NEW
        return Change.CHANGED if self.after else Change.GONE

    @property
    def is_bank_holiday(self) -> bool:
        """Whether weekly hours do not count."""
        return self.day in bank_holidays(self.day.year)


def day_by_day(
    first: date,
    days: int,
    *,
    before: tuple[Sequence[Rule], Sequence[DatedException]],
    after: tuple[Sequence[Rule], Sequence[DatedException]],
) -> list[DayPreview]:
    """Return ``days`` days from ``first``, each with its hours ``before`` and ``after`` a change (rules, exceptions)."""
    found = [first + timedelta(days=number) for number in range(days)]
    return [DayPreview(day, hours_text(day, *after), hours_text(day, *before)) for day in found]


def hours_text(day: date, rules: Iterable[Rule], exceptions: Iterable[DatedException]) -> list[str]:
    """Return the hours of a day in words, a line for each set of ways to meet; nothing for a closed day.

    Like "9am to 1pm, 2pm to 5pm; video, phone".
    """
    return [
        f"{', '.join(map(span_text, spans))}; {', '.join(Mode(mode).short for mode in modes)}"
        for spans, modes in opening_by_modes(day, rules, exceptions, Mode.values)
        if spans
    ]


def span_text(span: Span) -> str:
    """Return a span on the UK clock, like "9am to 1pm"; where the clock changes inside it, "1am BST to 2am GMT"."""
    start, end = span
    midnight = end == instant(uk_day(end - timedelta(minutes=1)), MINUTES_IN_A_DAY)
    if _offset(start) == _offset(end):
        return f"{clock(start)} to {'midnight' if midnight else clock(end)}"
    return f"{_zoned(start)} to {'midnight' if midnight else _zoned(end)}"


def _offset(moment: datetime) -> timedelta | None:
    return moment.astimezone(UK).utcoffset()


def _zoned(moment: datetime) -> str:
    zone = moment.astimezone(UK).tzname()
    text = clock(moment)
    return text if text.endswith(f" {zone}") else f"{text} {zone}"


class Visit(Protocol):
    """A visit, as ``Appointment`` has it."""

    starts_at: datetime
    ends_at: datetime
    mode: str


AnyVisit = TypeVar("AnyVisit", bound=Visit)


def outside(visits: Iterable[AnyVisit], rules: Sequence[Rule], exceptions: Sequence[DatedException]) -> list[AnyVisit]:
    """Return those of ``visits`` that do not lie within hours for their way to meet."""
    return [visit for visit in visits if not _fits(visit, rules, exceptions)]


def _fits(visit: Visit, rules: Sequence[Rule], exceptions: Sequence[DatedException]) -> bool:
    found = opening_by_modes(uk_day(visit.starts_at), rules, exceptions, [visit.mode] if visit.mode else Mode.values)
    return any(start <= visit.starts_at and visit.ends_at <= end for spans, _ in found for start, end in spans)
