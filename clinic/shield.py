"""Middleware that stands before everything else."""

import errno
import logging
import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from clinic import errors

Answer = Callable[[HttpRequest], HttpResponse]
LONGEST_QUERY = 4096
METHODS = frozenset({"GET", "HEAD", "POST"})
TAKES_FILES = re.compile(r"/(care|admin/people/[0-9a-f-]{36})/documents/")
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
log = logging.getLogger("clinic.shield")


class RefuseHostileRequests:
    """Refuse what no page of ours sends: NUL bytes, very long queries, odd methods, oversize bodies.

    OPTIONS is among the odd ones: Django's admin answers it with the whole page, past the access log.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.method == "HEAD" and not response.streaming:
            # Neither Django nor waitress leaves the body out: on a kept connection it would pass for the next answer.
            response.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Return the site's answer, or a refusal."""
        if request.method not in METHODS:
            return HttpResponse(status=405, headers={"Allow": ", ".join(sorted(METHODS))})
        query = request.META.get("QUERY_STRING", "")
        holds_nul = (
            "\0" in request.path or b"\0" in unquote_to_bytes(query) or "\0" in "".join(request.COOKIES.values())
        )
        if holds_nul or len(query) > LONGEST_QUERY:
            return errors.bad_request(request)
        takes_files = TAKES_FILES.fullmatch(request.path)
        if _length(request) > (settings.UPLOAD_MAX_BYTES if takes_files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
            return errors.too_large()
        return self.get_response(request)


def _length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdigit() else 0


class DatabaseErrorsBecome503:
    """Turn a database that does not answer into a 503 page with the phone number."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError) as error:
            return self.process_exception(request, error) or errors.unavailable()

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for a view that raised; other errors go on to Django."""
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        log.error("The database did not answer: %s", type(exception).__name__)
        return errors.unavailable()


class FullDiskBecomes507:
    """Turn a full disk into a page that says what to do. It stands before whatever reads a form: large files go to disk."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            request.POST  # noqa: B018 - read here, where an error has a page
        except OSError as error:
            return self.process_exception(request, error) or errors.bad_request(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for a view that met a full disk; other errors go on to Django."""
        if not isinstance(exception, OSError) or exception.errno not in NO_SPACE:
            return None
        log.error("The disk is full: %s", errno.errorcode[exception.errno or 0])
        return errors.disk_full()


class PrivateAnswersAreNotStored:
    """Tell browsers and proxies to keep no copy of an answer to somebody signed in."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated or request.method == "POST" or _is_private(request):
            response["Cache-Control"] = "no-store, private"
        if request.method == "POST" and request.path == reverse("account_logout"):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _is_private(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and getattr(match.func, "login_required", True)
