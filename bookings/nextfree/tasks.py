"""The scheduler's look at free times."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from bookings.nextfree import actions


@shared_task(name="bookings.nextfree.tasks.look")
def look(**kwargs: Any) -> None:
    """Look up the next free times for the public pages."""
    actions.look(at=timezone.now())
