"""A real worker with its scheduler on the tests' database, and a mail server that takes its time."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
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
        self.thinking = False

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        assert len(envelope.rcpt_tos) == 1
        self.taken.append(message_from_bytes(envelope.content)["Message-ID"])
        self.thinking = True
        await asyncio.sleep(self.seconds)
        self.thinking = False
        return "250 OK"


@contextmanager
def mail_server(seconds):
    """A mail server in a thread of this process; gives its controller (``port``, ``handler``)."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # its own talk
    controller = Controller(SlowSink(seconds), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


@contextmanager
def worker(port):
    """A worker with its scheduler that sends to ``port``; its process group is killed with -9 at the end."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "-q",
            "-A",
            "clinic",
            "worker",
            "-B",
            "--concurrency",
            "1",
            "--loglevel",
            "warning",
        ],
        env=os.environ
        | {
            "DATABASE_URL": database_url(),
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(port),
            "OUTBOX_TICK_SECONDS": "1",
            "OUTBOX_LEASE_SECONDS": "3",
            "C_FORCE_ROOT": "1",
        },
        cwd=settings.BASE_DIR,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def database_url():
    """The test database's address, for the role the application has where we may choose."""
    access = connection.settings_dict
    user = (
        "clinic_app"
        if not access["PASSWORD"]
        else f"{quote(access['USER'], safe='')}:{quote(access['PASSWORD'], safe='')}"
    )
    return f"postgres://{user}@{quote(access['HOST'], safe='')}:{access['PORT']}/{access['NAME']}"
