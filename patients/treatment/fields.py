"""The fields of the form of a plan: numbers in digits, and what a goal, a product and a step are asked."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinic.forms.dates import DatePartsField
from clinic.forms.text import PlainTextField
from patients.consultations.enums import Given
from patients.treatment import policy
from patients.treatment.enums import KINDS, Chemotype, Form, Measure, Route, Strength, Unit
from patients.treatment.products import number, whole


class PlainNumberField(forms.CharField):
    """A number in digits, like 0.25; its value is text. A comma is no point: nothing is guessed of a dose."""

    def __init__(self, *, is_whole: bool = False, **kwargs: Any) -> None:
        self.is_whole = is_whole
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "class": "width-4"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        """Return the number as text, or nothing. Raises ValidationError for anything else."""
        text = str(value or "").strip()
        read = whole if self.is_whole else number
        if text and read(text[:20]) is None:
            like = "7" if self.is_whole else "0.25"
            raise ValidationError(f"Write “{self.label}” in digits, like {like}", code="not_a_number")
        return text


def text(label: str, hint: str = "", *, rows: int = 4, needed: bool = True) -> PlainTextField:
    """Return a field for several lines, kept as they were typed."""
    area = forms.Textarea(attrs={"rows": rows})
    return PlainTextField(
        label=label, help_text=hint, longest=policy.LONGEST_TEXT, as_typed=True, widget=area, required=needed
    )


def line(label: str, hint: str = "", *, needed: bool = False, width: str = "") -> PlainTextField:
    """Return a field for one line; ``width`` is a class of the style sheet."""
    box = forms.TextInput(attrs={"class": width} if width else {})
    return PlainTextField(label=label, help_text=hint, longest=policy.LONGEST_LINE, required=needed, widget=box)


def select(label: str, choices: Any) -> forms.ChoiceField:
    """Return a field for one choice, in a list."""
    wrong = {"invalid_choice": f"Choose an answer for “{label}”"}
    return forms.ChoiceField(label=label, choices=[("", "Choose"), *choices], error_messages=wrong)


def several(label: str, choices: Any, hint: str = "") -> forms.MultipleChoiceField:
    """Return a field for any number of choices."""
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        help_text=hint,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": f"Choose from the list for “{label}”",
            "invalid_list": "Choose from the list",
        },
    )


def given(label: str) -> forms.ChoiceField:
    """Return a field for what became of one piece of advice."""
    return forms.ChoiceField(label=label, choices=Given.choices, widget=forms.RadioSelect)


def day(label: str, called: str, hint: str = "For example, 3 12 2026", *, needed: bool = True) -> DatePartsField:
    """Return a day in three boxes."""
    return DatePartsField(label=label, called=called, example="3 12 2026", required=needed, help_text=hint)


def goal_fields() -> dict[str, forms.Field]:
    """Return the fields of a goal."""
    return {
        "measure": select("How it is measured", Measure.choices),
        "words": line("The goal in words", "Where no scale fits, like walking to the shop."),
        "baseline": line("Now", "On the scale a number, else words.", needed=True),
        "target": line("Target", needed=True),
        "by": day("By when", "by when"),
    }


def line_fields(form: str) -> dict[str, forms.Field]:
    """Return the fields of a product; ``form`` is what was chosen last, for the units."""
    kind = KINDS.get(form)
    strength = Strength(kind.strength).label if kind else "unit as for the form"
    dose, quantity = (Unit(kind.dose).label, Unit(kind.quantity).label) if kind else ("unit as for the form",) * 2
    return {
        "form": select("Form", Form.choices),
        "route": select("Route", Route.choices),
        "brand": line("Brand or supplier", needed=True, width="width-20"),
        "chemotype": select("Type", Chemotype.choices),
        "thc": PlainNumberField(label=f"THC ({strength})", required=form != Form.SPRAY),
        "cbd": PlainNumberField(label=f"CBD ({strength})", required=form != Form.SPRAY),
        "carrier": line("Carrier oil"),
        "cultivar": line("Cultivar", "For flower.", needed=form == Form.FLOWER),
        "inhalation_ml": PlainNumberField(
            label="One inhalation (ml)",
            help_text="For a cartridge, as the maker says.",
            required=form == Form.CARTRIDGE,
        ),
        "max_day": PlainNumberField(label=f"Most a day ({dose})"),
        "quantity": PlainNumberField(label=f"Quantity for 30 days ({quantity})"),
    }


def step_fields(form: str) -> dict[str, forms.Field]:
    """Return the fields of a step of a product of this ``form``."""
    kind = KINDS.get(form)
    unit = Unit(kind.dose).label if kind else "unit as for the form"
    return {
        "day_from": PlainNumberField(label="From day", is_whole=True),
        "day_to": PlainNumberField(
            label="To day", help_text="Empty in the last step: from then on.", required=False, is_whole=True
        ),
        "dose": PlainNumberField(label=f"Dose each time ({unit})"),
        "times": PlainNumberField(label="Times a day", is_whole=True),
        "instruction": line("How it is taken", "The patient reads this.", needed=True, width="width-20"),
    }
