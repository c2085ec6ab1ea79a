"""A clock time typed as staff type it, kept as minutes after midnight."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from clinic.db.clock import MINUTES_IN_A_DAY

TYPED = re.compile(r"(\d{1,2})[:.]?(\d{2})", re.ASCII)
LONGEST = 10


class ClockMinutes(forms.CharField):
    """A time between 00:00 and ``latest`` minutes (24:00 is the day's end). The value is an int."""

    def __init__(self, *, latest: int = MINUTES_IN_A_DAY, **kwargs: Any) -> None:
        self.latest = latest
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "size": 6}))
        kwargs.setdefault("help_text", "On the 24-hour clock, like 09:00")
        super().__init__(**kwargs)
        self.error_messages["required"] = "Enter a time, like 09:00"

    def prepare_value(self, value: Any) -> Any:
        """Show minutes as a time; what was typed stays as it is."""
        return f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        """Return minutes after midnight; 9:00, 09:00, 9.00 and 0900 are the same. Raises ValidationError."""
        text = super().to_python(value) or ""
        if text in self.empty_values:
            return None
        found = TYPED.fullmatch(text) if len(text) <= LONGEST else None
        minutes = int(found[1]) * 60 + int(found[2]) if found else self.latest + 1
        if not found or int(found[2]) > 59 or minutes > self.latest:
            raise ValidationError("Enter a time on the 24-hour clock, like 09:00", code="invalid_time")
        return minutes

    def validate(self, value: Any) -> None:
        """Refuse an empty answer where one is needed; 0 is midnight, not empty."""
        if value is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Do nothing: the text field's validators are for text, and this is a number."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare times, not the way they were typed."""
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True
