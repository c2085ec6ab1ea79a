"""The words that may not be said where, and why. Pure rules; the table is ``rules.py``.

A rule finds a phrase; a near miss that only looks like it ("not guaranteed") passes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from clinic.wording.enums import Place
from clinic.wording.rules import RULES, Wording


@dataclass(frozen=True)
class Hit:
    """A phrase that may not stand there: as it was written, where it begins, and why."""

    phrase: str
    reason: str
    start: int

    def __str__(self) -> str:
        return f"“{self.phrase}”: {self.reason}"


def check(text: str, place: Place, *, names: Iterable[str] = ()) -> list[Hit]:
    """Return what may not be said in ``text`` at ``place``, in the order of the text.

    ``names`` are proper names that count as empty space (the clinic's own).
    """
    for name in names:
        text = _blank(text, re.escape(name))
    return list(_check(text, place))


@lru_cache(maxsize=2048)
def _check(text: str, place: Place) -> tuple[Hit, ...]:
    """Work a text out once a process: a page is looked at on each step to its readers."""
    hits = [hit for rule in RULES if place in rule.places for hit in _hits(text, rule)]
    return tuple(sorted(hits, key=lambda hit: hit.start))


def _hits(text: str, rule: Wording) -> list[Hit]:
    for near_miss in rule.but_not:
        text = _blank(text, near_miss)
    found = re.finditer(rf"(?<![\w-])(?:{'|'.join(rule.phrases)})(?!\w)", text, re.IGNORECASE)
    return [Hit(match.group(), rule.reason, match.start()) for match in found]


def _blank(text: str, pattern: str) -> str:
    """Return ``text`` with what ``pattern`` finds turned into spaces, so that positions stay."""
    return re.sub(pattern, lambda match: " " * len(match.group()), text, flags=re.IGNORECASE)
