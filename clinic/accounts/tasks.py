"""The scheduler's look at sessions."""

from typing import Any

from celery import shared_task
from django.core.management import call_command


@shared_task(name="clinic.accounts.tasks.clear_sessions")
def clear_sessions(**kwargs: Any) -> None:
    """Let go of sessions that have ended, and of what was sealed in them."""
    call_command("clearsessions")
