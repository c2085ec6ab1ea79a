"""Which fact sends which messages, and when: one table.

To add a message: a row here, and a composer registered under the row's ``code`` (``registry.py``).
Hours are elapsed time whatever the clocks do; days are days of the UK clock.
"""

from dataclasses import dataclass
from datetime import timedelta

from clinic.outbox.enums import Channel


@dataclass(frozen=True)
class AtOnce:
    """As soon as the fact stands, by day and by night: the person has just acted and waits for it."""


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
class HoursAfterFact:
    """So many elapsed hours after the fact."""

    hours: int


@dataclass(frozen=True)
class Rule:
    """One message. ``code`` names it and its composer; later than ``useful`` it is not sent any more."""

    code: str
    label: str
    facts: tuple[str, ...]
    when: AtOnce | HoursBefore | DaysBefore
    useful: HoursBefore | HoursAfterFact
    quiet_hours: bool = False
    channel: Channel = Channel.EMAIL


UNTIL_IT_STARTS = HoursBefore(0)
NEW_TIME = ("appointment_booked", "appointment_moved")
DAY = 24

RULES = (
    #    code                 what staff call it           facts                       when             useful until
    Rule("booking_confirmed", "Booking confirmation", ("appointment_booked",), AtOnce(), UNTIL_IT_STARTS),
    Rule("booking_moved", "New time", ("appointment_moved",), AtOnce(), UNTIL_IT_STARTS),
    Rule("booking_cancelled", "Cancellation", ("appointment_cancelled",), AtOnce(), HoursAfterFact(3 * DAY)),
    Rule("please_move", "Asked to choose another time", ("move_asked",), AtOnce(), UNTIL_IT_STARTS),
    # After 6 hours before the visit the second reminder does the work of the first.
    Rule("reminder_48h", "Reminder, 48 hours before", NEW_TIME, HoursBefore(48), HoursBefore(6), quiet_hours=True),
    Rule("reminder_3h", "Reminder, 3 hours before", NEW_TIME, HoursBefore(3), UNTIL_IT_STARTS, quiet_hours=True),
    # The anchor is the end of the offer: later nobody can say yes.
    Rule("waiting_list_offer", "A time has become free", ("time_offered",), AtOnce(), HoursBefore(0), quiet_hours=True),
    Rule("decision_made", "Decision made", ("decision_made",), AtOnce(), HoursAfterFact(7 * DAY)),
    Rule("enquiry_received", "Message from the website", ("enquiry_received",), AtOnce(), HoursAfterFact(7 * DAY)),
    Rule("staff_invited", "Invitation for staff", ("staff_invited",), AtOnce(), HoursAfterFact(7 * DAY)),
)

LABELS = {rule.code: rule.label for rule in RULES}


def rules_for(fact: str) -> tuple[Rule, ...]:
    """Return the rules of ``fact``. Raises ValueError for a fact that sends nothing: a typing mistake."""
    found = tuple(rule for rule in RULES if fact in rule.facts)
    if not found:
        raise ValueError(f"No rule for the fact {fact!r}")
    return found
