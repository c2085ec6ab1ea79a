"""Serves the demo clinic with everything it needs: ``manage.py dev`` (``make run``)."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clinic.embedded import lock, servers, site, versions
from clinic.embedded.errors import CannotStart
from clinic.embedded.output import Output
from clinic.embedded.signals import Wishes
from clinic.embedded.static import collect_static
from clinic.embedded.supervisor import Stopped, Supervisor
from clinic.management.commands.demo import DEMO_ACCOUNTS, DEMO_PASSWORD

STEPS = 6


class Command(BaseCommand):
    """Start database, queue, website, worker and scheduler; stop them all on Ctrl-C or SIGTERM."""

    help = "Serves the demo clinic on http://localhost:PORT/ with database, queue, worker and scheduler."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until asked to stop. Raises CommandError, with what to do, when something cannot start."""
        if settings.PRODUCTION:
            raise CommandError(
                "'manage.py dev' is for the demo: use 'make run'. docs/operations.md says how to serve for real."
            )
        output = Output(sys.stdout)
        wishes = Wishes(output, under_make=os.environ.get("CLINIC_UNDER_MAKE") == "1")
        wishes.listen()
        try:
            Demo(output, wishes).serve()
        except CannotStart as error:
            output.close()
            raise CommandError(str(error)) from error
        finally:
            output.close()
            self._leave_quietly(output)

    def _leave_quietly(self, output: Output) -> None:
        """Where the reader has gone, keep Python from complaining about it at exit."""
        if output.gone.is_set():
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Demo:
    """One run of the demo, from the lock to the last process gone."""

    def __init__(self, output: Output, wishes: Wishes) -> None:
        """Take the DATA_DIR's lock. Raises CannotStart where another copy has it."""
        self._output = output
        self._wishes = wishes
        self._done = 0
        self._lock = lock.hold(settings.PLACES.run_dir)
        self._supervisor = Supervisor(settings.PLACES.run_dir, str(settings.DATA_DIR), output, wishes)

    def serve(self) -> None:
        """Start everything, watch it until asked to stop, and stop it. Raises CannotStart."""
        try:
            self._start()
            self._welcome()
            self._supervisor.watch()
        except Stopped:
            pass
        finally:
            self._output.say(f"Stopping ({self._wishes() or 'see above'}) ...")
            self._supervisor.stop()
            self._output.say("Stopped. Nothing is left running.")

    def _start(self) -> None:
        if count := self._supervisor.clear_leftovers():
            self._output.say(f"Ended {count} processes that an earlier run had left.")
        site.refuse_a_busy_port(settings.PORT)
        self._database()
        self._queue()
        self._step("Preparing database and static files: migrations, rights, demonstration data")
        collect_static()  # before the website loads: it looks once what files there are
        prepared = settings.PLACES.run_dir / "prepared"
        prepared.unlink(missing_ok=True)
        web = site.web(settings.BASE_DIR, settings.PORT, prepared)
        self._supervisor.warm(web)
        servers.prepare(self._supervisor, settings.BASE_DIR)
        prepared.touch()
        self._step("Starting the website")
        self._supervisor.start(web)
        self._step("Starting the worker and the scheduler")
        self._supervisor.start(site.worker(settings.BASE_DIR))
        self._supervisor.start(site.beat(settings.BASE_DIR))

    def _database(self) -> None:
        if settings.EMBEDDED_POSTGRES:
            if settings.DEMO and versions.begin_anew(settings.PLACES, settings.BASE_DIR):
                self._output.say("The demonstration's database was made by another version: it begins anew.")
            self._step(f"Starting Postgres in {settings.PLACES.postgres_data}")
            servers.start_postgres(self._supervisor, settings.PLACES, throwaway=settings.TESTING)
        else:
            self._step("Using the Postgres of DATABASE_URL")

    def _queue(self) -> None:
        if settings.EMBEDDED_REDIS:
            self._step(f"Starting Valkey in {settings.PLACES.valkey_data}")
            servers.start_valkey(self._supervisor, settings.PLACES)
        else:
            self._step("Using the Redis of REDIS_URL")

    def _step(self, text: str) -> None:
        self._done += 1
        self._output.say(f"{self._done}/{STEPS} {text} ...")

    def _welcome(self) -> None:
        width = max(len(email) for email, _ in DEMO_ACCOUNTS) + 2
        accounts = "\n".join(f"  {email:<{width}}{who}" for email, who in DEMO_ACCOUNTS)
        self._output.say(f"{STEPS}/{STEPS} Ready: {settings.SITE_ORIGIN}/")
        self._output.say(
            f"Demonstration accounts, all with the password {DEMO_PASSWORD}\n{accounts}\nCtrl-C stops everything."
        )
