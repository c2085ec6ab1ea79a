"""The opening times of a day, as instants. Pure: no database, no clock.

Weekly hours and exceptions are minutes on the UK wall clock. They become instants one day at a
time, so that a day of 23 or 25 hours comes out right.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Protocol

from clinic.db.clock import instant
from clinic.db.workdays import bank_holidays

Span = tuple[datetime, datetime]
Minutes = tuple[int, int]


class Rule(Protocol):
    """A weekly range, as ``WeeklyHours`` has it."""

    @property
    def weekday(self) -> int: ...

    @property
    def starts(self) -> int: ...

    @property
    def ends(self) -> int: ...

    @property
    def valid_from(self) -> date: ...

    @property
    def valid_until(self) -> date | None: ...

    @property
    def modes(self) -> Sequence[str]: ...


class DatedException(Protocol):
    """A dated difference, as ``HoursException`` has it."""

    @property
    def day(self) -> date: ...

    @property
    def kind(self) -> str: ...

    @property
    def starts(self) -> int: ...

    @property
    def ends(self) -> int: ...

    @property
    def modes(self) -> Sequence[str]: ...


def opening(day: date, rules: Iterable[Rule], exceptions: Iterable[DatedException]) -> list[Span]:
    """Return the half-open spans (UTC) in which a clinician sees people on ``day``, in order, by whatever mode.

    ``exceptions`` are the clinician's own and the clinic's. Extra hours add, closures take away, and
    a closure wins. On a bank holiday only extra hours count.
    """
    added, closed = _of_the_day(day, rules, exceptions)
    return _spans(day, without(joined((row.starts, row.ends) for row in added), closed))


def opening_by_modes(
    day: date, rules: Iterable[Rule], exceptions: Iterable[DatedException], modes: Sequence[str]
) -> list[tuple[list[Span], tuple[str, ...]]]:
    """Return the spans of ``opening`` with those of ``modes`` they are for; modes with the same spans come together."""
    added, closed = _of_the_day(day, rules, exceptions)
    found: dict[tuple[Minutes, ...], tuple[str, ...]] = {}
    for mode in modes if added else ():
        ranges = tuple(without(joined((row.starts, row.ends) for row in added if mode in row.modes), closed))
        found[ranges] = (*found.get(ranges, ()), mode)
    return [(_spans(day, ranges), same) for ranges, same in found.items() if ranges]


def _of_the_day(
    day: date, rules: Iterable[Rule], exceptions: Iterable[DatedException]
) -> tuple[list[Rule | DatedException], list[Minutes]]:
    """Return the rows that add hours to ``day``, and the ranges that are closed."""
    today = [exception for exception in exceptions if exception.day == day]
    is_holiday = day in bank_holidays(day.year)
    added: list[Rule | DatedException] = [] if is_holiday else [rule for rule in rules if _applies(rule, day)]
    added += [extra for extra in today if extra.kind == "extra"]
    return added, [(closure.starts, closure.ends) for closure in today if closure.kind == "closed"]


def _spans(day: date, ranges: Iterable[Minutes]) -> list[Span]:
    spans = [(_instant(day, start), _instant(day, end)) for start, end in ranges]
    return [(start, end) for start, end in spans if start < end]


# The same few minutes of the same few days are asked for by every clinician's diary.
_instant = lru_cache(maxsize=4096)(instant)


def _applies(rule: Rule, day: date) -> bool:
    return (
        rule.weekday == day.weekday()
        and rule.valid_from <= day
        and (rule.valid_until is None or day <= rule.valid_until)
    )


def joined(ranges: Iterable[Minutes]) -> list[Minutes]:
    """Return ``ranges`` in order, with those that touch or overlap made one."""
    result: list[Minutes] = []
    for start, end in sorted(ranges):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def without(ranges: Iterable[Minutes], holes: Iterable[Minutes]) -> list[Minutes]:
    """Return what is left of ``ranges`` when ``holes`` are cut out."""
    left = list(ranges)
    for hole_start, hole_end in holes:
        pieces = [((start, min(end, hole_start)), (max(start, hole_end), end)) for start, end in left]
        left = [piece for pair in pieces for piece in pair if piece[0] < piece[1]]
    return left
