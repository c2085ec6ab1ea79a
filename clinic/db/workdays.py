"""When the clinic's team is at work: Monday to Friday, 9am to 5pm UK time, but not on England's bank holidays. Pure."""

from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays

from clinic.db.clock import instant, uk_day

OPENS = 9 * 60
CLOSES = 17 * 60
SATURDAY = 5
OPENING_HOURS = "Monday to Friday, 9am to 5pm, but not on bank holidays in England"  # OPENS and CLOSES in words


@lru_cache(maxsize=32)
def bank_holidays(year: int) -> frozenset[date]:
    """Return England's bank holidays of a year."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def bank_holidays_between(first: date, last: date) -> list[tuple[date, str]]:
    """Return England's bank holidays from ``first`` to ``last``, each with its name."""
    found = holidays.country_holidays("GB", subdiv="ENG", years=range(first.year, last.year + 1))
    return [(day, name) for day, name in sorted(found.items()) if first <= day <= last]


def is_workday(day: date) -> bool:
    """Tell whether ``day`` is Monday to Friday and no bank holiday in England."""
    return day.weekday() < SATURDAY and day not in bank_holidays(day.year)


def is_open(moment: datetime) -> bool:
    """Tell whether the team is at work at ``moment``."""
    day = uk_day(moment)
    return is_workday(day) and instant(day, OPENS) <= moment < instant(day, CLOSES)


def next_open(moment: datetime) -> datetime:
    """Return ``moment`` itself while the team is at work, else the instant it starts work again."""
    if is_open(moment):
        return moment
    day = uk_day(moment)
    while not is_workday(day) or instant(day, OPENS) < moment:
        day += timedelta(days=1)
    return instant(day, OPENS)


def workdays_after(moment: datetime, days: int) -> datetime:
    """Return the closing time of the ``days``-th workday after the UK day of ``moment``."""
    day = uk_day(moment)
    while days:
        day += timedelta(days=1)
        days -= is_workday(day)
    return instant(day, CLOSES)
