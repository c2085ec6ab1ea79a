"""What a visit costs its patient, and the ledger of what came of it. A charge knows nothing of the visit."""

from typing import Any, ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from bookings.charges.enums import GIVING_BACK, MOVES, UNPAID, ChargeState, Entry, Method
from bookings.charges.policy import receipt_text, standing_words
from bookings.kinds.policy import pounds
from clinic.accounts.enums import Role
from clinic.db.base import Record
from clinic.db.frozen import FrozenRecord, StateChange
from clinic.db.states import Moves, guard

WITH_METHOD = (Entry.PAID, Entry.REFUNDED)
WITH_REASON = (Entry.WAIVED, Entry.CORRECTED, Entry.REDUCED)


class ChargeQuerySet(models.QuerySet["Charge"]):
    """Words for asking about charges."""

    def visible_to(self, user: Any) -> "ChargeQuerySet":
        """Reception and managers see all, nobody else any: a patient reaches theirs through the visit."""
        return self if user.is_authenticated and user.role in {Role.RECEPTION, Role.MANAGER} else self.none()


@pghistory.track(append_only=True)
class Charge(Record):
    """The money of one visit. It is paid whole or not at all; a part of it may go back."""

    MOVES: ClassVar[Moves] = MOVES

    state = models.CharField(max_length=12, choices=ChargeState.choices, default=ChargeState.DUE)
    amount_pence = models.PositiveIntegerField("asked for, in pence")
    paid_pence = models.PositiveIntegerField("paid, in pence", default=0)
    refund_pence = models.PositiveIntegerField("goes or went back, in pence", default=0)
    receipt_number = models.PositiveIntegerField(
        null=True, blank=True, unique=True, help_text="Given once, with the first payment."
    )
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    refund_due_at = models.DateTimeField(null=True, blank=True)
    refunded_at = models.DateTimeField(null=True, blank=True)

    objects = ChargeQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        triggers = [guard(MOVES)]
        indexes = [models.Index(fields=["state", "refund_due_at"], name="charges_by_state")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ChargeState.values), name="charge_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(UNPAID), paid_pence=0, paid_at__isnull=True)
                | ~Q(state__in=sorted(UNPAID))
                & Q(paid_pence=F("amount_pence"), paid_at__isnull=False, receipt_number__isnull=False),
                name="charge_paid_whole_or_not_at_all",
            ),
            models.CheckConstraint(
                condition=Q(state=ChargeState.WAIVED) | Q(amount_pence__gt=0), name="charge_asks_for_something"
            ),
            models.CheckConstraint(condition=Q(refund_pence__lte=F("paid_pence")), name="charge_refund_within_paid"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(GIVING_BACK), refund_pence__gt=0, refund_due_at__isnull=False)
                | ~Q(state__in=sorted(GIVING_BACK)) & Q(refund_pence=0, refund_due_at__isnull=True),
                name="charge_refund_as_its_state_says",
            ),
            models.CheckConstraint(
                condition=Q(state=ChargeState.REFUNDED, refunded_at__isnull=False)
                | ~Q(state=ChargeState.REFUNDED) & Q(refunded_at__isnull=True),
                name="charge_given_back_when_refunded",
            ),
        ]

    def __str__(self) -> str:
        return f"{pounds(self.amount_pence)}, {self.get_state_display()}"

    @property
    def amount_text(self) -> str:
        """What is asked for, like "£180"."""
        return pounds(self.amount_pence)

    @property
    def refund_text(self) -> str:
        """What goes or went back, like "£90"."""
        return pounds(self.refund_pence)

    @property
    def receipt_text(self) -> str:
        """The receipt's number, like "R-000123"; empty before the first payment."""
        return receipt_text(self.receipt_number) if self.receipt_number else ""

    @property
    def words(self) -> str:
        """How it stands, in words to the patient."""
        return standing_words(self, self.paid_at, self.refunded_at)

    @property
    def is_due(self) -> bool:
        """Whether the patient has still to pay."""
        return self.state == ChargeState.DUE


class ChargeStateChange(StateChange):
    """One move of a charge from a state to the next."""

    record = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="state_changes")

    class Meta(StateChange.Meta):
        pass


class ChargeEntry(FrozenRecord):
    """One line of the ledger."""

    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="entries")
    what = models.CharField(max_length=12, choices=Entry.choices)
    amount_pence = models.PositiveIntegerField()
    method = models.CharField(max_length=8, choices=Method.choices, blank=True)
    reference = models.CharField(max_length=60, blank=True, help_text="No card numbers.")
    reason = models.CharField(max_length=300, blank=True)
    key = models.UUIDField(null=True, blank=True, help_text="The form it came with: sent again, it is no second line.")
    at = models.DateTimeField()
    by = models.ForeignKey(
        "clinic.User",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty where the patient did it by the link of a message.",
    )

    class Meta(FrozenRecord.Meta):
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["charge", "key"], name="entry_once_a_form"),
            models.CheckConstraint(condition=Q(what__in=Entry.values), name="entry_kind_known"),
            models.CheckConstraint(condition=Q(amount_pence__gt=0), name="entry_is_about_money"),
            models.CheckConstraint(
                condition=Q(what__in=WITH_METHOD, method__in=Method.values) | ~Q(what__in=WITH_METHOD) & Q(method=""),
                name="entry_has_a_method_when_money_moved",
            ),
            models.CheckConstraint(condition=~Q(what__in=WITH_REASON) | ~Q(reason=""), name="entry_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.amount_text}"

    @property
    def amount_text(self) -> str:
        """The amount, like "£180"."""
        return pounds(self.amount_pence)
