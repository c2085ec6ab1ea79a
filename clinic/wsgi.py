"""The entry point for the web server."""

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s;\"']*)", re.IGNORECASE)
OURS = {"utf-8", "utf8"}
ROOM = 10_000  # words: below it 48 KB are free, several times what our deepest page takes
site = get_wsgi_application()


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer a request; what is said to be in another charset than UTF-8 is refused.

    No page of ours sends such. Django would decode it with any codec of Python's while it makes the request,
    before any middleware: a 500 for some, and half a character for others.
    """
    said = CHARSET.findall(environ.get("CONTENT_TYPE", ""))
    if any(charset.lower() not in OURS for charset in said):
        start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"This site reads UTF-8 only."]
    return site(environ, start_response)


# Python 3.11 keeps its calls in pieces of 16 KB, and asks the system for one, and gives it back, at every call that
# crosses from one into the next: a loop there took a third of a page's time (CPython issue 142183, mended in 3.13).
# A first call that needs more than such a piece gets one with room for all that it calls.
application.__code__ = application.__code__.replace(co_stacksize=ROOM)
