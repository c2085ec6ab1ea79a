"""Deciding on an intake."""

from typing import Any

from django import forms

from clinic.forms.base import PlainErrors, helper
from clinic.forms.text import PlainTextField
from patients.suitability.enums import Outcome
from patients.suitability.policy import LONGEST_TEXT, SHORTEST_REASONS


class DecisionForm(PlainErrors, forms.Form):
    """Outcome, reasons, and what the patient reads. Nothing is filled in beforehand: the judgement is the clinician's."""

    outcome = forms.ChoiceField(
        label="What happens next?",
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happens next", "invalid_choice": "Choose what happens next"},
    )
    reasons = PlainTextField(
        label="Your reasons",
        called="your reasons",
        help_text=f"For the record, not shown to the patient. At least {SHORTEST_REASONS} characters. Say what you did about each flag.",
        longest=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Write your reasons"},
    )
    message = PlainTextField(
        label="Message to the patient",
        called="the message",
        help_text="Shown in their account, never by email. Leave it empty to send the standard message below for what you "
        "chose. If you need more information, write here what you ask.",
        longest=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)  # the number of the version that the page shows
    use_required_attribute = False

    def __init__(self, *args: Any, action: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper("Sign this decision", action=action)

    def clean(self) -> dict[str, Any] | None:
        """Ask for the question, where more information is needed."""
        given = super().clean()
        if given and given.get("outcome") == Outcome.MORE_INFORMATION and not given.get("message"):
            self.add_error("message", "Write what you need to know. The patient answers it in their account")
        return given

    def clean_reasons(self) -> str:
        """Return reasons long enough to be understood later."""
        reasons: str = self.cleaned_data["reasons"]
        if len(reasons) < SHORTEST_REASONS:
            raise forms.ValidationError(
                f"Write your reasons in at least {SHORTEST_REASONS} characters. You typed {len(reasons)}."
            )
        return reasons
