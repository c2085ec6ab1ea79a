"""Stopping an address, and using it again."""

from datetime import datetime
from typing import Any

from clinic.addresses.models import StoppedAddress
from clinic.db.states import StaleState


def stop(address: str, why: StoppedAddress.Why, *, at: datetime) -> None:
    """Send nothing to ``address`` any more."""
    row = StoppedAddress(address=address, why=why, stopped_at=at)
    StoppedAddress.objects.bulk_create([row], ignore_conflicts=True)  # two reports at once stop it once


def release(stopped: StoppedAddress, *, by: Any, at: datetime) -> None:
    """Use an address again: its owner says that it works. Raises StaleState where it is in use already."""
    still = StoppedAddress.objects.filter(pk=stopped.pk, released_at=None)
    if not still.update(released_at=at, released_by=by):
        raise StaleState


def stopped() -> frozenset[str]:
    """Return the addresses to which nothing is sent, in small letters."""
    known = StoppedAddress.objects.filter(released_at=None).values_list("address", flat=True)
    return frozenset(address.lower() for address in known)
