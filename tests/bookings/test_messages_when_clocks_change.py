"""Visits around both changes of the clocks, booked and moved for real: when their messages are due, on the UK clock."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from bookings.appointments import actions
from clinic.outbox.models import Message
from tests.factories import diary

UK = ZoneInfo("Europe/London")
MONTH = timedelta(days=28)
pytestmark = pytest.mark.django_db

# Hours are elapsed hours; "10:00 so many days before" is what the clock on the wall shows. What is missing is asked for
# 7 and 4 days before, the reminders go 48 and 3 hours before.
VISITS = {
    # The clocks go forward on Sunday 28 March 2027 at 1:00: that day has 23 hours.
    "2027-03-28 14:30": ("2027-03-21 10:00", "2027-03-24 10:00", "2027-03-26 13:30", "2027-03-28 11:30"),
    "2027-03-28 03:30": ("2027-03-21 10:00", "2027-03-24 10:00", "2027-03-26 08:00", "2027-03-27 19:30"),
    "2027-03-29 10:00": ("2027-03-22 10:00", "2027-03-25 10:00", "2027-03-27 09:00", "2027-03-29 08:00"),
    "2027-03-29 14:30": ("2027-03-22 10:00", "2027-03-25 10:00", "2027-03-27 13:30", "2027-03-29 11:30"),
    "2027-03-30 14:30": ("2027-03-23 10:00", "2027-03-26 10:00", "2027-03-28 14:30", "2027-03-30 11:30"),
    "2027-04-01 14:30": ("2027-03-25 10:00", "2027-03-28 10:00", "2027-03-30 14:30", "2027-04-01 11:30"),
    "2027-04-04 14:30": ("2027-03-28 10:00", "2027-03-31 10:00", "2027-04-02 14:30", "2027-04-04 11:30"),
    # They go back on Sunday 25 October 2026 at 2:00: that day has 25 hours.
    "2026-10-25 14:30": ("2026-10-18 10:00", "2026-10-21 10:00", "2026-10-23 15:30", "2026-10-25 11:30"),
    "2026-10-25 03:30": ("2026-10-18 10:00", "2026-10-21 10:00", "2026-10-23 08:00", "2026-10-24 19:30"),
    "2026-10-26 10:00": ("2026-10-19 10:00", "2026-10-22 10:00", "2026-10-24 11:00", "2026-10-26 08:00"),
    "2026-10-26 14:30": ("2026-10-19 10:00", "2026-10-22 10:00", "2026-10-24 15:30", "2026-10-26 11:30"),
    "2026-10-27 14:30": ("2026-10-20 10:00", "2026-10-23 10:00", "2026-10-25 14:30", "2026-10-27 11:30"),
    "2026-10-29 14:30": ("2026-10-22 10:00", "2026-10-25 10:00", "2026-10-27 14:30", "2026-10-29 11:30"),
    "2026-11-01 14:30": ("2026-10-25 10:00", "2026-10-28 10:00", "2026-10-30 14:30", "2026-11-01 11:30"),
}
RULES = ("missing_7d", "missing_4d", "reminder_48h", "reminder_3h")


def uk(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UK)


def due_times(visit):
    """When the messages of a visit that are on their way are due, by the UK clock, in the order of RULES."""
    rows = Message.objects.filter(about=visit.pk, state="due", rule__in=RULES)
    times = {row.rule: row.due_at.astimezone(UK).strftime("%Y-%m-%d %H:%M") for row in rows}
    return tuple(times[rule] for rule in RULES)


def book(clinician, patient, staff, starts, at):
    asked = {"mode": "video", "outside_hours_reason": "Asked for by the patient", "key": uuid4(), "by": staff}
    return actions.book_for(patient, diary.kind(clinician), clinician, starts, at=at, **asked)


@pytest.mark.parametrize(("starts", "expected"), VISITS.items())
def test_messages_of_a_booked_visit(okafor, amina, rosa, starts, expected):
    visit = book(okafor, amina, rosa, uk(starts), at=uk(starts) - MONTH)

    assert due_times(visit) == expected


@pytest.mark.parametrize(
    ("starts", "moved_to"),
    [
        ("2027-03-26 14:30", "2027-03-29 14:30"),
        ("2027-04-04 14:30", "2027-03-28 14:30"),
        ("2026-10-23 14:30", "2026-10-26 14:30"),
        ("2026-11-01 14:30", "2026-10-25 14:30"),
    ],
)
def test_messages_of_a_visit_moved_over_the_change(okafor, amina, rosa, starts, moved_to):
    at = uk(starts) - MONTH
    visit = book(okafor, amina, rosa, uk(starts), at=at)

    asked = {"outside_hours_reason": "Asked for by the patient", "key": uuid4(), "by": rosa}
    actions.reschedule(visit, okafor, uk(moved_to), at=at, **asked)

    assert due_times(visit) == VISITS[moved_to]
