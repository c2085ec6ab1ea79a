"""Which fact sends which messages, and when: one table.

To add a message: a row here, and a composer registered under the row's ``code`` (``registry.py``).
Hours are elapsed time whatever the clocks do; days are days of the UK clock.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from clinic.outbox.enums import Channel, Reader, Stop


@dataclass(frozen=True)
class AtOnce:
    """As soon as the fact stands."""


@dataclass(frozen=True)
class HoursBefore:
    """So many elapsed hours before the anchor (the start of a visit)."""

    hours: int

    @property
    def delta(self) -> timedelta:
        """The hours as a length of time."""
        return timedelta(hours=self.hours)


@dataclass(frozen=True)
class DaysBefore:
    """So many UK days before the anchor's day, when the UK clock shows ``minute`` minutes after midnight."""

    days: int
    minute: int


@dataclass(frozen=True)
class DaysAfter:
    """So many UK days after the anchor's day, when the UK clock shows ``minute`` minutes after midnight."""

    days: int
    minute: int


@dataclass(frozen=True)
class HoursAfterFact:
    """So many elapsed hours after the fact."""

    hours: int


@dataclass(frozen=True)
class HoursAfterDue:
    """So many elapsed hours after the message's own time: for what is planned long before."""

    hours: int


LEFT = frozenset({Stop.DECEASED, Stop.DISCHARGED, Stop.INACTIVE})

When = AtOnce | HoursBefore | DaysBefore | DaysAfter
Useful = HoursBefore | HoursAfterFact | HoursAfterDue


@dataclass(frozen=True)
class Rule:
    """One message. ``code`` names it and its composer; later than ``useful`` it is not sent any more.

    ``asks`` says in words what is asked again at the moment of sending, ``stops_for`` which patients it is not
    sent to. It keeps out of the quiet hours unless ``at_any_hour``: the person has just acted and waits for it.
    The clinic cannot switch off what is ``fixed``: the law, or somebody's safety, wants it. It goes by each of
    ``channels`` that its reader wants. What the law wants in a form that can be kept is ``on_paper`` for somebody
    without e-mail: a phone call is not enough.
    """

    code: str
    label: str
    facts: tuple[str, ...]
    when: When
    useful: Useful
    asks: str = ""
    at_any_hour: bool = False
    fixed: bool = False
    reader: Reader = Reader.PATIENT
    stops_for: frozenset[Stop] = LEFT
    channels: tuple[Channel, ...] = (Channel.EMAIL,)
    on_paper: bool = False


DAY = 24
MORNING = 10 * 60  # somebody answers the phone then
START = HoursBefore(0)  # of a visit; of an offer its end
ONE_DAY, THREE_DAYS, WEEK = HoursAfterFact(DAY), HoursAfterFact(3 * DAY), HoursAfterFact(7 * DAY)
WEEK_MORE = HoursAfterDue(7 * DAY)

BOOKED, MOVED, GONE, MISSED = "appointment_booked", "appointment_moved", "appointment_cancelled", "appointment_missed"
NEW_TIME = (BOOKED, MOVED)

STANDS = "The visit still stands at this time."
LACKS = "The visit still stands, and the form or the records are not with us."
NO_ANSWER = "The questions have not been answered."
NO_REQUEST = "No request has been made."
ABSENT = "They still count as not having come."
KEPT = "The time is still kept for them."

AND_TEXT, AND_COPY = (Channel.EMAIL, Channel.SMS), (Channel.EMAIL, Channel.COPY)
VISIT = (*AND_TEXT, Channel.COPY)

# Money, a choice of their own, their own data: these still go to somebody who has left the clinic.
UNLESS_DEAD = frozenset({Stop.DECEASED})
NOBODY = frozenset[Stop]()


def _contract(code: str, label: str, fact: str, useful: Useful, asks: str, **more: Any) -> Rule:
    """What the law wants on paper or by mail (Consumer Contracts Regulations 2013, reg 16), and a person waits for."""
    how: dict[str, Any] = {"at_any_hour": True, "fixed": True, "channels": VISIT, "on_paper": True}
    return Rule(code, label, (fact,), AtOnce(), useful, asks, **how | more)


def _reminder(
    code: str, label: str, facts: tuple[str, ...], when: When, useful: Useful, asks: str, **more: Any
) -> Rule:
    """What a patient may ask us not to send."""
    return Rule(code, label, facts, when, useful, asks, stops_for=LEFT | {Stop.NO_REMINDERS}, **more)


def _staff(code: str, label: str, fact: str, when: When, useful: Useful, asks: str, **more: Any) -> Rule:
    stops = {"stops_for": NOBODY} | more
    return Rule(code, label, (fact,), when, useful, asks, fixed=True, reader=Reader.STAFF, **stops)


def _account(code: str, label: str, fact: str, asks: str = "") -> Rule:
    how: dict[str, Any] = {"at_any_hour": True, "fixed": True, "reader": Reader.ACCOUNT, "stops_for": UNLESS_DEAD}
    return Rule(code, label, (fact,), AtOnce(), WEEK, asks, **how)


# fmt: off
RULES = (
    # Visits. The reminders name what is missing too: nobody gets two messages at one moment. After 6 hours before a
    # visit the second reminder does the work of the first.
    _contract("booking_confirmed", "Booking confirmation",        BOOKED,       START,      STANDS, channels=AND_COPY),
    _contract("booking_moved",     "New time",                    MOVED,        START,      STANDS),
    _contract("booking_cancelled", "Cancellation",                GONE,         THREE_DAYS, "The visit is still cancelled.", stops_for=UNLESS_DEAD),
    _contract("please_move",       "Asked to choose another time", "move_asked", START,     STANDS),
    _reminder("missing_7d",         "What is missing, 7 days before",   NEW_TIME,  DaysBefore(7, MORNING), HoursBefore(5 * DAY), LACKS,
         channels=AND_TEXT),
    _reminder("missing_4d",         "What is missing, 4 days before",   NEW_TIME,  DaysBefore(4, MORNING), HoursBefore(3 * DAY), LACKS,
         channels=AND_TEXT),
    _reminder("reminder_48h",       "Reminder, 48 hours before",        NEW_TIME,  HoursBefore(48),        HoursBefore(6),       STANDS,
         channels=VISIT),
    _reminder("reminder_3h",        "Reminder, 3 hours before",         NEW_TIME,  HoursBefore(3),         START,                STANDS,
         channels=VISIT),
    _reminder("did_not_attend",     "We missed you",                    (MISSED,), AtOnce(),               ONE_DAY,              ABSENT,
         channels=AND_TEXT),
    Rule("waiting_list_offer", "A time has become free", ("time_offered",),   AtOnce(),               START,                KEPT, fixed=True,
         channels=AND_TEXT),

    # Decisions and what is written.
    Rule("decision_made",      "Decision made",            ("decision_made",),     AtOnce(), WEEK, fixed=True, stops_for=UNLESS_DEAD),
    Rule("more_information",   "More information asked",   ("information_asked",), AtOnce(), WEEK, "The form still waits for it.", fixed=True),
    Rule("data_request_moved", "Your request about your data", ("data_request_moved",), AtOnce(), WEEK, fixed=True, stops_for=UNLESS_DEAD),
    Rule("letter_released",    "A letter is ready to read", ("letter_released",),  AtOnce(), WEEK, "It can still be read.", stops_for=UNLESS_DEAD),
    Rule("plan_released",      "A plan is ready to read",  ("plan_released",),     AtOnce(), WEEK, "It is the newest plan."),
    Rule("plan_changed",       "A plan has changed",       ("plan_changed",),      AtOnce(), WEEK, fixed=True, stops_for=UNLESS_DEAD),
    Rule("prescription_news",  "There is news in the account", ("prescription_news",), AtOnce(), WEEK, fixed=True, stops_for=UNLESS_DEAD),

    # Following up: the check-in of the first week, the questions before every later check or review, the next supply.
    _reminder("week_1_check",       "Check-in after one week",              ("check_in_set",), AtOnce(),              WEEK,      NO_ANSWER),
    _reminder("review_soon",        "Questions before a review, a week before", ("review_set",), DaysBefore(7, MORNING), WEEK_MORE, NO_ANSWER),
    _reminder("review_due",         "Questions before a review, on the day", ("review_set",), DaysBefore(0, MORNING), WEEK_MORE, NO_ANSWER),
    _staff("review_late",      "Answers for a review are late", "review_set",    DaysAfter(7, MORNING),   WEEK_MORE, NO_ANSWER, stops_for=LEFT),
    _reminder("next_request",       "The next request can be made",         ("supplied",),    DaysBefore(9, MORNING),  START,     NO_REQUEST),

    # Accounts, staff and the website.
    _account("security_notice", "Something changed in the account", "account_changed"),
    _account("copy_made",       "A copy of your data was made", "copy_made"),
    _account("account_closed",  "The account is closed", "account_closed", "The account is closed still."),
    _staff("enquiry_received", "Message from the website", "enquiry_received", AtOnce(), WEEK, "The message is still kept.", at_any_hour=True),
    _staff("staff_invited",    "Invitation for staff",   "staff_invited", AtOnce(), WEEK,    "The account has no password yet.", at_any_hour=True),
    _staff("task_overdue",     "A task is overdue",      "task_overdue",  AtOnce(), ONE_DAY, "A task of theirs is still to do."),
)
# fmt: on

BY_CODE = {rule.code: rule for rule in RULES}
LABELS = {rule.code: rule.label for rule in RULES}


def rules_for(fact: str) -> tuple[Rule, ...]:
    """Return the rules of ``fact``. Raises ValueError for a fact that sends nothing: a typing mistake."""
    found = tuple(rule for rule in RULES if fact in rule.facts)
    if not found:
        raise ValueError(f"No rule for the fact {fact!r}")
    return found
