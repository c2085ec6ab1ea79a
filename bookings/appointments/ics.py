"""Calendar files of appointments, in words that tell a family calendar nothing."""

from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress, vUri

from bookings.appointments.enums import CANCELLED
from bookings.appointments.models import Appointment
from bookings.kinds.enums import Mode
from clinic.db.clock import UK, is_repeated

FILE_NAME = "appointment.ics"


class Method(StrEnum):
    """What the file asks a calendar to do: PUBLISH for a download, REQUEST in a mail.

    No CANCEL: a confirmation is the only letter with a file, so one that says a visit is cancelled has none.
    """

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"


def calendar_file(appointment: Appointment, method: Method, *, at: datetime, to: str = "") -> str:
    """Return the calendar file of ``appointment`` made at ``at``.

    Its UID stays the same and its SEQUENCE rises with every move, so that a calendar changes the
    entry it has. ``to`` is the address it is mailed to; a REQUEST names it as the attendee.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.CLINIC['name']}//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    calendar.add_component(_event(appointment, at, to))
    calendar.add_missing_timezones()
    return calendar.to_ical().decode()


def page_url(appointment: Appointment) -> str:
    """Return the full address of the appointment's own page (behind sign-in)."""
    return f"{settings.SITE_ORIGIN}/appointments/{appointment.pk}/"


def mimetype(method: Method) -> str:
    """Return the content type of a file of this ``method``."""
    return f"text/calendar; method={method.value}"


def _event(appointment: Appointment, at: datetime, to: str) -> Event:
    event = Event()
    event.add("uid", f"{appointment.pk}@{urlsplit(settings.SITE_ORIGIN).hostname}")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", at)
    event.add("dtstart", _clock_time(appointment.starts_at))
    event.add("dtend", _clock_time(appointment.ends_at))
    event.add("summary", f"Appointment with {settings.CLINIC['name']}")
    event.add(
        "location", settings.CLINIC["address"] if appointment.mode == Mode.IN_PERSON else Mode(appointment.mode).label
    )
    event.add("url", vUri(page_url(appointment)))
    event.add("status", "CANCELLED" if appointment.state in CANCELLED else "CONFIRMED")
    _add_people(event, to)
    return event


def _clock_time(moment: datetime) -> datetime:
    """Return UK clock time; an instant in the hour that comes twice stays in UTC, as a file could only name the first (RFC 5545, 3.3.5)."""
    local = moment.astimezone(UK)
    return moment.astimezone(UTC) if is_repeated(local.replace(tzinfo=None, fold=0)) else local


def _add_people(event: Event, to: str) -> None:
    """Name the clinic, and the patient by the address the mail goes to anyway; no reply is asked for."""
    organiser = vCalAddress(f"mailto:{settings.CLINIC['email']}")
    organiser.params["CN"] = settings.CLINIC["name"]
    event.add("organizer", organiser)
    if to:
        attendee = vCalAddress(f"mailto:{to}")
        attendee.params["RSVP"] = "FALSE"
        event.add("attendee", attendee)
