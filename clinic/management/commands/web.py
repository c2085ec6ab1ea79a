"""Serves the website: ``manage.py web`` (in the demo and in production)."""

import gc
import os
import signal
import time
from pathlib import Path
from typing import Any

import waitress
from django.conf import settings
from django.core.management.base import BaseCommand

from clinic.embedded.site import WAITS_FOR
from clinic.wsgi import application

POLL = 0.05  # seconds


def proxy() -> dict[str, Any]:
    """Return what waitress must know of the proxy in front of it.

    Without one, headers that claim to come from a proxy are thrown away.
    """
    if not settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        return {}
    return {
        "trusted_proxy": os.environ.get("TRUSTED_PROXY", "").strip() or "127.0.0.1",
        "trusted_proxy_count": settings.ALLAUTH_TRUSTED_PROXY_COUNT,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    }


def wait_for(file: str) -> None:
    """Return when ``file`` is there: `make run` has this process load while it brings the database up to date."""
    while file and not Path(file).exists():
        time.sleep(POLL)


def leave(*_: object) -> None:
    """Let waitress finish what it is answering and stop."""
    raise SystemExit(0)


class Command(BaseCommand):
    """Serve the website until SIGTERM."""

    help = "Serves the website on HOST (127.0.0.1) and PORT (8000)."
    requires_system_checks: list[str] = []  # ``manage.py check`` has its own time

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGTERM. The figures were chosen under 200 slow clients."""
        signal.signal(signal.SIGTERM, leave)
        wait_for(os.environ.get(WAITS_FOR, ""))
        # What is loaded by now stays: looking through it for garbage held a long page up by 90 ms. What a page makes
        # goes with it: to look for circles among it every 700 objects took a tenth of its time.
        gc.freeze()
        gc.set_threshold(10_000, 20, 20)
        waitress.serve(
            application,
            host=os.environ.get("HOST", "").strip() or "127.0.0.1",
            port=settings.PORT,
            threads=8,
            connection_limit=1000,
            channel_timeout=20,
            max_request_body_size=64 * 1024 * 1024,  # more than any form takes: then the site itself answers
            ident=None,
            _quiet=True,
            **proxy(),
        )
