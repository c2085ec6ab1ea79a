"""Whom a freed time is offered to, for how long, and why others were passed over. Pure: the clock comes in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from bookings.appointments.policy import part_of_day
from bookings.kinds.enums import Mode
from bookings.waitlist.enums import Part, Why
from clinic.db.clock import uk_day
from clinic.outbox.policy import LEAST_NOTICE, out_of_quiet_hours

OFFER_LASTS = timedelta(hours=12)
SPARE = timedelta(hours=2)  # from the end of an offer to the notice: time enough to ask somebody else
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Time:
    """A time of one kind that became free at ``freed_at``."""

    clinician_id: UUID
    kind_id: UUID
    starts_at: datetime
    ends_at: datetime
    freed_at: datetime
    modes: tuple[str, ...] = tuple(Mode.values)


@dataclass(frozen=True)
class Wish:
    """What somebody on the list asks for, and what is known of them at this moment.

    ``visit`` is the start of the visit that an earlier time would replace, ``mode`` how they meet then, and
    ``may_move`` whether it may still move; ``busy`` are their visits and holds. By ``asked_for`` one sees whether
    the person has changed it since.
    """

    entry_id: UUID
    kind_id: UUID
    asked_at: datetime
    clinicians: frozenset[UUID]
    weekdays: frozenset[int]
    part: str
    own_notice: timedelta
    kind_notice: timedelta
    first_day: date
    last_day: date
    asked_for: tuple[Any, ...] = ()
    visit: datetime | None = None
    mode: str = ""
    may_move: bool = True
    has_visit: bool = False
    has_offer: bool = False
    may_be_written_to: bool = True
    has_address: bool = True
    offered_before: frozenset[tuple[UUID, datetime]] = frozenset()
    busy: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True)
class Match:
    """The first person a time suits, and until when they may answer."""

    wish: Wish
    time: Time
    until: datetime


def answer_until(starts_at: datetime, notice: timedelta, *, at: datetime) -> datetime | None:
    """Return when an offer made at ``at`` ends, or None where less than an hour would be left to answer.

    It lasts 12 hours of elapsed time, but ends 2 hours before the notice begins. In the quiet hours (8pm to 8am)
    the letter waits, so the 12 hours begin at 8am.
    """
    at, latest = at.astimezone(UTC), starts_at.astimezone(UTC) - notice - SPARE
    told_at = out_of_quiet_hours(at, latest).astimezone(UTC)
    until = min(told_at + OFFER_LASTS, latest)
    return until if told_at >= at and until - told_at >= LEAST_NOTICE else None


# In this order: first what holds for every time, then what holds for this one.
CHECKS: tuple[tuple[Why, Callable[[Wish, Time, datetime], bool]], ...] = (
    (Why.ASKED_LATER, lambda wish, time, at: wish.asked_at > time.freed_at),
    (Why.NOT_WRITTEN_TO, lambda wish, time, at: not wish.may_be_written_to),
    (Why.NO_ADDRESS, lambda wish, time, at: not wish.has_address),
    (Why.HAS_OFFER, lambda wish, time, at: wish.has_offer),
    (Why.OFFERED_BEFORE, lambda wish, time, at: (time.clinician_id, time.starts_at) in wish.offered_before),
    (Why.HAS_VISIT, lambda wish, time, at: wish.visit is None and wish.has_visit),
    (Why.VISIT_FIXED, lambda wish, time, at: wish.visit is not None and not wish.may_move),
    (Why.NOT_EARLIER, lambda wish, time, at: wish.visit is not None and time.starts_at >= wish.visit),
    (Why.OTHER_CLINICIAN, lambda wish, time, at: bool(wish.clinicians) and time.clinician_id not in wish.clinicians),
    (Why.OTHER_MODE, lambda wish, time, at: wish.mode not in {"", *time.modes}),
    (Why.OTHER_DAY, lambda wish, time, at: uk_day(time.starts_at).weekday() not in wish.weekdays),
    (Why.OTHER_PART, lambda wish, time, at: wish.part not in {Part.ANY, part_of_day(time.starts_at)}),
    (Why.OUTSIDE_DATES, lambda wish, time, at: not wish.first_day <= uk_day(time.starts_at) <= wish.last_day),
    (Why.BUSY_THEN, lambda wish, time, at: _overlaps(wish.busy, time)),
    (Why.KIND_NOTICE, lambda wish, time, at: time.starts_at - wish.kind_notice < at),
    (Why.OWN_NOTICE, lambda wish, time, at: time.starts_at - wish.own_notice < at),
    (Why.NO_TIME_TO_ANSWER, lambda wish, time, at: _until(wish, time, at) is None),
)


def why_not(wish: Wish, time: Time, *, at: datetime) -> Why | None:
    """Return the first reason not to offer ``time`` to this person at ``at``, or None."""
    return next((why for why, holds in CHECKS if holds(wish, time, at)), None)


def match(
    wishes: Iterable[Wish], times: Sequence[Time], *, at: datetime
) -> tuple[Match | None, list[tuple[Wish, Time, Why]]]:
    """Return the first of ``wishes`` that one of ``times`` suits, and who was passed over before, for which time, why.

    ``times`` are what one freed time can be used for, by kind; only those of the person's own kind count.
    """
    skipped: list[tuple[Wish, Time, Why]] = []
    for wish in wishes:
        for time in times:
            if time.kind_id != wish.kind_id:
                continue
            until = _until(wish, time, at)
            why = why_not(wish, time, at=at)
            if why is None and until is not None:
                return Match(wish, time, until), skipped
            skipped.append((wish, time, why or Why.NO_TIME_TO_ANSWER))
    return None, skipped


def with_offer(wish: Wish, match: Match) -> Wish:
    """Return what is known of ``wish`` once ``match`` was offered: of the same person nothing else is asked now."""
    return replace(wish, has_offer=True) if wish.entry_id == match.wish.entry_id else wish


def days_text(weekdays: Sequence[int]) -> str:
    """Return days of the week in words, like "Monday, Tuesday or Friday"."""
    *others, last = [DAYS[day] for day in sorted(weekdays)]
    return f"{', '.join(others)} or {last}" if others else last


def _until(wish: Wish, time: Time, at: datetime) -> datetime | None:
    return answer_until(time.starts_at, max(wish.own_notice, wish.kind_notice), at=at)


def _overlaps(busy: Iterable[tuple[datetime, datetime]], time: Time) -> bool:
    return any(start < time.ends_at and time.starts_at < end for start, end in busy)
