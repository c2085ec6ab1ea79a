"""The scheduler's look at trainings that end."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from clinic.db.clock import uk_day
from clinic.training import actions


@shared_task(name="clinic.training.tasks.remind")
def remind(**kwargs: Any) -> None:
    """Ask for the trainings that end, have ended, or were never done."""
    now = timezone.now()
    actions.remind(today=uk_day(now), at=now)
