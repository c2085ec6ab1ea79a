"""Cut-offs and refunds, with dates (booking rule 25)."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.appointments.policy import (
    Terms,
    Why,
    cooling_off_ends,
    cut_off,
    may_cancel,
    may_move,
    needs_early_start,
    refund,
    share,
)

STANDARD = Terms()


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
        (utc(2026, 3, 30, 8), utc(2026, 3, 27, 17)),  # Monday after the clocks go forward: Friday 5pm GMT
        (utc(2026, 10, 26, 9), utc(2026, 10, 23, 16)),  # Monday after they go back: Friday 5pm BST
    ],
)
def test_case_25_the_cut_off_is_5pm_on_the_last_business_day_before(starts_at, expected):
    assert cut_off(starts_at, STANDARD) == expected


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        (0, utc(2026, 11, 26, 23, 59, 59) + timedelta(seconds=1)),
        (9 * 60 + 30, utc(2026, 11, 27, 9, 30)),
        (24 * 60, utc(2026, 11, 28)),
    ],
)
def test_another_minute_of_the_cut_off_can_be_set(minute, expected):
    assert cut_off(utc(2026, 11, 30, 10), Terms(cut_off_minute=minute)) == expected


FRIDAY_CUT_OFF = utc(2026, 8, 28, 16)  # for Tuesday 1 September, after the bank holiday Monday
TUESDAY = utc(2026, 9, 1, 9)
LONG_AGO = utc(2026, 1, 5)


@pytest.mark.parametrize(
    ("at", "booked_at", "pence", "why"),
    [
        (FRIDAY_CUT_OFF - timedelta(minutes=1), LONG_AGO, 18000, Why.IN_TIME),  # Friday 16:59
        (FRIDAY_CUT_OFF - timedelta(microseconds=1), LONG_AGO, 18000, Why.IN_TIME),
        (FRIDAY_CUT_OFF, LONG_AGO, 0, Why.TOO_LATE),  # exactly at the cut-off
        (FRIDAY_CUT_OFF + timedelta(minutes=1), LONG_AGO, 0, Why.TOO_LATE),  # Friday 17:01
        (utc(2026, 8, 31, 9), LONG_AGO, 0, Why.TOO_LATE),  # the bank holiday itself
        (FRIDAY_CUT_OFF + timedelta(minutes=1), utc(2026, 8, 20), 18000, Why.COOLING_OFF),
        (utc(2026, 8, 31, 12), utc(2026, 8, 17, 3), 18000, Why.COOLING_OFF),  # the fourteenth day
        (utc(2026, 8, 31, 12), utc(2026, 8, 16, 22), 0, Why.TOO_LATE),  # the fifteenth
        (utc(2026, 8, 30, 12), utc(2026, 8, 29, 12), 18000, Why.COOLING_OFF),  # booked inside the cut-off
        (TUESDAY - timedelta(seconds=1), utc(2026, 8, 31), 18000, Why.COOLING_OFF),
        (TUESDAY, utc(2026, 8, 31), 0, Why.TOO_LATE),  # it has begun
    ],
)
def test_refunds_by_date(at, booked_at, pence, why):
    found = refund(fee_pence=18000, starts_at=TUESDAY, booked_at=booked_at, at=at, terms=STANDARD)

    assert (found.pence, found.why) == (pence, why)


@pytest.mark.parametrize(
    ("starts_at", "at", "why"),
    [
        (utc(2026, 3, 30, 8), utc(2026, 3, 27, 16, 59), Why.IN_TIME),  # 16:59 GMT; on Sunday the clocks go forward
        (utc(2026, 3, 30, 8), utc(2026, 3, 27, 17, 1), Why.TOO_LATE),
        (utc(2026, 10, 26, 9), utc(2026, 10, 23, 15, 59), Why.IN_TIME),  # 16:59 BST; on Sunday they go back
        (utc(2026, 10, 26, 9), utc(2026, 10, 23, 16, 1), Why.TOO_LATE),
    ],
)
def test_refunds_across_both_clock_changes(starts_at, at, why):
    assert refund(fee_pence=18000, starts_at=starts_at, booked_at=LONG_AGO, at=at, terms=STANDARD).why == why


BEFORE, AFTER = FRIDAY_CUT_OFF - timedelta(minutes=1), FRIDAY_CUT_OFF


@pytest.mark.parametrize(
    ("fee", "terms", "at", "booked_at", "pence", "rule"),
    [
        (18000, Terms(before_percent=80), BEFORE, LONG_AGO, 14400, "Cancelled before the cut-off: you get 80% of the fee back."),
        (18000, Terms(after_percent=50), AFTER, LONG_AGO, 9000, "Cancelled after the cut-off: you get 50% of the fee back."),
        (18000, Terms(after_percent=100), AFTER, LONG_AGO, 18000, "Cancelled after the cut-off: you get all of the fee back."),
        (18000, Terms(before_percent=0), BEFORE, LONG_AGO, 0, "Cancelled before the cut-off: the fee is not given back."),
        (18000, Terms(0, 0, 0), BEFORE, utc(2026, 8, 20), 18000, "Cancelled within 14 days of booking: you get all of the fee back."),
        (6255, Terms(after_percent=50), AFTER, LONG_AGO, 3128, "Cancelled after the cut-off: you get 50% of the fee back."),  # 3127.5
        (6250, Terms(after_percent=33), AFTER, LONG_AGO, 2063, "Cancelled after the cut-off: you get 33% of the fee back."),  # 2062.5
        (101, Terms(after_percent=33), AFTER, LONG_AGO, 33, "Cancelled after the cut-off: you get 33% of the fee back."),  # 33.33
        (1, Terms(after_percent=50), AFTER, LONG_AGO, 1, "Cancelled after the cut-off: you get 50% of the fee back."),  # 0.5
        (0, Terms(after_percent=50), AFTER, LONG_AGO, 0, "Cancelled after the cut-off: you get 50% of the fee back."),
        (0, STANDARD, BEFORE, LONG_AGO, 0, "Cancelled before the cut-off: you get all of the fee back."),
    ],
)  # fmt: skip
def test_other_terms_give_other_sums_and_words(fee, terms, at, booked_at, pence, rule):
    found = refund(fee_pence=fee, starts_at=TUESDAY, booked_at=booked_at, at=at, terms=terms)

    assert (found.pence, found.rule) == (pence, rule)


@pytest.mark.parametrize("terms", [STANDARD, Terms(0, 0, 0)])
def test_the_clinic_always_gives_all_of_it_back(terms):
    found = refund(fee_pence=6250, starts_at=TUESDAY, booked_at=LONG_AGO, at=TUESDAY, terms=terms, by_clinic=True)

    assert (found.text, found.rule) == ("£62.50", "We cancelled the appointment: you get all of the fee back.")


@pytest.mark.parametrize("values", [(-1, 100, 0), (1441, 100, 0), (1020, 101, 0), (1020, 100, -1)])
def test_terms_that_make_no_sense_stop_the_start(values):
    with pytest.raises(ValueError, match="0 to 100 per cent"):
        Terms(*values)


def test_shares_in_words():
    assert [share(percent) for percent in (0, 50, 100)] == ["none of the fee", "50% of the fee", "all of the fee"]
    assert (STANDARD.before, STANDARD.after) == ("all of the fee", "none of the fee")


def test_moving_ends_with_the_cut_off_and_cancelling_with_the_start():
    assert may_move(TUESDAY, FRIDAY_CUT_OFF - timedelta(seconds=1), STANDARD)
    assert not may_move(TUESDAY, FRIDAY_CUT_OFF, STANDARD)
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
