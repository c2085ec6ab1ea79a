"""The forms of a letter to a GP. A draft is taken whatever is missing; approving asks for what is needed."""

from datetime import date
from typing import Any

from django import forms

from clinic.forms.base import PlainErrors, helper
from clinic.forms.dates import DatePartsField
from clinic.forms.drafts import DraftForm
from clinic.forms.keyed import KeyedForm
from clinic.forms.text import PlainTextField
from patients.correspondence import policy
from patients.correspondence.actions import Written
from patients.correspondence.enums import Method
from patients.correspondence.models import GpLetter

YES, NO = "yes", "no"
COPY = {True: YES, False: NO, None: ""}


def _line(label: str, hint: str = "", **kwargs: Any) -> PlainTextField:
    return PlainTextField(label=label, help_text=hint, longest=policy.LONGEST_LINE, **kwargs)


class NewLetterForm(KeyedForm):
    """The button that opens a letter: after the consultation of ``note``, instead of another, or about a change."""

    note = forms.UUIDField(widget=forms.HiddenInput, required=False)
    replaces = forms.UUIDField(widget=forms.HiddenInput, required=False)


class LetterForm(DraftForm):
    """To whom, what, and who gets a copy. ``version`` is that of the draft the page shows.

    ``required`` says what approving needs, for the labels; a draft is taken without it.
    """

    to_practice = PlainTextField(label="GP practice", longest=200)
    to_address = PlainTextField(
        label="Address of the practice", longest=400, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    cc = _line("Copies to", "Others who get it, with where they work.", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    helper = helper("", tag=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in policy.PARTS:
            self.fields[part.name] = PlainTextField(
                label=part.heading,
                help_text=part.hint,
                longest=policy.LONGEST_TEXT,
                as_typed=True,
                required=part.needed,
                widget=forms.Textarea(attrs={"rows": 3 if part.name in {"review", "who"} else 6}),
            )
            if part.name == "plan":
                self.fields["with_statement"] = forms.BooleanField(
                    label="Say that the medicine in this plan is unlicensed and in Schedule 2",
                    required=False,
                    help_text=f"The letter then says: {policy.STATEMENT}",
                )
        self.fields["copy_to_patient"] = forms.ChoiceField(
            label="Does the patient get a copy in their account?",
            choices=[(YES, "Yes"), (NO, "No")],
            widget=forms.RadioSelect,
            help_text="They can read it once you have marked the letter as sent.",
            error_messages={"invalid_choice": "Choose whether the patient gets a copy"},
        )

    @classmethod
    def of(cls, letter: GpLetter) -> "LetterForm":
        """Return the form with what is saved of ``letter``."""
        saved = {
            name: getattr(letter, name) for name in ("to_practice", "to_address", "cc", "version", "with_statement")
        }
        return cls(initial={**letter.body, **saved, "copy_to_patient": COPY[letter.copy_to_patient]})

    @property
    def written(self) -> Written:
        """What was typed, of a form that is valid."""
        said = self.cleaned_data
        return Written(
            version=said["version"],
            to_practice=said["to_practice"],
            to_address=said["to_address"],
            cc=said["cc"],
            copy_to_patient={YES: True, NO: False}.get(said["copy_to_patient"]),
            with_statement=said["with_statement"],
            body={part.name: said[part.name] for part in policy.PARTS},
        )

    def ask_for_the_rest(self) -> None:
        """Say beside each field what is missing to approve the letter."""
        written = self.written
        lacks = policy.missing(written.body, to_practice=written.to_practice, copy_to_patient=written.copy_to_patient)
        for name, words in lacks.items():
            self.add_error(name, words)


class _DayForm(PlainErrors, forms.Form):
    use_required_attribute = False
    day: str

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={self.day: today}, **kwargs)
        self.fields[self.day].latest = today  # type: ignore[attr-defined]


class SentForm(_DayForm):
    """How and when staff sent it."""

    method = forms.ChoiceField(
        label="How was it sent?",
        choices=Method.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it was sent", "invalid_choice": "Choose how it was sent"},
    )
    sent_on = DatePartsField(label="On which day?", called="the day", example="3 12 2026")
    day = "sent_on"


class AcknowledgedForm(_DayForm):
    """When and how the practice said that it has the letter."""

    acknowledged_on = DatePartsField(label="On which day?", called="the day", example="3 12 2026")
    how = PlainTextField(
        label="How do you know?",
        longest=200,
        help_text="For example: the practice manager said so by phone.",
        error_messages={"required": "Write how you know that they have it"},
    )
    day = "acknowledged_on"


class WithdrawForm(PlainErrors, forms.Form):
    """Why an approved letter is not sent."""

    why = PlainTextField(
        label="Why is it withdrawn?",
        longest=policy.LONGEST_LINE,
        error_messages={"required": "Write why the letter is withdrawn"},
    )
    use_required_attribute = False
