"""Text as people type or paste it: kept as it is, without the characters nobody sees."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

# Control characters but for tab and new line, and those that turn the direction of the text around.
# NUL is not among them: it is refused by name, since it never comes from a keyboard.
UNSEEN = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


SPARE = 100  # letters typed as a letter and its marks become shorter when they are composed


class PlainTextField(forms.CharField):
    """Text of at most ``longest`` characters: one line, or several where the widget is a Textarea.

    There is no ``maxlength`` in the HTML: a browser would cut what is pasted without a word.
    ``called`` names it in messages (default: the label in quotation marks). ``as_typed`` keeps the spaces and empty
    lines around it too.
    """

    def __init__(self, *, longest: int, called: str = "", as_typed: bool = False, **kwargs: Any) -> None:
        self.longest = longest
        self.as_typed = as_typed
        self.called = called
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        """Return the text in composed form (NFC). Raises ValidationError where it is too long or holds NUL."""
        text = "" if value is None else str(value).replace("\r\n", "\n").replace("\r", "\n")
        called = self.called or f"“{self.label}”"
        if "\0" in text:
            raise ValidationError(
                f"{called[0].upper()}{called[1:]} holds a character that cannot be saved. Type it again.", code="nul"
            )
        if len(text) > 2 * self.longest + SPARE:
            raise self.too_long(called, len(text))  # before the composing: its time grows with the square of the marks
        text = unicodedata.normalize("NFC", UNSEEN.sub("", text))
        if not isinstance(self.widget, forms.Textarea):
            text = " ".join(text.split())
        text = text if self.as_typed else text.strip()
        if len(text) > self.longest:
            raise self.too_long(called, len(text))
        return text

    def too_long(self, called: str, typed: int) -> ValidationError:
        """Return the error that says how long the text may be and how long it is."""
        return ValidationError(
            f"{called[0].upper()}{called[1:]} must be {self.longest:,} characters or fewer. You typed {typed:,}.",
            code="too_long",
        )
