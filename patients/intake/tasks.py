"""The scheduler's look at the red-flag rules."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from clinic.db.clock import uk_day
from patients.intake.rules.table import RULES
from patients.intake.work import review_rules


@shared_task(name="patients.intake.tasks.remind_of_rules")
def remind_of_rules(**kwargs: Any) -> None:
    """Ask for the review of the rules that are due."""
    now = timezone.now()
    review_rules(RULES, today=uk_day(now), at=now)
