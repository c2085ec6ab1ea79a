"""The next free time of each kind, as it was when somebody last looked."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models

FRESH_FOR = timedelta(minutes=20)  # the scheduler looks every five


class NextFreeQuerySet(models.QuerySet["NextFree"]):
    """Words for asking about next free times."""

    def visible_to(self, user: Any) -> "NextFreeQuerySet":
        """Those of kinds that can be booked now, the first kind first."""
        return self.filter(kind__is_active=True).select_related("kind").order_by("kind__position", "kind__name")


class NextFree(models.Model):
    """A snapshot: public pages show it with its time, and never work free times out themselves."""

    kind = models.OneToOneField("bookings.AppointmentKind", primary_key=True, on_delete=models.CASCADE)
    starts_at = models.DateTimeField(null=True, help_text="Empty where nothing was free.")
    looked_at = models.DateTimeField()

    objects = NextFreeQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.kind)

    def is_worth_showing(self, at: datetime) -> bool:
        """Tell whether it was looked up a moment ago and is still to come."""
        return self.starts_at is not None and self.starts_at > at and self.looked_at > at - FRESH_FOR
