"""Security case 42 on the real web server: refused within 2 s, with at most 100 MB more, its helpers included."""

import threading
import time
from contextlib import suppress

import httpx
import psutil
import pytest
from django.conf import settings

from patients.documents.models import Document
from tests.factories import documents
from tests.web import CSRF, session_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
MEGA = 1024 * 1024
SLOWEST, MOST_MORE = 2.0, 100 * MEGA
STROKES = b"q 0 0 m " + b"1 1 l " * 400_000 + b"S Q"  # ever so many strokes
BOMBS = {
    "a PNG of 50,000 by 50,000": documents.huge_png,
    "a PDF that inflates to 2 GB": lambda: documents.drawn_pdf(
        documents.deflated(2_000_000_000), b"/Filter /FlateDecode"
    ),
    "one packed twice": lambda: documents.drawn_pdf(
        documents.deflated(1_000_000_000, 2), b"/Filter [/FlateDecode /FlateDecode]"
    ),
    "a PDF of 100 pages": lambda: documents.pdf(100),
    "a docx": lambda: b"PK\x03\x04" + documents.deflated(1_000_000_000),
    "one byte too much": lambda: documents.pdf() + b"\n" * (10 * MEGA),
}


@pytest.fixture
def amina_online(amina, web):
    """Amina's browser, with the page open."""
    cookies = {settings.SESSION_COOKIE_NAME: session_for(amina.user)}
    with httpx.Client(base_url=web.origin, cookies=cookies, timeout=60) as http:
        token = CSRF.search(http.get("/care/documents/").text)[1]
        http.headers["Referer"] = f"{web.origin}/care/documents/"

        def send(data):
            fields = {"csrfmiddlewaretoken": token, "kind": "other"}
            return http.post("/care/documents/", data=fields, files={"documents": ("x.pdf", data)})

        yield send


class Watch:
    """The memory of a process and its children, looked at as often as can be."""

    def __init__(self, pid):
        self.process, self.most, self.on = psutil.Process(pid), 0, True

    def tree(self):
        own = self.process.memory_info().rss
        for child in self.process.children(recursive=True):
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                memory = child.memory_info().rss
                # Until it has become the other program, a child is its parent's memory once more.
                own += memory if any(word.endswith("reader.py") for word in child.cmdline()) else 0
        return own

    def __enter__(self):
        self.before = self.tree()
        self.thread = threading.Thread(target=self._look)
        self.thread.start()
        return self

    def _look(self):
        while self.on:
            self.most = max(self.most, self.tree())
            time.sleep(0.002)

    def __exit__(self, *_):
        self.on = False
        self.thread.join()

    @property
    def more(self):
        return self.most - self.before


@pytest.mark.parametrize("name", BOMBS)
def test_case_42_a_bomb_is_refused_soon_and_takes_little(amina_online, web, name):
    data = BOMBS[name]()
    amina_online(b"warm up")

    with Watch(web.process.pid) as memory:
        began = time.monotonic()
        answer = amina_online(data)
        took = time.monotonic() - began

    print(f"{name}: {len(data)} bytes, {took:.2f} s, +{memory.more / MEGA:.0f} MB")
    assert answer.status_code == 422
    assert "was not added" in answer.text
    assert not Document.objects.exists()
    assert memory.more <= MOST_MORE
    assert took <= SLOWEST


@pytest.mark.parametrize("content", [STROKES, b"x\nstream\n" * 1_000_000])
def test_what_is_hard_to_look_at_stops_nothing_else(amina_online, web, content):
    answers = []
    sender = threading.Thread(target=lambda: answers.append(amina_online(documents.drawn_pdf(content))))
    sender.start()
    slowest = 0.0
    while sender.is_alive():
        began = time.monotonic()
        assert httpx.get(f"{web.origin}/healthz").status_code == 200
        slowest = max(slowest, time.monotonic() - began)
    sender.join()

    assert answers[0].status_code in {302, 422}
    assert slowest < 1
