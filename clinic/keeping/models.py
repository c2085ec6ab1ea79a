"""What was typed when a session had ended, until its owner is back."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models

from clinic.db.base import Record
from clinic.db.sealed import SealedJSONField
from clinic.keeping.policy import KEPT_FOR


class KeptTypingQuerySet(models.QuerySet["KeptTyping"]):
    """Words for asking about what is kept."""

    def visible_to(self, user: Any) -> "KeptTypingQuerySet":
        """Only who typed it, whatever anybody's role."""
        return self.filter(user_id=user.pk)

    def still_kept(self, at: datetime) -> "KeptTypingQuerySet":
        """What is not too old."""
        return self.filter(at__gt=at - KEPT_FOR)


class KeptTyping(Record):
    """The fields of one form as somebody sent it, sealed. One for a page: the newest."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=200)  # its path
    fields = SealedJSONField(place="clinic.kepttyping.fields")
    at = models.DateTimeField()

    objects = KeptTypingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "page"], name="one_kept_typing_a_page")]
