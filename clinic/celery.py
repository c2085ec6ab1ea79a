"""The background worker and its clock.

Celery carries out; it remembers nothing of importance. Every message to send is a row (see
``clinic/outbox``), and one task, sent every OUTBOX_TICK_SECONDS, looks for rows that are due.
"""

import os
import time
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.beat import Scheduler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

from django.conf import settings

TICK = "clinic.outbox.tasks.tick"


class FirstTickAtOnce(Scheduler):
    """A clock without a file, whose entries are all due when it starts, and when the machine's clock is put back.

    Celery's own would wait a whole interval first and remember the last run in a file, which a
    full disk or a kill can break. It plans by the clock on the wall: put back by two hours, it would send nothing for
    two hours. A tick too many does no harm: rows are claimed before they are sent.
    """

    _looked_at = 0.0  # seconds, on the clock on the wall

    def setup_schedule(self) -> None:
        """Take over the schedule as it stands in the settings."""
        self.merge_inplace(self.app.conf.beat_schedule)
        self._make_all_due()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; return after how many seconds to look again."""
        now = time.time()
        if now < self._looked_at - 1:
            self._make_all_due()
        self._looked_at = now
        return super().tick(*args, **kwargs)

    def _make_all_due(self) -> None:
        for entry in self.schedule.values():
            entry.last_run_at = entry.default_now() - timedelta(days=1)
        self._heap = None  # its order is by the clock as it was


app = Celery("clinic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    lambda: [
        "clinic.outbox",
        "clinic.enquiries",
        "clinic.pages",
        "bookings.holds",
        "bookings.waitlist",
        "bookings.nextfree",
    ]
)
app.conf.beat_scheduler = "clinic.celery:FirstTickAtOnce"


def every(task: str, length: timedelta) -> dict[str, Any]:
    """Return the schedule's entry for ``task``. One that waited until the next comes is not worth doing any more."""
    return {"task": task, "schedule": length, "options": {"expires": max(int(length.total_seconds()) - 1, 1)}}


app.conf.beat_schedule = {
    "tick": every(TICK, timedelta(seconds=settings.OUTBOX_TICK_SECONDS)),
    "waiting list": every("bookings.waitlist.tasks.sweep", timedelta(minutes=1)),
    "next free times": every("bookings.nextfree.tasks.look", timedelta(minutes=5)),
    "old holds": every("bookings.holds.tasks.expire_old_holds", timedelta(hours=1)),
    "reviews of pages": every("clinic.pages.tasks.remind_of_reviews", timedelta(hours=6)),
    "old enquiries": every("clinic.enquiries.tasks.forget_old", timedelta(hours=24)),
}
