"""``make bench``: how fast free times are listed and booked, written to build/bench.json and printed as a table.

It ends with 1 where a figure could not be taken. A goal that is missed is a result like any other.
"""

import json
import logging
import os
import platform
import signal
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import django
from django.db import connection
from django.test.utils import setup_test_environment, teardown_test_environment
from django.utils import timezone

from clinic.db import roles
from clinic.embedded.static import collect_static
from clinic.embedded.testing import start_for_tests
from clinic.outbox.enums import ON_THE_WAY
from clinic.outbox.models import Message
from clinic.pages.actions import seed
from tests.benchmarks import booking, listing, scene
from tests.benchmarks.figures import figure, judge, measured, middle, table
from tests.factories import people
from tests.web import Visitor, Web
from tests.worker import mail_server, worker

RESULT, EXPLAINED = Path("build/bench.json"), Path("build/raw_listing.explain.txt")


@dataclass(frozen=True)
class Sizes:
    """How much is measured. Runs of a listing come after a warm-up; bookings, POSTs and INSERTs are by each of so many clients."""

    clinicians: int = 50
    rows: tuple = (0, 10_000, 100_000, 1_000_000)
    runs: int = 50
    bookings: dict = field(default_factory=lambda: {1: 60, 16: 6})
    posts: dict = field(default_factory=lambda: {1: 200, 16: 40})
    inserts: dict = field(default_factory=lambda: {1: 100, 16: 12})
    mail_takes: dict = field(default_factory=lambda: {"quick": 0, "slow": 0.5})  # seconds


def main():
    """Measure everything, write it down, print it."""
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and on the way out everything we started ends
    logging.getLogger("httpx").setLevel(logging.WARNING)
    setup_test_environment()
    stop_servers = start_for_tests()
    collect_static()
    try:
        with a_database():
            found = [about()]
            for each in everything(Sizes()):
                say(f"{time.monotonic() - began:4.0f} s  {each['name']:34} p50 {each['p50_ms']:8.2f} ms")
                found.append(each)
    finally:
        stop_servers()
        teardown_test_environment()
    judge(found)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1))
    say(f"\n{table(found)}\n\n{len(found) - 1} figures in {time.monotonic() - began:.0f} s, written to {RESULT}")


@contextmanager
def a_database():
    """A database of our own beside the tests', with the application's role and the public pages."""
    say("Making the database ...")
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    roles.grant(connection)
    try:
        signers = (people.clinician().user, people.user("manager@example.com", role="manager"))
        seed(at=timezone.now(), signers=signers)
        yield
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def about():
    """What it was measured on."""
    with connection.cursor() as cursor:
        cursor.execute("show server_version")
        (postgres,) = cursor.fetchone()
    versions = {"python": platform.python_version(), "django": django.get_version(), "postgres": postgres}
    machine = {"cpus": os.cpu_count(), "load_before": round(os.getloadavg()[0], 1)}
    return {"name": "machine", "at": datetime.now(UTC).isoformat(timespec="seconds")} | machine | versions


def everything(sizes):
    """Yield every figure: the listings at each size of the table, then bookings with the largest."""
    clinic, reader = scene.build(sizes.clinicians), people.patient()
    with Web(DJANGO_SETTINGS_MODULE="tests.benchmarks.settings") as web:
        visitor = Visitor(web.origin, reader.user)
        views = []
        for rows in sizes.rows:
            fill(clinic, rows)
            for point in clinic.points:
                yield from listings(clinic, point, rows, visitor, reader.user, sizes.runs, views)
        yield figure("raw/view", views)
        explain(clinic)
        yield from bookings(clinic, web, sizes)


def fill(clinic, rows):
    """Let the table grow, and say that Postgres has checked it."""
    began = time.monotonic()
    clinic.fill(rows)
    say(f"{rows} appointments are in the table and checked against its constraints ({time.monotonic() - began:.0f} s)")
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")


def listings(clinic, point, rows, visitor, user, runs, views):
    """Yield one window's three figures, once bare SQL and we have given the same answer. What the empty view took beside them goes to ``views``."""
    check(point, clinic.now)
    name, path = f"{point.name}/{rows}", listing.path_of(point)
    assert visitor.get(path).status_code == visitor.get("/raw/view/").status_code == 200
    asked = len(listing.queries(point, user))
    acts = [
        lambda: listing.raw_rows(point, clinic.now),
        lambda: listing.answer(point, clinic.now),
        lambda: visitor.get(path),
        lambda: visitor.get("/raw/view/"),
    ]
    raw, ours, page, view = measured(acts, runs)
    views += view
    yield figure(f"raw/listing/{name}", raw)
    yield figure(f"listing/{name}", ours)
    yield figure(f"page/{name}", page, queries=asked, view_ms=round(middle(view), 2))


def explain(clinic):
    """Write down how Postgres came to the widest bare answer."""
    lines = listing.raw_rows(clinic.points[-1], clinic.now, explain=True)
    EXPLAINED.parent.mkdir(exist_ok=True)
    EXPLAINED.write_text("".join(f"{line}\n" for (line,) in lines))


def check(point, now):
    """Ours and bare SQL say the same, now and around the next two changes of the clocks."""
    for point_then, then in [(point, now), *listing.around_the_clock_changes(point, now)]:
        assert listing.answer(point_then, then) == listing.raw_answer(point_then, then), f"{point.name} at {then}"


def bookings(clinic, web, sizes):
    """Yield what booking takes, beside an empty POST and a bare INSERT."""
    point = clinic.points[-1]
    for clients, each in sizes.posts.items():
        name = "raw/post" if clients == 1 else f"raw/post/{clients}"
        yield booking.empty_posts(name, web.origin, point, clients=clients, each=each)
    for clients, each in sizes.bookings.items():
        yield booking.booking(f"book/{clients}", web.origin, point, clients=clients, each=each)
    for name, seconds in sizes.mail_takes.items():
        with mail_server(seconds) as server, worker(server.port):
            settle(web.origin, point)
            yield booking.booking(f"book/1/{name}-mail", web.origin, point, clients=1, each=sizes.bookings[1])
    for clients, each in sizes.inserts.items():
        yield booking.inserts(f"raw/insert/{clients}", clinic, clients=clients, each=each)


def settle(origin, point):
    """Return once the worker has sent the mails of what was booked before, and of one booking more."""
    booking.booking("first", origin, point, clients=1, each=1)
    until = time.monotonic() + 120
    while Message.objects.filter(state__in=ON_THE_WAY, due_at__lte=timezone.now()).exists():
        assert time.monotonic() < until, "The worker did not send the mails within 120 s"
        time.sleep(0.1)


def say(line):
    print(line, flush=True)
