"""UK clock time, on the days the clocks change above all."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.db.clock import UK, clock, instant, is_repeated, is_skipped, uk_day, when_text

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


@pytest.mark.parametrize(
    ("day", "minute", "expected"),
    [
        (date(2026, 1, 5), 9 * 60, datetime(2026, 1, 5, 9, tzinfo=UTC)),
        (date(2026, 7, 6), 9 * 60, datetime(2026, 7, 6, 8, tzinfo=UTC)),
        (date(2027, 3, 28), 9 * 60, datetime(2027, 3, 28, 8, tzinfo=UTC)),
        (SPRING, 59, datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        (SPRING, 60, datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (SPRING, 90, datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (SPRING, 120, datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (AUTUMN, 30, datetime(2026, 10, 24, 23, 30, tzinfo=UTC)),
        (AUTUMN, 90, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (AUTUMN, 120, datetime(2026, 10, 25, 2, tzinfo=UTC)),
        (date(2026, 12, 31), 24 * 60, datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_wall_time_is_the_first_instant_the_clock_shows_it(day, minute, expected):
    assert instant(day, minute) == expected


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 24 * 60))
def test_instants_never_go_backwards_within_a_day(day, minute):
    assert instant(day, 0) <= instant(day, minute) <= instant(day, 24 * 60)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 24 * 60 - 1))
def test_the_clock_shows_what_was_asked_unless_it_skips_it(day, minute):
    shown = instant(day, minute).astimezone(UK)
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60)

    assert is_skipped(wall) or shown.replace(tzinfo=None, fold=0) == wall


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "1:30am BST"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "1:30am GMT"),
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), "2am"),
        (datetime(2026, 7, 1, 11, 0, tzinfo=UTC), "12pm"),
        (datetime(2026, 1, 1, 0, 5, tzinfo=UTC), "12:05am"),
        (datetime(2026, 1, 1, 14, 30, tzinfo=UTC), "2:30pm"),
    ],
)
def test_clock_times_are_told_apart_when_the_clock_shows_them_twice(moment, expected):
    assert clock(moment) == expected


def test_a_day_is_the_uk_day():
    assert uk_day(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == date(2026, 7, 2)


def test_an_instant_in_words_says_that_it_is_uk_time():
    assert when_text(datetime(2027, 3, 28, 8, tzinfo=UTC)) == "Sunday 28 March 2027 at 9am, UK time"


def test_repeated_and_skipped_wall_times():
    assert is_repeated(datetime(2026, 10, 25, 1, 0))
    assert not is_repeated(datetime(2026, 10, 25, 2, 0))
    assert is_skipped(datetime(2026, 3, 29, 1, 59))
    assert not is_skipped(datetime(2026, 3, 29, 2, 0))
