"""The scheduler's look at the pages."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from clinic.db.clock import uk_day
from clinic.pages import actions


@shared_task(name="clinic.pages.tasks.remind_of_reviews")
def remind_of_reviews(**kwargs: Any) -> None:
    """Ask for the reviews that are due."""
    now = timezone.now()
    actions.remind_of_reviews(today=uk_day(now), at=now)
