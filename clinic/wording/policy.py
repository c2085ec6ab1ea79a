"""The words that may not be said where, and why. Pure rules; the table is ``rules.py``.

A rule finds a phrase; a near miss that only looks like it ("not guaranteed") passes.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from clinic.wording.enums import Place
from clinic.wording.rules import RULES, Wording

# A link is read by its words. Emphasis, and characters of no width, would break a word in two for us and for nobody else.
LINK = re.compile(r"\[([^\[\]\n]{0,300})\]\([^)\n]{0,500}\)")
UNREAD = re.compile("[*_`~\\\\\u00ad\u200b-\u200f\u2060\ufeff]")


@dataclass(frozen=True)
class Hit:
    """A phrase that may not stand there: as it is read, where it begins, and why."""

    phrase: str
    reason: str
    start: int

    def __str__(self) -> str:
        return f"“{self.phrase}”: {self.reason}"


def check(text: str, place: Place, *, names: Iterable[str] = ()) -> list[Hit]:
    """Return what may not be said in ``text`` at ``place``, in the order of the text.

    ``names`` are proper names that count as empty space (the clinic's own).
    """
    text = as_read(text)
    for name in names:
        text = _blank(text, re.escape(name))
    return list(_check(text, place))


def as_read(text: str) -> str:
    """Return Markdown or HTML text as a person reads it: no marks of emphasis, no invisible characters, single spaces."""
    return " ".join(UNREAD.sub("", unicodedata.normalize("NFKC", unescape(LINK.sub(r"\1", text)))).split())


@lru_cache(maxsize=2048)
def _check(text: str, place: Place) -> tuple[Hit, ...]:
    """Work a text out once a process: a page is looked at on each step to its readers."""
    hits = [hit for rule in RULES if place in rule.places for hit in _hits(text, rule)]
    return tuple(sorted(hits, key=lambda hit: hit.start))


def _hits(text: str, rule: Wording) -> list[Hit]:
    for near_miss in rule.but_not:
        text = _blank(text, near_miss)
    found = re.finditer(rf"(?<!\w)(?:{'|'.join(rule.phrases)})(?!\w)", text, re.IGNORECASE)
    return [Hit(match.group(), rule.reason, match.start()) for match in found]


def _blank(text: str, pattern: str) -> str:
    """Return ``text`` with what ``pattern`` finds turned into spaces, so that positions stay."""
    return re.sub(pattern, lambda match: " " * len(match.group()), text, flags=re.IGNORECASE)
