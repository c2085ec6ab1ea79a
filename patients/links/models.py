"""How often an address from a message was tried with a wrong date of birth."""

import pghistory
from django.db import models

from clinic.db.base import Record

TRIES = 5


@pghistory.track(append_only=True)
class TriedLink(Record):
    """An address that somebody has tried to open. After ``TRIES`` wrong dates it is dead."""

    purpose = models.CharField(max_length=20)
    about = models.UUIDField(help_text="The record it opens.")
    round = models.PositiveIntegerField()
    wrong = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "about", "round"], name="one_count_a_link"),
            models.CheckConstraint(condition=models.Q(wrong__lte=TRIES), name="link_tries_end"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.wrong}"
