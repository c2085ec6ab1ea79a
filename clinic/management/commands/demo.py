"""Loads the demonstration clinic: ``manage.py demo``."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.accounts.passwords import DEMO_PASSWORD
from clinic.db.clock import uk_day
from clinic.db.refusal import Refusal
from clinic.demo import ACCOUNTS, NEW_PATIENTS, load

DEMO_ACCOUNTS = [(email, who) for email, _, who in ACCOUNTS if email not in NEW_PATIENTS] + [
    (f"{NEW_PATIENTS[0]} … {NEW_PATIENTS[-1]}", "new patients with complete profiles")
]
__all__ = ["DEMO_ACCOUNTS", "DEMO_PASSWORD", "Command"]


class Command(BaseCommand):
    """Writes the demonstration clinic, once, where it was asked for."""

    help = "Loads invented people, hours and pages. Only with CLINIC_ENV=demo, and only into a database without other people."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it, or say that it is there already."""
        if not settings.DEMO:
            raise CommandError("The demonstration is loaded only with CLINIC_ENV=demo.")
        now = timezone.now()
        try:
            loaded = load(now, uk_day(now))
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            "The demonstration clinic is loaded." if loaded else "The demonstration clinic is there already."
        )
