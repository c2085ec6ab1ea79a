"""Cut-offs and refunds, with dates (booking rule 25)."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.appointments.policy import Why, cooling_off_ends, cut_off, may_cancel, may_move, needs_early_start, refund


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts_at", "expected"),
    [
        (utc(2026, 12, 3, 10), utc(2026, 12, 2, 17)),  # Thursday: Wednesday 5pm
        (utc(2026, 11, 30, 10), utc(2026, 11, 27, 17)),  # Monday: Friday 5pm
        (utc(2026, 4, 7, 9), utc(2026, 4, 2, 16)),  # Tuesday after Easter Monday: Maundy Thursday 5pm BST
        (utc(2026, 8, 31, 23, 30), utc(2026, 8, 28, 16)),  # half past midnight on 1 September by the UK clock
        (utc(2027, 1, 4, 9), utc(2026, 12, 31, 17)),  # Monday after New Year's Day
        (utc(2026, 3, 30, 8), utc(2026, 3, 27, 17)),  # Monday after the clocks change: Friday 5pm GMT
    ],
)
def test_the_cut_off_is_5pm_on_the_last_business_day_before(starts_at, expected):
    assert cut_off(starts_at) == expected


FRIDAY_CUT_OFF = utc(2026, 8, 28, 16)  # for Tuesday 1 September, after the bank holiday Monday
TUESDAY = utc(2026, 9, 1, 9)


@pytest.mark.parametrize(
    ("at", "booked_at", "pence", "why"),
    [
        (FRIDAY_CUT_OFF - timedelta(minutes=1), utc(2026, 6, 1), 18000, Why.IN_TIME),
        (FRIDAY_CUT_OFF, utc(2026, 6, 1), 0, Why.TOO_LATE),
        (FRIDAY_CUT_OFF + timedelta(minutes=1), utc(2026, 6, 1), 0, Why.TOO_LATE),
        (FRIDAY_CUT_OFF + timedelta(minutes=1), utc(2026, 8, 20), 18000, Why.COOLING_OFF),
        (utc(2026, 8, 31, 12), utc(2026, 8, 17, 3), 18000, Why.COOLING_OFF),
        (utc(2026, 8, 31, 12), utc(2026, 8, 16, 22), 0, Why.TOO_LATE),
        (TUESDAY, utc(2026, 8, 31), 0, Why.TOO_LATE),
    ],
)
def test_refunds_by_date(at, booked_at, pence, why):
    found = refund(fee_pence=18000, starts_at=TUESDAY, booked_at=booked_at, at=at)

    assert (found.pence, found.why) == (pence, why)


def test_the_clinic_always_gives_all_of_it_back():
    found = refund(fee_pence=6250, starts_at=TUESDAY, booked_at=utc(2026, 1, 1), at=TUESDAY, by_clinic=True)

    assert (found.text, found.why) == ("£62.50", Why.BY_CLINIC)


def test_moving_ends_with_the_cut_off_and_cancelling_with_the_start():
    assert may_move(TUESDAY, FRIDAY_CUT_OFF - timedelta(seconds=1))
    assert not may_move(TUESDAY, FRIDAY_CUT_OFF)
    assert may_cancel(TUESDAY, TUESDAY - timedelta(seconds=1))
    assert not may_cancel(TUESDAY, TUESDAY)


@pytest.mark.parametrize(
    ("booked_at", "ends"),
    [
        (utc(2026, 9, 1, 9), utc(2026, 9, 15, 23)),
        (utc(2026, 10, 20, 9), utc(2026, 11, 4)),
        (utc(2026, 8, 31, 23, 30), utc(2026, 9, 15, 23)),
    ],
)
def test_the_14_days_end_with_the_fourteenth_day_after(booked_at, ends):
    assert cooling_off_ends(booked_at) == ends


def test_an_early_start_is_asked_for_inside_14_days():
    now = utc(2026, 9, 1, 9)

    assert needs_early_start(utc(2026, 9, 15, 22, 59), now)
    assert not needs_early_start(utc(2026, 9, 15, 23), now)
