"""An incident as it is reported, and what is found out about it."""

from datetime import date
from typing import Any

from django import forms

from clinic.accounts.enums import Role
from clinic.accounts.models import User
from clinic.forms.keyed import KeyedForm
from clinic.forms.text import PlainTextField
from patients.incidents import policy
from patients.incidents.enums import Harm, Needed

LONGEST = 4000
LINE = 200
NO_NAMES = "It stands in the export of all incidents: no names of patients, please."


def choice(label: str, choices: Any, ask: str, **more: Any) -> forms.ChoiceField:
    """Return a question with radio buttons; ``ask`` is what to do without an answer."""
    errors = {"required": ask, "invalid_choice": ask}
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, error_messages=errors, **more)


def text(label: str, *, rows: int = 4, **more: Any) -> PlainTextField:
    """Return a box for words that may stay empty."""
    return PlainTextField(
        label=label, longest=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": rows}), **more
    )


def line(label: str, longest: int = LINE, **more: Any) -> PlainTextField:
    """Return a line that may stay empty."""
    return PlainTextField(label=label, longest=longest, required=False, **more)


def day(label: str, ask: str, **more: Any) -> forms.DateField:
    """Return a question for a day, with the browser's own date box; ``ask`` is what to do where it is none."""
    errors = {"required": ask, "invalid": f"{ask}, like 27/11/2026"}
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=errors, **more)


class IncidentForm(KeyedForm):
    """What anybody who works here reports."""

    happened_on = day("When did it happen?", "Enter the day it happened")
    what_happened = PlainTextField(
        label="What happened?",
        longest=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Write what happened"},
    )
    immediate_action = text("What was done at once?")
    use_required_attribute = False

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_happened_on(self) -> date:
        """Return a day that is not in the future."""
        given: date = self.cleaned_data["happened_on"]
        if given > self.today:
            raise forms.ValidationError("The day must be today or in the past")
        return given

    @property
    def facts(self) -> dict[str, Any]:
        """What the action is told; of a valid form."""
        return {name: self.cleaned_data[name] for name in ("happened_on", "what_happened", "immediate_action")}


class EntryForm(KeyedForm):
    """All that is known now. ``seen`` is the newest entry that its writer has read."""

    owner: "forms.ModelChoiceField[User]" = forms.ModelChoiceField(
        label="Owner",
        queryset=None,
        required=False,
        empty_label="Nobody yet",
        help_text="A manager or a clinician, who looks into it.",
        error_messages={"invalid_choice": "Choose somebody from the list"},
    )
    note = text("What is new?", help_text="Kept as you write it. To open a closed incident again, write here why.")
    harm = forms.ChoiceField(
        label="Level of harm",
        choices=[("", "Not known yet"), *Harm.choices],
        required=False,
        error_messages={"invalid_choice": "Choose a level of harm from the list"},
    )
    candour = choice("Duty of candour", Needed.choices, "Choose whether the duty of candour applies")
    candour_why = line("Duty of candour: why, or why not?", LONGEST)
    candour_on = day("Duty of candour done on", "Enter the day on which it was done", required=False)
    cqc = choice("CQC notification", Needed.choices, "Choose whether the CQC is notified")
    cqc_why = line("CQC notification: why, or why not?", LONGEST)
    cqc_on = day("CQC notified on", "Enter the day on which the CQC was notified", required=False)
    cqc_reference = line("CQC reference", 60)
    learning = text("What was learned?", help_text=NO_NAMES)
    changed = text("What was changed?", help_text=NO_NAMES)
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)
    use_required_attribute = False

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        may = User.objects.staff().filter(is_active=True, role__in=[Role.MANAGER, Role.CLINICIAN]).order_by("email")
        self.fields["owner"].queryset = may  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Say at the field what is missing of a check."""
        given = super().clean() or self.cleaned_data
        for check in ("candour", "cqc"):
            said = (given.get(check, ""), given.get(f"{check}_why", ""), given.get(f"{check}_on"))
            for name, words in policy.wrong_with_check(*said, today=self.today).items():
                self.add_error(f"{check}_{name}", words)
        return given

    @property
    def facts(self) -> dict[str, Any]:
        """What the action is told; of a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"key", "seen"}}
