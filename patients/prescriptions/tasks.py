"""The scheduler's daily look at prescriptions whose 28 days are over."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from clinic.db.clock import uk_day
from patients.prescriptions import actions


@shared_task(name="patients.prescriptions.tasks.expire")
def expire(**kwargs: Any) -> None:
    """Move what has run out."""
    now = timezone.now()
    actions.expire(today=uk_day(now), at=now)
