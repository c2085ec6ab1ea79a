"""Public pages with as little on them as a test needs."""

from datetime import UTC, date, datetime

from clinic.pages import actions
from clinic.pages.models import Page, Section
from clinic.pages.text import SectionText

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
GREEN = SectionText("Who we are", "We are a clinic.", "green")
FORM = SectionText("Write to us", "We answer within 2 working days.", "green", "message")
AMBER = SectionText("What research says", "NICE does not recommend THC for long-term pain.", "amber")


def page(key="faqs", *sections, live_by=None, **fields):
    """A page with ``sections`` (one green one); live where ``live_by`` is a manager and nothing is amber."""
    made = Page.objects.create(
        key=key,
        **{
            "slug": key or "own-page",
            "label": "Answers",
            "title": "Questions and answers",
            "summary": "Short answers to what people ask us.",
            "reviewed_on": date(2026, 11, 24),
            "review_due": date(2027, 5, 24),
        }
        | fields,
    )
    for position, part in enumerate(sections or (GREEN,), start=1):
        Section.objects.create(
            page=made, position=position, heading=part.heading, body=part.body, risk=part.risk, shape=part.shape
        )
    if live_by:
        actions.put_live(made, by=live_by, at=NOW)
    return made
