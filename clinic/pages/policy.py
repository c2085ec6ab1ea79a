"""What a page's parts may say, in which order they may stand, and what must be true before readers see them.

The law is named in ``clinic/wording/rules.py``; which pages may hold what is decision 5 of the clinic's
fact sheet: words for medicines stand in amber sections of a few pages, away from any way to book.
"""

import re
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from urllib.parse import unquote

from django.utils.text import slugify

from clinic.accounts import policy as accounts
from clinic.pages.enums import CARE_CARDS, LISTS, Risk, Shape, Signature
from clinic.pages.markdown import render_markdown
from clinic.pages.text import PageText, SectionText
from clinic.wording.enums import Place
from clinic.wording.policy import Hit, check

# Built-in pages by their key. On a page that is not named here sections are green.
AMBER_PAGES = frozenset({"about-treatments", "driving", "facial-pain", "faqs", "is-it-legal", "ms-pain", "safety"})
STRICT_PAGES = frozenset({"fees", "home", "our-specialists"})
NO_INVITATION = frozenset({"about-treatments", "driving", "is-it-legal", "safety"})
NOT_INDEXED = frozenset({"about-treatments"})
BODYLESS = frozenset(
    {Shape.HELP, Shape.FEES, Shape.SPECIALISTS, Shape.CONTACT, Shape.MESSAGE, Shape.COOKIES, Shape.COMPANY}
)
AMBER_SHAPES = CARE_CARDS | {Shape.PLAIN, Shape.QUESTION}
MOST_COLUMNS = 5
TOO_NEAR = "Take out the booking link: this section is amber or follows one that is"


def problems_of_title(text: str) -> list[Hit]:
    """Return what a title, a heading, a label or a description may not say: search engines and menus show it."""
    return check(text, Place.TITLE)


def problems_of_body(text: str, risk: str, key: str | None = None, *, invites: bool = False) -> list[Hit]:
    """Return what the body of a section of this ``risk`` may not say on the page ``key``, or on one that ``invites``.

    A red section is kept for writing and never shown, so it may say anything.
    """
    if risk == Risk.RED:
        return []
    if risk == Risk.AMBER:
        return check(text, Place.AMBER_BODY)
    return check(text, Place.HOME if invites or key in STRICT_PAGES else Place.PUBLIC_BODY)


def problem_of_risk(risk: str, shape: str, key: str | None) -> str:
    """Return why a section may not be amber on the page ``key`` or drawn this way, or nothing."""
    if risk != Risk.AMBER:
        return ""
    if key not in AMBER_PAGES:
        return "Sections of this page are green. Only a few pages may speak of medicines or evidence."
    return "" if shape in AMBER_SHAPES else "An amber section is plain text, a question or a care card."


def problem_of_shape(shape: str, body: str) -> str:
    """Return why a body does not fit the way it is drawn, or nothing."""
    if any(line.count("|") > MOST_COLUMNS + 1 for line in body.splitlines()):
        return f"A table has at most {MOST_COLUMNS} columns: people read it on a telephone."
    if shape in LISTS and not body.lstrip().startswith(("- ", "* ")):
        return "This is drawn as a list: begin each line with a hyphen and a space"
    if shape == Shape.STEPS and not body.lstrip().startswith("1. "):
        return "Steps are a numbered list: begin with “1. ”"
    return "" if body.strip() or shape in BODYLESS else "Write what this section says"


def leads_to_booking(body: str) -> bool:
    """Tell whether a section's text links to booking, however the link is written."""
    links = map(unquote, re.findall(r'href="([^"]*)"', render_markdown(body)))
    return any(re.search(r"/book(?:[/?#]|$)", link) for link in links)


def booking_too_near(parts: Sequence[tuple[str, str]]) -> list[int]:
    """Return the places of sections that lead to booking in an amber section or directly after one.

    ``parts`` are (risk, body) in the page's order.
    """
    return [
        place
        for place, (risk, body) in enumerate(parts)
        if leads_to_booking(body) and (risk == Risk.AMBER or (place > 0 and parts[place - 1][0] == Risk.AMBER))
    ]


def problems(text: PageText, key: str | None) -> list[str]:
    """Return everything in ``text`` that readers may not see on the page ``key``, in words for who writes it."""
    found = [f"Title: {hit}" for hit in problems_of_title(text.title)]
    found += [f"Summary: {hit}" for hit in problems_of_title(text.summary)]
    for section in text.sections:
        found += [f"“{section.heading}”: {problem}" for problem in _of_section(section, key, invites=text.invites)]
    parts = [(section.risk, section.body) for section in text.sections]
    found += [f"“{text.sections[place].heading}”: {TOO_NEAR}" for place in booking_too_near(parts)]
    sources = Place.AMBER_BODY if text.risk != Risk.GREEN else Place.PUBLIC_BODY
    found += [f"Source: {hit}" for source in text.sources for hit in check(source.name, sources)]
    return found + _of_frame(text, key)


def _of_section(section: SectionText, key: str | None, *, invites: bool) -> list[str]:
    if section.risk == Risk.RED:
        return ["This section is red. Take it out, or make it amber or green."]
    hits = [
        *problems_of_title(section.heading),
        *problems_of_body(section.body, section.risk, key, invites=invites),
    ]
    fits = [problem_of_risk(section.risk, section.shape, key), problem_of_shape(section.shape, section.body)]
    return [*map(str, hits), *filter(None, fits)]


def _of_frame(text: PageText, key: str | None) -> list[str]:
    return [*_of_order(text, key), *_of_dates(text)]


def _of_order(text: PageText, key: str | None) -> list[str]:
    anchors = [slugify(section.heading) for section in text.sections]
    has_form = Shape.MESSAGE in {section.shape for section in text.sections}
    said = {
        "The page has no section yet.": not anchors,
        "Two sections have the same heading.": len(set(anchors)) < len(anchors),
        "This page may not lead to booking.": text.invites and key in NO_INVITATION,
        "A page that leads to booking may not begin with an amber section.": (
            text.invites and bool(anchors) and text.sections[0].risk == Risk.AMBER
        ),
        "This page must stay out of search engines.": text.is_indexed and key in NOT_INDEXED,
        "The form to write to us stands on the contact page, and only there.": has_form != (key == "contact"),
    }
    return [words for words, is_so in said.items() if is_so]


def _of_dates(text: PageText) -> list[str]:
    if text.reviewed_on is None:
        return ["Enter the day this page was reviewed."]
    if text.review_due is None:
        return ["Enter when the next review is due."]
    return ["The next review comes after the last one."] if text.review_due <= text.reviewed_on else []


def why_not_live(text: PageText, key: str | None, signed: Collection[str], *, today: date) -> list[str]:
    """Return what still stands between ``text`` and its readers; ``signed`` are the kinds of signature it has."""
    found = problems(text, key)
    if text.reviewed_on and text.reviewed_on > today:
        found.append("The day it was reviewed is still to come.")
    if text.risk == Risk.AMBER:
        found += [f"The {kind.label.lower()} signature is missing." for kind in Signature if kind not in signed]
    return found


def signature_of(user: Any) -> Signature | None:
    """Return which signature ``user`` gives: clinicians the clinical one, managers the one for the law."""
    if accounts.is_clinician(user):
        return Signature.CLINICAL
    return Signature.COMPLIANCE if accounts.manages_the_clinic(user) else None


def reads_drafts(user: Any) -> bool:
    """Tell whether ``user`` writes or signs pages."""
    return signature_of(user) is not None
