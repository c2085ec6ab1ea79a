"""The form of a check of somebody on a plan."""

from datetime import date
from typing import Any

from django import forms

from clinic.forms.base import PlainErrors, helper
from clinic.forms.dates import DatePartsField
from clinic.forms.text import PlainTextField
from patients.monitoring import policy
from patients.monitoring.enums import Answer, Verdict

NOT_A_NUMBER = "Enter a number from 0 to 10, like 5.6"


def _asked(name: str) -> dict[str, Any]:
    """Return whether a box is needed, and what is said where it is empty."""
    return {"required": name in policy.ASK, "error_messages": {"required": policy.ASK.get(name, "")}}


def _line(name: str) -> PlainTextField:
    return PlainTextField(label=policy.QUESTIONS[name], longest=policy.LONGEST_LINE, **_asked(name))


def _text(name: str, rows: int = 4) -> PlainTextField:
    return PlainTextField(
        label=policy.TEXTS[name],
        longest=policy.LONGEST_TEXT,
        as_typed=True,
        widget=forms.Textarea(attrs={"rows": rows}),
        **_asked(name),
    )


def _question(name: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=policy.QUESTIONS[name],
        choices=Answer.choices,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), policy.ASK[name]),
    )


def _diary(name: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=policy.TEXTS[name],
        help_text="0 to 10, one decimal.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 5}),
        required=False,
        error_messages=dict.fromkeys(
            ("invalid", "max_value", "min_value", "max_digits", "max_decimal_places", "max_whole_digits"), NOT_A_NUMBER
        ),
        max_digits=3,
        decimal_places=1,
        min_value=0,
        max_value=10,
    )


class CheckForm(PlainErrors, forms.Form):
    """What is found and decided at a check, in the order in which it is asked (domain sheet, 6.6)."""

    typical = _line("typical")
    most = _line("most")
    missed = _line("missed")
    benefit = _text("benefit", rows=6)
    spasticity_before = _diary("spasticity_before")
    spasticity_now = _diary("spasticity_now")
    more = _text("more")
    body = _text("body", rows=2)
    verdict = forms.ChoiceField(
        label="Decision",
        choices=Verdict.choices,
        widget=forms.RadioSelect,
        help_text="The plan is changed, paused or stopped on its own page.",
        error_messages=dict.fromkeys(("required", "invalid_choice"), policy.ASK["verdict"]),
    )
    reason = _text("reason")
    next_on = DatePartsField(
        label="Day of the next check, unless it is stopped or referred",
        called="the day of the next check",
        example="21 2 2027",
        required=False,
    )
    helper = helper("Sign this record")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {name: _question(name) for name in policy.ASKED}
        order = ("typical", "most", "missed", *asked, "more")
        rest = [name for name in self.fields if name not in order]
        self.fields = {name: (self.fields | asked)[name] for name in (*order, *rest)}

    @property
    def said(self) -> dict[str, Any]:
        """What was typed, of a form that is valid, by field; numbers as they were typed."""
        given = self.cleaned_data
        texts = {name: given[name] for name in (*policy.QUESTIONS, *policy.TEXTS)}
        return {name: "" if value is None else str(value) for name, value in texts.items()}

    @property
    def next_day(self) -> date | None:
        """The day of the next check, of a form that is valid."""
        found: date | None = self.cleaned_data["next_on"]
        return found


class AddCheckForm(PlainErrors, forms.Form):
    """A check beside those of the plan."""

    due_on = DatePartsField(label="Day of the check", called="the day", example="21 2 2027")
    helper = helper("Plan this check")
