"""Bookings over HTTP by patients who are signed in, and what they stand on: an empty POST, a bare INSERT.

A booking is three requests: POST the chosen time, GET the page to confirm, POST that. The page of times was read
before and does not count.
"""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg2
from django.db import connection

from bookings.appointments.models import Appointment
from bookings.appointments.slots import read_diary, slots
from tests.benchmarks.figures import figure, timed
from tests.benchmarks.listing import path_of
from tests.factories import people
from tests.web import SLOT, Visitor

REQUESTS = 3
MODE = re.compile(r'name="mode" value="(\w+)"')


def booking(name, origin, point, *, clients, each):
    """The figure of ``each`` bookings by every one of ``clients`` at a time, all of different times and patients."""
    wanted = offered(origin, point, clients * each)
    turns = [[arrival(origin, point, slot) for slot in wanted[number::clients]] for number in range(clients)]
    took, seconds = together([[lambda turn=turn: book(*turn) for turn in own] for own in turns])
    return rated(name, took, seconds, REQUESTS)


def offered(origin, point, count):
    """So many different times, read off the pages of the days as a patient sees them."""
    patient = Visitor(origin, people.patient().user)
    found = {}
    for number in reversed(range(point.days)):
        day = point.first + timedelta(days=number)
        found |= dict.fromkeys(SLOT.findall(patient.get(f"{path_of(point)}?day={day}").text))
    assert len(found) >= count, f"{len(found)} times are offered, {count} are needed"
    return list(found)[:count]


def arrival(origin, point, slot):
    """A new patient in front of the page of times, about to choose ``slot``."""
    visitor = Visitor(origin, people.patient().user)
    return visitor, path_of(point), visitor.get(path_of(point)), slot


def book(visitor, path, page, slot):
    """Choose and confirm as a browser does."""
    chosen = visitor.post(path, page, slot=slot)
    assert chosen.status_code == 302, f"choosing {slot} gave {chosen.status_code}"
    address = chosen.headers["Location"]
    last = visitor.get(address)
    mode = MODE.search(last.text)[1]  # in the evenings some are only on the phone
    done = visitor.post(address, last, mode=mode, early_start="on")
    assert done.status_code == 302, f"confirming {slot} gave {done.status_code}"


def empty_posts(name, origin, point, *, clients, each):
    """The figure of POSTs that do nothing: a session, somebody signed in, a CSRF token, an empty body."""
    visitors = [Visitor(origin, people.patient().user) for _ in range(clients)]
    for visitor in visitors:
        visitor.get(path_of(point))
        visitor.http.headers.update({"X-CSRFToken": visitor.http.cookies["csrftoken"], "Referer": origin})
    took, seconds = together([[lambda visitor=visitor: empty_post(visitor)] * each for visitor in visitors])
    return rated(name, took, seconds, 1)


def empty_post(visitor):
    assert visitor.http.post("/raw/post/").status_code == 200


def inserts(name, scene, *, clients, each):
    """The figure of bare INSERTs of booked visits under the table's constraints and triggers, each in its own transaction."""
    rows = free_rows(scene, clients * each)
    connections = [psycopg2.connect(**connection.get_connection_params()) for _ in range(clients)]
    for own in connections:
        own.autocommit = True
        own.cursor().execute("set role clinic_app")
    acts = [
        [lambda own=own, row=row: insert(own, row) for row in rows[n::clients]] for n, own in enumerate(connections)
    ]
    took, seconds = together(acts)
    for own in connections:
        own.close()
    return rated(name, took, seconds, 1)


def free_rows(scene, count):
    """So many booked visits at times that are free, by column."""
    point, patients = scene.points[-1], people.patient(account=False)
    diary = read_diary(scene.clinicians, point.first, point.last, now=scene.now)
    free = slots(point.kind, diary, point.first, point.last, now=scene.now)
    by_start = {slot.starts_at: slot for found in free.values() for slot in found}  # one patient, so no time twice
    assert len(by_start) >= count, f"{len(by_start)} times are free, {count} are needed"
    return [row_of(point.kind, patients, slot) for slot in list(by_start.values())[:count]]


def row_of(kind, patient, slot):
    ends = slot.starts_at + timedelta(minutes=kind.minutes)
    visit = Appointment(
        kind=kind,
        patient=patient,
        clinician_id=slot.clinician_id,
        state="booked",
        mode="video",
        starts_at=slot.starts_at,
        ends_at=ends,
        busy_from=slot.starts_at,
        busy_until=ends,
        fee_pence=kind.fee_pence,
        created_at=slot.starts_at - timedelta(days=30),
        booked_at=slot.starts_at - timedelta(days=30),
    )
    return {
        field.column: field.get_db_prep_save(getattr(visit, field.attname), connection)
        for field in Appointment._meta.concrete_fields
    }


def insert(own, row):
    own.cursor().execute(
        f"insert into {Appointment._meta.db_table} ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})",  # noqa: S608
        [*row.values()],
    )


def together(acts_of_each):
    """Let everybody do their acts one after the other, all beside each other; return how long each act took and all."""
    began = time.perf_counter()
    with ThreadPoolExecutor(len(acts_of_each)) as pool:
        took = list(pool.map(lambda acts: [timed(act) for act in acts], acts_of_each))
    return [each for own in took for each in own], time.perf_counter() - began


def rated(name, took, seconds, requests):
    """A figure with how many acts, and how many requests, there were in a second."""
    rate = len(took) / seconds
    return figure(name, took, per_second=round(rate, 1), requests_per_second=round(rate * requests, 1))
