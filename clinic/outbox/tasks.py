"""The scheduler's one task."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from clinic.outbox import actions, sending
from clinic.outbox.models import Heartbeat

SECONDS = 12  # less than a tick, so that ticks do not pile up


@shared_task(name="clinic.outbox.tasks.tick")
def tick(**kwargs: Any) -> None:
    """Show that the scheduler reaches a worker, say where messages are late, then send what is due.

    The heartbeat comes first: it is fresh even where sending fails.
    """
    actions.beat(Heartbeat.TICK)
    actions.report_late(at=timezone.now())
    sending.drain(SECONDS)
