"""A page as it is shown: its text with anchors and HTML, what the clinic's records add, and where it stands."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import slugify

from clinic.context import page_url
from clinic.db.clock import uk_day
from clinic.pages import policy
from clinic.pages.enums import CARE_CARDS, Shape
from clinic.pages.markdown import render_markdown
from clinic.pages.models import LivePage, Page
from clinic.pages.text import PageText, SectionText
from clinic.website.blocks import Reader, fill, next_free

CONTENTS_FROM = 4  # a page of fewer sections needs no list of them
SHAPE_TEMPLATES = {
    shape: f"pages/shapes/{shape}.html"
    for shape in ("glance", "doors", "steps", "fees", "specialists", "contact", "message", "cookies", "company")
}
TEXT_ALONE = CARE_CARDS | {Shape.PLAIN, Shape.STEPS, Shape.QUESTION, Shape.DOORS, Shape.HELP}


@dataclass(frozen=True)
class Part:
    """A section as it is shown."""

    section: SectionText
    anchor: str
    html: str
    template: str
    more: dict[str, Any]
    drawn: str = ""  # the section as HTML, where nothing but its own text is in it

    @property
    def is_card(self) -> bool:
        """Tell whether it is drawn as a care card."""
        return self.section.shape in CARE_CARDS


@dataclass(frozen=True)
class Shown:
    """A page, its parts, and what stands around them."""

    page: Page | LivePage
    text: PageText
    parts: list[Part]
    url: str
    next_free: dict[str, str] | None
    review_overdue: bool
    is_live: bool

    @property
    def is_home(self) -> bool:
        """Tell whether this is the front page."""
        return self.page.key == "home"

    @property
    def contents(self) -> str:
        """The list of the sections under the title; nothing on a page of few."""
        return _contents(self.text) if len(self.parts) >= CONTENTS_FROM else ""

    @property
    def sources(self) -> str:
        """Where the facts come from, and when they were looked at."""
        return _sources(self.text, self.review_overdue)

    @property
    def has_form(self) -> bool:
        """Tell whether something can be filled in on it."""
        return any(part.section.shape == Shape.MESSAGE for part in self.parts)

    @property
    def hides_booking(self) -> bool:
        """Tell whether not even the header may lead to booking: the page speaks of medicines throughout."""
        return self.page.key in policy.NO_INVITATION


def show(page: Page | LivePage, text: PageText, reader: Reader, *, is_live: bool = True) -> Shown:
    """Return ``page`` as ``reader`` sees it, with the words of ``text``."""
    return Shown(
        page=page,
        text=text,
        parts=[_part(section, number, reader) for number, section in enumerate(text.sections, start=1)],
        url=settings.SITE_ORIGIN + address(page),
        next_free=next_free(reader) if text.invites else None,
        review_overdue=text.review_due is not None and text.review_due < uk_day(reader.at),
        is_live=is_live,
    )


def address(page: Page | LivePage) -> str:
    """Return where ``page`` is read; the front page is the site's root."""
    return reverse("home") if page.key == "home" else page_url(page.slug)


def _part(section: SectionText, number: int, reader: Reader) -> Part:
    part = _plain_part(section, number)
    return part if part.drawn else replace(part, more=fill(section.shape, reader))


@lru_cache(maxsize=1024)
def _plain_part(section: SectionText, number: int) -> Part:
    """Return a section with nothing but its own text. Drawn once a process: texts are read far more often than they change."""
    part = Part(
        section=section,
        anchor=slugify(section.heading) or f"part-{number}",
        html=render_markdown(section.body),
        template=SHAPE_TEMPLATES.get(section.shape, "pages/section_body.html"),
        more={},
    )
    if section.shape not in TEXT_ALONE:
        return part
    return replace(part, drawn=render_to_string("pages/section.html", {"part": part}))


@lru_cache(maxsize=256)
def _contents(text: PageText) -> str:
    parts = [_plain_part(section, number) for number, section in enumerate(text.sections, start=1)]
    return render_to_string("pages/contents.html", {"parts": parts})


@lru_cache(maxsize=256)
def _sources(text: PageText, review_overdue: bool) -> str:
    return render_to_string("pages/sources.html", {"text": text, "review_overdue": review_overdue})
