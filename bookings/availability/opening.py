"""The opening times of a day, as instants. Pure: no database, no clock.

Weekly hours and exceptions are minutes on the UK wall clock. They become instants one day at a
time, so that a day of 23 or 25 hours comes out right.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Protocol

from clinic.db.clock import instant
from clinic.db.workdays import bank_holidays

Span = tuple[datetime, datetime]
Minutes = tuple[int, int]


class Rule(Protocol):
    """A weekly range, as ``WeeklyHours`` has it."""

    weekday: int
    starts: int
    ends: int
    valid_from: date
    valid_until: date | None


class DatedException(Protocol):
    """A dated difference, as ``HoursException`` has it."""

    day: date
    kind: str
    starts: int
    ends: int


def opening(day: date, rules: Iterable[Rule], exceptions: Iterable[DatedException]) -> list[Span]:
    """Return the half-open spans (UTC) in which a clinician sees people on ``day``, in order.

    ``exceptions`` are the clinician's own and the clinic's. Extra hours add, closures take away, and
    a closure wins. On a bank holiday only extra hours count.
    """
    today = [exception for exception in exceptions if exception.day == day]
    ranges = (
        [] if day in bank_holidays(day.year) else [(rule.starts, rule.ends) for rule in rules if _applies(rule, day)]
    )
    ranges += [(extra.starts, extra.ends) for extra in today if extra.kind == "extra"]
    closed = [(closure.starts, closure.ends) for closure in today if closure.kind == "closed"]
    spans = [(instant(day, start), instant(day, end)) for start, end in without(joined(ranges), closed)]
    return [(start, end) for start, end in spans if start < end]


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
