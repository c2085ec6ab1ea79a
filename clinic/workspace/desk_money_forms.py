"""The shape of what staff send about money. Whether it may be done is the actions' matter."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from bookings.charges.enums import ChargeState, Method
from bookings.charges.policy import looks_like_a_card_number
from clinic.forms.keyed import KeyedForm
from clinic.forms.text import PlainTextField

OVERDUE = "overdue"
SHOWN = [("", "All"), (OVERDUE, "Visit over or cancelled, not paid"), *ChargeState.choices]
MOST_PAGES = 100_000


class MoneyTextField(PlainTextField):
    """Text beside a payment; a card number must never stand in it."""

    def to_python(self, value: Any) -> str:
        """Return the text. Raises ValidationError where it holds what looks like a card number."""
        text = super().to_python(value)
        if looks_like_a_card_number(text):
            raise ValidationError("This looks like a card number. Take it out: we never keep one")
        return text


class ChargesQuery(forms.Form):
    """Which charges to list."""

    state = forms.ChoiceField(label="Show", choices=SHOWN, required=False)
    q = PlainTextField(label="Patient, reference or receipt", longest=100, required=False)
    page = forms.IntegerField(min_value=1, max_value=MOST_PAGES, required=False, widget=forms.HiddenInput)


class MovedForm(KeyedForm):
    """How money came or went."""

    method = forms.ChoiceField(
        label="How?",
        choices=Method.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how the money came or went"},
    )
    reference = MoneyTextField(
        label="Reference",
        longest=60,
        required=False,
        help_text="Like the bank's or the terminal's reference. No card numbers.",
    )


class PaymentForm(MovedForm):
    """A payment of the whole amount; ``amount_pence`` is what the page showed."""

    amount_pence = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class StrayPaymentForm(MovedForm):
    """Money that came although nothing was asked for: how much it was."""

    amount = forms.DecimalField(
        label="Amount in pounds",
        min_value=Decimal("0.01"),
        max_value=Decimal("99999.99"),
        decimal_places=2,
        help_text="What came, like 180 or 62.50",
        error_messages={"required": "Enter how much came, like 180"},
    )
    field_order = ("key", "amount", "method", "reference")

    def clean(self) -> dict[str, Any]:
        """Return what was sent with the amount in pence."""
        cleaned = super().clean() or self.cleaned_data
        if (pounds := cleaned.pop("amount", None)) is not None:
            cleaned["amount_pence"] = int(pounds * 100)
        return cleaned


class ReasonForm(KeyedForm):
    """Why."""

    reason = MoneyTextField(
        label="Why?",
        longest=300,
        help_text="Kept with the charge. Leave out anything about health.",
        error_messages={"required": "Say why"},
    )
