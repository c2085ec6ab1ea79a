"""The shape of what people send about their appointments. Whether it may be done is the actions' matter."""

from django import forms

from clinic.forms.keyed import KeyedForm
from clinic.forms.text import PlainTextField
from patients.consents.enums import Purpose
from patients.consents.policy import text_in_use


def sequence_field() -> forms.IntegerField:
    """Return the hidden field that says which time of a visit the page showed; without it, nothing is compared."""
    return forms.IntegerField(required=False, min_value=0, max_value=32767, widget=forms.HiddenInput)


class CancelForm(KeyedForm):
    """Why, and the refund the person was shown."""

    submit = "Cancel this appointment"
    reason = PlainTextField(
        label="Why are you cancelling?",
        required=False,
        longest=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Leave out anything about your health.",
    )
    refund = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    sequence = sequence_field()


def early_start_field() -> forms.BooleanField:
    """Return the request for an early start, in the words that are kept by their version."""
    return forms.BooleanField(
        label=text_in_use(Purpose.EARLY_START).words,
        error_messages={"required": "Tick the box to be seen within 14 days, or choose a later time"},
    )
