"""A date in three boxes, as people write it: 27 3 1984, 27 March 1984.

No date picker: a date someone knows by heart is typed, and three boxes leave no doubt about the order.
"""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.formats import date_format
from django.utils.safestring import SafeString

PARTS = ("day", "month", "year")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
LONGEST = 10  # "september" has 9 letters; int() of a huge string is slow


def whole_number(text: str, most: int) -> int | None:
    """Return the number typed in a box, when it is one from 1 to ``most``."""
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST:
        return None
    return int(text) if 1 <= int(text) <= most else None


def month_number(text: str) -> int | None:
    """Return the month meant by "3", "03", "Mar", "march" or "sept."."""
    word = text.lower().rstrip(".")
    if word.isdigit() or not 3 <= len(word) <= LONGEST:
        return whole_number(text, 12)
    return next((number for number, name in enumerate(MONTHS, 1) if name.startswith(word)), None)


def listed(words: list[str]) -> str:
    """Return "a day", "a day and a month"."""
    return " and ".join(f"a {word}" for word in words)


class DatePartsWidget(forms.MultiWidget):
    """Three text boxes named ``_day``, ``_month``, ``_year`` with the ids ``_0`` to ``_2``."""

    template_name = "clinic/widgets/date_parts.html"
    wrong: frozenset[int] = frozenset()  # the boxes to mark; set by DatePartsBoundField, all when empty

    def __init__(self, *, birthday: bool = False, attrs: dict[str, Any] | None = None) -> None:
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {
            part: forms.TextInput(
                attrs={
                    "inputmode": "numeric",
                    "class": "width-4" if part == "year" else "width-2",
                    "autocomplete": f"bday-{part}" if birthday else "off",
                }
            )
            for part in PARTS
        }
        super().__init__(boxes, attrs)

    def decompress(self, value: datetime.date | str | None) -> list[str]:
        """Return the three boxes for a date from the database or a draft ("1984-03-27")."""
        if isinstance(value, str):
            try:
                value = datetime.date.fromisoformat(value)
            except ValueError:
                value = None
        return [str(value.day), str(value.month), str(value.year)] if value else ["", "", ""]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give each box its label, and leave the mark of an error on the wrong boxes only."""
        context = super().get_context(name, value, attrs)
        for index, (part, box) in enumerate(zip(PARTS, context["widget"]["subwidgets"], strict=True)):
            box["label"] = part.capitalize()
            if self.wrong and index not in self.wrong:
                box["attrs"].pop("aria-invalid", None)
        return context


class DatePartsBoundField(BoundField):
    """Knows which box is wrong, so that the error summary leads to it."""

    @property
    def wrong_parts(self) -> list[int]:
        """Return the places of the wrong boxes; empty when it is the date as a whole."""
        found = self.form.errors.as_data().get(self.name, []) if self.form.is_bound else []
        return [PARTS.index(part) for error in found for part in (error.params or {}).get("parts", [])]

    @property
    def error_target(self) -> str:
        """Return the id of the first wrong box."""
        return f"{self.auto_id}_{min(self.wrong_parts, default=0)}"

    def as_widget(
        self, widget: forms.Widget | None = None, attrs: Any = None, only_initial: bool = False
    ) -> SafeString:
        """Draw the boxes, with the wrong ones marked."""
        if isinstance(self.field.widget, DatePartsWidget):
            self.field.widget.wrong = frozenset(self.wrong_parts)  # the form's own copy of the widget
        return super().as_widget(widget, attrs, only_initial)


class DatePartsField(forms.Field):
    """A real date, between ``earliest`` and ``latest`` where they are set.

    ``called`` is how the messages name it: "your date of birth". The bounds depend on today, so a
    form sets them in its ``__init__``: ``self.fields["born"].latest = today``.
    """

    widget = DatePartsWidget
    earliest: datetime.date | None
    latest: datetime.date | None

    def __init__(
        self,
        *,
        called: str,
        example: str = "27 3 1984",
        birthday: bool = False,
        earliest: datetime.date | None = None,
        latest: datetime.date | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("widget", DatePartsWidget(birthday=birthday))
        kwargs.setdefault("help_text", f"For example, {example}")
        self.called, self.example, self.earliest, self.latest = called, example, earliest, latest
        super().__init__(**kwargs)
        self.error_messages["required"] = f"Enter {called}, like {example}"

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> DatePartsBoundField:
        """Return the bound field that knows the wrong box."""
        return DatePartsBoundField(form, self, field_name)

    def clean(self, value: Any) -> datetime.date | None:
        """Return the date, or say which box to mend and how."""
        texts = [str(text or "").strip() for text in value] if isinstance(value, list | tuple) else ["", "", ""]
        if not any(texts):
            texts = []
        found = self.read(texts) if texts else None
        self.validate(found)
        self.run_validators(found)
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare dates, not the way they were typed."""
        try:
            return self.clean(data) != initial
        except ValidationError:
            return True

    def read(self, texts: list[str]) -> datetime.date:
        """Return the date written in three boxes."""
        if missing := [part for part, text in zip(PARTS, texts, strict=True) if not text]:
            raise self.wrong(f"must include {listed(missing)}", missing)
        if texts[2].isdigit() and len(texts[2]) != 4:
            raise self.wrong("must have a year of 4 numbers, like 1984", ["year"])
        numbers = [whole_number(texts[0], 31), month_number(texts[1]), whole_number(texts[2], 9999)]
        day, month, year = (number or 0 for number in numbers)
        try:
            found = datetime.date(year, month, day)
        except ValueError:
            unread = [part for part, number in zip(PARTS, numbers, strict=True) if number is None]
            raise self.wrong(f"must be a real date, like {self.example}", unread) from None
        return self.within(found)

    def within(self, found: datetime.date) -> datetime.date:
        """Return the date when it lies between the bounds."""
        if self.earliest and found < self.earliest:
            raise self.wrong(f"must be {date_format(self.earliest, 'j F Y')} or later", [])
        if self.latest and found > self.latest:
            raise self.wrong(f"must be {date_format(self.latest, 'j F Y')} or earlier", [])
        return found

    def wrong(self, what: str, parts: list[str]) -> ValidationError:
        """Return an error that names the date and the boxes to mend."""
        return ValidationError(
            f"{self.called[0].upper()}{self.called[1:]} {what}", code="invalid_date", params={"parts": parts}
        )
