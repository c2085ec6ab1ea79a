"""The error pages, in the site's own look and without the database."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

from clinic.keeping.typed import rescue
from clinic.workspace.opening import not_in_care
from clinic.workspace.review_access import NotInCare


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request made no sense."""
    return _plain("400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: this person's role may not do that; a clinician is asked for a reason where somebody is not in their care."""
    if isinstance(exception, NotInCare):
        return not_in_care(request, exception)
    return render(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was too old, or did not come from our page. Some pages keep what was typed and come again."""
    return rescue(request) or render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or not this person's: the two look the same."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Nothing is asked of the database, which may be the reason."""
    return _plain("500.html", 500)


def unavailable() -> HttpResponse:
    """503: the database does not answer; say so, with the phone number."""
    response = _plain("503.html", 503)
    response["Retry-After"] = "30"
    return response


def too_large() -> HttpResponse:
    """413: more than the form takes."""
    return _plain("413.html", 413)


def disk_full() -> HttpResponse:
    """507: there is no room for a file; what was saved before is there."""
    return _plain("507.html", 507)


def _plain(template: str, status: int) -> HttpResponse:
    context: dict[str, Any] = {"clinic": settings.CLINIC, "demo": settings.DEMO}
    return HttpResponse(loader.render_to_string(template, context), status=status)
