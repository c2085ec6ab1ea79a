"""A visit is moved or cancelled, or its patient dies, is discharged or wants no reminders, as its message is due.

What is promised: a change that was committed before a worker began to send the message stops it. Nobody can promise
more: what is with the mail server may go. Its row then says that it went, and the message about the change goes in any
case.
"""

import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.db.models.functions import Now
from django.utils import timezone

from bookings.appointments import actions as appointments
from bookings.status.actions import NotAsShown, change_status
from bookings.status.reading import Wanted, touched
from clinic.db.clock import uk_day
from clinic.outbox import sending
from clinic.outbox.models import Message
from patients.contact.actions import choose
from patients.profile.enums import Status
from tests.factories import diary, people
from tests.factories.messages import due
from tests.worker import mail_server, wait_until

DRAINS = 2
DUE_IN = 0.04  # seconds after a round begins
STATUS_TAKES = 0.03  # seconds more than any other change
GAPS = [each / 1000 for each in range(0, 81, 4)]  # when the change begins
STATUSES = {"died": Status.DECEASED, "discharged": Status.DISCHARGED}
TOLD_BY = {"moved": "booking_moved", "cancelled": "booking_cancelled"}
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


@pytest.fixture
def sink(settings):
    with mail_server(0.002) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server.handler


@pytest.fixture
def begun(monkeypatch):
    """The times just before the try of each message that went began, by its key."""
    times, begin = {}, sending._begin

    def beginning(message, gone):
        before = clock()
        if may_go := begin(message, gone):
            times[message.pk] = before
        return may_go

    monkeypatch.setattr(sending, "_begin", beginning)
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
        elif how == "opted out":
            mail_only = {"way": "email", "postal_address": "", "texts": False}
            no_copies = {"copies_name": "", "copies_email": ""}
            choose(visit.patient, mail_only | no_copies | {"reminders": False}, by=self.staff, at=now)
        else:
            self.set_status(visit.patient, Wanted(STATUSES[how], uk_day(now), cancels=False))

    def set_status(self, patient, wanted):
        """Confirm what the page shows; where a message went meanwhile, it is shown anew."""
        while True:
            now = timezone.now()
            with suppress(NotAsShown):
                seen = touched(patient, wanted, at=now).mark(patient, wanted)
                return change_status(patient, wanted, seen=seen, by=self.staff, at=now)


@pytest.mark.parametrize("rounds", [1, pytest.param(10, marks=pytest.mark.proof)])
@pytest.mark.parametrize("how", ["moved", "cancelled", "died", "discharged", "opted out"])
def test_what_was_changed_before_its_try_began_is_not_sent(okafor, rosa, sink, begun, how, rounds):
    desk, told, changed = Desk(okafor, rosa), set(TOLD_BY.get(how, "").split()), {}
    due_in = timedelta(seconds=DUE_IN + STATUS_TAKES * (how in STATUSES))

    with drains():
        for gap in GAPS * rounds:
            visit = desk.visit()
            old = due("reminder_48h", about=visit.pk, person=visit.patient_id, since=-due_in)
            time.sleep(gap)
            desk.change(visit, how)
            changed[old.pk] = clock()
        wait_until(lambda: not due_soon().exists(), 10, "nothing is on its way")

    olds = Message.objects.filter(pk__in=changed)
    went = {old.pk for old in olds if old.message_id in sink.taken}
    print(f"\n{how}: {len(went)} went before, {len(olds) - len(went)} were stopped")
    assert {old.pk for old in olds if old.state == "sent"} == went
    assert {old.pk for old in olds if old.state == "cancelled"} == set(changed) - went
    assert [key for key in went if begun[key] > changed[key]] == []
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
