"""What the scheduler has done about staff's work."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from clinic.staff import actions


@shared_task(name="clinic.staff.tasks.tell_of_overdue_tasks")
def tell_of_overdue_tasks(**kwargs: Any) -> None:
    """Tell staff of tasks that have become overdue."""
    actions.tell_of_overdue_tasks(at=timezone.now())
