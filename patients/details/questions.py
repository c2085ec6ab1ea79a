"""Questions with their answers listed, none of them chosen beforehand."""

from typing import Any

from django import forms

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
