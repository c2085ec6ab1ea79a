"""How much one person may hold and book online, and what. Reading only."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q

from bookings.appointments import slots
from bookings.appointments.enums import UPCOMING, State
from bookings.appointments.models import Appointment
from bookings.appointments.policy import (
    MOST_BOOKED_A_WEEK,
    MOST_COMING,
    why_not_book,
)
from bookings.appointments.refusals import (
    NotForYou,
    SignInFirst,
    TooMany,
)
from bookings.kinds.enums import Audience
from bookings.kinds.models import AppointmentKind
from clinic.db.clock import MINUTES_IN_A_DAY, instant, uk_day
from clinic.staff.models import Clinician
from patients.profile.models import Patient

HOLDS_AN_HOUR = 3  # by one network address, signed out
SHARE_FOR_SIGNED_OUT = 5  # one time in so many of a day's may be held by people not signed in


def check_may_book(kind: AppointmentKind, patient: Patient | None) -> None:
    """Look whether the kind is for this person; somebody not signed in is asked when they confirm. Raises NotForYou."""
    matters = patient is not None and kind.audience == Audience.RETURNING
    was_here = not matters or Appointment.objects.filter(patient=patient, state=State.COMPLETED).exists()
    if why := why_not_book(kind.audience, was_here=was_here):
        raise NotForYou(why)


def check_how_many(patient: Patient, at: datetime) -> None:
    """Look how many visits a patient has booked. Raises TooMany."""
    booked = Appointment.objects.filter(patient=patient).visits()
    many = booked.aggregate(
        coming=Count("pk", filter=Q(state__in=UPCOMING, starts_at__gt=at)),
        this_week=Count("pk", filter=Q(booked_at__gt=at - timedelta(days=7))),
    )
    if many["coming"] >= MOST_COMING or many["this_week"] >= MOST_BOOKED_A_WEEK:
        raise TooMany


def check_signed_out_holds(
    kind: AppointmentKind, clinician: Clinician, starts_at: datetime, address: str, *, at: datetime
) -> None:
    """Keep people who are not signed in from holding the whole diary. Raises SignInFirst."""
    with (
        connection.cursor() as cursor
    ):  # of many at once from one address, with many clinicians, one counts after the other
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [address])
    recent = Appointment.objects.filter(held_from=address, created_at__gt=at - timedelta(hours=1))
    day = uk_day(starts_at)
    diary = slots.read_diary([clinician], day, day, now=at)
    free = len(slots.slots(kind, diary, day, day, now=at).get(day, []))
    held = sum(1 for busy_from, _ in diary.busy[clinician.pk] if uk_day(busy_from) == day)
    anonymous = Appointment.objects.filter(
        clinician=clinician,
        state=State.HELD,
        patient=None,
        held_until__gt=at,
        starts_at__gte=instant(day, 0),
        starts_at__lt=instant(day, MINUTES_IN_A_DAY),
    )
    # One always: on a day with few times left nobody could choose before signing in.
    allowed = max(1, (free + held) // SHARE_FOR_SIGNED_OUT)
    if recent.count() >= HOLDS_AN_HOUR or anonymous.count() >= allowed:
        raise SignInFirst
