"""The admin pages of this app, gathered from its folders."""

from bookings.appointments import admin as appointments
from bookings.availability import admin as availability
from bookings.kinds import admin as kinds
from bookings.waitlist import admin as waitlist

__all__ = ["appointments", "availability", "kinds", "waitlist"]
