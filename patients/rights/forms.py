"""What a patient writes to us about their data, and what we answer."""

from django import forms

from clinic.forms.base import PlainErrors
from clinic.forms.keyed import KeyedForm
from clinic.forms.text import PlainTextField
from patients.rights.enums import Kind

LONGEST = 4000


class CorrectForm(KeyedForm):
    """What is wrong in our record, and what is right."""

    text = PlainTextField(
        label="What is wrong, and what is right?",
        longest=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Say where you read it, if you can.",
        error_messages={"required": "Write what is wrong and what is right"},
    )
    submit = "Send this to us"


class ComplainForm(KeyedForm):
    """What somebody complains of."""

    text = PlainTextField(
        label="What is your complaint?",
        longest=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Say what happened, and what you want us to do.",
        error_messages={"required": "Write what your complaint is"},
    )
    submit = "Send your complaint"


FORMS: dict[Kind, type[CorrectForm | ComplainForm]] = {Kind.CORRECTION: CorrectForm, Kind.COMPLAINT: ComplainForm}


class AnswerForm(PlainErrors, forms.Form):
    """A manager's answer."""

    answer = PlainTextField(
        label="Your answer",
        longest=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="The patient reads it in their account. It cannot be changed afterwards.",
        error_messages={"required": "Write your answer"},
    )
