"""Time off that is taken back frees its time: the waiting list hears of it (booking case 28)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from bookings.timeoff import actions as timeoff
from bookings.waitlist import actions
from bookings.waitlist.models import Offer
from clinic.db.clock import instant, uk_day
from tests.factories import diary, waiting

pytestmark = pytest.mark.django_db


def test_case_28_a_time_off_taken_back_is_offered_to_who_waits(okafor, amina, rosa):
    """On the real clock: the history of the hours is written by the database, with its own."""
    diary.hours(okafor, weekdays=range(7))
    kind, now = diary.kind(okafor), timezone.now()
    day = uk_day(now) + timedelta(days=10)
    span = (instant(day, 10 * 60), instant(day, 11 * 60))
    away, _ = timeoff.take(okafor, *span, reason="Course", key=uuid4(), by=rosa, at=now)
    entry = waiting.entry(
        amina,
        kind,
        weekdays=[0, 1, 2, 3, 4, 5, 6],
        created_at=now - timedelta(hours=1),
        first_day=day,
        last_day=day + timedelta(days=1),
    )

    actions.sweep(at=timezone.now())
    assert not Offer.objects.exists()
    timeoff.cancel(away, by=rosa, at=timezone.now())
    actions.sweep(at=timezone.now())

    offer = Offer.objects.get()
    assert (offer.entry, offer.hold.starts_at) == (entry, span[0])
