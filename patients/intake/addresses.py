"""Where each part of the form is, and how lists of them are drawn: no database, no clock."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.urls import reverse

from patients.details.enums import Part
from patients.intake import walk
from patients.intake.form.whole import DETAILS, PAGES
from patients.intake.questions import Page
from patients.profile.models import Patient
from patients.profile.policy import phone_text

KEY_LENGTH = 12  # of an entry's key: random, so that two devices never make the same


def page_address(slug: str) -> str:
    """Return where a page is filled in. Nothing is where the answers are checked."""
    if slug == DETAILS.slug:
        return reverse("intake_details")
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
    rows = [
        (Part.ABOUT, "Name", patient.full_name),
        (Part.ABOUT, "Name you like to be called", patient.preferred_name),
        (Part.ABOUT, "Date of birth", f"{born.day} {born:%B %Y}"),
        (Part.ABOUT, "Sex registered at birth", patient.get_sex_display()),
        (Part.ADDRESS, "Phone number", phone_text(patient.phone)),
        (Part.ADDRESS, "Postcode", patient.postcode),
        (Part.GP, "GP practice", patient.gp_practice),
    ]
    check = reverse("intake_check")
    return [
        {
            "key": key,
            "value": value,
            "change_url": part_address(part, after=check),
            "change_about": f"your {key[0].lower()}{key[1:]}",
        }
        for part, key, value in rows
    ]


def part_address(part: Part | None, after: str) -> str:
    """Return where a part of the details is filled in, or all of them are seen; it leads on to ``after``."""
    address = reverse("profile_part", args=[part]) if part else reverse("profile")
    return f"{address}?{urlencode({'next': after})}"
