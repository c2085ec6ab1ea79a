"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from clinic.accounts import policy


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the clinic's facts, the navigation, and what the banner must say."""
    user = getattr(request, "user", None)
    return {
        "clinic": settings.CLINIC,
        "site_origin": settings.SITE_ORIGIN,
        "demo": settings.DEMO,
        "second_factor_off": not settings.STAFF_SECOND_FACTOR and user is not None and policy.works_here(user),
        "nav": [{"label": label, "url": url, "current": request.path.startswith(url)} for label, url in _places(user)],
    }


def _places(user: Any) -> list[tuple[str, str]]:
    places = [
        ("MS pain", reverse("page", args=["ms-pain"])),
        ("Facial pain", reverse("page", args=["facial-pain"])),
        ("Book", reverse("book")),
    ]
    if user is None or not user.is_authenticated:
        return places
    if policy.is_clinician(user):
        places.append(("Review", reverse("review")))
    if policy.works_here(user):
        return [*places, ("Admin", reverse("admin:index"))]
    return [*places, ("Your care", reverse("care"))]
