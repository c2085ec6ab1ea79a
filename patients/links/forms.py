"""The question before an address from a message opens."""

from django import forms

from clinic.forms.base import PlainErrors, helper
from clinic.forms.dates import DatePartsField


class BirthdayForm(PlainErrors, forms.Form):
    """The date of birth."""

    date_of_birth = DatePartsField(label="Your date of birth", called="your date of birth", birthday=True)

    helper = helper("Continue")
