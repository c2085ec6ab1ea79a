"""The scheduler's look at copies that have ended."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from patients.rights import actions


@shared_task(name="patients.rights.tasks.remove_ended_copies")
def remove_ended_copies(**kwargs: Any) -> None:
    """Let go of copies whose time is long over."""
    actions.remove_ended_copies(at=timezone.now())
