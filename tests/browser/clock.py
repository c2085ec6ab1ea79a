"""A year in a test: this process, the web server, and ``now()`` where messages are sent stand at one moment, which moves."""

import email
import email.policy
import os
import signal
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
from django.conf import settings
from django.db import connection
from django.utils import timezone

from clinic.outbox.sending import drain
from patients.monitoring.actions import sweep
from tests.web import Web

# Found before pg_catalog: PostgreSQL cannot be told what time it is.
LATER = """
create schema if not exists later;
grant usage on schema later to public;
create or replace function later.now() returns timestamptz language sql as $$ select timestamptz '{now}' $$;
"""


class WebAtATime(Web):
    """The web server with a clock of its own."""

    program = ("-m", "tests.browser.later")


class Clock:
    """The moment it is, for everybody. What the scheduler does (messages, the checks of plans) is done where it moves."""

    def __init__(self, web, here):
        self.web, self.here, self.read = web, here, 0

    def to(self, moment):
        """Let it be ``moment``; what was due before has gone."""
        self._post_goes()
        self.here.move_to(moment)
        tell(moment)
        self.web.process.send_signal(signal.SIGUSR1)
        while abs(self._at_the_server() - moment).total_seconds() > 60:
            pass
        sweep(at=moment)

    def new_mails(self):
        """The mails that went since somebody looked, in their order."""
        self._post_goes()
        files = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.eml"))
        new, self.read = files[self.read :], len(files)
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in new]

    def _at_the_server(self):
        return parsedate_to_datetime(httpx.get(f"{self.web.origin}/healthz").headers["Date"])

    def _post_goes(self):
        with database_as_here():
            drain(20)


@contextmanager
def database_as_here():
    """Let ``now()`` of this connection be what it is here."""
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        role = cursor.fetchone()[0]
        cursor.execute("reset role;" + LATER.format(now=timezone.now().isoformat()))
        cursor.execute(f"set role {role}; set search_path to later, public, pg_catalog")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"reset search_path; reset role; drop schema later cascade; set role {role}")


def tell(moment):
    """Write down when it is, for the web server."""
    Path(os.environ["CLOCK_FILE"]).write_text(str(moment.timestamp()))
