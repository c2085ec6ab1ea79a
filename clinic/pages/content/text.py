"""The shape of a page's first text."""

from dataclasses import dataclass
from datetime import date

from clinic.pages.models import Section

GREEN, AMBER = Section.Risk.GREEN, Section.Risk.AMBER
URGENT, EMERGENCY = Section.Card.URGENT, Section.Card.EMERGENCY


@dataclass(frozen=True)
class SectionText:
    """A section: its heading and its body in Markdown. A care card's body is a list."""

    heading: str
    body: str
    risk: Section.Risk = GREEN
    card: Section.Card = Section.Card.NONE


@dataclass(frozen=True)
class SourceText:
    """Where facts were read, and when."""

    name: str
    address: str
    read_on: date


@dataclass(frozen=True)
class PageText:
    """A page. Amber sections come last: no booking link stands in one or directly after it."""

    slug: str
    title: str
    summary: str
    reviewed_on: date
    review_due: date
    sections: tuple[SectionText, ...]
    sources: tuple[SourceText, ...]
