"""A page as it is shown: its text with anchors and HTML, what the clinic's records add, and where it stands."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.text import slugify

from clinic.db.clock import uk_day
from clinic.pages import policy
from clinic.pages.enums import CARE_CARDS, Shape
from clinic.pages.markdown import render_markdown
from clinic.pages.models import Page
from clinic.pages.text import PageText, SectionText
from clinic.website.blocks import Reader, fill, next_free

CONTENTS_FROM = 4  # a page of fewer sections needs no list of them
SHAPE_TEMPLATES = {
    shape: f"pages/shapes/{shape}.html"
    for shape in ("glance", "doors", "steps", "fees", "specialists", "contact", "message", "cookies", "company")
}


@dataclass(frozen=True)
class Part:
    """A section as it is shown."""

    section: SectionText
    anchor: str
    html: str
    template: str
    more: dict[str, Any]

    @property
    def is_card(self) -> bool:
        """Tell whether it is drawn as a care card."""
        return self.section.shape in CARE_CARDS


@dataclass(frozen=True)
class Shown:
    """A page, its parts, and what stands around them."""

    page: Page
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
    def has_contents(self) -> bool:
        """Tell whether the sections are listed under the title."""
        return len(self.parts) >= CONTENTS_FROM

    @property
    def has_form(self) -> bool:
        """Tell whether something can be filled in on it."""
        return any(part.section.shape == Shape.MESSAGE for part in self.parts)

    @property
    def hides_booking(self) -> bool:
        """Tell whether not even the header may lead to booking: the page speaks of medicines throughout."""
        return self.page.key in policy.NO_INVITATION


def show(page: Page, text: PageText, reader: Reader, *, is_live: bool = True) -> Shown:
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


def address(page: Page) -> str:
    """Return where ``page`` is read; the front page is the site's root."""
    return reverse("home") if page.key == "home" else reverse("page", args=[page.slug])


def _part(section: SectionText, number: int, reader: Reader) -> Part:
    return Part(
        section=section,
        anchor=slugify(section.heading) or f"part-{number}",
        html=render_markdown(section.body),
        template=SHAPE_TEMPLATES.get(section.shape, "pages/section_body.html"),
        more=fill(section.shape, reader),
    )
