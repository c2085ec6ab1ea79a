"""The tables of this app, gathered from its folders."""

from bookings.appointments.models import Appointment, AppointmentMove, AppointmentStateChange, Submission
from bookings.availability.models import HoursException, TimeOff, WeeklyHours
from bookings.kinds.models import AppointmentKind
from bookings.nextfree.models import NextFree

__all__ = [
    "Appointment",
    "AppointmentKind",
    "AppointmentMove",
    "AppointmentStateChange",
    "HoursException",
    "NextFree",
    "Submission",
    "TimeOff",
    "WeeklyHours",
]
