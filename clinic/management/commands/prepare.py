"""Brings a database up to date: ``manage.py prepare``, signed in as the database's owner."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from clinic.db import roles
from clinic.pages.actions import seed


class Command(BaseCommand):
    """Migrate, make the cache table, give the application's role its rights; in the demo, load it."""

    help = "Migrates the database and sets the application role's rights; run it as the database's owner."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Do each part; each does nothing where nothing is missing."""
        self.stdout.write(self._migrate())
        call_command("createcachetable", verbosity=0)
        self.stdout.write(roles.grant(connection))
        if settings.DEMO:
            call_command("demo", stdout=self.stdout)
        elif fresh := seed(at=timezone.now()):
            self.stdout.write(
                f"{len(fresh)} public pages came in as drafts: review, sign and put them live in the admin"
            )

    def _migrate(self) -> str:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        # Also with none missing: a run that was killed may have left out what follows the last one.
        call_command("migrate", interactive=False, verbosity=0)
        return f"{missing} migrations applied" if missing else "no migration was missing"
