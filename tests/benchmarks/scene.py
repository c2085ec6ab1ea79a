"""The clinic that is measured: 50 clinicians, and a kind of appointment for each window and number of them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from bookings.availability.models import HoursException
from bookings.kinds.models import AppointmentKind
from clinic.db.clock import UK, uk_day
from clinic.db.workdays import bank_holidays
from tests.factories import diary, many, people

CLINICIANS = 50
WINDOWS = (1, 28)  # days


@dataclass(frozen=True)
class Point:
    """What one listing is about. ``kind`` opens its days alone: tomorrow, or the 28 days from tomorrow."""

    days: int
    kind: AppointmentKind
    clinicians: int
    first: date

    @property
    def last(self):
        return self.first + timedelta(days=self.days - 1)

    @property
    def name(self):
        return f"{self.days}d/{self.clinicians}c"


@dataclass(frozen=True)
class Scene:
    """Everybody and everything that is there before the first appointment."""

    now: datetime
    clinicians: list
    patients: list  # who the many appointments belong to
    points: list

    def fill(self, rows):
        """Let the diary hold ``rows`` appointments in all."""
        many.fill(self.points[0].kind, self.clinicians, self.patients, rows, now=self.now)


def build(clinicians=CLINICIANS, now=None):
    """A clinic open from 9 to 5 every day, with closures and extra hours here and there."""
    now = now or timezone.now()
    everybody = [people.clinician() for _ in range(clinicians)]
    first = uk_day(now) + timedelta(days=1)
    for number, each in enumerate(everybody):
        diary.hours(each, weekdays=range(7))
        _exceptions(each, number, first)
    HoursException.objects.create(day=first + timedelta(days=9), kind="closed", starts=15 * 60)  # a team meeting
    points = [
        Point(days, _kind(now, days, everybody[:count]), count, first)
        for days in WINDOWS
        for count in dict.fromkeys((1, clinicians))
    ]
    return Scene(now, everybody, many.patients_for(everybody), points)


def _kind(now, days, clinicians):
    """A kind whose first day is tomorrow from midnight on."""
    return diary.kind(
        *clinicians,
        slug=f"{days}-days-{len(clinicians)}-clinicians",
        notice_hours=24 - now.astimezone(UK).hour,
        horizon_days=days,
    )


def _exceptions(clinician, number, first):
    """A day off and an evening in each four weeks; and whoever is asked works on bank holidays."""
    off, evening = first + timedelta(days=2 + number % 26), first + timedelta(days=1 + number % 27)
    extra = {"clinician": clinician, "kind": "extra"}
    HoursException.objects.create(clinician=clinician, day=off, kind="closed", reason="Away")
    HoursException.objects.create(day=evening, starts=17 * 60, ends=19 * 60, modes=["phone"], **extra)
    for day in (first + timedelta(days=number) for number in range(max(WINDOWS))):
        if day in bank_holidays(day.year):
            HoursException.objects.create(day=day, starts=9 * 60, ends=17 * 60, **extra)
