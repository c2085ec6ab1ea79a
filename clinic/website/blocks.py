"""What the clinic's own records add to a section, by the way it is drawn.

Each block asks the database one or two small questions, however much there is to show.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from bookings.kinds.enums import Mode
from bookings.kinds.models import AppointmentKind
from bookings.nextfree.models import NextFree
from clinic.db.clock import clock, day_text, uk_day
from clinic.enquiries.forms import EnquiryForm
from clinic.pages.enums import Shape
from clinic.staff.models import Clinician


@dataclass(frozen=True)
class Reader:
    """Who reads a page, when, and the form they are filling in, where there is one."""

    user: Any
    at: datetime
    form: EnquiryForm | None = None


def fees(reader: Reader) -> dict[str, Any]:
    """Every kind that can be booked, with its total fee."""
    return {"kinds": list(AppointmentKind.objects.visible_to(reader.user).offered())}


def specialists(reader: Reader) -> dict[str, Any]:
    """The clinicians people can book, with the ways to meet each."""
    found = Clinician.objects.visible_to(reader.user).practising().prefetch_related("kinds")
    return {"specialists": [{"person": person, "modes": _modes(person)} for person in found]}


def _modes(person: Clinician) -> str:
    offered = {mode for kind in person.kinds.all() if kind.is_active for mode in kind.modes}
    return ", ".join(mode.label for mode in Mode if mode.value in offered)


def message(reader: Reader) -> dict[str, Any]:
    """The form to write to us."""
    return {"form": reader.form or EnquiryForm(action=reverse("write_to_us"))}


def cookies(reader: Reader) -> dict[str, Any]:
    """The cookies this website can set, as its settings stand."""
    return {
        "cookies": [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "why": "Keeps you signed in, and keeps the time you chose while you book.",
                "when": "When you sign in or choose a time.",
                "length": f"Until you close the browser; {settings.SESSION_COOKIE_AGE // 3600} hours at most.",
            },
            {
                "name": settings.CSRF_COOKIE_NAME,
                "why": "Makes sure that a form was sent by you and not by another website.",
                "when": "When you open a page with a form.",
                "length": f"{settings.CSRF_COOKIE_AGE // (7 * 24 * 3600)} weeks.",
            },
        ]
    }


def nothing_more(reader: Reader) -> dict[str, Any]:
    """Text alone, or facts every template knows."""
    return {}


FILLERS: dict[str, Callable[[Reader], dict[str, Any]]] = {
    Shape.FEES: fees,
    Shape.GLANCE: fees,
    Shape.SPECIALISTS: specialists,
    Shape.MESSAGE: message,
    Shape.COOKIES: cookies,
}


def fill(shape: str, reader: Reader) -> dict[str, Any]:
    """Return what a section drawn as ``shape`` shows beside its text."""
    return FILLERS.get(shape, nothing_more)(reader)


def next_free(reader: Reader) -> dict[str, str] | None:
    """Return the next free visit of the first kind in words, with when it was looked up, or None where none is known.

    Of the first kind alone: others are for people who have been here before.
    """
    found = NextFree.objects.visible_to(reader.user).first()
    if found is None or found.starts_at is None or not found.is_worth_showing(reader.at):
        return None
    return {
        "kind": found.kind.name.lower(),
        "when": f"{day_text(uk_day(found.starts_at)).rsplit(' ', 1)[0]}, {clock(found.starts_at)}",
        "looked_at": f"{clock(found.looked_at)} on {day_text(uk_day(found.looked_at))}",
    }
