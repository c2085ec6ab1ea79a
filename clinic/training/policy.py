"""Until when a training holds, and how somebody stands on a day. Pure."""

from datetime import date, timedelta
from enum import Enum

from clinic.db.clock import months_after

WARN_BEFORE = timedelta(days=30)
LONGEST_NAME = 80
LONGEST_EVIDENCE = 300
MOST_MONTHS = 60


class Standing(Enum):
    """How somebody stands with a training that their role asks for."""

    NEVER = "Not done"
    OVER = "Ended"
    SOON = "Ends soon"
    HOLDS = "Holds"


LACKING = frozenset({Standing.NEVER, Standing.OVER})


def ends_on(done_on: date, months: int) -> date:
    """Return the last day on which a training done on ``done_on`` holds, so many ``months`` later."""
    return months_after(done_on, months)


def standing(last_day: date | None, today: date) -> Standing:
    """Return how somebody stands on ``today`` whose newest training holds until ``last_day`` (None: never done)."""
    if last_day is None:
        return Standing.NEVER
    if today > last_day:
        return Standing.OVER
    return Standing.SOON if last_day - today <= WARN_BEFORE else Standing.HOLDS
