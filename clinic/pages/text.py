"""A page's text as one value: what is seeded, what staff work on, and what is live are all of this shape."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from clinic.pages.enums import Risk
from clinic.wording import readability


@dataclass(frozen=True)
class SectionText:
    """A section: its heading and its body in Markdown. A care card's body is a list."""

    heading: str
    body: str
    risk: str = ""
    shape: str = ""


@dataclass(frozen=True)
class SourceText:
    """Where facts were read, and when."""

    name: str
    address: str
    read_on: date


@dataclass(frozen=True)
class PageText:
    """A page, without its address."""

    title: str
    summary: str
    sections: tuple[SectionText, ...]
    sources: tuple[SourceText, ...] = ()
    picture: str = ""
    invites: bool = False
    is_indexed: bool = True
    reviewed_on: date | None = None
    review_due: date | None = None

    @property
    def risk(self) -> str:
        """The highest risk of its sections."""
        risks = {section.risk for section in self.sections}
        return next((risk for risk in (Risk.RED, Risk.AMBER) if risk in risks), Risk.GREEN).value

    @property
    def grade(self) -> float:
        """How hard its sections read together."""
        return readability.grade("\n".join(section.body for section in self.sections))

    @property
    def paragraphs(self) -> list[readability.Paragraph]:
        """Its paragraphs, the hardest to read first."""
        return readability.paragraphs((section.heading, section.body) for section in self.sections)

    @property
    def fingerprint(self) -> str:
        """The same for the same text: what a signature is given to."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Return the text as plain data, dates in ISO form."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "PageText":
        """Return the text that ``as_json`` wrote."""
        return cls(
            **data
            | {
                "sections": tuple(SectionText(**section) for section in data["sections"]),
                "sources": tuple(
                    SourceText(**source | {"read_on": date.fromisoformat(source["read_on"])})
                    for source in data["sources"]
                ),
                "reviewed_on": _day(data["reviewed_on"]),
                "review_due": _day(data["review_due"]),
            }
        )


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
