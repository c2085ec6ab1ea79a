"""A limit on the time that an act takes in all.

A socket's own limit counts each read alone: a server that answers one byte a second never reaches it.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

AGAIN = 1.0  # seconds; a library may have swallowed the first TimeoutError, as it tries the next address


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise TimeoutError inside the block once it has taken ``seconds``, and at once where none are left.

    An alarm can interrupt the main thread alone, where a worker runs its tasks (Celery's soft limit works the same
    way). In another thread only the socket's own limit holds.
    """
    if seconds <= 0:
        raise TimeoutError
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _too_long(number: int, frame: FrameType | None) -> NoReturn:
    raise TimeoutError
