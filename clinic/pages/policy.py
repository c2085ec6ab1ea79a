"""What a page's parts may say, and in which order they may stand."""

from collections.abc import Sequence

from clinic.wording.enums import Place
from clinic.wording.policy import Hit, check

AMBER = "amber"


def problems_of_title(text: str) -> list[Hit]:
    """Return what a title, a heading or a description may not say: search engines and menus show it."""
    return check(text, Place.TITLE)


def problems_of_body(text: str, risk: str) -> list[Hit]:
    """Return what the body of a section of this ``risk`` may not say."""
    return check(text, Place.AMBER_BODY if risk == AMBER else Place.PUBLIC_BODY)


def leads_to_booking(text: str) -> bool:
    """Tell whether a section's text links to booking."""
    return "](/book" in text.replace(" ", "")


def booking_too_near(parts: Sequence[tuple[str, str]]) -> list[int]:
    """Return the places of sections that lead to booking in an amber section or directly after one.

    ``parts`` are (risk, body) in the page's order.
    """
    return [
        place
        for place, (risk, body) in enumerate(parts)
        if leads_to_booking(body) and (risk == AMBER or (place > 0 and parts[place - 1][0] == AMBER))
    ]
