"""Calendar files: the right hour on every clock, the same entry after a move, and nothing clinical."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from bookings.appointments import ics
from bookings.appointments.ics import Method
from tests.factories import diary
from tests.factories.people import NOW

UK = ZoneInfo("Europe/London")
CLINICAL = ("pain", "neuro", "facial", "sclerosis", "assessment", "okafor", "amina", "19800327")


def read(appointment, method=Method.PUBLISH, **more):
    calendar = Calendar.from_ical(ics.calendar_file(appointment, method, at=NOW, **more))
    (event,) = calendar.walk("VEVENT")
    return calendar, event


@pytest.fixture
def visit(amina, okafor):
    return diary.appointment(
        amina, okafor, diary.kind(okafor, name="Facial pain: first assessment"), datetime(2027, 3, 28, 8, tzinfo=UTC)
    )


def test_case_14_nine_oclock_after_the_clocks_change_is_nine_oclock(visit):
    """Hard case 14: booked in winter for 28 March 2027, the day summer time begins."""
    calendar, event = read(visit)

    starts = event.decoded("dtstart")
    assert (starts.astimezone(UTC).isoformat(), starts.strftime("%H:%M"), event["DTSTART"].params["TZID"]) == (
        "2027-03-28T08:00:00+00:00",
        "09:00",
        "Europe/London",
    )
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/London"]
    assert (event.decoded("dtend") - starts) == timedelta(minutes=30)


def test_the_zone_in_the_file_says_the_same_without_looking_it_up(visit):
    """A calendar program may know no zones but the file's own."""
    calendar, event = read(visit)

    own_zone = calendar.walk("VTIMEZONE")[0].to_tz(lookup_tzid=False)
    wall = event.decoded("dtstart").replace(tzinfo=None)
    assert wall.replace(tzinfo=own_zone).utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize("hour", [0, 1])
def test_case_13_the_hour_that_comes_twice_is_told_apart_to_a_calendar(amina, okafor, hour):
    starts_at = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    visit = diary.appointment(amina, okafor, diary.kind(okafor), starts_at)

    _, event = read(visit)

    assert (event.decoded("dtstart"), event.decoded("dtend")) == (starts_at, starts_at + timedelta(minutes=30))


@pytest.mark.parametrize(
    ("state", "sequence", "method", "status"),
    [
        ("booked", 0, Method.REQUEST, "CONFIRMED"),
        ("booked", 2, Method.REQUEST, "CONFIRMED"),
        ("cancelled_by_patient", 3, Method.PUBLISH, "CANCELLED"),
    ],
)
def test_the_entry_keeps_its_name_and_its_number_rises(visit, state, sequence, method, status):
    visit.state, visit.sequence = state, sequence

    calendar, event = read(visit, method, to="amina@example.com")

    assert (str(calendar["METHOD"]), str(event["UID"]), event["SEQUENCE"], str(event["STATUS"])) == (
        method.value,
        f"{visit.pk}@localhost",
        sequence,
        status,
    )
    assert str(event["ATTENDEE"]) == "mailto:amina@example.com"


def test_a_download_is_published_and_names_no_attendee(visit):
    calendar, event = read(visit)

    assert (str(calendar["METHOD"]), "ATTENDEE" in event) == ("PUBLISH", False)


@pytest.mark.parametrize(
    ("mode", "place"),
    [("video", "Video call"), ("phone", "Phone call"), ("in_person", "1 Example Street, Exampleton, AA1 1AA")],
)
def test_the_place(visit, mode, place):
    visit.mode = mode

    assert str(read(visit)[1]["LOCATION"]) == place


def test_it_says_nothing_clinical(visit, settings):
    text = ics.calendar_file(visit, Method.REQUEST, at=NOW).replace("\r\n ", "")
    neutral = text.replace(settings.CLINIC["name"], "")

    assert f"SUMMARY:Appointment with {settings.CLINIC['name']}" in text
    assert [word for word in CLINICAL if word in neutral.lower()] == []


def test_the_address_leads_to_the_appointments_page(visit):
    assert str(read(visit)[1]["URL"]) == f"http://localhost:8000/appointments/{visit.pk}/"
