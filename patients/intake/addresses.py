"""Where each part of the form is, and how lists of them are drawn: no database, no clock."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.urls import reverse

from patients.intake import walk
from patients.intake.form.whole import DETAILS, PAGES
from patients.intake.questions import Page
from patients.profile.models import Patient
from patients.profile.policy import phone_text

KEY_LENGTH = 12  # of an entry's key: random, so that two devices never make the same


def page_address(slug: str, after: str = "") -> str:
    """Return where a page is filled in; the details lead back to ``after``. Nothing is where the answers are checked."""
    if slug == DETAILS.slug:
        return f"{reverse('profile')}?{urlencode({'next': after or reverse('intake')})}"
    return reverse("intake_section", args=[slug]) if slug else reverse("intake_check")


def next_address(way: walk.Way, after: str = "") -> str:
    """Return the address of what comes next; of a list with nothing in it, straight to its first entry."""
    slug = way.next_slug(after)
    question = PAGES[slug].list_of if slug in PAGES else None
    return new_entry_address(PAGES[slug]) if question and not way.asked.get(question.name) else page_address(slug)


def new_entry_address(page: Page) -> str:
    """Return the address of an entry to be. Its key is in it, so that what is sent twice stands there once."""
    return reverse("intake_entry", args=[page.slug, uuid4().hex[:KEY_LENGTH]])


def tasks(steps: Iterable[walk.Step]) -> list[dict[str, str]]:
    """Return the sections as a task list draws them."""
    tones = {walk.Status.DONE: "done", walk.Status.STARTED: "info", walk.Status.NOT_STARTED: ""}
    return [
        {
            "label": step.section.title,
            "url": page_address(step.page.slug if step.page else DETAILS.slug),
            "hint": step.section.hint,
            "status": step.status,
            "tone": tones[step.status],
        }
        for step in steps
    ]


def parts(way: walk.Way) -> list[dict[str, Any]]:
    """Return all answers by section, each with the address to change it."""
    return [
        {
            "title": part.title,
            "rows": [row | ({"change_url": page_address(row["page"])} if "page" in row else {}) for row in part.rows],
        }
        for part in way.parts()
    ]


def details(patient: Patient) -> list[dict[str, str]]:
    """Return what of the profile stands above the answers, each with the way to change it and back."""
    born = patient.date_of_birth
    rows = {
        "Name": patient.full_name,
        "Name you like to be called": patient.preferred_name,
        "Date of birth": f"{born.day} {born:%B %Y}",
        "Sex registered at birth": patient.get_sex_display(),
        "Phone number": phone_text(patient.phone),
        "Postcode": patient.postcode,
        "GP practice": patient.gp_practice,
    }
    change = page_address(DETAILS.slug, after=reverse("intake_check"))
    return [
        {"key": key, "value": value, "change_url": change, "change_about": f"your {key[0].lower()}{key[1:]}"}
        for key, value in rows.items()
    ]
