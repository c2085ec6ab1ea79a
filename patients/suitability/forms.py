"""Reading an intake, and deciding on it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms

from clinic.forms.base import PlainErrors, helper
from clinic.forms.keyed import KeyedForm
from clinic.forms.numbers import WholeNumberField
from clinic.forms.text import PlainTextField
from clinic.staff.models import Clinician
from patients.intake.models import FlagHit
from patients.suitability.enums import FINAL, SEES_THEM, Capacity, Diagnosis, Examination, Meeting, Outcome
from patients.suitability.policy import (
    LONGEST_SOURCE,
    LONGEST_TEXT,
    LOUD,
    MOST_TREATMENTS,
    SHORTEST_ANSWER,
    SHORTEST_REASONS,
    TEMPLATES,
    Findings,
    gaps,
)


def _text(label: str, *, called: str, rows: int, longest: int = LONGEST_TEXT, **more: Any) -> PlainTextField:
    return PlainTextField(
        label=label, called=called, longest=longest, widget=forms.Textarea(attrs={"rows": rows}), **more
    )


class OutcomeForm(PlainErrors, forms.Form):
    """What happens next: the form for the decision follows from it."""

    outcome = forms.ChoiceField(
        label="What happens next?",
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happens next", "invalid_choice": "Choose what happens next"},
    )
    use_required_attribute = False

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper("Write this decision", action=action, method="get")


class FlagsForm(KeyedForm):
    """An answer to each flag, those that are left empty aside. Amber and information flags can be ticked as seen."""

    submit = "Save your answers"
    use_required_attribute = False

    def __init__(self, *args: Any, flags: Sequence[FlagHit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.flags = flags
        for flag in flags:
            self.fields[f"text-{flag.pk}"] = _text(
                f"Your answer to {flag.code}", called=f"your answer to {flag.code}", rows=2, required=False
            )
            if flag.level not in LOUD:
                self.fields[f"seen-{flag.pk}"] = forms.BooleanField(label=f"I have seen {flag.code}", required=False)

    def clean(self) -> dict[str, Any] | None:
        """Ask for words that can be understood later, and for one answer at least."""
        given = super().clean() or {}
        for flag in self.flags:
            text = given.get(f"text-{flag.pk}")
            if text and flag.level in LOUD and len(text) < SHORTEST_ANSWER:
                self.add_error(
                    f"text-{flag.pk}",
                    f"Write what you make of {flag.code}, in at least {SHORTEST_ANSWER} characters. You typed {len(text)}.",
                )
        if not self.errors and not self.answers:
            self.add_error(None, "Write an answer to a flag, or tick one as seen")
        return given

    @property
    def answers(self) -> dict[UUID, str]:
        """What was said, by the flag's key; empty words: seen."""
        said = self.cleaned_data
        return {
            flag.pk: said[f"text-{flag.pk}"]
            for flag in self.flags
            if said.get(f"text-{flag.pk}") or said.get(f"seen-{flag.pk}")
        }


class DecisionForm(PlainErrors, forms.Form):
    """What was found, the reasons, and what the patient reads. Only the message has words to begin from: all else is the
    clinician's judgement.
    """

    records = _text(
        "Which records have you read?",
        called="which records you have read",
        rows=3,
        longest=LONGEST_SOURCE,
        required=False,
        help_text="With their dates, like “GP summary of 3 November 2026, MRI report of 2024”.",
    )
    diagnosis = forms.ChoiceField(
        label="Is the diagnosis confirmed?", choices=Diagnosis.choices, widget=forms.RadioSelect, required=False
    )
    diagnosis_source = _text(
        "Where is it confirmed, or what is unclear?",
        called="where the diagnosis is confirmed",
        rows=2,
        longest=LONGEST_SOURCE,
        required=False,
    )
    treatments_verified = WholeNumberField(
        label="How many earlier treatments do the records confirm?",
        called="the earlier treatments",
        lowest=0,
        highest=MOST_TREATMENTS,
        required=False,
    )
    examination = forms.ChoiceField(
        label="Is an examination needed?", choices=Examination.choices, widget=forms.RadioSelect, required=False
    )
    meetings = forms.MultipleChoiceField(
        label="Which ways to meet suit this person?",
        choices=Meeting.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    capacity = forms.ChoiceField(
        label="Is there a reason to doubt that they can decide?",
        choices=Capacity.choices,
        widget=forms.RadioSelect,
        required=False,
        help_text="Capacity is presumed until there is a reason to doubt it (Mental Capacity Act 2005).",
    )
    capacity_note = _text(
        "What raises the doubt, or which support is needed?",
        called="the note on capacity",
        rows=2,
        longest=LONGEST_SOURCE,
        required=False,
    )
    without = _text(
        "Why do you decide without records, or without an identity check?",
        called="why you decide without",
        rows=2,
        longest=LONGEST_SOURCE,
        required=False,
        help_text="Only where one of them is missing.",
    )
    reasons = _text(
        "Your reasons",
        called="your reasons",
        rows=6,
        help_text=f"For the record, not shown to the patient. At least {SHORTEST_REASONS} characters.",
        error_messages={"required": "Write your reasons"},
    )
    message = _text(
        "Message to the patient",
        called="the message",
        rows=5,
        help_text="Shown in their account, never by email. Change the words as you need them.",
        error_messages={"required": "Write what the patient reads"},
    )
    outcome = forms.ChoiceField(choices=Outcome.choices, widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)  # the number of the version that the page shows
    use_required_attribute = False

    def __init__(self, *args: Any, outcome: Outcome, has_records: bool, action: str = "", **kwargs: Any) -> None:
        given = {"outcome": outcome, "message": TEMPLATES.get(outcome, "")} | kwargs.pop("initial", {})
        super().__init__(*args, initial=given, **kwargs)
        self.of, self.has_records = outcome, has_records
        if outcome not in FINAL:
            for name in Findings.__dataclass_fields__:
                del self.fields[name]
            self.fields["message"].label = "What do you need to know?"
            self.fields["message"].error_messages["required"] = (
                "Write what you need to know. The patient answers it in their account"
            )
        elif outcome in SEES_THEM:
            del self.fields["without"]
        for name, words in gaps(outcome, Findings(), has_records=has_records).items():
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = words
        self.helper = helper("Sign this decision", action=action)

    def clean(self) -> dict[str, Any] | None:
        """Say beside each field what a final decision still needs, which depends on other answers."""
        given = super().clean() or {}
        for name, words in gaps(self.of, self.found, has_records=self.has_records).items():
            if name not in self.errors:
                self.add_error(name, words)
        return given

    def clean_reasons(self) -> str:
        """Return reasons long enough to be understood later."""
        reasons: str = self.cleaned_data["reasons"]
        if len(reasons) < SHORTEST_REASONS:
            raise forms.ValidationError(
                f"Write your reasons in at least {SHORTEST_REASONS} characters. You typed {len(reasons)}."
            )
        return reasons

    @property
    def words(self) -> str:
        """What is decided, in words."""
        return self.of.label

    @property
    def found(self) -> Findings:
        """What the reviewer found."""
        return found_of(self.cleaned_data)


def found_of(given: Mapping[str, Any]) -> Findings:
    """Return the findings among a form's values; what was not asked stays empty."""
    number = given.get("treatments_verified")
    said = {name: given[name] for name in Findings.__dataclass_fields__ if given.get(name)}
    return Findings(
        **said
        | {
            "treatments_verified": int(number) if number else None,
            "meetings": tuple(given.get("meetings") or ()),
        }
    )


class HandOverForm(PlainErrors, forms.Form):
    """Who takes a form over, and why."""

    taker = forms.ChoiceField(
        label="Who takes it over?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who takes it over", "invalid_choice": "Choose who takes it over"},
    )
    reason = _text(
        "Why do you hand it over?",
        called="why you hand it over",
        rows=2,
        longest=LONGEST_SOURCE,
        help_text="For the record and for whoever takes it over.",
        error_messages={"required": "Write why you hand it over"},
    )
    use_required_attribute = False

    helper = helper("Hand this form over")

    def __init__(self, *args: Any, takers: Iterable[Clinician], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.takers = {str(each.pk): each for each in takers}
        self.fields["taker"].choices = [(pk, each.name) for pk, each in self.takers.items()]  # type: ignore[attr-defined]

    def clean_taker(self) -> Clinician:
        """Return the clinician that was chosen."""
        return self.takers[self.cleaned_data["taker"]]


class AddendumForm(KeyedForm):
    """What is added to a signed decision."""

    text = _text(
        "What do you add?",
        called="what you add",
        rows=3,
        help_text="The decision itself stays as it was signed. The patient does not see this.",
        error_messages={"required": "Write what you add"},
    )
    submit = "Add to this decision"
    use_required_attribute = False
