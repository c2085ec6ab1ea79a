"""The snapshot of the next free time that public pages show."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from bookings.availability.models import HoursException
from bookings.nextfree import actions
from bookings.nextfree.models import NextFree
from tests.factories import diary

NOW = datetime(2026, 11, 25, 9, 5, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def kind(okafor):
    diary.hours(okafor, weekdays=[3])  # Thursdays, 9 to 5
    return diary.kind(okafor, notice_hours=48, horizon_days=56, minutes=45, align_minutes=60)


def next_free(kind):
    return NextFree.objects.get(kind=kind).starts_at


def test_the_first_time_that_notice_allows(kind):
    actions.look(at=NOW)

    assert next_free(kind) == datetime(2026, 12, 3, 9, tzinfo=UTC)


def test_what_is_taken_is_passed_over(kind, amina, okafor):
    diary.appointment(amina, okafor, kind, datetime(2026, 12, 3, 9, tzinfo=UTC))

    actions.look(at=NOW)

    assert next_free(kind) == datetime(2026, 12, 3, 10, tzinfo=UTC)


def test_a_time_further_than_two_weeks_is_found(kind, okafor):
    for weeks in (1, 2, 3):
        day = date(2026, 11, 26) + timedelta(weeks=weeks)
        HoursException.objects.create(clinician=okafor, day=day, kind="closed")

    actions.look(at=NOW)

    assert next_free(kind) == datetime(2026, 12, 24, 9, tzinfo=UTC)


def test_with_nothing_free_there_is_no_time(kind, okafor):
    okafor.is_active = False
    okafor.save()

    actions.look(at=NOW)

    assert next_free(kind) is None
    assert not NextFree.objects.get(kind=kind).is_worth_showing(NOW)


def test_looking_again_replaces_what_was_seen(kind):
    actions.look(at=NOW)
    actions.look(at=NOW + timedelta(days=9))

    assert next_free(kind) == datetime(2026, 12, 10, 9, tzinfo=UTC)
    assert NextFree.objects.count() == 1


def test_the_first_kind_that_can_be_booked_comes_first(kind, okafor):
    diary.kind(okafor, slug="review", name="Review", position=9)
    diary.kind(okafor, slug="old", name="Old kind", position=0, is_active=False)

    actions.look(at=NOW)

    assert [each.kind.name for each in NextFree.objects.visible_to(AnonymousUser())] == [kind.name, "Review"]


def test_in_summer_it_is_the_uk_clocks_nine(kind):
    actions.look(at=datetime(2027, 3, 26, 9, tzinfo=UTC))  # the clocks change on the 28th

    assert next_free(kind) == datetime(2027, 4, 1, 8, tzinfo=UTC)
