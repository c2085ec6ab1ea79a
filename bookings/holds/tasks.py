"""What the scheduler asks of holds."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from bookings.holds import actions


@shared_task(name="bookings.holds.tasks.expire_old_holds")
def expire_old_holds(**kwargs: Any) -> None:
    """Let go of holds that ran out long ago."""
    actions.expire_old_holds(at=timezone.now())
