"""What is owed, and how it is said. Pure: no database, no clock."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bookings.charges.enums import UNPAID, ChargeState
from bookings.kinds.policy import pounds
from clinic.db.clock import uk_day

DAYS_TO_REFUND = 14  # Consumer Contracts Regulations 2013, reg 34
DIGITS = re.compile(r"\d(?:[^\w]{0,3}\d){11,}")  # whatever stands between: also what nobody sees
LONGEST_CARD = 19


class Standing(Protocol):
    """How a charge stands: what was asked for, what was paid, and what of that goes or went back."""

    @property
    def state(self) -> str: ...
    @property
    def amount_pence(self) -> int: ...
    @property
    def paid_pence(self) -> int: ...
    @property
    def refund_pence(self) -> int: ...


@dataclass(frozen=True)
class Sums:
    """A standing by itself. Without values: nothing was ever asked for."""

    state: str = ChargeState.WAIVED
    amount_pence: int = 0
    paid_pence: int = 0
    refund_pence: int = 0


def after_cancelling(now: Standing | None, give_back_pence: int) -> Sums:
    """Return how a charge stands once its visit is cancelled and ``give_back_pence`` of the fee goes back.

    What was not paid is asked for no more, as far as it would have gone back. A refund that is decided stays.
    """
    if now is None:
        return Sums()
    if now.state in UNPAID:
        owed = max(now.amount_pence - give_back_pence, 0)
        return Sums(now.state if owed else ChargeState.WAIVED, owed)
    if now.state == ChargeState.PAID and give_back_pence:
        return Sums(ChargeState.REFUND_DUE, now.amount_pence, now.paid_pence, min(give_back_pence, now.paid_pence))
    return Sums(now.state, now.amount_pence, now.paid_pence, now.refund_pence)


def never_paid(now: Standing) -> Sums:
    """Return how a charge stands when its payment was a mistake: what would have been kept is still owed."""
    owed = now.paid_pence - now.refund_pence
    return Sums(ChargeState.DUE if owed else ChargeState.WAIVED, owed)


def cancelled_words(after: Standing | None, *, give_back_pence: int, rule: str) -> str:
    """Return what a cancellation means for the patient's money, said to them.

    ``rule`` is the sentence that explains ``give_back_pence``; it is left out where something else was decided.
    """
    if after is None or after.state == ChargeState.WAIVED:
        return "You have not paid, so there is nothing to give back. You owe nothing."
    # Where a part would have gone back, what is asked for has become that much less already.
    why = "" if give_back_pence else f" {rule}"
    if after.state == ChargeState.DUE:
        owed = pounds(after.amount_pence)
        return f"You have not paid, so there is nothing to give back. You still owe {owed}.{why}"
    if after.state == ChargeState.PAID:
        return f"You have paid {pounds(after.paid_pence)}.{why}"
    because = f" {rule}" if after.refund_pence == give_back_pence else ""
    if after.state == ChargeState.REFUNDED:
        return f"We have paid {pounds(after.refund_pence)} back to you.{because}"
    return f"You get {pounds(after.refund_pence)} back within {DAYS_TO_REFUND} days, the way you paid.{because}"


def standing_words(now: Standing | None, paid_at: datetime | None = None, refunded_at: datetime | None = None) -> str:
    """Return how a charge stands, in a few words to the patient."""
    if now is None or now.state == ChargeState.WAIVED:
        return "Nothing to pay"
    if now.state == ChargeState.REFUND_DUE:
        return f"{pounds(now.refund_pence)} is due back to you"
    if refunded_at is not None:
        return f"Refunded on {day(refunded_at)}: {pounds(now.refund_pence)}"
    return f"Paid on {day(paid_at)}" if paid_at is not None else f"To pay: {pounds(now.amount_pence)}"


def receipt_text(number: int) -> str:
    """Return a receipt's number as people read it, like "R-000123"."""
    return f"R-{number:06}"


def day(moment: datetime) -> str:
    """Return the UK day of an instant, like "3 December 2026"."""
    found = uk_day(moment)
    return f"{found.day} {found:%B} {found.year}"


def days_waiting(since: datetime, at: datetime) -> int:
    """Return how many UK days have begun since the day of ``since``."""
    return (uk_day(at) - uk_day(since)).days


def looks_like_a_card_number(text: str) -> bool:
    """Tell whether ``text`` holds 12 or more digits in a row, spaces and dashes aside, that end in a card's check digit."""
    found = ("".join(filter(str.isdigit, run)) for run in DIGITS.findall(text))
    return any(len(digits) > LONGEST_CARD or _passes_luhn(digits) for digits in found)


def _passes_luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0
