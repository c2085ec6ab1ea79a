"""The pages search engines may list."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from clinic.pages.models import Page, version_text
from clinic.website.shown import address


class PageSitemap(Sitemap):
    """Live pages that may be indexed."""

    protocol = urlsplit(settings.SITE_ORIGIN).scheme

    def get_domain(self, site: Any = None) -> str:
        """Return how the site calls itself, whatever host was asked."""
        return urlsplit(settings.SITE_ORIGIN).netloc

    def items(self) -> list[Page]:
        """Return the pages, those under the shortest addresses first."""
        pages = Page.objects.visible_to(AnonymousUser()).live()
        return [page for page in pages if page.live and version_text(page.live.pk).is_indexed]

    def location(self, item: Page) -> str:
        """Return the page's path."""
        return address(item)

    def lastmod(self, item: Page) -> datetime | None:
        """Return when its text went live."""
        return item.live.at if item.live else None


class BookingSitemap(PageSitemap):
    """Where a visit is booked."""

    def items(self) -> list[Any]:
        """Return the one page."""
        return ["book"]

    def location(self, item: Any) -> str:
        """Return its path."""
        return reverse(item)

    def lastmod(self, item: Any) -> datetime | None:
        """Say nothing: it changes all day."""
        return None


SITEMAPS = {"pages": PageSitemap, "booking": BookingSitemap}
