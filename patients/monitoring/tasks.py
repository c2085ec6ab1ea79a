"""The scheduler's look at the checks of plans."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from patients.monitoring import actions


@shared_task(name="patients.monitoring.tasks.sweep")
def sweep(**kwargs: Any) -> None:
    """Plan, ask, and tell of what is late."""
    actions.sweep(at=timezone.now())
