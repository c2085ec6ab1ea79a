"""A whole number in a box, and a month or a year as people write it."""

import datetime
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinic.forms.dates import month_number

MOST_DIGITS = 9  # int() of a huge string is slow, and no number we ask for is that long


class WholeNumberField(forms.Field):
    """A whole number from ``lowest`` to ``highest``; its value is text, like "7". ``called`` names it in messages."""

    def __init__(self, *, called: str, lowest: int, highest: int, unit: str = "", **kwargs: Any) -> None:
        self.called, self.lowest, self.highest, self.unit = called, lowest, highest, unit
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "class": "width-4"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        """Return the number as text, or nothing. Raises ValidationError for anything but a number within the bounds."""
        text = "" if value is None else str(value).replace(",", "").replace(" ", "").strip()
        if not text:
            return ""
        if not re.fullmatch(r"[0-9]+", text):
            raise ValidationError(f"Write a whole number for {self.called}, like {self.example}", code="not_a_number")
        number = int(text) if len(text) <= MOST_DIGITS else self.highest + 1
        if not self.lowest <= number <= self.highest:
            unit = f" {self.unit}" if self.unit else ""
            raise ValidationError(
                f"Write a number from {self.lowest} to {self.highest}{unit} for {self.called}", code="out_of_bounds"
            )
        return str(number)

    @property
    def example(self) -> int:
        """A number that could be meant."""
        return (self.lowest + self.highest) // 2


class MonthField(forms.Field):
    """A year, or a month and a year: "2024", "3 2024", "March 2024". Its value is "2024" or "2024-03".

    Not before ``earliest``, a year, and not after ``latest``, a day; the form sets the latter, for it depends on today.
    """

    latest: datetime.date | None = None

    def __init__(self, *, called: str, earliest: int = 1900, **kwargs: Any) -> None:
        self.called, self.earliest = called, earliest
        kwargs.setdefault("widget", forms.TextInput(attrs={"class": "width-10"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return what stands in the box: "3 2024" for "2024-03"."""
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}", value):
            return f"{int(value[5:])} {value[:4]}"
        return value

    def to_python(self, value: Any) -> str:
        """Return the month or year, or nothing. Raises ValidationError for what is neither, or lies out of bounds."""
        text = "" if value is None else str(value).strip()
        if not text:
            return ""
        text = re.sub(r"^([0-9]{4})-([0-9]{2})$", r"\2 \1", text)  # as a computer writes it
        parts = re.fullmatch(r"(?:([0-9]{1,2}|[^\W\d_]{3,10}\.?)[\s./-]+)?([0-9]{4})", text[:40])
        month = month_number(parts[1]) if parts and parts[1] else None
        if parts is None or (parts[1] and month is None) or len(text) > 40:
            raise ValidationError(
                f"Write {self.called} as a year, like 2024, or a month, like March 2024", code="month"
            )
        year = int(parts[2])
        if year < self.earliest:
            raise ValidationError(f"The year of {self.called} must be {self.earliest} or later", code="early")
        if self.latest and (year, month or 1) > (self.latest.year, self.latest.month):
            raise ValidationError(f"{self.called[0].upper()}{self.called[1:]} must be in the past", code="late")
        return f"{year}-{month:02}" if month else str(year)
