"""When the team is at work."""

from datetime import UTC, datetime

import pytest

from clinic.db.workdays import is_open, next_open, workdays_after


def at(month, day, hour, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (at(11, 23, 8, 59), at(11, 23, 9)),  # a Monday in GMT
        (at(11, 23, 9), at(11, 23, 9)),
        (at(11, 23, 16, 59), at(11, 23, 16, 59)),
        (at(11, 23, 17), at(11, 24, 9)),
        (at(11, 27, 20), at(11, 30, 9)),  # Friday evening to Monday
        (at(12, 24, 17), at(12, 29, 9)),  # Christmas, Boxing Day and its substitute
        (at(7, 1, 7, 59), at(7, 1, 8)),  # BST: 9am is 8:00 UTC
        (at(7, 1, 16), at(7, 2, 8)),
    ],
)
def test_when_somebody_is_there_next(moment, opens):
    assert (next_open(moment), is_open(moment)) == (opens, moment == opens)


@pytest.mark.parametrize(
    ("moment", "days", "closes"),
    [
        (at(11, 23, 9), 2, at(11, 25, 17)),
        (at(11, 27, 23), 2, at(12, 1, 17)),
        (at(11, 28, 9), 1, at(11, 30, 17)),
        (at(12, 24, 9), 2, at(12, 30, 17)),
        (at(10, 23, 9), 1, at(10, 26, 17)),  # over the clock change
    ],
)
def test_closing_time_some_workdays_later(moment, days, closes):
    assert workdays_after(moment, days) == closes
