"""E-mail addresses that do not work: nothing is sent there until somebody says it works again."""

from typing import Any

import pghistory
from django.db import models
from django.db.models.functions import Lower

from clinic.accounts.enums import Role
from clinic.db.base import Record


class StoppedAddressQuerySet(models.QuerySet["StoppedAddress"]):
    """Words for asking about addresses."""

    def stopped(self, address: str) -> "StoppedAddressQuerySet":
        """The row of ``address``, while nothing is sent there."""
        return self.filter(address__iexact=address, released_at=None)

    def visible_to(self, user: Any) -> "StoppedAddressQuerySet":
        """Reception and managers, who reach the person another way."""
        return self if user.is_staff and user.role in {Role.RECEPTION, Role.MANAGER} else self.none()


@pghistory.track(append_only=True)
class StoppedAddress(Record):
    """An address to which a mail could not be delivered, or whose reader called our mail unwanted."""

    class Why(models.TextChoices):
        BOUNCED = "bounced", "There is no such mailbox, or it refused the mail"
        COMPLAINED = "complained", "The reader marked a mail as unwanted"

    address = models.EmailField()
    why = models.CharField(max_length=10, choices=Why.choices)
    stopped_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey("clinic.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = StoppedAddressQuerySet.as_manager()

    class Meta:
        verbose_name = "stopped address"
        verbose_name_plural = "stopped addresses"
        ordering = ["-stopped_at", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("address"),
                condition=models.Q(released_at=None),
                name="an_address_is_stopped_once",
            ),
            models.CheckConstraint(
                condition=models.Q(released_at=None, released_by=None)
                | models.Q(released_at__isnull=False, released_by__isnull=False),
                name="released_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.address
