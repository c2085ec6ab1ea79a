"""What time off closes, and by when somebody must look after a visit inside it. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from bookings.availability.opening import Span
from clinic.db.clock import MINUTES_IN_A_DAY, UK, instant, uk_day
from clinic.db.workdays import workdays_after

LONGEST = timedelta(days=366)
DAYS_TO_MOVE = 2


def closed_days(starts_at: datetime, ends_at: datetime) -> list[tuple[date, int, int]]:
    """Return each UK day of a span with the minutes of its clock from which and until which it is closed."""
    last = uk_day(ends_at - timedelta(microseconds=1))
    found, day = [], uk_day(starts_at)
    while day <= last:
        start = _minute(starts_at) if starts_at > instant(day, 0) else 0
        end = _minute(ends_at) if ends_at < instant(day, MINUTES_IN_A_DAY) else MINUTES_IN_A_DAY
        found.append((day, start, end))
        day += timedelta(days=1)
    return found


def _minute(moment: datetime) -> int:
    local = moment.astimezone(UK)
    return local.hour * 60 + local.minute


def free_time(openings: Iterable[Span], busy: Iterable[Span], starts_at: datetime, ends_at: datetime) -> timedelta:
    """Return how much of ``openings`` lies inside the span and is not ``busy``."""
    inside = [(max(start, starts_at), min(end, ends_at)) for start, end in openings]
    taken = list(busy)
    return sum((_free(span, taken) for span in inside if span[0] < span[1]), timedelta())


def _free(span: Span, busy: Iterable[Span]) -> timedelta:
    start, end = span
    shared = [min(end, busy_end) - max(start, busy_start) for busy_start, busy_end in busy]
    return end - start - sum((length for length in shared if length > timedelta()), timedelta())


def look_after_by(cut_off: datetime, at: datetime) -> datetime:
    """Return by when a visit with this ``cut_off`` must be looked after: 2 workdays, but before its cut-off."""
    return max(at, min(workdays_after(at, DAYS_TO_MOVE), cut_off))
