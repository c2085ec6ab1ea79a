"""Every write to charges. Each locks the charge first, so that of two people at once one comes first.

``key`` is the form's own: sent again, the same form writes nothing more and is no error.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from bookings.charges.enums import UNPAID, ChargeState, Entry
from bookings.charges.models import Charge, ChargeEntry
from bookings.charges.policy import after_cancelling, never_paid
from bookings.charges.refusals import AmountChanged, NothingToCorrect, NotToPay, StillAskedFor
from clinic.accounts.models import User
from clinic.db.states import StaleState, move

RECEIPTS = 0x52454345  # the advisory lock under which receipts are numbered


def charge_for(fee_pence: int, *, at: datetime) -> Charge | None:
    """Make the charge of a visit when its contract is made; a visit without a fee has none."""
    return Charge.objects.create(amount_pence=fee_pence, created_at=at) if fee_pence else None


def settle(charge: Charge | None, *, give_back_pence: int, why: str, by: User | None, at: datetime) -> None:
    """Let a charge follow the cancelling of its visit, of which ``give_back_pence`` goes back by the rule ``why``."""
    if charge is None:
        return
    with transaction.atomic():
        current = _locked(charge)
        after = after_cancelling(current, give_back_pence)
        if after.refund_pence > current.refund_pence:
            _owe_back(current, after.refund_pence, reason=why, key=None, by=by, at=at)
        elif after.amount_pence < current.amount_pence:
            _ask_for_less(current, after.state, after.amount_pence, reason=why, by=by, at=at)


def record_payment(
    charge: Charge,
    *,
    amount_pence: int,
    method: str,
    reference: str,
    key: UUID,
    by: User,
    at: datetime,
) -> None:
    """Write down that the whole amount was paid; the first payment gives the receipt its number.

    ``amount_pence`` is what the page showed. Raises AmountChanged where another amount is due by now,
    NotToPay where none is.
    """

    def work(current: Charge) -> None:
        if current.state != ChargeState.DUE:
            raise NotToPay(current.words)
        if amount_pence != current.amount_pence:
            raise AmountChanged(current.amount_text)
        number = current.receipt_number or _next_receipt_number()
        move(current, ChargeState.PAID, by=by, at=at, paid_pence=amount_pence, paid_at=at, receipt_number=number)
        _enter(current, Entry.PAID, amount_pence, method=method, reference=reference, key=key, by=by, at=at)

    _once(charge, key, work)


def record_stray_payment(
    charge: Charge,
    *,
    amount_pence: int,
    method: str,
    reference: str,
    key: UUID,
    by: User,
    at: datetime,
) -> None:
    """Write down money that came although nothing is asked for any more: all of it has to go back.

    So is a payment written down again that was taken back by mistake. Raises StillAskedFor where an amount
    is asked for, or a refund is decided already.
    """

    def work(current: Charge) -> None:
        if current.state != ChargeState.WAIVED or current.amount_pence:
            raise StillAskedFor(current.words)
        number = current.receipt_number or _next_receipt_number()
        came: dict[str, Any] = {"amount_pence": amount_pence, "paid_pence": amount_pence, "paid_at": at}
        back: dict[str, Any] = {"receipt_number": number, "refund_pence": amount_pence, "refund_due_at": at}
        move(current, ChargeState.REFUND_DUE, by=by, at=at, **came, **back)
        _enter(current, Entry.PAID, amount_pence, method=method, reference=reference, key=key, by=by, at=at)
        _enter(current, Entry.REFUND_DUE, amount_pence, reason="Nothing was to be paid", by=by, at=at)

    _once(charge, key, work)


def record_refund(charge: Charge, *, method: str, reference: str, key: UUID, by: User, at: datetime) -> None:
    """Write down that what was due back was given back. Raises StaleState where nothing is due back."""

    def work(current: Charge) -> None:
        move(current, ChargeState.REFUNDED, by=by, at=at, refunded_at=at)
        _enter(current, Entry.REFUNDED, current.refund_pence, method=method, reference=reference, key=key, by=by, at=at)

    _once(charge, key, work)


def waive(charge: Charge, *, reason: str, key: UUID, by: User, at: datetime) -> None:
    """Ask for the fee no more. Raises StaleState where it is not to be paid."""

    def work(current: Charge) -> None:
        move(current, ChargeState.WAIVED, by=by, at=at, reason=reason)
        _enter(current, Entry.WAIVED, current.amount_pence, reason=reason, key=key, by=by, at=at)

    _once(charge, key, work, only_from={ChargeState.DUE})


def give_all_back(charge: Charge, *, reason: str, key: UUID, by: User, at: datetime) -> None:
    """Decide that all that was paid is to be given back. Raises StaleState where it is not paid."""

    def work(current: Charge) -> None:
        _owe_back(current, current.paid_pence, reason=reason, key=key, by=by, at=at)

    _once(charge, key, work, only_from={ChargeState.PAID})


def take_payment_back(charge: Charge, *, reason: str, key: UUID, by: User, at: datetime) -> None:
    """Take back that it was paid; what would have been kept of it is then still owed.

    Raises NothingToCorrect where nothing is asked for, StaleState where it is not paid, or was given back.
    """

    def work(current: Charge) -> None:
        after, was_paid = never_paid(current), current.paid_pence
        gone: dict[str, Any] = {"paid_pence": 0, "paid_at": None, "refund_pence": 0, "refund_due_at": None}
        move(current, after.state, by=by, at=at, reason=reason, amount_pence=after.amount_pence, **gone)
        _enter(current, Entry.CORRECTED, was_paid, reason=reason, key=key, by=by, at=at)

    _correct(charge, key, work, only_from={ChargeState.PAID, ChargeState.REFUND_DUE})


def take_refund_back(charge: Charge, *, reason: str, key: UUID, by: User, at: datetime) -> None:
    """Take back that it was given back: it is still due. Raises StaleState where it was not."""

    def work(current: Charge) -> None:
        move(current, ChargeState.REFUND_DUE, by=by, at=at, reason=reason, refunded_at=None)
        _enter(current, Entry.CORRECTED, current.refund_pence, reason=reason, key=key, by=by, at=at)

    _correct(charge, key, work, only_from={ChargeState.REFUNDED})


def ask_after_all(charge: Charge, *, reason: str, key: UUID, by: User, at: datetime) -> None:
    """Take back that it was waived. Raises NothingToCorrect where nothing is owed any more, StaleState where it was not waived."""

    def work(current: Charge) -> None:
        move(current, ChargeState.DUE, by=by, at=at, reason=reason)
        _enter(current, Entry.CORRECTED, current.amount_pence, reason=reason, key=key, by=by, at=at)

    _correct(charge, key, work, only_from={ChargeState.WAIVED})


def _correct(charge: Charge, key: UUID, work: Callable[[Charge], None], *, only_from: Collection[str]) -> None:
    """Take back what was written down by mistake. Raises NothingToCorrect where the visit costs nothing any more."""

    def corrected(current: Charge) -> None:
        if not current.amount_pence:
            raise NothingToCorrect
        work(current)

    _once(charge, key, corrected, only_from=only_from)


def _once(charge: Charge, key: UUID, work: Callable[[Charge], None], only_from: Collection[str] = ()) -> None:
    """Do ``work`` with the charge locked, unless the form with this ``key`` was acted on before.

    ``only_from``: the states in which this makes sense; empty where ``work`` looks itself. Raises StaleState in another:
    somebody else has written something down since the page was opened.
    """
    with transaction.atomic():
        current = _locked(charge)
        if current.entries.filter(key=key).exists():
            return
        if only_from and current.state not in only_from:
            raise StaleState
        work(current)


def _locked(charge: Charge) -> Charge:
    return Charge.objects.select_for_update(no_key=True).get(pk=charge.pk)


def _owe_back(current: Charge, pence: int, *, reason: str, key: UUID | None, by: User | None, at: datetime) -> None:
    move(current, ChargeState.REFUND_DUE, by=by, at=at, reason=reason, refund_pence=pence, refund_due_at=at)
    _enter(current, Entry.REFUND_DUE, pence, reason=reason, key=key, by=by, at=at)


def _ask_for_less(current: Charge, state: str, owed: int, *, reason: str, by: User | None, at: datetime) -> None:
    less = current.amount_pence - owed
    if state == current.state:
        unchanged = Charge.objects.filter(pk=current.pk, state__in=UNPAID, amount_pence=current.amount_pence)
        if not unchanged.update(amount_pence=owed):
            raise StaleState
        _enter(current, Entry.REDUCED, less, reason=reason, by=by, at=at)
    else:
        move(current, state, by=by, at=at, reason=reason, amount_pence=owed)
        _enter(current, Entry.WAIVED, less, reason=reason, by=by, at=at)


def _enter(charge: Charge, what: str, amount_pence: int, **fields: Any) -> None:
    ChargeEntry.objects.create(charge=charge, what=what, amount_pence=amount_pence, **fields)


def _next_receipt_number() -> int:
    """Return the number after the highest. The lock lasts to the end of the transaction: no number comes twice."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [RECEIPTS])
    highest: int | None = Charge.objects.aggregate(highest=Max("receipt_number"))["highest"]
    return (highest or 0) + 1
