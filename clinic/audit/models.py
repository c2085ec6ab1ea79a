"""Who looked at what. Row changes are recorded by the database (pghistory); reads are recorded here."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import models

from clinic.db.frozen import FrozenRecord


class AccessLogQuerySet(models.QuerySet["AccessLog"]):
    """Words for asking about the log."""

    def about_visible_to(self, user: Any, records: Iterable[UUID]) -> "AccessLogQuerySet":
        """What others did with ``records``, which are the user's own. The caller has made sure of that."""
        return self.filter(about__in=list(records)).exclude(actor=user.pk)


class AccessLog(FrozenRecord):
    """One reading, refusal, export or claim. Append-only; it names records by their key and holds no answers."""

    class What(models.TextChoices):
        READ = "read", "Read"
        REFUSED = "refused", "Refused"
        EXPORTED = "exported", "Exported"
        CLAIMED = "claimed", "Claimed their record"
        OPENED = "opened", "Opened with a reason, without being in care"

    at = models.DateTimeField()
    actor = models.ForeignKey("clinic.User", null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=16, blank=True)
    what = models.CharField(max_length=10, choices=What.choices)
    about_type = models.CharField(max_length=40, help_text="The kind of record, like intake.")
    about = models.UUIDField(help_text="The record's key.")

    objects = AccessLogQuerySet.as_manager()

    class Meta(FrozenRecord.Meta):
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["about", "at"], name="access_by_record"),
            models.Index(fields=["actor", "at"], name="access_by_person"),
        ]
        verbose_name = "access log entry"
        verbose_name_plural = "access log"

    def __str__(self) -> str:
        return f"{self.what} {self.about_type}"
