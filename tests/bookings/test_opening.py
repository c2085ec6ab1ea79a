"""Opening times of a day, and the starts that fit into them (booking rules 6 to 8, 12, 13, 15, 27)."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from bookings.appointments.slots import Diary, slots
from bookings.availability.opening import joined, opening, opening_by_modes, without
from clinic.db.clock import clock, instant


@dataclass(frozen=True)
class Rule:
    weekday: int
    starts: int
    ends: int
    valid_from: date = date(2026, 1, 1)
    valid_until: date | None = None
    modes: tuple = ("video", "phone", "in_person")


@dataclass
class Differs:
    day: date
    kind: str
    starts: int = 0
    ends: int = 1440
    modes: tuple = ("video", "phone", "in_person")


@dataclass
class Kind:
    minutes: int = 30
    align_minutes: int = 30
    buffer_before: int = 0
    buffer_after: int = 0
    modes: list = field(default_factory=lambda: ["video"])
    notice_hours: int = 0
    horizon_days: int = 1


@dataclass
class Who:
    pk: UUID


def at(hour, minute=0, day=2):
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


def free_starts(kind, *rules, busy=(), day=date(2026, 12, 2)):
    who = Who(uuid4())
    diary = Diary([who], {(who.pk, day.weekday()): list(rules)}, {}, {who.pk: list(busy)})
    found = slots(kind, diary, day, day, now=instant(day, 0))
    return [free.starts_at for free in found.get(day, [])]


def test_case_12_the_skipped_hour_is_not_offered():
    day = date(2026, 3, 29)

    found = free_starts(Kind(), Rule(6, 30, 180), day=day)

    assert [clock(start) for start in found] == ["12:30am", "2am", "2:30am"]


def test_case_13_the_repeated_hour_is_offered_twice_and_told_apart():
    day = date(2026, 10, 25)

    found = free_starts(Kind(), Rule(6, 30, 180), day=day)

    assert [clock(start) for start in found] == [
        "12:30am",
        "1am BST",
        "1:30am BST",
        "1am GMT",
        "1:30am GMT",
        "2am",
        "2:30am",
    ]
    assert len(set(found)) == 7


@pytest.mark.parametrize(
    ("day", "utc_hour"), [(date(2026, 10, 19), 8), (date(2026, 10, 26), 9), (date(2026, 11, 2), 9)]
)
def test_case_15_nine_o_clock_stays_nine_o_clock(day, utc_hour):
    first = free_starts(Kind(), Rule(0, 540, 600), day=day)[0]

    assert (clock(first), first.hour) == ("9am", utc_hour)


@pytest.mark.parametrize(
    ("rule", "day", "opens"),
    [
        (Rule(2, 540, 600, valid_from=date(2026, 12, 2)), date(2026, 12, 2), True),
        (Rule(2, 540, 600, valid_from=date(2026, 12, 3)), date(2026, 12, 2), False),
        (Rule(2, 540, 600, valid_until=date(2026, 12, 2)), date(2026, 12, 2), True),
        (Rule(2, 540, 600, valid_until=date(2026, 12, 1)), date(2026, 12, 2), False),
        (Rule(3, 540, 600), date(2026, 12, 2), False),
    ],
)
def test_a_rule_holds_on_its_weekday_between_its_dates(rule, day, opens):
    assert bool(opening(day, [rule], [])) == opens


def test_hours_to_midnight_end_with_the_day():
    assert opening(date(2026, 12, 2), [Rule(2, 1380, 1440)], []) == [(at(23), at(0, day=3))]


def test_extra_hours_add_and_closures_win():
    day = date(2026, 12, 2)
    differs = [
        Differs(day, "extra", 1020, 1140),
        Differs(day, "closed", 600, 660),
        Differs(date(2026, 12, 3), "closed"),
    ]

    assert opening(day, [Rule(2, 540, 720)], differs) == [(at(9), at(10)), (at(11), at(12)), (at(17), at(19))]


def test_bank_holidays_are_closed_but_for_extra_hours():
    boxing_day_observed = date(2026, 12, 28)

    assert opening(boxing_day_observed, [Rule(0, 540, 600)], []) == []
    assert (
        len(opening(boxing_day_observed, [Rule(0, 540, 600)], [Differs(boxing_day_observed, "extra", 540, 600)])) == 1
    )


@pytest.mark.parametrize(
    ("busy", "kind", "wanted", "offered"),
    [
        ((at(10, 15), at(10, 30)), Kind(minutes=60), at(10), False),
        ((at(9, 30), at(10, 30)), Kind(), at(10), False),
        ((at(9, 30), at(10)), Kind(), at(10), True),
        ((at(9, 30), at(10, 10)), Kind(), at(10), False),
        ((at(10, 30), at(11)), Kind(), at(10), True),
        ((at(10, 30), at(11)), Kind(buffer_after=10), at(10), False),
        ((at(9, 30), at(10)), Kind(buffer_before=5), at(10), False),
    ],
)
def test_a_start_is_offered_only_where_the_visit_and_its_buffers_fit(busy, kind, wanted, offered):
    assert (wanted in free_starts(kind, Rule(2, 540, 720), busy=[busy])) == offered


def test_the_visit_must_end_inside_the_opening_while_a_buffer_may_reach_over_it():
    found = free_starts(Kind(minutes=45, buffer_after=15), Rule(2, 540, 600))

    assert found == [at(9)]


def test_starts_are_aligned_to_the_hour():
    found = free_starts(Kind(minutes=20, align_minutes=20), Rule(2, 545, 630))

    assert found == [at(9, 20), at(9, 40), at(10)]


def test_a_visit_longer_than_any_gap_is_never_offered():
    assert free_starts(Kind(minutes=480), Rule(2, 540, 720)) == []


def test_ranges_are_joined_and_cut():
    assert joined([(60, 120), (0, 60), (200, 100), (110, 130)]) == [(0, 130)]
    assert without([(0, 100)], [(20, 30), (25, 40), (90, 200)]) == [(0, 20), (40, 90)]


def test_between_many_short_visits_nothing_longer_fits():
    busy = [(at(9) + timedelta(minutes=10 * step), at(9, 5) + timedelta(minutes=10 * step)) for step in range(40)]

    found = free_starts(Kind(minutes=10, align_minutes=5), Rule(2, 540, 1020), busy=busy)

    assert found[0] == at(15, 35)  # the last of them ends then


def test_each_way_to_meet_has_its_own_hours_and_those_alike_come_together():
    rules = [Rule(2, 540, 600), Rule(2, 840, 900, modes=("phone",))]
    differs = [Differs(date(2026, 12, 2), "extra", 600, 660, modes=("video",))]

    found = opening_by_modes(date(2026, 12, 2), rules, differs, ["video", "phone", "in_person"])

    assert found == [
        ([(at(9), at(11))], ("video",)),
        ([(at(9), at(10)), (at(14), at(15))], ("phone",)),
        ([(at(9), at(10))], ("in_person",)),
    ]


def test_a_closure_closes_every_way_to_meet():
    differs = [Differs(date(2026, 12, 2), "closed", 540, 570, modes=("video",))]

    found = opening_by_modes(date(2026, 12, 2), [Rule(2, 540, 600)], differs, ["video", "phone"])

    assert found == [([(at(9, 30), at(10))], ("video", "phone"))]


def test_a_busy_stretch_in_another_opening_does_not_hide_a_later_one():
    rules = Rule(2, 540, 600), Rule(2, 840, 900)
    busy = [(at(8), at(8, 30)), (at(9, 30), at(10)), (at(12), at(13)), (at(14), at(14, 30)), (at(15), at(16))]

    assert free_starts(Kind(), *rules, busy=busy) == [at(9), at(14, 30)]
