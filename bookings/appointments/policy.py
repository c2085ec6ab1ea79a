"""Cut-offs, refunds and what may still be done. Pure: the clock and the bank holidays come in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from bookings.appointments.enums import PartOfDay, State
from bookings.kinds.enums import Audience
from bookings.kinds.policy import pounds
from clinic.db.clock import MINUTES_IN_A_DAY, UK, clock, instant, uk_day
from clinic.db.workdays import is_workday

CUT_OFF_MINUTE = 17 * 60
COOLING_OFF_DAYS = 14
HOLD = timedelta(minutes=15)
FORGIVEN = timedelta(days=1)  # a hold that ran out can still be confirmed while nobody else took the time
NOON, EVENING = 12, 17
JOIN_OPENS = timedelta(minutes=15)
JOIN_STAYS = timedelta(hours=1)
# What one patient may book online; beyond it they are asked to call, and staff are told.
MOST_COMING = 6
MOST_BOOKED_A_WEEK = 20
ALL = 100


@dataclass(frozen=True)
class Terms:
    """What the clinic may set about cancelling: the minute of the cut-off, and what goes back before and after it.

    Raises ValueError for a minute outside the day or a percentage outside 0 to 100.
    """

    cut_off_minute: int = CUT_OFF_MINUTE
    before_percent: int = ALL
    after_percent: int = 0

    def columns(self) -> dict[str, int]:
        """Return them as the columns in which a contract keeps them."""
        return {
            "cut_off_minute": self.cut_off_minute,
            "refund_before_percent": self.before_percent,
            "refund_after_percent": self.after_percent,
        }

    def __post_init__(self) -> None:
        percents_fit = all(0 <= percent <= ALL for percent in (self.before_percent, self.after_percent))
        if not percents_fit or not 0 <= self.cut_off_minute <= MINUTES_IN_A_DAY:
            raise ValueError("The cut-off is a minute of the day, and what goes back is 0 to 100 per cent.")

    @property
    def cut_off_clock(self) -> str:
        """The cut-off on the clock, like "5pm"."""
        return clock(instant(date(2020, 1, 1), self.cut_off_minute))

    @property
    def before(self) -> str:
        """What goes back before the cut-off, like "all of the fee"."""
        return share(self.before_percent)

    @property
    def after(self) -> str:
        """What goes back after the cut-off, like "none of the fee"."""
        return share(self.after_percent)


def share(percent: int) -> str:
    """Return a percentage of the fee in words, like "all of the fee" or "80% of the fee"."""
    return {0: "none of the fee", ALL: "all of the fee"}.get(percent, f"{percent}% of the fee")


def cut_off(starts_at: datetime, terms: Terms) -> datetime:
    """Return the minute of the cut-off, UK time, on the last business day before the visit's day."""
    day = uk_day(starts_at) - timedelta(days=1)
    while not is_workday(day):
        day -= timedelta(days=1)
    return instant(day, terms.cut_off_minute)


def cooling_off_ends(booked_at: datetime) -> datetime:
    """Return the end of the 14 days after the day of the contract (Consumer Contracts Regulations 2013, reg 30(2))."""
    return instant(cooling_off_last_day(booked_at) + timedelta(days=1), 0)


def cooling_off_last_day(booked_at: datetime) -> date:
    """Return the last of the 14 days, as a UK day."""
    return uk_day(booked_at) + timedelta(days=COOLING_OFF_DAYS)


class Why(StrEnum):
    """The rule a refund goes by. What it gives depends on the terms, and on what was paid."""

    BY_CLINIC = "We cancelled the appointment"
    COOLING_OFF = "Cancelled within 14 days of booking"
    IN_TIME = "Cancelled before the cut-off"
    ASKED_TO_MOVE = "We asked you to move the appointment"
    TOO_LATE = "Cancelled after the cut-off"


@dataclass(frozen=True)
class Refund:
    """How much of the fee goes back, in pence and as a percentage, and why."""

    pence: int
    percent: int
    why: Why

    @property
    def text(self) -> str:
        """The amount, like "£180"."""
        return pounds(self.pence)

    @property
    def rule(self) -> str:
        """The rule in words, like "Cancelled before the cut-off: you get all of the fee back."."""
        gives = "the fee is not given back" if self.percent == 0 else f"you get {share(self.percent)} back"
        return f"{self.why}: {gives}."


def refund(
    *,
    fee_pence: int,
    starts_at: datetime,
    booked_at: datetime,
    at: datetime,
    terms: Terms,
    by_clinic: bool = False,
    asked_to_move: bool = False,
) -> Refund:
    """Return what a cancellation at ``at`` gives back of ``fee_pence``, rounded half up to the penny.

    All of it where the clinic cancels or has asked the patient to move, or within 14 days of the contract and before the start
    (Consumer Contracts Regulations 2013, reg 29), whatever the terms; else what the terms say.
    """
    if by_clinic:
        percent, why = ALL, Why.BY_CLINIC
    elif asked_to_move and at < starts_at:
        percent, why = ALL, Why.ASKED_TO_MOVE
    elif at < cut_off(starts_at, terms):
        percent, why = terms.before_percent, Why.IN_TIME
    else:
        percent, why = terms.after_percent, Why.TOO_LATE
    if percent < ALL and at < min(cooling_off_ends(booked_at), starts_at):
        percent, why = ALL, Why.COOLING_OFF
    return Refund((fee_pence * percent + ALL // 2) // ALL, percent, why)


class Lengths(Protocol):
    """How long a visit lasts and keeps others away, in minutes, as ``AppointmentKind`` has it."""

    minutes: int
    buffer_before: int
    buffer_after: int


def busy_span(kind: Lengths, starts_at: datetime) -> tuple[datetime, datetime]:
    """Return from when until when a visit of ``kind`` keeps its clinician busy: with its buffers."""
    return starts_at - timedelta(minutes=kind.buffer_before), starts_at + timedelta(
        minutes=kind.minutes + kind.buffer_after
    )


def may_move(starts_at: datetime, at: datetime, terms: Terms, *, asked: bool = False) -> bool:
    """Tell whether a patient may still move the visit: until the cut-off; ``asked`` by the clinic, until it starts."""
    return at < (starts_at if asked else cut_off(starts_at, terms))


def may_cancel(starts_at: datetime, at: datetime) -> bool:
    """Tell whether a patient may still cancel: always, until the visit starts."""
    return at < starts_at


def needs_early_start(starts_at: datetime, at: datetime) -> bool:
    """Tell whether the visit falls into the 14 days, so that the patient must ask for an early start (reg 36)."""
    return starts_at < cooling_off_ends(at)


def part_of_day(moment: datetime) -> PartOfDay:
    """Return what people in the UK call that time of day: the morning until noon, the afternoon until 5pm."""
    hour = moment.astimezone(UK).hour
    return PartOfDay.MORNING if hour < NOON else PartOfDay.AFTERNOON if hour < EVENING else PartOfDay.EVENING


class NotFor(StrEnum):
    """Why somebody may not book a kind online, in words for them; the page adds the phone number."""

    NEW_HERE = "This visit is for people who have had a visit with us. Book a first assessment, or call us."
    CLINIC_BOOKS = "We book this visit together with you. Call us to arrange it."
    NOT_ACTIVE = "You are not down as an active patient with us. Call us to book again, and we will help you."


def why_not_book(audience: str, *, was_here: bool, is_active: bool = True) -> NotFor | None:
    """Return why a patient may not book a kind for ``audience`` online; ``was_here``: they have had a completed visit."""
    if not is_active:
        return NotFor.NOT_ACTIVE
    if audience == Audience.CLINIC:
        return NotFor.CLINIC_BOOKS
    return NotFor.NEW_HERE if audience == Audience.RETURNING and not was_here else None


def is_video_link(url: str, hosts: Sequence[str]) -> bool:
    """Tell whether ``url`` is https, without a port or a user, and leads to one of ``hosts`` or a name below one."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    known = any(host == each or host.endswith(f".{each}") for each in hosts)
    # Not the scheme, which is read without regard to capitals: what is kept has to begin so.
    return url.startswith("https://") and known and port is None and "@" not in parts.netloc and url.isprintable()


def join_opens(starts_at: datetime) -> datetime:
    """Return when the link to a video call is first shown."""
    return starts_at - JOIN_OPENS


def may_join(starts_at: datetime, ends_at: datetime, at: datetime) -> bool:
    """Tell whether the link to a video call is shown: from 15 minutes before until an hour after the planned end."""
    return join_opens(starts_at) <= at < ends_at + JOIN_STAYS


def fits_the_time(state: str, starts_at: datetime, at: datetime) -> bool:
    """Tell whether a visit may come into ``state`` at ``at``, as far as the clock goes.

    That somebody arrived is said on the day of the visit, and so is that a button was pressed by
    mistake (back to booked); that nobody came only after the start.
    """
    if state in {State.CHECKED_IN, State.BOOKED}:
        return uk_day(at) == uk_day(starts_at)
    return state != State.DID_NOT_ATTEND or at >= starts_at
