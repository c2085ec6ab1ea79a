"""UK clock time and instants. Only instants are stored and compared; people see UK time."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

UK = ZoneInfo("Europe/London")
MINUTES_IN_A_DAY = 24 * 60
WEEK = timedelta(days=7)


def instant(day: date, minute: int) -> datetime:
    """Return the instant (UTC) at which the UK clock first shows ``minute`` minutes after midnight on ``day``.

    24 * 60 is midnight at the end of the day. A time the clock skips in March becomes the instant
    of the change; a time it shows twice in October is the first of the two.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    local = wall.replace(tzinfo=UK)
    if is_skipped(wall):
        return _change_after(wall.replace(tzinfo=UK, fold=1).astimezone(UTC))
    return local.astimezone(UTC)


def is_skipped(wall: datetime) -> bool:
    """Tell whether the UK clock never shows the wall time ``wall`` (naive)."""
    return wall.replace(tzinfo=UK).astimezone(UTC).astimezone(UK).replace(tzinfo=None) != wall


def until_text(moment: datetime, now: datetime) -> str:
    """Return the UK clock time of an instant; with its day where that is another one than that of ``now``."""
    return clock(moment) if uk_day(moment) == uk_day(now) else when_text(moment)


def is_repeated(wall: datetime) -> bool:
    """Tell whether the UK clock shows the wall time ``wall`` (naive) twice."""
    local = wall.replace(tzinfo=UK, fold=0)
    first, second = local.utcoffset(), local.replace(fold=1).utcoffset()
    return first is not None and second is not None and first > second


def _change_after(moment: datetime) -> datetime:
    """Return the first instant after ``moment`` at which the UK's offset differs from the one at ``moment``."""
    offset = moment.astimezone(UK).utcoffset()
    while moment.astimezone(UK).utcoffset() == offset:
        moment += timedelta(minutes=1)
    return moment


def uk_day(moment: datetime) -> date:
    """Return the UK calendar day of an instant."""
    return moment.astimezone(UK).date()


def monday_of(day: date) -> date:
    """Return the Monday of the week of ``day``."""
    return day - timedelta(days=day.weekday())


def clock(moment: datetime) -> str:
    """Return the UK clock time of an instant, like "2:30pm"; "1am BST" where the clock shows it twice."""
    local = moment.astimezone(UK)
    text = (
        f"{local.hour % 12 or 12}"
        + (f":{local.minute:02}" if local.minute else "")
        + ("am" if local.hour < 12 else "pm")
    )
    return f"{text} {local.tzname()}" if is_repeated(local.replace(tzinfo=None, fold=0)) else text


def month_text(month: str) -> str:
    """Return "March 2024" for "2024-03", and a year alone as it is."""
    year, _, number = month.partition("-")
    return f"{date(int(year), int(number), 1):%B} {year}" if number else year


def day_text(day: date) -> str:
    """Return a day in words, like "Thursday 3 December 2026"."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def short_day(day: date) -> str:
    """Return a day in few letters, like "3 Dec 2026"."""
    return f"{day.day} {day:%b} {day.year}"


def when_in_a_text(moment: datetime) -> str:
    """Return an instant in the fewest letters, like "Thu 3 Dec 2:30pm". UK time; the text says so around it."""
    day = uk_day(moment)
    return f"{day:%a} {day.day} {day:%b} {clock(moment)}"


def when_text(moment: datetime) -> str:
    """Return an instant in words, like "Thursday 3 December 2026 at 2:30pm, UK time"."""
    return f"{day_text(uk_day(moment))} at {clock(moment)}, UK time"


def when_in_a_table(moment: datetime) -> str:
    """Return an instant for a table, like "Thu 3 Dec 2026, 2:30pm": UK time, which the page says."""
    day = uk_day(moment)
    return f"{day:%a} {day.day} {day:%b} {day.year}, {clock(moment)}"


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later; where that month is shorter, its last day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))
