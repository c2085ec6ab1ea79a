"""The diary as a table: blocks, rows, and days of 23 and 25 hours side by side."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from bookings.availability.opening import opening
from clinic.db.clock import instant
from clinic.workspace.day_grid import Column, grid

WEDNESDAY = date(2026, 12, 2)


@dataclass(frozen=True)
class Rule:
    weekday: int
    starts: int
    ends: int
    valid_from: date = date(2020, 1, 1)
    valid_until: date | None = None


@dataclass(frozen=True)
class Visit:
    starts_at: datetime
    minutes: int = 30
    before: int = 0
    after: int = 0

    @property
    def ends_at(self):
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def busy_from(self):
        return self.starts_at - timedelta(minutes=self.before)

    @property
    def busy_until(self):
        return self.ends_at + timedelta(minutes=self.after)


def column(day=WEDNESDAY, starts=9 * 60, ends=11 * 60, visits=(), heading="Dr Okafor"):
    spans = opening(day, [Rule(day.weekday(), starts, ends)], []) if starts is not None else []
    return Column(heading, uuid4(), day, spans, list(visits))


def drawn(rows):
    """Each row as its words and its cells as (what, rows spanned)."""
    return [(row.text, [(str(cell.block.what), cell.rows) for cell in row.cells]) for row in rows]


def widths(rows, columns):
    """How many cells each row has with those that reach into it from above."""
    reach = [0] * len(rows)
    for number, row in enumerate(rows):
        for cell in row.cells:
            for below in range(number, number + cell.rows):
                reach[below] += 1
    return set(reach) == {columns}


def test_free_time_is_cut_at_full_hours():
    assert drawn(grid([column()])) == [("9am", [("free", 1)]), ("10am", [("free", 1)])]


def test_buffers_stand_beside_the_visit_as_blocks_of_their_own():
    visit = Visit(datetime(2026, 12, 2, 9, 20, tzinfo=UTC), before=10, after=15)

    rows = grid([column(visits=[visit])])

    assert drawn(rows) == [
        ("9am", [("free", 1)]),
        ("9:10am", [("buffer", 1)]),
        ("9:20am", [("visit", 1)]),
        ("9:50am", [("buffer", 2)]),
        ("10am", []),
        ("10:05am", [("free", 1)]),
    ]


def test_columns_of_different_hours_fill_every_row():
    rows = grid([column(), column(starts=10 * 60, ends=12 * 60), column(starts=None)])

    assert drawn(rows) == [
        ("9am", [("free", 1), ("closed", 1), ("closed", 3)]),
        ("10am", [("free", 1), ("free", 1)]),
        ("11am", [("closed", 1), ("free", 1)]),
    ]


def test_nothing_on_gives_no_rows():
    assert grid([column(starts=None)]) == []
    assert grid([]) == []


def test_a_visit_over_midnight_ends_with_the_day():
    late = Visit(datetime(2026, 12, 2, 23, 30, tzinfo=UTC), minutes=60)

    today = grid([column(starts=None, visits=[late])])
    tomorrow = grid([column(day=date(2026, 12, 3), starts=None, visits=[late])])

    assert drawn(today) == [("11pm", [("closed", 1)]), ("11:30pm", [("visit", 1)])]
    assert drawn(tomorrow) == [("12am", [("visit", 1)]), ("12:30am", [("closed", 2)]), ("1am", [])]


def week(monday, **hours):
    return [column(day=monday + timedelta(days=number), **hours) for number in range(7)]


def test_the_week_of_october_tells_the_two_1ams_apart():
    columns = week(date(2026, 10, 19), starts=0, ends=3 * 60)

    rows = grid(columns)

    assert [row.text for row in rows] == ["12am", "1am BST", "1am GMT", "2am"]
    assert [cell.rows for cell in rows[1].cells] == [2, 2, 2, 2, 2, 2, 1]
    assert [cell.column.day.day for cell in rows[2].cells] == [25]
    assert widths(rows, 7)


@pytest.mark.parametrize("starts", [0, 60])
def test_the_week_of_march_has_a_sunday_without_1am(starts):
    columns = week(date(2026, 3, 23), starts=starts, ends=4 * 60)

    rows = grid(columns)

    assert [row.text for row in rows] == ["12am", "1am", "2am", "3am"][starts // 60 :]
    assert widths(rows, 7)
    assert rows[0].cells[-1].rows == 2


@pytest.mark.parametrize("monday", [date(2026, 3, 23), date(2026, 10, 19), date(2026, 11, 30)])
def test_every_hour_of_a_week_is_there_once(monday):
    columns = week(monday, starts=0, ends=24 * 60)

    cells = [cell.block for row in grid(columns) for cell in row.cells]

    assert sum((block.ends - block.starts for block in cells), timedelta()) == instant(
        monday + timedelta(days=7), 0
    ) - instant(monday, 0)
    assert widths(grid(columns), 7)


@pytest.mark.parametrize("minute", range(0, 180, 15))
def test_a_visit_in_the_night_of_a_change_is_drawn_whole(minute):
    for day in (date(2026, 3, 29), date(2026, 10, 25)):
        visit = Visit(instant(day, 0) + timedelta(minutes=minute), before=5, after=5)

        columns = [column(day=day, starts=0, ends=5 * 60, visits=[visit]), column(starts=0, ends=5 * 60)]
        rows = grid(columns)

        assert [
            cell.block.text for row in rows for cell in row.cells if cell.block.visit and cell.block.what == "visit"
        ]
        assert widths(rows, 2)
