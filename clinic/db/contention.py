"""What to do when many people write at once."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError

Result = TypeVar("Result")
TRIES = 3
LONGEST_PAUSE = 0.15
# deadlock detected, serialization failure, lock not available
PASSING = frozenset({"40P01", "40001", "55P03"})


def constraint_of(error: IntegrityError) -> str:
    """Return the name of the constraint that refused, or nothing."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def patiently(work: Callable[[], Result], give_up: Exception) -> Result:
    """Return ``work()``; where it loses a fight for a lock, try again after a moment. Raises ``give_up`` in the end.

    ``work`` must be one whole transaction.
    """
    for _ in range(TRIES):
        try:
            return work()
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) not in PASSING:
                raise
        time.sleep(random.uniform(0, LONGEST_PAUSE))  # noqa: S311 - only to come apart
    raise give_up
