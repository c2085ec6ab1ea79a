"""All answers of somebody as the history of each measure: which count, in what order, and what the baseline is."""

from datetime import timedelta
from uuid import uuid4

from patients.outcomes import scoring
from patients.outcomes.enums import Moment
from patients.outcomes.history import PATIENTS_OWN, WHEN_RELEASED, counting, series
from patients.outcomes.instruments import GAD7, PAIN, PHQ9, STIFFNESS
from patients.outcomes.models import Response
from tests.factories.people import NOW

DAY = timedelta(days=1)
FORM = uuid4()


def items(instrument, value):
    return {question.name: value for question in instrument.questions}


def response(instrument, answers, at=NOW, form=None, moment=Moment.REVIEW):
    return Response(
        instrument=instrument.code,
        version=instrument.version,
        answers=answers,
        form=form,
        moment=moment,
        done_by="self",
        completed_at=at,
    )


def in_form(instrument, answers, at=NOW, form=FORM):
    return response(instrument, answers, at=at, form=form, moment=Moment.BASELINE)


def values(found, code, name=None):
    """The baseline of a measure, and all of it in order of time."""
    [one] = [each for each in found if (each.instrument.code, each.question and each.question.name) == (code, name)]
    return one.baseline and one.baseline.value, [point.value for point in one.points]


def test_a_form_is_the_baseline_of_what_comes_later_whatever_the_order_of_the_rows():
    rows = [
        response(PAIN, {"average": 4, "worst": None}, at=NOW + 90 * DAY),
        response(PAIN, {"average": 5, "worst": 7}, at=NOW + 180 * DAY),
        in_form(PAIN, {"average": 6, "worst": 8}),
    ]

    for order in (rows, rows[::-1]):
        found = series(order, unclear=False)
        assert values(found, "pain_nrs", "average") == (6, [6, 4, 5])
        assert values(found, "pain_nrs", "worst") == (8, [8, None, 7])


def test_of_a_form_that_was_sent_again_only_the_last_counts_also_where_it_dropped_a_measure():
    rows = [
        in_form(PAIN, {"average": 6, "worst": 8}),
        in_form(STIFFNESS, {"average": 5}),
        in_form(PAIN, {"average": 3, "worst": 8}, at=NOW + DAY),
    ]

    found = series(rows, unclear=False)

    assert values(found, "pain_nrs", "average") == (3, [3])
    assert {each.instrument.code for each in found} == {"pain_nrs"}
    assert counting(rows) == rows[-1:]


def test_a_newer_first_form_is_the_baseline_and_what_was_before_stays():
    rows = [
        in_form(PAIN, {"average": 9, "worst": 9}),
        response(PAIN, {"average": 8, "worst": 8}, at=NOW + DAY),
        in_form(PAIN, {"average": 6, "worst": 8}, at=NOW + 2 * DAY, form=uuid4()),
        response(PAIN, {"average": 5, "worst": 8}, at=NOW + 3 * DAY),
    ]

    assert values(series(rows, unclear=False), "pain_nrs", "average") == (6, [9, 8, 6, 5])


def test_mood_asked_anew_before_a_review_is_no_baseline():
    rows = [
        in_form(PHQ9, {"1": 1, "2": 0}),
        response(PHQ9, items(PHQ9, 1), at=NOW + DAY, form=uuid4(), moment=Moment.REVIEW_FORM),
    ]

    assert values(series(rows, unclear=False), "phq9") == (None, [None, 9])


def test_without_a_form_there_is_no_baseline():
    assert values(series([response(STIFFNESS, {"average": 7})], unclear=False), "spasticity_nrs", "average") == (
        None,
        [7],
    )
    assert series([], unclear=True) == []


def test_up_to_a_time_what_came_after_it_is_left_out():
    rows = [in_form(GAD7, items(GAD7, 1)), response(GAD7, items(GAD7, 2), at=NOW + DAY)]
    [one] = series(rows, unclear=False)

    assert [len(one.up_to(at)) for at in (NOW - DAY, NOW, NOW + DAY - timedelta(seconds=1), NOW + DAY)] == [
        0,
        1,
        1,
        2,
    ]


def test_a_patient_sees_every_measure_in_one_way_or_in_none():
    assert not PATIENTS_OWN & WHEN_RELEASED
    assert set(scoring.SCORED) >= WHEN_RELEASED
    assert not PATIENTS_OWN & set(scoring.SCORED)
