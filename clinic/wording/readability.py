"""How hard a text is to read: the Flesch-Kincaid grade, as a guide to which paragraph to mend first.

Source: Kincaid et al. 1975. A grade of 4 to 6 is read at the age of 9 to 11. The figure knows word and
sentence lengths only; people who read the page know better.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from clinic.wording.policy import LINK

GOAL = 6.0  # reading age 11
MEDICAL_GOAL = 9.0  # reading age 14, where a medical word forces it
FEW_WORDS = 8  # a shorter paragraph tells nothing


@dataclass(frozen=True)
class Paragraph:
    """A paragraph or list of a page, with its grade."""

    heading: str
    text: str
    grade: float


def grade(text: str) -> float:
    """Return the Flesch-Kincaid grade of ``text`` in Markdown; 0 for a text without words."""
    words = re.findall(r"[A-Za-z]+(?:['’][A-Za-z]+)?", _spoken(text))
    if not words:
        return 0.0
    sentences = [part for part in re.split(r"[.:?!;](?:\s|$)|\n", _spoken(text)) if re.search(r"[A-Za-z]", part)]
    syllables = sum(map(_syllables, words))
    return round(0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59, 1)


def paragraphs(sections: Iterable[tuple[str, str]]) -> list[Paragraph]:
    """Return the paragraphs of a page's ``sections`` (heading and body), the hardest first."""
    found = [
        Paragraph(heading, _spoken(part).strip(), grade(part))
        for heading, body in sections
        for part in re.split(r"\n\s*\n", body)
        if len(part.split()) >= FEW_WORDS
    ]
    return sorted(found, key=lambda paragraph: -paragraph.grade)


def _spoken(text: str) -> str:
    """Return what is read aloud: links by their words, no markup."""
    return re.sub(r"[*#|_`>]", "", LINK.sub(r"\1", text))


def _syllables(word: str) -> int:
    lower = word.lower()
    plain = lower[:-1] if lower.endswith("e") and not lower.endswith(("le", "ee")) else lower
    return max(1, len(re.findall(r"[aeiouy]+", plain)))
