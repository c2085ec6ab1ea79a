"""When a message is due, until when it is of use, and what a mail server's answer means."""

import smtplib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from clinic.db.clock import UK, instant, uk_day
from clinic.outbox.enums import Answer
from clinic.outbox.rules import AtOnce, DaysBefore, HoursAfterFact, HoursBefore, Rule

QUIET_FROM = 20 * 60  # minutes after midnight, on the UK clock
QUIET_UNTIL = 8 * 60
EVENING_BEFORE = 19 * 60 + 30
LEAST_NOTICE = timedelta(minutes=60)

MOST_TRIES = 20
# Minutes until the next try. A refusal "for now" (a full mailbox, greylisting) needs more patience than a lost connection.
PAUSES = {Answer.QUICK: (1, 2, 4, 8, 15), Answer.SLOW: (4, 8, 15)}


class Window(NamedTuple):
    """When to send, and until when sending is of use."""

    due: datetime
    useful_until: datetime


def due_time(rule: Rule, anchor: datetime, at: datetime) -> Window | None:
    """Return when ``rule`` sends for a fact of ``at`` about ``anchor``, or None where that has passed.

    A reminder whose time has passed when it is planned is skipped: the person has just been told.
    """
    anchor, at = (
        anchor.astimezone(UTC),
        at.astimezone(UTC),
    )  # sums in a zone that changes its clocks are not elapsed time
    planned = _planned(rule, anchor, at)
    due = out_of_quiet_hours(planned, anchor) if rule.quiet_hours else planned
    useful_until = (
        at + timedelta(hours=rule.useful.hours)
        if isinstance(rule.useful, HoursAfterFact)
        else anchor - rule.useful.delta
    )
    in_time = isinstance(rule.when, AtOnce) or min(planned, due) > at
    return Window(due, useful_until) if in_time and due < useful_until else None


def _planned(rule: Rule, anchor: datetime, at: datetime) -> datetime:
    match rule.when:
        case HoursBefore():
            return anchor - rule.when.delta
        case DaysBefore(days, minute):
            return instant(uk_day(anchor) - timedelta(days=days), minute)
    return at


def out_of_quiet_hours(moment: datetime, anchor: datetime) -> datetime:
    """Return ``moment``, or where it lies in the quiet hours the next 8:00.

    Where 8:00 leaves less than an hour before ``anchor``, it is 19:30 on the evening before instead.
    """
    local = moment.astimezone(UK)
    minute = local.hour * 60 + local.minute
    if QUIET_UNTIL <= minute < QUIET_FROM:
        return moment
    evening = local.date() - timedelta(days=minute < QUIET_UNTIL)
    morning = instant(evening + timedelta(days=1), QUIET_UNTIL)
    return morning if anchor - morning >= LEAST_NOTICE else instant(evening, EVENING_BEFORE)


def next_try(answer: Answer, tries: int, now: datetime, useful_until: datetime) -> datetime | None:
    """Return when to try again after ``tries`` tries, or None: it is refused for good, or would be too late."""
    if answer == Answer.NEVER or tries >= MOST_TRIES:
        return None
    pauses = PAUSES[answer]
    again = now + timedelta(minutes=pauses[min(tries, len(pauses)) - 1])
    return again if again < useful_until else None


def answer_to(error: OSError) -> Answer:
    """Return what a failed sending means for the next try.

    What is wrong with our own account or sender (a changed password) is SLOW: it hits every
    message, and a person can mend it.
    """
    if isinstance(
        error,
        smtplib.SMTPAuthenticationError | smtplib.SMTPSenderRefused | smtplib.SMTPHeloError | smtplib.SMTPConnectError,
    ):
        return Answer.QUICK if error.smtp_code == 421 else Answer.SLOW
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Answer.NEVER
    return _answer_by_code(code_of(error))


def _answer_by_code(code: int) -> Answer:
    if 500 <= code < 600:
        return Answer.NEVER
    return Answer.SLOW if 400 <= code < 500 and code != 421 else Answer.QUICK


def code_of(error: OSError) -> int:
    """Return the mail server's reply code, or 0 where it gave none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _ in error.recipients.values()), default=0)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0


def may_have_arrived(error: OSError) -> bool:
    """Tell whether the server may have taken a message although we never heard its answer."""
    return isinstance(error, smtplib.SMTPServerDisconnected | TimeoutError | ConnectionError)
