"""The scheduler's look at what is kept."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from clinic.keeping import actions


@shared_task(name="clinic.keeping.tasks.forget_old")
def forget_old(**kwargs: Any) -> None:
    """Let go of what nobody came back for."""
    actions.forget_old(at=timezone.now())
