"""The shape of what people send about their appointments. Whether it may be done is the actions' matter."""

from django import forms

from clinic.forms.keyed import KeyedForm
from clinic.forms.text import PlainTextField


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
