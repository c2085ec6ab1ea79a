"""``celery -A tests.faults.wrong_clock``: Celery on a machine whose clock differs from the right one, and may jump.

WRONG_CLOCK names a file with the difference in seconds; it is looked at again and again. Only the clock on the wall
is wrong: time.monotonic goes on evenly, as it does where an operator or a time server sets a clock.
"""

import os
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import time_machine

from clinic.celery import app

FILE = Path(os.environ["WRONG_CLOCK"])
LOOK = 0.1  # seconds


def difference():
    return timedelta(seconds=float(FILE.read_text()))


def watch():
    threading.Thread(target=follow, args=(difference(),), daemon=True).start()


def follow(known):
    while True:
        time.sleep(LOOK)
        if (now := difference()) != known:
            coordinates.shift(now - known)
            known = now


coordinates = time_machine.travel(datetime.now().astimezone() + difference(), tick=True).start()
os.register_at_fork(after_in_child=watch)  # the children send, and a thread stays behind with its process
watch()

__all__ = ["app"]
