"""What somebody answered at the start of their treatment and 1, 3, 6 and 12 months after it: the same numbers for them and us. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clinic.db.clock import short_day, uk_day
from patients.monitoring import policy
from patients.outcomes.history import Series
from patients.outcomes.scoring import Score

HEADS = ("At the start", *(f"Month {month}" for month in policy.TREND_MONTHS[1:]))


@dataclass(frozen=True)
class Cell:
    """The answer nearest to a month, with its day; or why there is none (``without``)."""

    head: str
    value: str = ""
    when: str = ""
    without: str = ""


@dataclass(frozen=True)
class Row:
    """One measure: what it is about, and a cell for each of ``HEADS``."""

    of: Series
    about: str
    cells: list[Cell]


def trends(found: Iterable[Series], start: date, today: date) -> list[Row]:
    """Return a row of every measure in ``found``, since the first day of the treatment, ``start``; both days of the UK clock."""
    return [
        Row(
            each,
            each.about[:1].upper() + each.about[1:],
            [
                _cell(head, point, start, month, today)
                for head, (month, point) in zip(HEADS, policy.nearest(points(each), start).items(), strict=True)
            ],
        )
        for each in found
    ]


def points(each: Series) -> list[tuple[date, Score]]:
    """Return the days and values of a measure, oldest first; an answer without a value is left out."""
    return [(uk_day(point.at), point.value) for point in each.points if point.value is not None]


def _cell(head: str, point: tuple[date, Score] | None, start: date, month: int, today: date) -> Cell:
    if point:
        return Cell(head, value=str(point[1]), when=short_day(point[0]))
    is_to_come = month and policy.is_to_come(start, month, today)
    return Cell(head, without="Not yet" if is_to_come else "No answer")
