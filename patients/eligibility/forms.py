"""The pre-check as a form."""

from typing import Any

from django import forms

from clinic.forms.base import PlainErrors, helper
from patients.eligibility.policy import ASKED, NONE_OF_THESE, URGENT
from patients.intake.forms import field_of

SIGNS = (*((code, told[0].upper() + told[1:]) for code, told in URGENT.items()), (NONE_OF_THESE, "None of these"))


class PrecheckForm(PlainErrors, forms.Form):
    """All questions on one page: the signs of something urgent first."""

    signs = forms.MultipleChoiceField(
        label="Do you have any of these now, or had in the last few days?",
        help_text="Choose all that you have, or “None of these”.",
        choices=SIGNS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose what you have now, or “None of these”"},
    )
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper("See what to do next")
        for question in ASKED:
            self.fields[question.name] = field_of(question)

    def clean_signs(self) -> list[str]:
        """Return what was chosen. "None of these" beside a sign is a slip of the hand: ask, and lose nothing."""
        signs: list[str] = self.cleaned_data["signs"]
        if NONE_OF_THESE in signs and len(signs) > 1:
            raise forms.ValidationError("Choose what you have now, or only “None of these”", code="both")
        return signs

    @property
    def sent(self) -> dict[str, list[str]]:
        """What was chosen on the page, as it was sent, valid or not."""
        return {name: self.data.getlist(name) for name in self.fields}  # type: ignore[attr-defined]

    def again(self) -> "PrecheckForm":
        """Return the form with what was chosen, to be changed: without errors."""
        chosen = {name: values[-1] for name, values in self.sent.items() if values}
        return type(self)(initial=chosen | {"signs": self.sent["signs"]})

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The same as pairs, to travel on in the next page: never in an address or a cookie."""
        return [(name, value) for name, values in self.sent.items() for value in values]

    @property
    def signs_chosen(self) -> list[str]:
        """The signs of something urgent, also where the rest is missing: help does not wait for it."""
        return [sign for sign in self.sent["signs"] if sign in URGENT]

    @property
    def answers(self) -> dict[str, str]:
        """The answers to the questions."""
        return {question.name: self.cleaned_data[question.name] for question in ASKED}
