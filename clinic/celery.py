"""The background worker and its clock.

Celery carries out; it remembers nothing of importance. Every message to send is a row (see
``clinic/outbox``), and one task, sent every OUTBOX_TICK_SECONDS, looks for rows that are due.
"""

import os
from datetime import timedelta

from celery import Celery
from celery.beat import Scheduler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

from django.conf import settings

TICK = "clinic.outbox.tasks.tick"


class FirstTickAtOnce(Scheduler):
    """A clock without a file, whose entries are all due when it starts.

    Celery's own would wait a whole interval first and remember the last run in a file, which a
    full disk or a kill can break. A tick too many does no harm: rows are claimed before they are sent.
    """

    def setup_schedule(self) -> None:
        """Take over the schedule as it stands in the settings."""
        self.merge_inplace(self.app.conf.beat_schedule)
        for entry in self.schedule.values():
            entry.last_run_at -= timedelta(days=1)


app = Celery("clinic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(lambda: ["clinic.outbox"])
app.conf.beat_scheduler = "clinic.celery:FirstTickAtOnce"
app.conf.beat_schedule = {
    "tick": {
        "task": TICK,
        "schedule": timedelta(seconds=settings.OUTBOX_TICK_SECONDS),
        # A tick that waited in the queue until the next one comes is not worth doing any more.
        "options": {"expires": max(settings.OUTBOX_TICK_SECONDS - 1, 1)},
    }
}
