"""When a message is due, until when it is of use, and what a mail server's answer means."""

import math
import smtplib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from requests import RequestException
from requests.exceptions import ConnectTimeout

from clinic.db.clock import UK, instant, uk_day
from clinic.outbox.enums import BY_HAND, Answer, Channel, Reader, Stop
from clinic.outbox.rules import (
    AtOnce,
    DaysAfter,
    DaysBefore,
    HoursAfterDue,
    HoursAfterFact,
    HoursBefore,
    Rule,
    When,
)

QUIET_FROM = 20 * 60  # minutes after midnight, on the UK clock
QUIET_UNTIL = 8 * 60
EVENING_BEFORE = 19 * 60 + 30
LEAST_NOTICE = timedelta(minutes=60)
LONGEST_TEXT = 160
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = frozenset("^{}\\[~]|€")
NOT_CHOSEN = {
    Channel.EMAIL: "a text message says it",
    Channel.SMS: "the patient has not chosen text messages",
    Channel.COPY: "the patient has named nobody for copies",
}
POST_TAKES = timedelta(days=3)
MOST_HOURS, MOST_DAYS = 14 * 24, 400  # a rule's time, as far as the clinic may move it

MOST_TRIES = 20
# Minutes until the next try. A refusal "for now" (a full mailbox, greylisting) needs more patience than a lost connection.
PAUSES = {Answer.QUICK: (1, 2, 4, 8, 15), Answer.SLOW: (4, 8, 15)}


@dataclass(frozen=True)
class Reach:
    """How a patient may be reached: beside e-mail by which ``channels``, or instead of it ``by_hand`` of staff.

    ``stops`` is what is known of them that stops messages, ``needs`` what they need to read or hear one, in words
    for staff (Accessible Information Standard): it goes along with what staff do by hand.
    """

    channels: frozenset[Channel] = frozenset()
    by_hand: Channel | None = None
    stops: frozenset[Stop] = frozenset()
    needs: tuple[str, ...] = ()


class Window(NamedTuple):
    """When to send, and until when sending is of use."""

    due: datetime
    useful_until: datetime


def due_time(rule: Rule, anchor: datetime, at: datetime, channel: Channel = Channel.EMAIL) -> Window | None:
    """Return when ``rule`` sends for a fact of ``at`` about ``anchor``, or None where that has passed.

    A reminder whose time has passed when it is planned is skipped: the person has just been told. Only e-mail to the
    person who has just acted may come at night.
    """
    anchor, at = (
        anchor.astimezone(UTC),
        at.astimezone(UTC),
    )  # sums in a zone that changes its clocks are not elapsed time
    planned = _planned(rule, anchor, at)
    until = _useful_until(rule, anchor, at, planned)
    at_once = rule.at_any_hour and channel == Channel.EMAIL
    due = planned if at_once else out_of_quiet_hours(planned, until)
    in_time = isinstance(rule.when, AtOnce) or min(planned, due) > at
    return Window(due, until) if in_time and due < until else None


def _planned(rule: Rule, anchor: datetime, at: datetime) -> datetime:
    match rule.when:
        case HoursBefore():
            return anchor - rule.when.delta
        case DaysBefore(days, minute):
            return instant(uk_day(anchor) - timedelta(days=days), minute)
        case DaysAfter(days, minute):
            return instant(uk_day(anchor) + timedelta(days=days), minute)
    return at


def _useful_until(rule: Rule, anchor: datetime, at: datetime, planned: datetime) -> datetime:
    match rule.useful:
        case HoursBefore():
            return anchor - rule.useful.delta
        case HoursAfterDue(hours):
            return planned + timedelta(hours=hours)
        case HoursAfterFact(hours):
            return at + timedelta(hours=hours)


def ways(rule: Rule, reach: Reach | None) -> tuple[Channel, ...]:
    """Return the channels ``rule`` goes by to somebody of ``reach``; None is staff, who get e-mail.

    Where a text message says it, nobody calls about it as well; what the law wants on paper comes all the same.
    """
    chosen = reach.channels if reach else frozenset[Channel]()
    wanted = tuple(channel for channel in rule.channels if channel == Channel.EMAIL or channel in chosen)
    is_enough = bool(reach and reach.by_hand) and Channel.SMS in wanted and not rule.on_paper
    return tuple(channel for channel in wanted if channel != Channel.EMAIL) if is_enough else wanted


def why_stopped(rule: Rule, channel: Channel, reach: Reach | None, *, is_off: bool) -> str:
    """Return why ``rule`` does not go by ``channel`` although its fact may still hold, or nothing.

    ``is_off``: the clinic has switched it off. What reception has in its hands (``BY_HAND``) was an e-mail before.
    """
    for stop in sorted(rule.stops_for & reach.stops) if reach else ():
        return stop.why
    if channel not in BY_HAND and channel not in ways(rule, reach):
        return NOT_CHOSEN[channel]
    return "this message is switched off" if is_off else ""


def carried_by(rule: Rule, channel: Channel, reach: Reach | None, at: datetime, useful_until: datetime) -> Channel:
    """Return how a message that is sent at ``at`` really travels: an e-mail that is not for its patient, by hand.

    Never a call where the law wants paper, nor a letter that comes too late. Staff always get the e-mail.
    """
    if channel != Channel.EMAIL or rule.reader != Reader.PATIENT or reach is None or reach.by_hand is None:
        return channel
    if rule.on_paper:
        return Channel.POST
    return Channel.PHONE if useful_until - at < POST_TAKES else reach.by_hand


def as_set(rule: Rule, amount: int | None, minute: int | None) -> Rule:
    """Return ``rule`` at the time the clinic set: ``amount`` in hours or days, as the rule counts, at ``minute``.

    None leaves what is built in.
    """
    when = rule.when
    if isinstance(when, HoursBefore):
        when = replace(when, hours=when.hours if amount is None else amount)
    elif isinstance(when, DaysBefore | DaysAfter):
        when = replace(
            when, days=when.days if amount is None else amount, minute=when.minute if minute is None else minute
        )
    return replace(rule, when=when)


def why_not_set(rule: Rule, *, is_on: bool, amount: int | None, minute: int | None) -> dict[str, str]:
    """Return what speaks against these settings of ``rule``, by the name of the setting; nothing where they hold."""
    against: dict[str, str] = {}
    if rule.fixed and not is_on:
        against["is_on"] = "This message cannot be switched off: the law, or somebody's safety, wants it."
    when = as_set(rule, amount, minute).when
    if isinstance(when, DaysBefore | DaysAfter) and not QUIET_UNTIL <= when.minute < QUIET_FROM:
        against["minute"] = "Choose a time from 8:00 to 19:59. Messages keep out of the quiet hours."
    longest = MOST_HOURS if isinstance(when, HoursBefore) else MOST_DAYS
    if amount is not None and amount > longest:
        against["amount"] = f"Enter {longest} or less."
    elif isinstance(rule.useful, HoursBefore) and _hours_before(when) <= rule.useful.hours:
        against["amount"] = f"Enter more: {length_text(rule.useful.hours)} before, this message is of no use any more."
    return against


def text_length(text: str) -> float:
    """Return how much room ``text`` takes in a text message: its characters, those of the extension table twice.

    Infinite where a character is not in the GSM 7-bit alphabet (3GPP TS 23.038, 6.2.1): one such, and a message has
    room for 70 characters only.
    """
    return sum(1 if letter in GSM else 2 if letter in GSM_TWICE else math.inf for letter in text)


def length_text(hours: int) -> str:
    """Return so many hours in words, as whole days from a day on, like "3 days"."""
    days = hours // 24
    return f"{hours} hours" if hours < 24 else f"{days} day{'' if days == 1 else 's'}"


def _hours_before(when: When) -> float:
    """How long before the anchor a message goes at least, in hours."""
    match when:
        case HoursBefore(hours):
            return hours
        case DaysBefore(days, minute):
            return days * 24 - minute / 60  # of an anchor at the very start of its day
    return math.inf


def out_of_quiet_hours(moment: datetime, until: datetime) -> datetime:
    """Return ``moment``, or where it lies in the quiet hours the next 8:00.

    Where 8:00 leaves less than an hour ``until`` the message is of no use, it is 19:30 on the evening before instead.
    """
    local = moment.astimezone(UK)
    minute = local.hour * 60 + local.minute
    if QUIET_UNTIL <= minute < QUIET_FROM:
        return moment
    evening = local.date() - timedelta(days=minute < QUIET_UNTIL)
    morning = instant(evening + timedelta(days=1), QUIET_UNTIL)
    return morning if until - morning >= LEAST_NOTICE else instant(evening, EVENING_BEFORE)


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
    return _answer_of_provider(error) if isinstance(error, RequestException) else _answer_by_code(code_of(error))


def _answer_of_provider(error: RequestException) -> Answer:
    """What a provider's HTTP status means. 401 to 403 are about our own account, 429 about our pace."""
    code = code_of(error)
    if code in {401, 402, 403, 429}:
        return Answer.SLOW
    return Answer.NEVER if 400 <= code < 500 and code != 408 else Answer.QUICK


def _answer_by_code(code: int) -> Answer:
    if 500 <= code < 600:
        return Answer.NEVER
    return Answer.SLOW if 400 <= code < 500 and code != 421 else Answer.QUICK


def code_of(error: OSError) -> int:
    """Return the mail server's reply code (of a provider its HTTP status), or 0 where it gave none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _ in error.recipients.values()), default=0)
    if isinstance(error, RequestException):
        return error.response.status_code if error.response is not None else 0
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0


def failure_text(error: OSError) -> str:
    """Return the class of a failed sending and its code, like "SMTPDataError 552": no value of anybody's."""
    return f"{type(error).__name__} {code_of(error) or ''}".strip()


def may_have_arrived(error: OSError) -> bool:
    """Tell whether the server may have taken a message although we never heard its answer."""
    if isinstance(error, RequestException):
        return not isinstance(error, ConnectTimeout) and not 0 < code_of(error) < 500
    return isinstance(error, smtplib.SMTPServerDisconnected | TimeoutError | ConnectionError)
