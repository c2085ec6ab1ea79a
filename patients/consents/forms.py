"""Giving and withdrawing a consent, and writing down what somebody said at the desk."""

from typing import Any

from django import forms

from clinic.forms.base import PlainErrors, helper
from patients.consents.enums import Change, Method, Purpose
from patients.consents.policy import WORDS

YES, NO = "yes", "no"
# What reception may write down for somebody: what needs no clinician to explain it.
AT_THE_DESK = [purpose for purpose, words in WORDS.items() if words.change == Change.HERE and purpose != Purpose.VIDEO]


class ChangeForm(PlainErrors, forms.Form):
    """One button: the page that asks says which answer it sends, so that a press too many changes nothing back."""

    answer = forms.ChoiceField(
        choices=[(YES, "Yes"), (NO, "No")],
        widget=forms.HiddenInput,
        error_messages={
            "required": "Send this form from its own page",
            "invalid_choice": "Send this form from its own page",
        },
    )
    use_required_attribute = False

    def __init__(self, *args: Any, is_given: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_given = is_given
        self.initial["answer"] = NO if is_given else YES

    @property
    def helper(self) -> Any:
        """How crispy draws it."""
        return helper("Withdraw it" if self.is_given else "I agree")

    @property
    def given(self) -> bool:
        """Whether the answer is yes."""
        return bool(self.cleaned_data["answer"] == YES)


class DeskForm(PlainErrors, forms.Form):
    """What somebody has told the desk about one consent, and how."""

    purpose = forms.ChoiceField(
        label="What is it about?",
        choices=[(purpose.value, purpose.label) for purpose in AT_THE_DESK],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what it is about"},
    )
    answer = forms.ChoiceField(
        label="What did they say?",
        choices=[(YES, "Yes, they agree"), (NO, "No, they do not agree, or not any more")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what they said"},
    )
    method = forms.ChoiceField(
        label="How did they say it?",
        choices=[choice for choice in Method.choices if choice[0] != Method.WEBSITE],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how they said it"},
    )
    use_required_attribute = False

    def said(self) -> tuple[Purpose, bool, Method]:
        """What was said: about what, whether it is yes, and how."""
        values = self.cleaned_data
        return Purpose(values["purpose"]), values["answer"] == YES, Method(values["method"])
