"""The first text of the public pages, one Markdown file each; the file's name is the page's address.

Facts about the page come first, a line each, then the sections. In braces after a heading stand its
marks: ``amber``, ``urgent``, ``emergency``. Amber sections come last, so that no way to book stands
in one or after it. Once a page is in the database it is edited there, not here.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

HEADING = re.compile(r"^(?P<words>.*?)(?: \{(?P<marks>[a-z, ]+)\})?$")


@dataclass(frozen=True)
class SectionText:
    """A section: its heading and its body in Markdown. A care card's body is a list."""

    heading: str
    body: str
    risk: str
    card: str


@dataclass(frozen=True)
class SourceText:
    """Where facts were read, and when."""

    name: str
    address: str
    read_on: date


@dataclass(frozen=True)
class PageText:
    """A page."""

    slug: str
    title: str
    summary: str
    reviewed_on: date
    review_due: date
    sections: tuple[SectionText, ...]
    sources: tuple[SourceText, ...]


def read(slug: str, text: str) -> PageText:
    """Return the page written in ``text``. Raises KeyError or ValueError where something is missing."""
    head, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    lines = [line.partition(": ")[::2] for line in head.splitlines() if line]
    facts = dict(lines)
    return PageText(
        slug=slug,
        title=facts["title"],
        summary=facts["summary"],
        reviewed_on=date.fromisoformat(facts["reviewed on"]),
        review_due=date.fromisoformat(facts["review due"]),
        sections=tuple(_section(part) for part in parts),
        sources=tuple(_source(value) for name, value in lines if name == "source"),
    )


def _section(part: str) -> SectionText:
    first, _, body = part.partition("\n")
    heading = HEADING.fullmatch(first)
    assert heading is not None  # noqa: S101 - the pattern takes any line
    marks = set((heading["marks"] or "").split(", ")) - {""}
    if unknown := marks - {"amber", "urgent", "emergency"}:
        raise ValueError(f"No such mark: {', '.join(unknown)}")
    return SectionText(
        heading["words"], body.strip(), "amber" if "amber" in marks else "green", "".join(marks - {"amber"})
    )


def _source(value: str) -> SourceText:
    name, address, read_on = value.split(" | ")
    return SourceText(name, address, date.fromisoformat(read_on))


PAGES = tuple(read(file.stem, file.read_text()) for file in sorted(Path(__file__).parent.glob("*.md")))
