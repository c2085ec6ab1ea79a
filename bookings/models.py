"""The tables of this app, gathered from its folders."""

from bookings.appointments.models import Appointment, AppointmentMove, AppointmentStateChange, Submission
from bookings.availability.models import HoursException, WeeklyHours
from bookings.charges.models import Charge, ChargeEntry, ChargeStateChange
from bookings.kinds.models import AppointmentKind
from bookings.nextfree.models import NextFree

__all__ = [
    "Appointment",
    "AppointmentKind",
    "AppointmentMove",
    "AppointmentStateChange",
    "Charge",
    "ChargeEntry",
    "ChargeStateChange",
    "HoursException",
    "NextFree",
    "Submission",
    "WeeklyHours",
]
