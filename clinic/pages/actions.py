"""Writing pages: their first text, and what staff change."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction

from clinic.pages.content import PAGES, PageText
from clinic.pages.models import Page, Section, Source


def seed(pages: Iterable[PageText] = PAGES, *, today: date) -> list[Page]:
    """Write those of ``pages`` whose slug is not there yet, and return them.

    A page that is there is left as it stands: staff may have changed it. A text whose review was
    due before ``today`` comes in as a draft.
    """
    return [
        _write(text, is_live=text.review_due >= today)
        for text in pages
        if not Page.objects.filter(slug=text.slug).exists()
    ]


@transaction.atomic
def save_page(
    page: Page, *, changed: Iterable[Section | Source], removed: Iterable[Section | Source], by: Any, at: datetime
) -> None:
    """Save ``page`` with the sections and sources that were ``changed``, without those ``removed``.

    Who did it (``by``) and when (``at``) goes into the rows' own history with the request.
    """
    page.save()
    for part in removed:
        part.delete()
    for part in changed:
        part.page = page
        part.save()


@transaction.atomic
def _write(text: PageText, *, is_live: bool) -> Page:
    page = Page.objects.create(
        slug=text.slug,
        title=text.title,
        summary=text.summary,
        reviewed_on=text.reviewed_on,
        review_due=text.review_due,
        is_live=is_live,
    )
    Section.objects.bulk_create(
        Section(page=page, position=position, heading=part.heading, body=part.body, risk=part.risk, card=part.card)
        for position, part in enumerate(text.sections, start=1)
    )
    Source.objects.bulk_create(
        Source(page=page, name=source.name, address=source.address, read_on=source.read_on) for source in text.sources
    )
    return page
