"""Weekly hours as a plan: what it leaves of the hours there were, and what overlaps in it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from bookings.availability.opening import Rule

Validity = tuple[date, date | None]
DAY = timedelta(days=1)


@dataclass
class Planned:
    """A weekly range, as a plan or the preview of one has it."""

    weekday: int
    starts: int
    ends: int
    modes: list[str]
    valid_from: date
    valid_until: date | None = None


def left_of(row: Rule, first: date, last: date | None) -> list[Validity]:
    """Return for which days ``row`` still holds once a plan holds from ``first`` to ``last`` (None: for good)."""
    before = (row.valid_from, first - DAY if row.valid_until is None else min(row.valid_until, first - DAY))
    pieces: list[Validity] = [before]
    if last is not None:
        pieces.append((max(row.valid_from, last + DAY), row.valid_until))
    return [(start, end) for start, end in pieces if end is None or start <= end]


def with_plan(rows: Iterable[Rule], plan: Sequence[Planned], first: date, last: date | None) -> list[Planned]:
    """Return the hours as they will be: ``plan`` from ``first`` to ``last``, before and after it what there was."""
    kept = [
        Planned(row.weekday, row.starts, row.ends, list(row.modes), start, end)
        for row in rows
        for start, end in left_of(row, first, last)
    ]
    return [*kept, *plan]


def holding_on(rows: Iterable[Rule], day: date) -> list[Rule]:
    """Return those of ``rows`` that hold on ``day``, whatever its weekday."""
    return [row for row in rows if row.valid_from <= day and (row.valid_until is None or day <= row.valid_until)]


def overlap(ranges: Sequence[Planned]) -> tuple[Planned, Planned] | None:
    """Return two of ``ranges`` that share a minute of a weekday, the earlier first, or None."""
    ordered = sorted(ranges, key=lambda each: (each.weekday, each.starts))
    for one, other in pairwise(ordered):
        if one.weekday == other.weekday and other.starts < one.ends:
            return one, other
    return None
