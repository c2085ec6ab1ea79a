"""What somebody needs to take part, in words for whoever is about to see, call or write to them: one way to say it, and one to draw it."""

from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from patients.profile.enums import Need

LONGEST_WORDS = 80  # of their own words beside a name; the whole stands in their record


def named(person: Any) -> SafeString:
    """Return the name of a patient with their flag, as HTML: how a list of staff names them."""
    return render_to_string("ui/named.html", {"person": person})


def flag(codes: Iterable[str], language: str, words: str) -> list[str]:
    """Return the needs as short words: those of ``codes``, an interpreter for ``language``, and their own ``words``.

    Empty where there is none. The Accessible Information Standard wants them wherever staff see the person
    (domain.md 1.7: ask, record, flag, share, act).
    """
    known = [Need(code).label for code in Need.values if code in set(codes) - {Need.OTHER}]
    spoken = [f"Interpreter: {language}"] if language else []
    return known + spoken + ([shortened(words)] if words else [])


def shortened(words: str) -> str:
    """Return ``words`` on one line, at most ``LONGEST_WORDS`` characters with the mark of what is left out."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST_WORDS else f"{line[: LONGEST_WORDS - 1].rstrip()}…"
