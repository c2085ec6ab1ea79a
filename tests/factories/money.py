"""Charges for tests, in any state."""

from datetime import timedelta
from itertools import count

from bookings.appointments.models import Appointment
from bookings.charges.models import Charge
from tests.factories.people import NOW

_receipts = count(9001)


def facts(state, amount=18000, refund=None, at=NOW):
    """The fields of a charge in ``state``, as its constraints want them; all of it goes back unless told."""
    paid = state in {"paid", "refund_due", "refunded"}
    back = state in {"refund_due", "refunded"}
    return {
        "state": state,
        "amount_pence": amount,
        "paid_pence": amount if paid else 0,
        "refund_pence": (amount if refund is None else refund) if back else 0,
        "receipt_number": next(_receipts) if paid else None,
        "created_at": at,
        "paid_at": at if paid else None,
        "refund_due_at": at + timedelta(days=1) if back else None,
        "refunded_at": at + timedelta(days=2) if state == "refunded" else None,
    }


def charge(state="due", by=None, **fields):
    """A charge written straight into the table; ``by`` writes the ledger's lines that its state speaks of."""
    made = Charge.objects.create(**facts(state, **fields))
    if by is not None:
        lines = {"paid": ("bank", made.paid_pence, made.paid_at)} if made.paid_at else {}
        if made.refund_due_at:
            lines["refund_due"] = ("", made.refund_pence, made.refund_due_at)
        if made.refunded_at:
            lines["refunded"] = ("bank", made.refund_pence, made.refunded_at)
        for what, (method, pence, at) in lines.items():
            made.entries.create(what=what, method=method, amount_pence=pence, at=at, by=by)
    return made


def charged(visit, state="due", **fields):
    """Give a visit its charge."""
    visit.charge = charge(state, **fields)
    Appointment.objects.filter(pk=visit.pk).update(charge=visit.charge)
    return visit
