"""A real worker with its scheduler on the tests' database, and a mail server that takes its time."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from email import message_from_bytes
from urllib.parse import quote

from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection

from tests.web import free_port


class SlowSink:
    """A mail server that takes a mail, thinks for some seconds, and only then says yes."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.taken = []  # Message-IDs, in the order they came
        self.thinking = 0  # how many mails it is thinking about

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        assert len(envelope.rcpt_tos) == 1
        self.taken.append(message_from_bytes(envelope.content)["Message-ID"])
        self.thinking += 1
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.thinking -= 1
        return "250 OK"


@contextmanager
def mail_server(seconds, port=None):
    """A mail server in a thread of this process; gives its controller (``port``, ``handler``)."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # its own talk
    controller = Controller(SlowSink(seconds), hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


@contextmanager
def worker(port, **more):
    """``start_worker``; its process group is killed with -9 at the end."""
    process = start_worker(port, **more)
    try:
        yield process
    finally:
        kill(process)


def start_worker(port, *, with_scheduler=True, tick=1, lease=6, **env):
    """Start a worker of one process that sends to ``port``, with a scheduler inside it unless told."""
    return start("worker", "--concurrency", "1", *["-B"][:with_scheduler], port=port, tick=tick, lease=lease, **env)


def start_scheduler(*, tick=1, **env):
    """Start a scheduler without a worker."""
    return start("beat", tick=tick, **env)


def start(*words, port=0, tick=1, lease=6, app="clinic", **env):
    """Start ``celery`` with ``words`` on the tests' database, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "-q", "--skip-checks", "-A", app, *words, "--loglevel", "warning"],
        env=os.environ
        | {
            "DATABASE_URL": database_url(),
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(port),
            "OUTBOX_TICK_SECONDS": str(tick),
            "OUTBOX_LEASE_SECONDS": str(lease),
            "C_FORCE_ROOT": "1",
        }
        | env,
        cwd=settings.BASE_DIR,
        start_new_session=True,
    )


def kill(process):
    """End a process and all it started, with -9."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)


def wait_until(done, seconds, what, pause=0.02):
    """Wait until ``done()`` is true; return after how many seconds it was."""
    began = time.monotonic()
    while not done():
        assert time.monotonic() < began + seconds, f"Waited {seconds} s until {what}"
        time.sleep(pause)
    return time.monotonic() - began


def database_url():
    """The test database's address, for the role the application has where we may choose."""
    access = connection.settings_dict
    user = (
        "clinic_app"
        if not access["PASSWORD"]
        else f"{quote(access['USER'], safe='')}:{quote(access['PASSWORD'], safe='')}"
    )
    return f"postgres://{user}@{quote(access['HOST'], safe='')}:{access['PORT']}/{access['NAME']}"
