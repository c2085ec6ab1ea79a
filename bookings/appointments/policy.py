"""Cut-offs, refunds and what may still be done. Pure: the clock and the bank holidays come in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bookings.kinds.policy import pounds
from clinic.db.clock import instant, uk_day
from clinic.db.workdays import is_workday

CUT_OFF_MINUTE = 17 * 60
COOLING_OFF_DAYS = 14
HOLD = timedelta(minutes=15)
EARLY_START_TEXT = "2026-11"  # the version of the words of ConfirmForm.early_start


def cut_off(starts_at: datetime) -> datetime:
    """Return 5pm UK time on the last business day before the visit's day."""
    day = uk_day(starts_at) - timedelta(days=1)
    while not is_workday(day):
        day -= timedelta(days=1)
    return instant(day, CUT_OFF_MINUTE)


def cooling_off_ends(booked_at: datetime) -> datetime:
    """Return the end of the 14 days after the day of the contract (Consumer Contracts Regulations 2013, reg 30(2))."""
    return instant(uk_day(booked_at) + timedelta(days=COOLING_OFF_DAYS + 1), 0)


class Why(StrEnum):
    """The rule a refund goes by, in words for the patient."""

    BY_CLINIC = "We cancelled the appointment: you get all of it back."
    COOLING_OFF = "Cancelled within 14 days of booking: you get all of it back."
    IN_TIME = "Cancelled before the cut-off: you get all of it back."
    ASKED_TO_MOVE = "We asked you to move the appointment: you get all of it back."
    TOO_LATE = "Cancelled after the cut-off: the fee is not given back."


@dataclass(frozen=True)
class Refund:
    """How much of the fee goes back, in pence, and why."""

    pence: int
    why: Why

    @property
    def text(self) -> str:
        """The amount, like "£180"."""
        return pounds(self.pence)


def refund(
    *,
    fee_pence: int,
    starts_at: datetime,
    booked_at: datetime,
    at: datetime,
    by_clinic: bool = False,
    asked_to_move: bool = False,
) -> Refund:
    """Return what a cancellation at ``at`` gives back of ``fee_pence``.

    All of it where the clinic cancels or has asked the patient to move, within 14 days of the contract and before the start
    (Consumer Contracts Regulations 2013, reg 29), or before the cut-off; nothing after it.
    """
    if by_clinic:
        return Refund(fee_pence, Why.BY_CLINIC)
    if asked_to_move and at < starts_at:
        return Refund(fee_pence, Why.ASKED_TO_MOVE)
    if at < cut_off(starts_at):
        return Refund(fee_pence, Why.IN_TIME)
    if at < min(cooling_off_ends(booked_at), starts_at):
        return Refund(fee_pence, Why.COOLING_OFF)
    return Refund(0, Why.TOO_LATE)


class Visit(Protocol):
    """What a refund goes by, as ``Appointment`` has it."""

    fee_pence: int
    starts_at: datetime
    booked_at: datetime | None
    move_asked_at: datetime | None


def refund_of(visit: Visit, *, at: datetime, by_clinic: bool = False) -> Refund:
    """Return what goes back of the fee of ``visit`` when it is cancelled at ``at``, by the patient or by the clinic."""
    booked_at = visit.booked_at or at
    return refund(
        fee_pence=visit.fee_pence,
        starts_at=visit.starts_at,
        booked_at=booked_at,
        at=at,
        by_clinic=by_clinic,
        asked_to_move=visit.move_asked_at is not None,
    )


def may_move(starts_at: datetime, at: datetime, *, asked: bool = False) -> bool:
    """Tell whether a patient may still move the visit: until the cut-off; ``asked`` by the clinic, until it starts."""
    return at < (starts_at if asked else cut_off(starts_at))


def may_cancel(starts_at: datetime, at: datetime) -> bool:
    """Tell whether a patient may still cancel: always, until the visit starts."""
    return at < starts_at


def needs_early_start(starts_at: datetime, at: datetime) -> bool:
    """Tell whether the visit falls into the 14 days, so that the patient must ask for an early start (reg 36)."""
    return starts_at < cooling_off_ends(at)
