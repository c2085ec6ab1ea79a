"""What every template knows."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from clinic.accounts import policy
from clinic.accounts.sessions import end_of
from clinic.db.workdays import OPENING_HOURS
from clinic.pages.enums import Linked
from clinic.pages.models import LivePage, Page

LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "testserver"}


@dataclass(frozen=True)
class Link:
    """One link of a menu."""

    label: str
    url: str
    current: bool


@dataclass
class Menus:
    """The links of every page, asked of the database by the first template that draws one."""

    request: HttpRequest

    @property
    def user(self) -> Any:
        """Who looks."""
        return getattr(self.request, "user", None)

    @cached_property
    def by_place(self) -> dict[str, list[Link]]:
        """Live pages by the menu that leads to them."""
        found: dict[str, list[Link]] = {place.value: [] for place in Linked}
        if self.request.path.startswith(reverse("review")):
            return found  # who works with a record open needs no way to the public pages
        for page in live_pages(self.request):
            found[page.linked].append(self._link(page.label, page_url(page.slug)))
        return found

    @property
    def header(self) -> list[Link]:
        """The pages of the header."""
        return self.by_place[Linked.HEADER]

    @property
    def footer(self) -> list[tuple[str, list[Link]]]:
        """The footer's columns, each with its heading; empty ones are left out."""
        places = ((Linked.CARE, "Before you decide"), (Linked.CLINIC, "The clinic"), (Linked.LEGAL, "Legal"))
        return [(heading, self.by_place[place]) for place, heading in places if self.by_place[place]]

    @property
    def own(self) -> list[Link]:
        """Where somebody signed in works or is looked after."""
        if self.user is None or not self.user.is_authenticated:
            return []
        if not policy.works_here(self.user):
            return [self._link("Your care", reverse("care"))]
        review = [self._link("Review", reverse("review"))] if policy.is_clinician(self.user) else []
        return [*review, self._link("Admin", reverse("admin:index"))]

    @property
    def book(self) -> Link:
        """The way to book."""
        return self._link("Book", reverse("book"))

    def _link(self, label: str, url: str) -> Link:
        return Link(label, url, self.request.path.startswith(url))


@lru_cache(maxsize=512)
def page_url(slug: str) -> str:
    """Return the path of a page."""
    return reverse("page", args=[slug])


def live_pages(request: HttpRequest) -> list[LivePage]:
    """Return the pages readers see, asked of the database once a request."""
    found: list[LivePage] | None = getattr(request, "live_pages", None)
    if found is None:
        found = Page.objects.visible_to(AnonymousUser()).shelf()
        request.live_pages = found  # type: ignore[attr-defined]
    return found


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the clinic's facts, the menus, and what the banner must say."""
    user = getattr(request, "user", None)
    return {
        "clinic": settings.CLINIC,
        "site_origin": settings.SITE_ORIGIN,
        "demo": settings.DEMO,
        "second_factor_off": not settings.STAFF_SECOND_FACTOR and user is not None and policy.works_here(user),
        "opening_hours": OPENING_HOURS,
        "gmc_register": settings.GMC_REGISTER,
        "menus": Menus(request),
        "session_end": end_of(request, timezone.now()),
        "hidden_from_search": is_hidden_from_search(request),
    }


def is_hidden_from_search(request: HttpRequest) -> bool:
    """Tell whether search engines must leave this host alone: the demonstration, anywhere but on its own machine."""
    return settings.DEMO and request.get_host().rsplit(":", 1)[0] not in LOOPBACK
