"""The hard cases of booking that have no better place, and a count that every number has a test bearing it.

Their list, each from a real bug of a booking system, is numbered 1 to 30; a test's name says ``case_NN``.
"""

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from bookings.appointments import actions, letters
from bookings.appointments.models import Appointment
from bookings.appointments.refusals import NotOffered, Taken
from bookings.appointments.slots import Slot, offered_at
from bookings.choosing.forms import slot_value
from bookings.holds import actions as holds
from clinic.db.clock import UK, uk_day
from clinic.outbox.models import Message
from tests.factories import diary, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
TESTS = Path(__file__).parents[1]
BEARING = re.compile(r"^(?:    )?(?:def test_case_|class TestCase)(\d+)", re.MULTILINE)
QUERIES = ["", "?day=9999-12-31", "?start=0001-01-01", "?day=2026-02-30", "?day=%00", "?who=%F0%9F%A6%93", "?part=x"]


def at(hour, minute=0):
    return datetime(2026, 12, 2, hour, minute, tzinfo=UTC)


def book(kind, clinician, starts_at, patient):
    held = holds.hold(kind, clinician, starts_at, patient=patient, own_hold=None, address="", key=uuid4(), at=NOW)
    return holds.confirm(held, patient=patient, mode="video", early_start=True, key=uuid4(), by=patient.user, at=NOW)


def test_every_number_has_a_test_that_bears_it():
    found = {int(number) for path in TESTS.rglob("test_*.py") for number in BEARING.findall(path.read_text())}

    assert {number for number in found if number <= 30} == set(range(1, 31))  # the rest are cases of other lists


def test_case_06_a_short_visit_inside_a_longer_one_is_neither_offered_nor_bookable(okafor, amina, ben):
    diary.hours(okafor)
    quarter = diary.kind(okafor, slug="quarter", minutes=15, align_minutes=15)
    hour = diary.kind(okafor, slug="hour", minutes=60, align_minutes=60)
    book(quarter, okafor, at(10, 15), amina)

    offered = offered_at(hour, okafor, at(10), now=NOW)

    assert offered is None
    with pytest.raises(Taken):
        book(hour, okafor, at(10), ben)


def test_case_07_the_second_half_of_a_visit_is_refused(okafor, amina, ben):
    diary.hours(okafor)
    book(diary.kind(okafor, slug="hour", minutes=60, align_minutes=30), okafor, at(9, 30), amina)

    with pytest.raises(Taken):
        book(diary.kind(okafor), okafor, at(10), ben)

    assert Appointment.objects.count() == 1


def test_case_08_back_to_back_is_allowed_without_a_buffer(okafor, amina, ben):
    diary.hours(okafor)
    kind = diary.kind(okafor)

    visits = [book(kind, okafor, at(10), amina), book(kind, okafor, at(10, 30), ben)]

    assert visits[0].ends_at == visits[1].starts_at


@pytest.mark.parametrize("buffer", ["buffer_before", "buffer_after"])
def test_case_08_back_to_back_is_refused_with_a_buffer_of_10(okafor, amina, ben, buffer):
    diary.hours(okafor)
    kind = diary.kind(okafor, **{buffer: 10})
    book(kind, okafor, at(10), amina)

    with pytest.raises(Taken):
        book(kind, okafor, at(10, 30), ben)


def test_case_05_a_time_aligned_for_another_kind_only_is_refused(okafor, amina):
    diary.hours(okafor)
    diary.kind(okafor, slug="short", minutes=15, align_minutes=15)
    long = diary.kind(okafor)

    with pytest.raises(NotOffered):
        book(long, okafor, at(10, 15), amina)


SUNDAYS = [
    # booked on, starts at, what people read, what a calendar reads
    (datetime(2027, 3, 1, 9, tzinfo=UTC), datetime(2027, 3, 28, 8, tzinfo=UTC), "28 March 2027", "9am", "09:00"),
    (datetime(2027, 3, 1, 9, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC), "28 March 2027", "2am", "02:00"),
    (
        datetime(2026, 3, 2, 9, tzinfo=UTC),
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
        "29 March 2026",
        "12:30am",
        "00:30",
    ),
    (datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 29, 8, tzinfo=UTC), "29 March 2026", "9am", "09:00"),
    (
        datetime(2026, 10, 1, 9, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        "25 October 2026",
        "1:30am BST",
        "01:30",
    ),
    (
        datetime(2026, 10, 1, 9, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        "25 October 2026",
        "1:30am GMT",
        "01:30",
    ),
    (datetime(2026, 10, 1, 9, tzinfo=UTC), datetime(2026, 10, 25, 9, tzinfo=UTC), "25 October 2026", "9am", "09:00"),
]


@pytest.mark.parametrize(("now", "starts_at", "day", "clock", "wall"), SUNDAYS)
def test_case_14_every_place_says_the_same_time(as_user, okafor, amina, rosa, now, starts_at, day, clock, wall):
    for starts, ends in ((30, 180), (540, 600)):
        diary.hours(okafor, weekdays=[6], starts=starts, ends=ends)
    kind = diary.kind(okafor)
    words = f"Sunday {day} at {clock}, UK time"

    with time_machine.travel(now, tick=False):
        said = places(as_user, okafor, amina, rosa, kind, starts_at)
    file = said.pop("file")

    visit = Appointment.objects.get()
    assert visit.starts_at == starts_at
    assert said.pop("list") == clock
    desk = ("diary", "week", "outage list")
    assert {name: said.pop(name).split(" to ")[0] for name in desk} == dict.fromkeys(desk, clock)
    assert {name for name, text in said.items() if words not in text} == set()
    letter = letters.booking_confirmed(Message.objects.get(rule="booking_confirmed"))
    for each in (letter, *other_letters(visit, rosa, at=now)):
        assert (words in each.text, words in each.html) == (True, True), each.subject
    for text in (letter.attachments[0][1], file):
        (event,) = Calendar.from_ical(text).walk("VEVENT")
        starts = event.decoded("dtstart")
        zone = "UTC" if "1:30am" in clock else "Europe/London"  # an hour that comes twice has no name of its own
        assert (str(starts.tzinfo), f"{starts.astimezone(UK):%H:%M}") == (zone, wall)
        assert starts.astimezone(UTC) == starts_at
        assert event.decoded("dtend").astimezone(UTC) == starts_at + timedelta(minutes=30)


def places(as_user, okafor, amina, rosa, kind, starts_at):
    """Book as the patient's browser does, and return what each page on the way says of the time."""
    client, value = as_user(amina.user), slot_value(Slot(starts_at, okafor.pk))
    page = client.get(reverse("book_kind", args=[kind.slug]), {"day": uk_day(starts_at)})
    html = page.content.decode()
    shown = re.findall(rf'name="slot" value="{re.escape(value)}"><span class="time-clock">([^<]+)</span>', html)
    address = client.post(page.request["PATH_INFO"], {"slot": value, "key": uuid4()})["Location"]
    said = {"list": "".join(shown), "confirm page": client.get(address).content.decode()}
    visit = client.post(address, {"key": uuid4(), "mode": "video", "early_start": "on"})["Location"]
    said["patient's page"] = client.get(visit).content.decode()
    said["file"] = client.get(f"{visit}calendar.ics").content.decode()
    staff = as_user(rosa)
    pk = visit.split("/")[2]
    said["admin page"] = staff.get(reverse("admin:bookings_appointment_change", args=[pk])).content.decode()
    said["admin list"] = staff.get(reverse("admin:bookings_appointment_changelist")).content.decode()
    day = {"day": f"{starts_at.astimezone(UK):%Y-%m-%d}"}
    for name, place in (("desk_diary", "diary"), ("desk_week", "week")):
        html = staff.get(reverse(name), day).content.decode()
        said[place] = " ".join(re.search(rf'id="visit-{pk}"[^>]*>(.*?)</a>', html, re.DOTALL)[1].split())
    html = staff.get(reverse("desk_list"), day).content.decode()
    said["outage list"] = re.search(r"<td>([^<]+)</td>\s*<th scope=\"row\">Amina Example", html)[1]
    return said


def other_letters(visit, rosa, *, at):
    """Everything else that is written about a visit at its time: the reminder, that it moved, and that it is cancelled."""

    def message(rule):
        return Message(about=visit.pk, rule=rule, round=visit.sequence, created_at=at)

    yield letters.reminder(message("reminder_48h"))
    yield letters.booking_moved(message("booking_moved"))
    Appointment.objects.filter(pk=visit.pk).update(move_asked_at=at)
    yield letters.please_move(message("please_move"))
    actions.cancel(visit, reason="", agreed_refund=None, key=uuid4(), by=rosa, at=at)
    visit.refresh_from_db()
    yield letters.booking_cancelled(message("booking_cancelled"))


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("hours", [None, (0, 1440), (600, 610)])
def test_case_27_odd_hours_and_odd_questions_are_answered_at_once(client, okafor, hours, query):
    kind = diary.kind(okafor, minutes=45)
    if hours:
        diary.hours(okafor, weekdays=range(7), starts=hours[0], ends=hours[1])
    began = time.monotonic()

    answer = client.get(f"/book/{kind.slug}/{query}")

    assert answer.status_code == (400 if "%00" in query else 200)
    assert answer.status_code == 400 or bool(answer.context["times"].days) == (hours == (0, 1440))
    assert time.monotonic() - began < 1


def test_case_27_a_name_of_pictures_is_a_name(as_user, okafor):
    zebra = people.patient("zebra@example.com", first_names="🦓 Zoë", family_name="Ẑ́")
    diary.hours(okafor)
    visit = book(diary.kind(okafor), okafor, at(10), zebra)

    assert as_user(zebra.user).get(reverse("appointment", args=[visit.pk])).status_code == 200
