"""Names the hardest paragraphs of the public pages' first texts: ``manage.py readability`` (``make reading``)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from clinic.pages.content import FIRST_TEXTS
from clinic.wording.readability import GOAL


class Command(BaseCommand):
    """What staff changed since is judged on each page's review in the admin."""

    help = "Names the hardest paragraphs of the public pages, the page that is hardest to read first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many paragraphs of each page are named."""
        parser.add_argument("--worst", type=int, default=3, help="how many paragraphs of each page (3)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report."""
        self.stdout.write(f"Flesch-Kincaid grades. Goal: {GOAL:g} or less, which is read at the age of 11.")
        for first in sorted(FIRST_TEXTS, key=lambda each: -each.text.grade):
            self.stdout.write(f"\n{first.key}: {first.text.grade:g}")
            for each in first.text.paragraphs[: options["worst"]]:
                self.stdout.write(f"  {each.grade:>4g}  {each.heading}: {each.text[:90]!r}")
