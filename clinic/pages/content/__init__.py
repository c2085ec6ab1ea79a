"""The first text of the public pages, one Markdown file each; the file's name is the page's key and first address.

Facts about the page come first, a line each, then the sections. In braces after a heading stand its
marks: a risk (``amber``) and a shape (``urgent``, ``fees``, …; see ``enums.Shape``). Amber sections come
last, so that no way to book stands in one or after it. Once a page is in the database it is edited
there, not here.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from clinic.pages.enums import Risk, Shape
from clinic.pages.text import PageText, SectionText, SourceText

HEADING = re.compile(r"^(?P<words>.*?)(?: \{(?P<marks>[a-z, -]+)\})?$")


@dataclass(frozen=True)
class FirstText:
    """A page as it comes: its key, where it is linked from and under which label, and its text."""

    key: str
    label: str
    linked: str
    order: int
    text: PageText


def read(key: str, file: str) -> FirstText:
    """Return the page written in ``file``. Raises KeyError or ValueError where something is missing."""
    head, *parts = re.split(r"^## ", file, flags=re.MULTILINE)
    lines = [line.partition(": ")[::2] for line in head.splitlines() if line]
    facts = dict(lines)
    linked, _, order = facts["linked"].partition(" ")
    text = PageText(
        title=facts["title"],
        summary=facts["summary"],
        sections=tuple(_section(part) for part in parts),
        sources=tuple(_source(value) for name, value in lines if name == "source"),
        picture=facts.get("picture", ""),
        invites=facts["invites"] == "yes",
        is_indexed=facts.get("indexed", "yes") == "yes",
        reviewed_on=date.fromisoformat(facts["reviewed on"]),
        review_due=date.fromisoformat(facts["review due"]),
    )
    return FirstText(key, facts["label"], "" if linked == "nowhere" else linked, int(order or 0), text)


def _section(part: str) -> SectionText:
    first, _, body = part.partition("\n")
    heading = HEADING.fullmatch(first)
    assert heading is not None  # noqa: S101 - the pattern takes any line
    marks = set((heading["marks"] or "").split(", ")) - {""}
    risks, shapes = marks & set(Risk.values), marks & set(Shape.values)
    if unknown := marks - risks - shapes:
        raise ValueError(f"No such mark: {', '.join(unknown)}")
    return SectionText(heading["words"], body.strip(), min(risks, default=Risk.GREEN.value), min(shapes, default=""))


def _source(value: str) -> SourceText:
    name, address, read_on = value.split(" | ")
    return SourceText(name, address, date.fromisoformat(read_on))


FIRST_TEXTS = tuple(read(file.stem, file.read_text()) for file in sorted(Path(__file__).parent.glob("*.md")))
