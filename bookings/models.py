"""The tables of this app, gathered from its folders."""

from bookings.appointments.models import Appointment, AppointmentMove, AppointmentStateChange, Submission
from bookings.availability.models import HoursException, TimeOff, WeeklyHours
from bookings.charges.models import Charge, ChargeEntry, ChargeStateChange
from bookings.kinds.models import AppointmentKind
from bookings.nextfree.models import NextFree
from bookings.waitlist.models import Offer, OfferStateChange, Skip, WaitingEntry, WaitingEntryStateChange

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
    "Offer",
    "OfferStateChange",
    "Skip",
    "Submission",
    "TimeOff",
    "WaitingEntry",
    "WaitingEntryStateChange",
    "WeeklyHours",
]
