"""A diary as a table: hours down, columns across. Pure: no database, no clock.

A column is one clinician's day. It is cut into blocks: a visit, a buffer beside it, free time (cut at
every full hour), or closed. The table's rows are the places on the UK clock at which any block starts,
and every full hour; a block spans the rows it lasts. A place tells the two 1ams of October apart, so
that days of 23, 24 and 25 hours can stand side by side.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from bookings.appointments.slots import Slot
from bookings.availability.opening import Span
from bookings.choosing.forms import slot_value
from clinic.db.clock import MINUTES_IN_A_DAY, UK, clock, instant, uk_day

HOUR = timedelta(hours=1)
LAST_HOUR = 24


class Visit(Protocol):
    """What the grid needs of an appointment."""

    @property
    def busy_from(self) -> datetime: ...

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...

    @property
    def busy_until(self) -> datetime: ...


class What(StrEnum):
    """What a stretch of a day is."""

    VISIT = "visit"
    BUFFER = "buffer"
    FREE = "free"
    CLOSED = "closed"


class Place(NamedTuple):
    """Where an instant stands on the UK clock of its day. ``again``: the hour that comes twice, the second time."""

    hour: int
    again: int
    minute: int


@dataclass(frozen=True)
class Column:
    """One clinician's day: its heading, when it is open, and its visits in order."""

    heading: str
    clinician: UUID
    day: date
    spans: Sequence[Span]
    visits: Sequence[Visit]

    @property
    def starts(self) -> datetime:
        """Midnight at its beginning."""
        return instant(self.day, 0)

    @property
    def ends(self) -> datetime:
        """Midnight at its end."""
        return instant(self.day, MINUTES_IN_A_DAY)

    def place(self, moment: datetime) -> Place:
        """Return where ``moment`` of this day stands; its end is 24:00."""
        local = moment.astimezone(UK)
        return Place(LAST_HOUR, 0, 0) if uk_day(moment) > self.day else Place(local.hour, local.fold, local.minute)


@dataclass(frozen=True)
class Block:
    """A stretch of one column."""

    starts: datetime
    ends: datetime
    what: What
    visit: Any = None

    @property
    def text(self) -> str:
        """From when until when, like "9am to 9:45am"."""
        return f"{clock(self.starts)} to {clock(self.ends)}"


@dataclass(frozen=True)
class Cell:
    """A block with the number of rows it spans."""

    block: Block
    rows: int
    column: Column

    @property
    def slot(self) -> str:
        """Its start with its clinician, as a form carries it."""
        return slot_value(Slot(self.block.starts, self.column.clinician))


@dataclass
class Row:
    """One line of the table: its place, its words, and the cells that begin in it."""

    place: Place
    text: str = ""
    cells: list[Cell] = field(default_factory=list)

    @property
    def is_full_hour(self) -> bool:
        """Whether the row stands at a full hour."""
        return self.place.minute == 0


def grid(columns: Sequence[Column]) -> list[Row]:
    """Return the rows of ``columns``; none where nothing is on in any of them."""
    hours = [hour for column in columns for hour in _hours_used(column)]
    if not hours:
        return []
    days = [(column, blocks(column, *_window(column, min(hours), max(hours)))) for column in columns]
    rows: dict[Place, Row] = {}
    for column, day in days:
        for moment in {*(block.starts for block in day), *_full_hours(day[0].starts, day[-1].ends)}:
            place = column.place(moment)
            row = rows.setdefault(place, Row(place))
            row.text = max(row.text, clock(moment), key=len)  # on the day that has it twice, "1am BST"
    places = sorted(rows)
    for column, day in days:
        for block in day:
            # A day without a 1am begins with the table's first row all the same.
            first = places[0] if block is day[0] else column.place(block.starts)
            end = column.place(block.ends)
            rows[first].cells.append(Cell(block, sum(1 for place in places if first <= place < end), column))
    return [rows[place] for place in places]


def blocks(column: Column, first: datetime, last: datetime) -> list[Block]:
    """Return a column from ``first`` to ``last`` without gaps, in order."""
    cuts = sorted({first, last, *_full_hours(first, last), *(edge for edge in _edges(column) if first < edge < last)})
    made: list[Block] = []
    for start, end in pairwise(cuts):
        what, visit = _at(column, start)
        before = made[-1] if made else None
        if before and what != What.FREE and (before.what, before.visit) == (what, visit):
            made[-1] = Block(before.starts, end, what, visit)
        else:
            made.append(Block(start, end, what, visit))
    return made


def _at(column: Column, moment: datetime) -> tuple[What, Any]:
    """Return what is on at ``moment``, and the visit it belongs to."""
    for visit in column.visits:
        if visit.busy_from <= moment < visit.busy_until:
            return (What.VISIT if visit.starts_at <= moment < visit.ends_at else What.BUFFER), visit
    is_open = any(opens <= moment < closes for opens, closes in column.spans)
    return (What.FREE if is_open else What.CLOSED), None


def _edges(column: Column) -> list[datetime]:
    return [edge for span in column.spans for edge in span] + [
        edge for visit in column.visits for edge in (visit.busy_from, visit.starts_at, visit.ends_at, visit.busy_until)
    ]


def _hours_used(column: Column) -> Iterable[int]:
    """Return the full hours at or around every edge of a column, within its day."""
    for edge in _edges(column):
        place = column.place(min(max(edge, column.starts), column.ends))
        yield place.hour
        yield min(place.hour + (place.minute > 0), LAST_HOUR)


def _window(column: Column, first: int, last: int) -> tuple[datetime, datetime]:
    """Return the instants of the full hours ``first`` and ``last`` on a column's day: two hours or more.

    One hour alone might be the one that the clock skips in March.
    """
    return instant(column.day, first * 60), instant(column.day, min(max(last, first + 2), LAST_HOUR) * 60)


def _full_hours(first: datetime, last: datetime) -> list[datetime]:
    return [first + number * HOUR for number in range(int((last - first) / HOUR))]
