"""The scheduler's look at the waiting list."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from bookings.waitlist import actions


@shared_task(name="bookings.waitlist.tasks.sweep")
def sweep(**kwargs: Any) -> None:
    """Settle offers that are over, and offer what became free."""
    actions.sweep(at=timezone.now())
