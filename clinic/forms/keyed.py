"""Forms that act once."""

import uuid

from crispy_forms.helper import FormHelper
from django import forms

from clinic.forms.base import PlainErrors, helper


class KeyedForm(PlainErrors, forms.Form):
    """A form that acts once: ``key`` is new with every page and the same when it is sent twice."""

    key = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid.uuid4,
        error_messages={"required": "Send this form from its own page", "invalid": "Send this form from its own page"},
    )
    submit = "Continue"

    @property
    def helper(self) -> FormHelper:
        """How crispy draws it."""
        return helper(self.submit)
