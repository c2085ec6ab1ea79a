"""The scheduler's look at team reviews that end."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from clinic.db.clock import uk_day
from patients.teamreview import actions


@shared_task(name="patients.teamreview.tasks.remind_of_ends")
def remind_of_ends(**kwargs: Any) -> None:
    """Ask for the reviews that end soon."""
    now = timezone.now()
    actions.remind_of_ends(today=uk_day(now), at=now)
