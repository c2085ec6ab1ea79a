"""Every write to opening hours. Visits that stand neither move nor hide, whatever the hours become."""

from datetime import datetime

from django.db.models import Q

from bookings.availability.models import HoursException, WeeklyHours
from clinic.accounts.models import User
from clinic.db.refusal import Refusal


class Overlapping(Refusal):
    """Two rows for the same time."""

    def __init__(self, other: object) -> None:
        super().__init__(f"This overlaps what is there already: {other}. Change that row, or enter other times.")


def save_hours(hours: WeeklyHours, *, by: User, at: datetime) -> None:
    """Save a weekly range. Raises Overlapping where the clinician has one at that time already."""
    others = WeeklyHours.objects.filter(
        clinician=hours.clinician, weekday=hours.weekday, starts__lt=hours.ends, ends__gt=hours.starts
    )
    others = others.filter(Q(valid_until=None) | Q(valid_until__gte=hours.valid_from)).exclude(pk=hours.pk)
    if hours.valid_until:
        others = others.filter(valid_from__lte=hours.valid_until)
    if other := others.first():
        raise Overlapping(other)
    hours.save()


def save_exception(exception: HoursException, *, by: User, at: datetime) -> None:
    """Save a day's difference. Raises Overlapping where the same kind of it is there at that time already."""
    same = HoursException.objects.filter(clinician=exception.clinician, day=exception.day, kind=exception.kind)
    if other := same.filter(starts__lt=exception.ends, ends__gt=exception.starts).exclude(pk=exception.pk).first():
        raise Overlapping(other)
    exception.save()
