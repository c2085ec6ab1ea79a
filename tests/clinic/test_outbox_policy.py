"""When messages are due: offsets, quiet hours, clock changes, and what a mail server's answer means."""

import smtplib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.outbox import policy
from clinic.outbox.enums import Answer
from clinic.outbox.rules import BY_CODE, AtOnce, DaysBefore, HoursAfterFact, HoursBefore, Rule, rules_for

UK = ZoneInfo("Europe/London")
LONG_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


def uk(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UK)


def due(rule, anchor, at=LONG_BEFORE):
    window = policy.due_time(rule, anchor, at)
    return window and window.due.astimezone(UK).strftime("%Y-%m-%d %H:%M")


def hours(number, quiet=True):
    return Rule("test", "Test", ("fact",), HoursBefore(number), HoursBefore(0), at_any_hour=not quiet)


DAY_BEFORE_AT_9 = Rule("test", "Test", ("fact",), DaysBefore(1, 9 * 60), HoursBefore(0))
AT_ONCE = Rule("test", "Test", ("fact",), AtOnce(), HoursAfterFact(72), at_any_hour=True)


@pytest.mark.parametrize(
    ("before", "visit", "expected"),
    [
        (48, "2026-12-03 14:30", "2026-12-01 14:30"),
        (3, "2026-12-03 14:30", "2026-12-03 11:30"),
        (3, "2026-12-03 11:00", "2026-12-03 08:00"),  # quiet hours end at 8:00 sharp
        (3, "2026-12-03 10:59", "2026-12-03 08:00"),
        (3, "2026-12-03 09:00", "2026-12-03 08:00"),  # 60 minutes are enough
        (3, "2026-12-03 08:59", "2026-12-02 19:30"),  # 59 are not
        (3, "2026-12-03 08:00", "2026-12-02 19:30"),
        (3, "2026-12-03 02:00", "2026-12-02 19:30"),  # planned at 23:00
        (48, "2026-12-03 19:59", "2026-12-01 19:59"),
        (48, "2026-12-03 20:00", "2026-12-02 08:00"),  # quiet hours begin at 20:00 sharp
        (48, "2026-12-03 07:00", "2026-12-01 08:00"),
    ],
)
def test_reminders_stay_out_of_the_quiet_hours(before, visit, expected):
    assert due(hours(before), uk(visit)) == expected


@pytest.mark.parametrize(
    ("visit", "hours_before", "expected"),
    [
        ("2026-03-30 10:00", 48, "2026-03-28 09:00"),  # an hour of Sunday 29 March is missing
        ("2026-10-26 10:00", 48, "2026-10-24 11:00"),  # an hour of Sunday 25 October comes twice
        ("2026-03-29 11:30", 3, "2026-03-29 08:30"),
        ("2026-03-29 04:00", 3, "2026-03-28 19:30"),  # planned in the night of the change
        ("2026-10-25 04:00", 3, "2026-10-24 19:30"),
    ],
)
def test_hours_are_elapsed_time_on_days_the_clocks_change(visit, hours_before, expected):
    assert due(hours(hours_before), uk(visit)) == expected


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        ("2026-03-29 14:00", "2026-03-28 09:00"),
        ("2026-03-30 14:00", "2026-03-29 09:00"),
        ("2026-10-25 14:00", "2026-10-24 09:00"),
        ("2026-10-26 14:00", "2026-10-25 09:00"),
    ],
)
def test_case_18_days_are_days_of_the_uk_clock(visit, expected):
    """Hard case 18."""
    assert due(DAY_BEFORE_AT_9, uk(visit)) == expected


def test_case_23_a_reminder_whose_time_has_passed_is_skipped():
    """Hard case 23: booked 6 hours ahead with reminders 24 and 2 hours before."""
    visit, booked = uk("2026-12-03 16:00"), uk("2026-12-03 10:00")

    assert due(hours(24), visit, booked) is None
    assert due(hours(2), visit, booked) == "2026-12-03 14:00"


def test_a_reminder_whose_evening_before_has_passed_is_skipped():
    assert due(hours(3), uk("2026-12-03 08:30"), at=uk("2026-12-02 19:29")) == "2026-12-02 19:30"
    assert due(hours(3), uk("2026-12-03 08:30"), at=uk("2026-12-02 19:30")) is None


def test_a_reminder_that_only_quiet_hours_put_into_the_future_is_skipped():
    assert due(hours(3), uk("2026-12-03 10:00"), at=uk("2026-12-03 07:30")) is None


def test_at_once_is_at_once_in_the_night_too():
    at = uk("2026-12-03 02:00")

    assert policy.due_time(AT_ONCE, at, at) == (at, at + timedelta(hours=72))


def test_a_confirmation_of_what_has_begun_is_skipped():
    assert policy.due_time(BY_CODE["booking_confirmed"], uk("2026-12-03 10:00"), uk("2026-12-03 10:00")) is None


def test_a_fact_nobody_knows_is_a_mistake():
    with pytest.raises(ValueError, match="apointment_booked"):
        rules_for("apointment_booked")


@given(
    visit=st.datetimes(datetime(2026, 1, 3), datetime(2028, 12, 31), timezones=st.just(UTC)),
    number=st.integers(1, 72),
)
def test_quiet_hours_hold_on_every_day_of_three_years(visit, number):
    window = policy.due_time(hours(number), visit, LONG_BEFORE)

    assert window is not None
    assert "08:00" <= window.due.astimezone(UK).strftime("%H:%M") < "20:00"
    assert window.due < window.useful_until == visit


# What the mail server answers -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (ConnectionRefusedError(), Answer.QUICK),
        (TimeoutError(), Answer.QUICK),
        (smtplib.SMTPServerDisconnected(), Answer.QUICK),
        (smtplib.SMTPConnectError(421, b"busy"), Answer.QUICK),
        (smtplib.SMTPConnectError(554, b"no service for you"), Answer.SLOW),
        (smtplib.SMTPDataError(421, b"closing"), Answer.QUICK),
        (smtplib.SMTPDataError(451, b"later"), Answer.SLOW),
        (smtplib.SMTPDataError(554, b"spam"), Answer.NEVER),
        (smtplib.SMTPRecipientsRefused({"a@example.com": (450, b"greylisted")}), Answer.SLOW),
        (smtplib.SMTPRecipientsRefused({"a@example.com": (550, b"no such user")}), Answer.NEVER),
        (smtplib.SMTPSenderRefused(550, b"not you", "c@example.com"), Answer.SLOW),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), Answer.SLOW),
        (smtplib.SMTPNotSupportedError(), Answer.NEVER),
    ],
)
def test_the_answer_decides_about_the_next_try(error, answer):
    assert policy.answer_to(error) == answer


def test_pauses_grow_to_a_quarter_of_an_hour():
    now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    late = now + timedelta(days=2)

    def pauses(answer):
        return [(policy.next_try(answer, tries, now, late) - now).seconds // 60 for tries in range(1, 8)]

    assert pauses(Answer.QUICK) == [1, 2, 4, 8, 15, 15, 15]
    assert pauses(Answer.SLOW) == [4, 8, 15, 15, 15, 15, 15]


def test_there_is_an_end_to_trying():
    now = datetime(2026, 12, 1, 9, tzinfo=UTC)

    assert policy.next_try(Answer.NEVER, 1, now, now + timedelta(days=1)) is None
    assert policy.next_try(Answer.QUICK, 20, now, now + timedelta(days=1)) is None
    assert policy.next_try(Answer.QUICK, 1, now, now + timedelta(minutes=1)) is None
    assert policy.next_try(Answer.QUICK, 1, now, now + timedelta(minutes=1, seconds=1)) == now + timedelta(minutes=1)
