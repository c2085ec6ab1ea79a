"""Scores and changes of the questions before a review: the vectors of the domain, 4.3, that apply; and when they are open."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from patients.outcomes import policy
from patients.outcomes.enums import Standing
from patients.outcomes.instruments import OVERALL, PAIN, SLEEP, STIFFNESS

UK = ZoneInfo("Europe/London")
ALL = policy.pages(after_treatment=True)


def draft(**values):
    """A draft of all pages, by slug."""
    return {page.key: {"value": values[page.slug.replace("-", "_")]} for page in ALL}


FULL = draft(pain_average="6", pain_worst="9", stiffness="7", sleep="3", overall="2")


@pytest.mark.parametrize(
    ("baseline", "now", "percent"),
    [
        ("7", "5.6", "20.0"),
        ("7", "5.7", "18.6"),
        ("5", "4", "20.0"),
        ("4", "5", "-25.0"),
        ("3", "1", "66.7"),
        ("8", "7", "12.5"),
        ("10", "0", "100.0"),
        ("7", "7", "0.0"),
        ("4", "3.99", "0.3"),  # with floats it is 0.2499..., so 0.2
    ],
)
def test_a_change_is_in_per_cent_of_the_baseline_exactly(baseline, now, percent):
    assert policy.percent_down(Decimal(baseline), Decimal(now)) == Decimal(percent)


@pytest.mark.parametrize(("baseline", "now"), [(0, 5), (0, 0), (None, 5), (5, None), (None, None)])
def test_from_nought_or_without_an_answer_there_is_no_per_cent(baseline, now):
    assert policy.percent_down(baseline, now) is None


@pytest.mark.parametrize(
    ("baseline", "now", "text"),
    [
        (7, 5, "Down 2 points (28.6%)"),
        (5, 4, "Down 1 point (20.0%)"),
        (4, 5, "Up 1 point (25.0%)"),
        (0, 3, "Up 3 points"),
        (0, 0, "No change"),
        (6, 6, "No change"),
        (None, 6, ""),
        (6, None, ""),
    ],
)
def test_a_change_in_words_says_which_way_and_no_more(baseline, now, text):
    assert policy.change_text(baseline, now) == text


def test_one_question_a_page_and_the_one_about_treatment_only_after_it():
    assert [page.slug for page in ALL] == ["pain-average", "pain-worst", "stiffness", "sleep", "overall"]
    assert [page.slug for page in policy.pages(after_treatment=False)] == [page.slug for page in ALL[:-1]]


@pytest.mark.parametrize("value", ["", "11", "-1", "5.5", "05", "x", "٣", "5 ", "None", "true"])
def test_what_is_no_answer(value):
    assert not policy.is_answer(ALL[0], value)


@pytest.mark.parametrize(("page", "values"), [(0, ["0", "10", "none"]), (4, ["1", "7", "none"])])
def test_what_is_an_answer(page, values):
    assert all(policy.is_answer(ALL[page], value) for value in values)


def test_the_grades_begin_at_one():
    assert not policy.is_answer(ALL[4], "0")
    assert not policy.is_answer(ALL[4], "8")


@pytest.mark.parametrize("page", ALL)
def test_one_answer_short_is_not_complete(page):
    assert policy.missing(ALL, FULL) == ()
    assert policy.missing(ALL, {key: kept for key, kept in FULL.items() if key != page.key}) == (page,)


def test_an_answer_to_older_words_is_none_to_these():
    older = {key.replace(".1.", ".0."): kept for key, kept in FULL.items()}

    assert policy.missing(ALL, older) == ALL


def test_nothing_is_filled_in_for_what_somebody_would_rather_not_say():
    given = FULL | {ALL[1].key: {"value": "none"}}

    assert policy.answers_of(PAIN, given) == {"average": 6, "worst": None}
    assert policy.answers_of(STIFFNESS, given) == {"average": 7}
    assert policy.answers_of(OVERALL, {}) == {"grade": None}


def test_the_direction_of_a_scale_is_said():
    assert policy.scale_text(PAIN) == ("0 is no pain, 10 the worst pain you can imagine. Lower is better.")
    assert policy.scale_text(SLEEP) == "0 is very badly, 10 very well. Higher is better."
    assert policy.scale_text(OVERALL).startswith("1 is very much better, 7 very much worse.")


def test_they_open_a_week_before_and_close_two_weeks_after_by_the_uk_clock():
    """The clocks change on 28 March 2027, between the two."""
    long_ago = datetime(2027, 1, 4, 11, tzinfo=UTC)

    assert policy.opens_at(date(2027, 3, 31), long_ago) == datetime(2027, 3, 24, tzinfo=UK)
    assert policy.opens_at(date(2027, 3, 31), datetime(2027, 3, 30, 9, tzinfo=UTC)) == datetime(
        2027, 3, 30, 9, tzinfo=UTC
    )
    assert policy.expires_at(date(2027, 3, 31)) == datetime(2027, 4, 15, tzinfo=UK)
    assert policy.expires_at(date(2027, 3, 20)).astimezone(UTC) == datetime(2027, 4, 3, 23, tzinfo=UTC)


OPENS, EXPIRES = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 22, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("state", "is_patient", "at", "standing"),
    [
        ("asked", True, OPENS - TICK, Standing.EARLY),
        ("asked", True, OPENS, Standing.OPEN),
        ("asked", True, EXPIRES - TICK, Standing.OPEN),
        ("asked", True, EXPIRES, Standing.LATE),
        ("asked", False, OPENS, Standing.WITHDRAWN),
        ("answered", False, OPENS, Standing.ANSWERED),
        ("answered", True, EXPIRES, Standing.ANSWERED),
        ("withdrawn", True, OPENS, Standing.WITHDRAWN),
        ("expired", True, OPENS, Standing.LATE),
    ],
)
def test_how_they_stand(state, is_patient, at, standing):
    assert policy.standing(state, OPENS, EXPIRES, is_patient=is_patient, at=at) == standing
