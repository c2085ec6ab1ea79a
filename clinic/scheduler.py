"""The scheduler: its entries are due when it starts, and it writes down that it is at work."""

import logging
import time
from datetime import timedelta
from typing import Any

from celery.beat import ScheduleEntry, Scheduler
from django.db import Error, close_old_connections, connection

from clinic.celery import TICK
from clinic.outbox import actions
from clinic.outbox.models import Heartbeat

log = logging.getLogger("clinic.scheduler")


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
        wait: float = super().tick(*args, **kwargs)
        return wait

    def _make_all_due(self) -> None:
        for entry in self.schedule.values():
            entry.last_run_at = entry.default_now() - timedelta(days=1)
        self._heap = None  # its order is by the clock as it was

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Send an entry's task. Before a tick, whether or not the queue takes it: write down that we came to it."""
        if entry.task == TICK:
            _show_that_we_work()
        super().apply_entry(entry, producer=producer)


def _show_that_we_work() -> None:
    """Write the scheduler's own heartbeat. A database that does not answer must not stop the clock."""
    close_old_connections()
    try:
        actions.beat(Heartbeat.SCHEDULER)
    except Error as error:
        connection.close()
        log.warning("The heartbeat could not be written: %s", type(error).__name__)
