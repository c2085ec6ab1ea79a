"""The clinic's figures, against sums done by hand; then read from the database, in few queries and little time."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.appointments.models import AppointmentStateChange
from bookings.appointments.policy import Terms
from bookings.availability.models import HoursException
from bookings.figures import policy, reading
from bookings.figures.policy import Cancelled, First, Period, Share, Use, Visit, Waits, Week
from tests.factories import diary, people

OKAFOR, LIND = uuid4(), uuid4()
MONDAY = date(2026, 11, 16)
WEEK = Week(MONDAY, 7)
PERIOD = Period(MONDAY, date(2026, 11, 22))


def at(day, hour, month=11, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def visit(starts_at, state="completed", who=OKAFOR, minutes=30, cancelled_at=None):
    return Visit(who, state, starts_at, starts_at + timedelta(minutes=minutes), cancelled_at)


class TestPeriod:
    def test_weeks_begin_on_monday_and_say_how_many_days_count(self):
        weeks = Period(date(2026, 11, 12), date(2026, 11, 24)).weeks

        assert weeks == [Week(date(2026, 11, 9), 4), Week(MONDAY, 7), Week(date(2026, 11, 23), 2)]

    def test_one_day(self):
        assert Period(MONDAY, MONDAY).weeks == [Week(MONDAY, 1)]

    def test_over_new_year(self):
        weeks = Period(date(2026, 12, 28), date(2027, 1, 10)).weeks

        assert weeks == [Week(date(2026, 12, 28), 7), Week(date(2027, 1, 4), 7)]

    @pytest.mark.parametrize(("first", "hours"), [(date(2026, 3, 23), 167), (date(2026, 10, 19), 169), (MONDAY, 168)])
    def test_the_instants_of_weeks_in_which_the_clocks_change(self, first, hours):
        period = Period(first, first + timedelta(days=6))

        assert period.ends_at - period.starts_at == timedelta(hours=hours)

    @pytest.mark.parametrize(
        ("moment", "monday"),
        [
            (datetime(2026, 3, 29, 22, 59, tzinfo=UTC), date(2026, 3, 23)),
            (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30)),  # midnight in BST
            (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 19)),
            (datetime(2026, 10, 26, 0, 0, tzinfo=UTC), date(2026, 10, 26)),  # midnight in GMT
        ],
    )
    def test_a_moment_belongs_to_the_week_of_the_uk_clock(self, moment, monday):
        assert policy.week_of(moment) == monday


class TestWaits:
    def test_days_by_the_week_of_booking(self):
        firsts = [First(at(16, 9), at(16 + days, 10)) for days in (10, 1, 4, 2, 3)]

        found = policy.waits([WEEK], firsts)[WEEK]

        assert (found.days, found.middle, found.ninetieth) == ((1, 2, 3, 4, 10), 3.0, 10)

    def test_ninetieth_by_nearest_rank(self):
        assert [Waits(tuple(range(1, many + 1))).ninetieth for many in (5, 10, 11, 20)] == [5, 9, 10, 18]

    def test_the_middle_of_an_even_number(self):
        assert Waits((1, 2, 3, 4, 5, 6)).middle == 3.5

    def test_of_fewer_than_five_nothing_is_said(self):
        assert (Waits((1, 2, 3, 40)).middle, Waits((1, 2, 3, 40)).ninetieth, Waits(()).middle) == (None, None, None)

    def test_calendar_days_over_a_change_of_the_clocks(self):
        week = Week(date(2026, 10, 19), 7)
        # Booked Saturday 11:30pm BST, seen Monday 12:30am GMT: two days on the calendar, 26 hours elapsed.
        first = First(datetime(2026, 10, 24, 22, 30, tzinfo=UTC), datetime(2026, 10, 26, 0, 30, tzinfo=UTC))

        assert policy.waits([week], [first])[week].days == (2,)


class TestMissed:
    def test_of_those_who_came_or_did_not(self):
        states = ["did_not_attend"] * 2 + ["completed"] * 5 + ["ended_early", "booked", "cancelled_by_patient"]
        visits = [visit(at(16, 9), state) for state in states]

        share = policy.missed([WEEK], visits)[WEEK]

        assert (share, share.percent) == (Share(2, 8), 25.0)

    def test_in_the_week_it_was_to_start(self):
        last, first = Week(date(2026, 10, 19), 7), Week(date(2026, 10, 26), 7)
        visits = [visit(at(25, 23, 10), "did_not_attend"), visit(at(26, 9, 10), "did_not_attend")]

        assert policy.missed([last, first], visits) == {last: Share(1, 1), first: Share(1, 1)}

    def test_one_of_two_has_no_percentage(self):
        assert (Share(1, 2).percent, Share(1, 4).percent, Share(1, 5).percent, Share(0, 0).percent) == (
            None,
            None,
            20.0,
            None,
        )


class TestCancelled:
    CUT_OFF = at(17, 17)  # of Wednesday 18 November

    def test_who_and_when(self):
        starts_at = at(18, 10)
        visits = [
            visit(starts_at, "cancelled_by_patient", cancelled_at=self.CUT_OFF - timedelta(minutes=1)),
            visit(starts_at, "cancelled_by_patient", cancelled_at=self.CUT_OFF),
            visit(starts_at, "cancelled_by_patient", cancelled_at=at(18, 9)),
            visit(starts_at, "cancelled_by_patient"),
            visit(starts_at, "cancelled_by_clinic"),
            *(visit(starts_at, state) for state in ("completed", "booked", "did_not_attend")),
        ]

        found = policy.cancelled([WEEK], visits, Terms())[WEEK]

        assert found == Cancelled(in_time=2, late=2, by_clinic=1, due=8)
        assert [share.percent for share in found.shares] == [25.0, 25.0, 12.5]

    def test_a_week_without_visits(self):
        assert policy.cancelled([WEEK], [], Terms())[WEEK] == Cancelled(0, 0, 0, 0)


class TestUse:
    def test_minutes_of_visits_that_kept_their_time(self):
        visits = [
            visit(at(16, 9), minutes=45),
            visit(at(16, 10), "did_not_attend", minutes=30),
            visit(at(16, 11), "cancelled_by_patient", minutes=30),
            visit(at(17, 9), "booked", who=LIND, minutes=60),
        ]

        found = policy.use([WEEK], [OKAFOR, LIND], visits, {(MONDAY, OKAFOR): 300})[WEEK]

        assert found == {OKAFOR: Use(75, 300), LIND: Use(60, 0)}
        assert (found[OKAFOR].percent, found[LIND].percent) == (25.0, None)
        assert policy.together(found.values()) == Use(135, 300)

    def test_a_visit_over_the_change_of_the_clocks_lasts_its_elapsed_minutes(self):
        week = Week(date(2026, 10, 19), 7)
        over = visit(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), minutes=90)  # 1:30am BST to 2am GMT

        assert policy.use([week], [OKAFOR], [over], {})[week][OKAFOR].booked == 90


@pytest.mark.django_db
class TestReading:
    def test_opening_in_the_weeks_the_clocks_change(self, okafor):
        diary.hours(okafor, weekdays=range(7), starts=0, ends=24 * 60)

        minutes = {
            monday: reading.read(Period(monday, monday + timedelta(days=6)), [okafor]).open_minutes[monday, okafor.pk]
            for monday in (date(2026, 3, 23), date(2026, 10, 19), MONDAY)
        }

        assert minutes == {date(2026, 3, 23): 167 * 60, date(2026, 10, 19): 169 * 60, MONDAY: 168 * 60}

    def test_opening_knows_holidays_closures_and_extra_hours(self, okafor, lind):
        diary.hours(okafor)
        diary.hours(lind)
        monday = date(2026, 12, 21)  # Christmas Day is a Friday
        HoursException.objects.create(day=date(2026, 12, 24), kind="closed", starts=12 * 60, ends=24 * 60)
        HoursException.objects.create(clinician=lind, day=date(2026, 12, 26), kind="extra", starts=600, ends=660)

        found = reading.read(Period(monday, date(2026, 12, 27)), [okafor, lind]).open_minutes

        assert found == {(monday, okafor.pk): (3 * 8 + 3) * 60, (monday, lind.pk): (3 * 8 + 3 + 1) * 60}

    def test_visits_of_the_period_with_the_moment_of_cancelling(self, okafor, lind, amina, rosa):
        kind = diary.kind(okafor, lind)
        seen = diary.appointment(amina, okafor, kind, at(16, 9), "completed")
        gone = diary.appointment(amina, okafor, kind, at(16, 10), "cancelled_by_patient")
        AppointmentStateChange.objects.create(
            record=gone, from_state="booked", to_state="cancelled_by_patient", at=at(12, 9), by=rosa
        )
        diary.appointment(amina, okafor, kind, at(23, 0))
        diary.appointment(amina, lind, kind, at(17, 9))
        diary.appointment(amina, okafor, kind, at(18, 9), "held", held_until=at(18, 10))

        found = reading.read(PERIOD, [okafor]).visits

        assert sorted(found, key=lambda each: each.starts_at) == [
            Visit(okafor.pk, "completed", seen.starts_at, seen.ends_at),
            Visit(okafor.pk, "cancelled_by_patient", gone.starts_at, gone.ends_at, at(12, 9)),
        ]

    def test_first_visits_booked_in_the_period(self, okafor, lind, amina, ben):
        kind = diary.kind(okafor, lind)
        cho, dan = people.patient(), people.patient()
        diary.appointment(amina, okafor, kind, at(20, 9), "cancelled_by_patient", booked_at=at(16, 9))
        diary.appointment(amina, okafor, kind, at(24, 9), booked_at=at(16, 9))  # the first that was not cancelled
        diary.appointment(amina, okafor, kind, at(30, 9), booked_at=at(17, 9))  # the second
        diary.appointment(ben, lind, kind, at(2, 9), "completed", booked_at=at(1, 9))
        diary.appointment(ben, okafor, kind, at(25, 9), booked_at=at(16, 9))  # the second, with another clinician
        diary.appointment(cho, okafor, kind, at(26, 9), booked_at=at(23, 9))  # booked after the period
        diary.appointment(dan, lind, kind, at(26, 9), booked_at=at(18, 9))

        assert reading.read(PERIOD, [okafor]).firsts == [First(at(16, 9), at(24, 9))]
        assert sorted(reading.read(PERIOD, [okafor, lind]).firsts) == [
            First(at(16, 9), at(24, 9)),
            First(at(18, 9), at(26, 9)),
        ]

    def test_nothing_at_all(self, okafor):
        facts = reading.read(PERIOD, [])

        assert (facts.visits, facts.firsts, facts.open_minutes) == ([], [], {})

    def test_same_queries_for_any_number(self, okafor, lind, amina):
        kind = diary.kind(okafor, lind)
        diary.hours(okafor)
        diary.appointment(amina, okafor, kind, at(16, 9), "cancelled_by_patient", booked_at=at(16, 8))
        with CaptureQueriesContext(connection) as one:
            reading.read(PERIOD, [okafor])
        for hour in (10, 11):
            diary.appointment(people.patient(), lind, kind, at(16, hour), booked_at=at(16, 8))

        with CaptureQueriesContext(connection) as three:
            reading.read(Period(date(2025, 1, 1), date(2026, 11, 22)), [okafor, lind])

        assert len(one) == len(three) == 5
