"""The scheduler's look at enquiries."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from clinic.enquiries import actions


@shared_task(name="clinic.enquiries.tasks.forget_old")
def forget_old(**kwargs: Any) -> None:
    """Let go of what need not be kept any longer."""
    actions.forget_old(at=timezone.now())
