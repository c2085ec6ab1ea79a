"""Chromium, the real web server on the tests' database, and people who come to it."""

import os
import shutil
import time

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import sync_playwright

from clinic.db.clock import UK
from clinic.db.sealed import unseal
from tests.browser.hands import Keyboard, Pointer
from tests.browser.look import Look
from tests.factories import diary
from tests.web import authenticator, session_for

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
WAIT = 15_000  # milliseconds until we say that something does not come


def pytest_collection_modifyitems(items):
    """All tests of this folder drive Chromium, on committed rows that the web server sees too."""
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


def find_chromium():
    """Where Chromium is, or nothing."""
    return next(filter(None, map(shutil.which, [os.environ.get("CHROMIUM") or "", *NAMES])), None)


@pytest.fixture(scope="package")
def chromium():
    """One Chromium for the folder. Without one the tests are skipped, on CI they fail."""
    found = find_chromium()
    if found is None:
        why = "No Chromium on this machine: set CHROMIUM=/path/to/it, or install Debian's package chromium"
        pytest.fail(why) if os.environ.get("CI") == "true" else pytest.skip(why)
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "1"  # Playwright keeps an event loop in this thread; our queries do not run in it
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def reached():
    """The URL names of all pages that were looked at."""
    return set()


@pytest.fixture(scope="package")
def contrasts():
    """The kinds of pages whose contrast was looked at."""
    return set()


@pytest.fixture
def look(reached, contrasts):
    return Look(reached, contrasts)


@pytest.fixture
def visit(chromium, web, look):
    """Somebody's own browser window: ``visit(viewport)`` gives its page. Signed in as ``user`` where one is given."""
    opened = []

    def open_window(viewport=DESK, user=None, scripts=True, **more):
        place = {"base_url": web.origin, "locale": "en-GB", "timezone_id": "Europe/London"}
        context = chromium.new_context(viewport=viewport, java_script_enabled=scripts, **place, **more)
        context.set_default_timeout(WAIT)
        opened.append(context)
        if user is not None:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": signed_in(user), "url": web.origin}])
        return look.watch(context.new_page(), scripts)

    yield open_window
    for context in opened:
        context.close()


@pytest.fixture(params=["keyboard", pytest.param("pointer", marks=pytest.mark.proof)])
def person(request, visit, look):
    """``person(user)``: somebody at their own browser, by keyboard alone on a phone or by pointer at a desk.

    By keyboard axe looks at each page once; by pointer every time.
    """
    look.once = request.param == "keyboard"

    def sit_down(user):
        if request.param == "keyboard":
            return Keyboard(visit(PHONE, user=user), look)
        return Pointer(visit(DESK, user=user), look)

    return sit_down


def signed_in(user):
    """A session's key; of staff one that passed the second factor."""
    key = session_for(user)
    if user.is_staff:
        authenticator(user)
        session = SessionStore(key)
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {"method": "mfa", "at": timezone.now().timestamp(), "type": "totp"}
        ]
        session.save()
    return key


def app_code(user):
    """What the authenticator app of ``user`` shows now."""
    secret = unseal(authenticator(user).data["secret"], "mfa.secret")
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture(autouse=True)
def passwords_are_cheap():
    """Not here: the web server checks passwords with the site's own hasher."""


@pytest.fixture(autouse=True)
def mails_stay_in_memory(settings):
    """Not here: mails are files, as the web server writes them."""
    settings.EMAIL_BACKEND = "clinic.outbox.eml.EmailBackend"


@pytest.fixture(autouse=True)
def nobody_has_tried_before(transactional_db):
    """The counters of the rate limits stand in the cache, which no test rolls back."""
    cache.clear()


@pytest.fixture
def kind(transactional_db, okafor, lind):
    """First assessments with two doctors, from the whole eighth day on: then every time can still be moved."""
    to_midnight = 24 - timezone.now().astimezone(UK).hour
    for doctor in (okafor, lind):
        diary.hours(doctor, weekdays=range(7), starts=9 * 60, ends=13 * 60)
    return diary.kind(
        okafor, lind, notice_hours=7 * 24 + to_midnight, horizon_days=21, modes=["video", "phone", "in_person"]
    )
