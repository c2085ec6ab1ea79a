"""The states of a charge, which may follow which, and what the ledger holds."""

from django.db import models


class ChargeState(models.TextChoices):
    """Where a charge stands, in the words staff read."""

    DUE = "due", "To pay"
    PAID = "paid", "Paid"
    REFUND_DUE = "refund_due", "Refund due"
    REFUNDED = "refunded", "Refunded"
    WAIVED = "waived", "Nothing to pay"


UNPAID = frozenset({ChargeState.DUE, ChargeState.WAIVED})
GIVING_BACK = frozenset({ChargeState.REFUND_DUE, ChargeState.REFUNDED})

# Back to the left go corrections alone: what was written down by mistake. A waived charge whose money comes all the
# same goes straight to a refund due.
MOVES: dict[str, frozenset[str]] = {
    ChargeState.DUE: frozenset({ChargeState.PAID, ChargeState.WAIVED}),
    ChargeState.WAIVED: frozenset({ChargeState.DUE, ChargeState.REFUND_DUE}),
    ChargeState.PAID: frozenset({ChargeState.REFUND_DUE, ChargeState.DUE}),
    ChargeState.REFUND_DUE: frozenset({ChargeState.REFUNDED, ChargeState.DUE, ChargeState.WAIVED}),
    ChargeState.REFUNDED: frozenset({ChargeState.REFUND_DUE}),
}


class Entry(models.TextChoices):
    """What one line of the ledger says."""

    PAID = "paid", "Paid"
    REFUND_DUE = "refund_due", "To be given back"
    REFUNDED = "refunded", "Given back"
    WAIVED = "waived", "Not asked for any more"
    REDUCED = "reduced", "Asked for less"
    CORRECTED = "corrected", "Corrected: the last line was a mistake"


class Method(models.TextChoices):
    """How money came or went. Never through this site."""

    BANK = "bank", "Bank transfer"
    CARD = "card", "Card, by phone or at the terminal"
    CASH = "cash", "Cash"
    OTHER = "other", "Other, like an insurer or a cheque"
