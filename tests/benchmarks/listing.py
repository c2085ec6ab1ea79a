"""The page of free times, in three depths: the whole answer over HTTP, the work inside it, and bare SQL."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.appointments.slots import read_diary, slots
from clinic.db.clock import MINUTES_IN_A_DAY, instant, uk_day
from clinic.db.workdays import bank_holidays

RAW = (Path(__file__).parent / "raw_listing.sql").read_text()
OF_SESSION_AND_USER = ('FROM "django_session"', 'FROM "clinic_user"', '"usersessions_usersession"')


def answer(point, now):
    """The clock times each day has, each clinician's first free time, and the times of the first free day."""
    clinicians = list(point.kind.clinicians.practising())
    diary = read_diary(clinicians, point.first, point.last, now=now)
    free = slots(point.kind, diary, point.first, point.last, now=now)
    counts, first_of = {}, {}
    for day, found in free.items():
        counts[day] = len({each.starts_at for each in found})
        for each in found:
            first_of.setdefault(each.clinician_id, each.starts_at)
    shown = [(each.starts_at, each.clinician_id) for each in free[min(free)]] if free else []
    return counts, first_of, shown


def raw_rows(point, now, *, explain=False):
    """The rows of the one statement that says the same."""
    years = {point.first.year, point.last.year}
    values = {
        "kind": point.kind.pk,
        "first": point.first,
        "last": point.last,
        "now": now,
        "holidays": sorted(day for year in years for day in bank_holidays(year)),
    }
    with connection.cursor() as cursor:
        cursor.execute(("explain (analyze, buffers) " if explain else "") + RAW, values)
        return cursor.fetchall()


def raw_answer(point, now):
    """``answer`` by bare SQL."""
    counts, first_of, shown = {}, {}, []
    for what, day, clinician, start, count in raw_rows(point, now):
        if what == "day":
            counts[day] = count
        elif what == "first":
            first_of[clinician] = start
        else:
            shown.append((start, clinician))
    return counts, first_of, sorted(shown)


def path_of(point):
    """The page's address."""
    return f"/book/{point.kind.slug}/"


def queries(point, user):
    """What the page asks of the database beyond the session and who is signed in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get(path_of(point))
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path_of(point)).status_code == 200
    return [each["sql"] for each in asked if not any(words in each["sql"] for words in OF_SESSION_AND_USER)]


def around_the_clock_changes(point, now):
    """Yield the same window as if it began two days before each of the next two changes of the clocks, with the time it would be then."""
    day = uk_day(now)
    for _ in range(2):
        day = next_change(day)
        first = day - timedelta(days=point.days - 1 and 2)
        yield replace(point, first=first), instant(first - timedelta(days=1), 10 * 60)


def next_change(day):
    """The first day after ``day`` that has not 24 hours."""
    while True:
        day += timedelta(days=1)
        if instant(day, MINUTES_IN_A_DAY) - instant(day, 0) != timedelta(days=1):
            return day
