"""A visit is moved or cancelled, or its patient dies or is discharged, in the moment its message is due.

What is promised: a change that was committed before a worker claimed the message stops it; a new time, and a
cancellation, also where it was committed before the worker asked for the message's words. Nobody can promise more:
what a worker has written by then is in its hands and may go. Its row then says that it went, and the message about the
change goes in any case.
"""

import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.db.models.functions import Now
from django.utils import timezone

from bookings.appointments import actions as appointments
from clinic.db.clock import uk_day
from clinic.outbox import registry, sending
from clinic.outbox.models import Message
from patients.profile import actions as patients
from patients.profile.enums import Status
from tests.factories import diary, people
from tests.factories.messages import due
from tests.worker import mail_server, wait_until

DRAINS = 2
DUE_IN = 0.04  # seconds after a round begins
GAPS = [each / 1000 for each in range(0, 81, 4)]  # when the change begins
TOLD_BY = {"moved": "booking_moved", "cancelled": "booking_cancelled"}
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


class Asked(NamedTuple):
    """When a message was claimed, and when its words were asked for, by the database's clock."""

    claimed: datetime
    written: datetime


@pytest.fixture
def sink(settings):
    with mail_server(0.002) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server.handler


@pytest.fixture
def asked(monkeypatch):
    """The times of each message that a worker asked the words of, by its key."""
    times, write = {}, registry._composers["reminder_48h"]

    def asking(message):
        times[message.pk] = Asked(message.claimed_at, clock())
        return write(message)

    monkeypatch.setitem(registry._composers, "reminder_48h", asking)
    return times


@contextmanager
def drains():
    """Real threads that send whatever is due, again and again; at the end they finish what they have in their hands."""
    done = threading.Event()

    def drain():
        try:
            while not done.is_set():
                sending.drain(1)
                time.sleep(0.002)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=drain) for _ in range(DRAINS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()


class Desk:
    """Reception, who changes visits of new patients, each change at its own time of the diary."""

    def __init__(self, clinician, staff):
        self.clinician, self.staff, self.kind = clinician, staff, diary.kind(clinician)
        first = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=30)
        self.times = (first + timedelta(minutes=30 * number) for number in count())

    def visit(self):
        return diary.appointment(people.patient(), self.clinician, self.kind, next(self.times))

    def change(self, visit, how):
        now, common = timezone.now(), {"key": uuid4(), "by": self.staff, "at": timezone.now()}
        if how == "moved":
            reason = {"outside_hours_reason": "Asked for by the patient"}
            appointments.reschedule(visit, self.clinician, next(self.times), **reason, **common)
        elif how == "cancelled":
            appointments.cancel(visit, reason="Ill", agreed_refund=None, **common)
        else:
            status = {"died": Status.DECEASED, "discharged": Status.DISCHARGED}[how]
            patients.set_status(visit.patient, status, uk_day(now), by=self.staff, at=now)


@pytest.mark.parametrize("rounds", [1, pytest.param(10, marks=pytest.mark.proof)])
@pytest.mark.parametrize("how", ["moved", "cancelled", "died", "discharged"])
def test_what_was_changed_before_the_claim_is_not_sent(okafor, rosa, sink, asked, how, rounds):
    desk, told, changed = Desk(okafor, rosa), set(TOLD_BY.get(how, "").split()), {}

    with drains():
        for gap in GAPS * rounds:
            visit = desk.visit()
            old = due("reminder_48h", about=visit.pk, person=visit.patient_id, since=-timedelta(seconds=DUE_IN))
            time.sleep(gap)
            desk.change(visit, how)
            changed[old.pk] = clock()
        wait_until(lambda: not due_soon().exists(), 10, "nothing is on its way")

    olds = Message.objects.filter(pk__in=changed)
    went = {old.pk for old in olds if old.message_id in sink.taken}
    print(f"\n{how}: {len(went)} went before, {len(olds) - len(went)} were stopped")
    assert {old.pk for old in olds if old.state == "sent"} == went
    assert {old.pk for old in olds if old.state == "cancelled"} == set(changed) - went
    assert [key for key in went if asked[key].claimed > changed[key]] == []
    assert not told or [key for key in went if asked[key].written > changed[key]] == []
    assert not olds.filter(maybe_repeated=True).exists()
    news = Message.objects.exclude(pk__in=changed).filter(state="sent")
    assert Counter(news.values_list("rule", flat=True)) == Counter(dict.fromkeys(told, len(changed)))
    assert len(sink.taken) == len(set(sink.taken)) == len(went) + len(news)
    assert 0 < len(went) < len(changed)  # a race that one side always wins says nothing


def due_soon():
    return Message.objects.filter(state__in=["due", "sending"], due_at__lt=Now() + timedelta(minutes=1))


def clock():
    """The database's clock at this moment, also inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        return cursor.fetchone()[0]
