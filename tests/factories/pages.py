"""Public pages with as little on them as a test needs."""

from datetime import UTC, date, datetime

from django.db import transaction

from clinic.pages import actions
from clinic.pages.models import Page, PageVersion, Section, SignOff, Source
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


_written = {}  # the rows that the site's own action writes, by table, and who signed them


def all_live(*, at, signers):
    """The public pages, signed and live. What writing and signing gives is worked out once a run, then copied."""
    people = [person.pk for person in signers]
    if not _written:
        made = actions.seed(at=at, signers=signers)
        whose = {"page__in": [page.pk for page in made]}
        _written["people"] = people
        _written["rows"] = {Page: [Page.objects.values().get(pk=page.pk) for page in made]}
        for part in (Section, Source, SignOff, PageVersion):
            _written["rows"][part] = list(part.objects.filter(**whose).order_by("pk").values())
        return made
    new = dict(zip(_written["people"], people, strict=True))
    for table, rows in _written["rows"].items():  # keys of their own: what is cached by its key is not theirs
        new |= {row["id"]: table._meta.pk.get_default() for row in rows}
    with transaction.atomic():  # a page names its version, and the version its page
        return {table: _copied(table, rows, new, at) for table, rows in _written["rows"].items()}[Page]


def _copied(table, rows, new, at):
    """Write copies of ``rows`` with the ``new`` keys in them; signed and put live at ``at``."""
    fields = [
        {name: new.get(each, each) if name.endswith("id") else each for name, each in row.items()} for row in rows
    ]
    return table.objects.bulk_create(table(**row | ({"at": at} if "at" in row else {})) for row in fields)
