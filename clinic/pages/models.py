"""Public pages, written by staff in the admin."""

from typing import Any

import pghistory
from django.core.validators import RegexValidator
from django.db import models

from clinic.accounts.enums import Role
from clinic.db.base import Record


class PageQuerySet(models.QuerySet["Page"]):
    """Words for asking about pages."""

    def live(self) -> "PageQuerySet":
        """Those the public may read."""
        return self.filter(is_live=True)

    def visible_to(self, user: Any) -> "PageQuerySet":
        """A manager sees drafts too."""
        return self if user.is_authenticated and user.role == Role.MANAGER else self.live()


@pghistory.track(append_only=True)
class Page(Record):
    """A public page: a promise of one line, then sections, then its sources and review date."""

    slug = models.CharField(
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9-]+$", "Use small letters, digits and hyphens.")],
    )
    title = models.CharField(max_length=80)
    summary = models.CharField(max_length=200, help_text="One sentence of plain fact; also what search engines show.")
    is_live = models.BooleanField(default=False)
    reviewed_on = models.DateField("last reviewed", null=True, blank=True)
    review_due = models.DateField(null=True, blank=True)

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title


@pghistory.track(append_only=True)
class Section(Record):
    """A part of a page. Amber ones speak of medicines or evidence: never beside a booking link."""

    class Risk(models.TextChoices):
        GREEN = "green", "Green: facts about the service or the condition"
        AMBER = "amber", "Amber: names a medicine or speaks of evidence"

    class Card(models.TextChoices):
        NONE = "", "Plain section"
        URGENT = "urgent", "Urgent care card"
        EMERGENCY = "emergency", "Emergency care card"

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveSmallIntegerField()
    heading = models.CharField(max_length=100)
    body = models.TextField(max_length=8000, help_text="Markdown: paragraphs, lists, bold and links.")
    risk = models.CharField(max_length=8, choices=Risk.choices, default=Risk.GREEN)
    card = models.CharField(max_length=10, choices=Card.choices, default=Card.NONE, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "position"], name="one_section_a_position", deferrable=models.Deferrable.DEFERRED
            )
        ]

    def __str__(self) -> str:
        return self.heading


@pghistory.track(append_only=True)
class Source(Record):
    """Where a page's facts were read, and when."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(max_length=160)
    address = models.URLField(max_length=300)
    read_on = models.DateField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
