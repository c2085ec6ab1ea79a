"""How often a booking asks the database: once for each thing it has to know or write, no more."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.appointments.slots import Slot
from bookings.choosing.forms import slot_value
from tests.factories import diary
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2026, 12, 2, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def counted(act):
    with CaptureQueriesContext(connection) as asked:
        answer = act()
    return answer, len(asked)


@pytest.mark.parametrize("whoever", ["", "on"])
def test_a_booking_asks_for_each_thing_once(as_user, amina, okafor, lind, whoever):
    diary.hours(okafor)
    diary.hours(lind)
    diary.kind(okafor, lind)
    client, slot = as_user(amina.user), slot_value(Slot(WEDNESDAY, okafor.pk))
    chosen = {"slot": slot, "whoever": whoever, "key": uuid4()}
    agreed = {"mode": "video", "early_start": "on", "key": uuid4()}

    held, to_hold = counted(lambda: client.post("/book/first-assessment/", chosen))
    _, to_look = counted(lambda: client.get(held["Location"]))
    booked, to_confirm = counted(lambda: client.post(held["Location"], agreed))

    # BEGIN and COMMIT counted, of the act and of the session.
    assert (held.status_code, booked.status_code) == (302, 302)
    # One looks for what was typed as a session ended, two let go of it, one writes the consent.
    assert (to_hold, to_look, to_confirm) == (20, 8, 29)
