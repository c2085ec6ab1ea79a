"""Whom a freed time is offered to, and until when: pure, on dated clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from bookings.waitlist import policy
from bookings.waitlist.enums import ENTRY_MOVES, OFFER_MOVES, EntryState, OfferState, Why
from bookings.waitlist.policy import Match, Time, Wish, answer_until, match, why_not
from clinic.db.clock import UK

KIND, OTHER_KIND, OKAFOR, LIND = (UUID(int=number) for number in range(1, 5))
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
THURSDAY = datetime(2026, 12, 3, 10, tzinfo=UTC)
TIME = Time(OKAFOR, KIND, THURSDAY, THURSDAY + timedelta(minutes=30), NOW)
DAY = timedelta(days=1)


def uk(text):
    return datetime.fromisoformat(text).replace(tzinfo=UK)


def wish(number=1, **fields):
    return Wish(
        **{
            "entry_id": UUID(int=100 + number),
            "kind_id": KIND,
            "asked_at": NOW - DAY,
            "clinicians": frozenset(),
            "weekdays": frozenset({3}),
            "part": "any",
            "own_notice": DAY,
            "kind_notice": DAY,
            "first_day": date(2026, 11, 23),
            "last_day": date(2026, 12, 24),
        }
        | fields
    )


def at(time, **fields):
    return replace(time, **fields)


class TestWhyNot:
    def test_a_time_that_suits_has_no_reason_against_it(self):
        assert why_not(wish(), TIME, at=NOW) is None

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({"asked_at": NOW + timedelta(seconds=1)}, Why.ASKED_LATER),
            ({"may_be_written_to": False}, Why.NOT_WRITTEN_TO),
            ({"has_address": False}, Why.NO_ADDRESS),
            ({"has_offer": True}, Why.HAS_OFFER),
            ({"offered_before": frozenset({(OKAFOR, THURSDAY)})}, Why.OFFERED_BEFORE),
            ({"has_visit": True}, Why.HAS_VISIT),
            ({"visit": NOW + 20 * DAY, "may_move": False}, Why.VISIT_FIXED),
            ({"visit": NOW + 20 * DAY, "mode": "post"}, Why.OTHER_MODE),
            ({"visit": THURSDAY}, Why.NOT_EARLIER),
            ({"clinicians": frozenset({LIND})}, Why.OTHER_CLINICIAN),
            ({"weekdays": frozenset({0, 1, 2, 4, 5, 6})}, Why.OTHER_DAY),
            ({"part": "afternoon"}, Why.OTHER_PART),
            ({"first_day": date(2026, 12, 4)}, Why.OUTSIDE_DATES),
            ({"last_day": date(2026, 12, 2)}, Why.OUTSIDE_DATES),
            ({"busy": ((THURSDAY + timedelta(minutes=29), THURSDAY + DAY),)}, Why.BUSY_THEN),
            ({"kind_notice": 11 * DAY}, Why.KIND_NOTICE),
            ({"own_notice": 11 * DAY}, Why.OWN_NOTICE),
            ({"own_notice": 10 * DAY}, Why.NO_TIME_TO_ANSWER),
        ],
    )
    def test_each_reason(self, fields, why):
        assert why_not(wish(**fields), TIME, at=NOW) == why

    @pytest.mark.parametrize(
        "fields",
        [
            {"asked_at": NOW},
            {"offered_before": frozenset({(LIND, THURSDAY), (OKAFOR, THURSDAY + DAY)})},
            {"visit": THURSDAY + timedelta(minutes=30), "has_visit": True},
            {"clinicians": frozenset({LIND, OKAFOR})},
            {"part": "morning"},
            {"first_day": date(2026, 12, 3), "last_day": date(2026, 12, 3)},
            {"busy": ((THURSDAY + timedelta(minutes=30), THURSDAY + DAY), (THURSDAY - DAY, THURSDAY))},
        ],
    )
    def test_the_edges_suit(self, fields):
        assert why_not(wish(**fields), TIME, at=NOW) is None

    @pytest.mark.parametrize(
        ("clock", "part"),
        [("11:59", "morning"), ("12:00", "afternoon"), ("16:59", "afternoon"), ("17:00", "evening")],
    )
    @pytest.mark.parametrize("day", ["2026-12-03", "2026-07-02"])
    def test_parts_of_the_day_go_by_the_uk_clock_in_winter_and_summer(self, day, clock, part):
        start = uk(f"{day} {clock}")
        time = at(TIME, starts_at=start, ends_at=start + timedelta(minutes=30))
        asked = wish(first_day=date(2026, 1, 1), asked_at=NOW - 365 * DAY, part=part)

        assert why_not(asked, time, at=NOW - 365 * DAY) is None
        assert why_not(replace(asked, part="evening" if part != "evening" else "morning"), time, at=NOW - 365 * DAY)

    def test_every_reason_has_a_check(self):
        assert [why for why, _ in policy.CHECKS] == list(Why)


class TestMatch:
    def test_the_first_it_suits_and_who_was_passed_over_before(self):
        late, other, first, second = (
            wish(1, own_notice=30 * DAY),
            wish(2, kind_id=OTHER_KIND),
            wish(3),
            wish(4),
        )

        found, skipped = match([late, other, first, second], [TIME], at=NOW)

        assert found == Match(first, TIME, NOW + timedelta(hours=12))
        assert skipped == [(late, TIME, Why.OWN_NOTICE)]

    def test_a_later_start_of_the_same_stretch_may_suit(self):
        noon = at(TIME, starts_at=THURSDAY + timedelta(hours=2), ends_at=THURSDAY + timedelta(hours=3))

        found, skipped = match([wish(part="afternoon")], [TIME, noon], at=NOW)

        assert found.time == noon
        assert [why for _, _, why in skipped] == [Why.OTHER_PART]

    def test_nobody(self):
        assert match([], [TIME], at=NOW) == (None, [])

    def test_whoever_was_asked_has_an_offer_now(self):
        first, second = wish(1), wish(2)
        found, _ = match([first], [TIME], at=NOW)

        assert policy.with_offer(first, found).has_offer
        assert policy.with_offer(second, found) == second


class TestAnswerUntil:
    @pytest.mark.parametrize(
        ("now", "visit", "notice", "until"),
        [
            # By day it lasts 12 hours.
            ("2026-11-23 09:00", "2026-12-03 10:00", 24, "2026-11-23 21:00"),
            ("2026-11-23 19:59", "2026-12-03 10:00", 24, "2026-11-24 07:59"),
            # In the quiet hours it begins at 8.
            ("2026-11-23 20:00", "2026-12-03 10:00", 24, "2026-11-24 20:00"),
            ("2026-11-24 03:00", "2026-12-03 10:00", 24, "2026-11-24 20:00"),
            ("2026-11-24 08:00", "2026-12-03 10:00", 24, "2026-11-24 20:00"),
            # Never past 2 hours before the notice begins.
            ("2026-11-23 09:00", "2026-11-24 18:00", 24, "2026-11-23 16:00"),
            ("2026-11-23 09:00", "2026-11-24 12:00", 24, "2026-11-23 10:00"),
            ("2026-11-23 09:00", "2026-11-24 11:59", 24, None),
            ("2026-11-23 09:00", "2026-11-26 09:00", 72, None),
            # In the night there must be time from 8 on.
            ("2026-11-23 22:00", "2026-11-25 11:00", 24, "2026-11-24 09:00"),
            ("2026-11-23 22:00", "2026-11-25 10:59", 24, None),
            ("2026-11-24 03:00", "2026-11-24 12:00", 4, None),
            # The clocks go back on 25 October: 12 elapsed hours, 8am on the new clock.
            ("2026-10-24 17:00", "2026-11-03 10:00", 24, "2026-10-25 04:00"),
            ("2026-10-24 23:00", "2026-11-03 10:00", 24, "2026-10-25 20:00"),
            # The clocks go forward on 28 March.
            ("2027-03-27 17:00", "2027-04-06 10:00", 24, "2027-03-28 06:00"),
            ("2027-03-27 23:00", "2027-04-06 10:00", 24, "2027-03-28 20:00"),
            # 24 hours of notice over the change are elapsed hours.
            ("2027-03-27 09:00", "2027-03-28 15:00", 24, "2027-03-27 12:00"),
            ("2026-10-24 09:00", "2026-10-25 15:00", 24, "2026-10-24 14:00"),
        ],
    )
    def test_on_dated_clocks(self, now, visit, notice, until):
        found = answer_until(uk(visit), timedelta(hours=notice), at=uk(now))

        assert found == (uk(until).astimezone(UTC) if until else None)


@pytest.mark.parametrize(
    ("days", "text"), [([4], "Friday"), ([3, 0], "Monday or Thursday"), ([0, 6, 2], "Monday, Wednesday or Sunday")]
)
def test_days_in_words(days, text):
    assert policy.days_text(days) == text


def test_final_states_lead_nowhere():
    assert set(ENTRY_MOVES) == {EntryState.WAITING}
    assert set(OFFER_MOVES) == {OfferState.OFFERED}
    assert ENTRY_MOVES[EntryState.WAITING] == set(EntryState) - {EntryState.WAITING}
    assert OFFER_MOVES[OfferState.OFFERED] == set(OfferState) - {OfferState.OFFERED}
