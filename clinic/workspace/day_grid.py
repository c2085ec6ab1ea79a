"""A day's diary as a table: hours down, clinicians across. Pure: no database, no clock.

Each clinician's day is cut into blocks: a visit with its buffers, free time (cut at every full
hour), or closed. The table's rows are the instants at which any block starts, and every full hour;
a block spans the rows it lasts. Rows are instants, so a day of 23 or 25 hours comes out right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Protocol

from bookings.availability.opening import Span
from clinic.db.clock import clock

HOUR = timedelta(hours=1)


class Visit(Protocol):
    """What the grid needs of an appointment."""

    @property
    def busy_from(self) -> datetime: ...

    @property
    def busy_until(self) -> datetime: ...


@dataclass(frozen=True)
class Block:
    """A stretch of one clinician's day: of a visit, or free, or (neither) closed."""

    starts: datetime
    ends: datetime
    visit: Any = None
    is_free: bool = False

    @property
    def text(self) -> str:
        """From when until when, like "9am to 9:45am"."""
        return f"{clock(self.starts)} to {clock(self.ends)}"


@dataclass(frozen=True)
class Cell:
    """A block with the number of rows it spans, in the column of ``who``."""

    block: Block
    rows: int
    who: Any


@dataclass(frozen=True)
class Row:
    """One line of the table: its instant, and the cells that begin in it."""

    at: datetime
    cells: list[Cell] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The instant on the UK clock."""
        return clock(self.at)

    @property
    def is_full_hour(self) -> bool:
        """Whether the row stands at a full hour."""
        return self.at.minute == 0


def grid(columns: Sequence[tuple[Any, Sequence[Span], Sequence[Visit]]]) -> list[Row]:
    """Return the rows for ``columns`` of (who, opening spans, visits in order); none where nothing is on."""
    edges = [edge for _, spans, visits in columns for edge in _edges(spans, visits)]
    if not edges:
        return []
    first, last = _floor(min(edges)), _floor(max(edges) + HOUR - timedelta(microseconds=1))
    days = [(who, blocks(spans, visits, first, last)) for who, spans, visits in columns]
    starts = sorted({block.starts for _, day in days for block in day} | set(_hours(first, last)))
    rows = {start: Row(start) for start in starts}
    for who, day in days:
        for block in day:
            lasts = sum(1 for start in starts if block.starts <= start < block.ends)
            rows[block.starts].cells.append(Cell(block, lasts, who))
    return list(rows.values())


def blocks(spans: Sequence[Span], visits: Sequence[Visit], first: datetime, last: datetime) -> list[Block]:
    """Return one clinician's day from ``first`` to ``last`` without gaps, in order."""
    cuts = sorted({first, last, *_edges(spans, visits), *_hours(first, last)})
    made: list[Block] = []
    for start, end in pairwise(cuts):
        visit = next((visit for visit in visits if visit.busy_from <= start < visit.busy_until), None)
        is_free = visit is None and any(opens <= start < closes for opens, closes in spans)
        before = made[-1] if made else None
        if before and not is_free and not before.is_free and before.visit is visit:
            made[-1] = Block(before.starts, end, visit)
        else:
            made.append(Block(start, end, visit, is_free))
    return made


def _edges(spans: Iterable[Span], visits: Iterable[Visit]) -> list[datetime]:
    return [edge for span in spans for edge in span] + [
        edge for visit in visits for edge in (visit.busy_from, visit.busy_until)
    ]


def _hours(first: datetime, last: datetime) -> list[datetime]:
    return [first + number * HOUR for number in range(int((last - first) / HOUR))]


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
