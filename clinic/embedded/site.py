"""The demo's own processes: website, worker, scheduler, and the step before them."""

import os
import socket
import sys
import urllib.request
from pathlib import Path

from clinic.embedded.errors import CannotStart
from clinic.embedded.supervisor import Service

# Celery warns of running as root. It then means pickled messages; ours are JSON (CELERY_ACCEPT_CONTENT).
QUIET = {
    "C_FORCE_ROOT": "1",
    "PYTHONWARNINGS": "ignore::UserWarning:celery.platforms,ignore::RuntimeWarning:celery.platforms",
}
UNBUFFERED = {"PYTHONUNBUFFERED": "1"}
WAITS_FOR = "CLINIC_WEB_WAITS_FOR"  # a file: the website loads, and listens when the file is there


def manage(*words: str) -> list[str]:
    """Return the command for ``manage.py`` with ``words``."""
    return [sys.executable, "manage.py", *words]


def celery(*words: str) -> list[str]:
    """Return the command for ``celery`` with ``words``."""
    return [sys.executable, "-m", "celery", "--app", "clinic", "--quiet", "--skip-checks", *words]


def web(root: Path, port: int, prepared: Path) -> Service:
    """Return the website's process. It answers once the file ``prepared`` is there."""
    env = UNBUFFERED | {WAITS_FOR: str(prepared)}
    return Service("web", manage("web"), env, grace=8, ready=lambda: _answers(port), patience=60, cwd=root)


def worker(root: Path) -> Service:
    """Return the worker's process. It may finish what it is doing before it goes."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return Service(
        "worker",
        celery("worker", "--concurrency", "2", "--loglevel", "info", *quiet),
        UNBUFFERED | QUIET,
        grace=15,
        cwd=root,
    )


def beat(root: Path) -> Service:
    """Return the scheduler's process."""
    return Service("beat", celery("beat", "--loglevel", "warning"), UNBUFFERED | QUIET, grace=5, cwd=root)


def refuse_a_busy_port(port: int) -> None:
    """Raise CannotStart where another program listens on ``port``."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} cannot be used ({os.strerror(error.errno or 0)}). Choose another: PORT={port + 1}"
            ) from error


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False
