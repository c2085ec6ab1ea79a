"""Questions with their answers listed, none of them chosen beforehand."""

from typing import Any

from django import forms

from clinic.forms.text import PlainTextField
from patients.profile.forms import line

YES_NO = [("yes", "Yes"), ("no", "No")]


def one_of(label: str, choices: Any, *, required: str = "", help_text: str = "") -> forms.ChoiceField:
    """Return a question of one answer; ``required`` is what is said where there is none (empty: it may stay so)."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        required=bool(required),
        help_text=help_text,
        widget=forms.RadioSelect,
        error_messages={"required": required} if required else {},
    )


def some_of(label: str, choices: Any, *, help_text: str = "") -> forms.MultipleChoiceField:
    """Return a question of any answers, or none."""
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, help_text=help_text, widget=forms.CheckboxSelectMultiple
    )


def team(label: str) -> PlainTextField:
    """Return a box for somebody else who looks after the person."""
    return PlainTextField(label=label, longest=200, required=False, widget=line("off"))
