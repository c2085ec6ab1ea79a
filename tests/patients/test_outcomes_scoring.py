"""Totals and changes by the vectors of the clinic's domain sheet (4.3), and which scales are in use."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.intake.rules.table import found
from patients.outcomes import policy, scoring
from patients.outcomes.instruments import ALL, BNI, GAD7, INSTRUMENTS, PEG, PHQ9, Licence, in_use

OF_UNCLEAR_LICENCE = {PEG, BNI}


def items(instrument, values):
    return {question.name: value for question, value in zip(instrument.questions, values, strict=True)}


@pytest.mark.parametrize(
    ("instrument", "values", "score", "highest"),
    [
        (GAD7, [1] * 7, 7, 21),
        (GAD7, [0] * 7, 0, 21),
        (GAD7, [3] * 7, 21, 21),
        (PHQ9, [1] * 9, 9, 27),
        (PHQ9, [0] * 9, 0, 27),
        (PHQ9, [3] * 9, 27, 27),
        (PHQ9, [3, 3, 3, 3, 3, 3, 3, 3, None], None, 27),
        (PEG, [7, 8, 6], Decimal("7.0"), 10),
        (PEG, [7, 8, 7], Decimal("7.3"), 10),
        (PEG, [10, 10, 10], Decimal("10.0"), 10),
        (PEG, [0, 0, 0], Decimal("0.0"), 10),
        (PEG, [1, 1, 0], Decimal("0.7"), 10),
        (PEG, [7, None, 7], None, 10),
    ],
)
def test_a_score_is_a_plain_sum_or_mean(instrument, values, score, highest):
    assert scoring.score(instrument, items(instrument, values)) == score
    assert scoring.highest(instrument) == highest


@pytest.mark.parametrize("instrument", [GAD7, PHQ9, PEG])
def test_one_item_short_is_no_score(instrument):
    whole = items(instrument, [1] * len(instrument.questions))

    for name in whole:
        assert scoring.score(instrument, whole | {name: None}) is None
        assert scoring.score(instrument, {each: 1 for each in whole if each != name}) is None
    assert scoring.score(instrument, {}) is None


def test_the_short_one_needs_its_two_items_only():
    assert scoring.phq2({"1": 2, "2": 3}) == 5
    assert scoring.phq2({"1": 2, "2": None, "3": 1}) is None


def test_halves_go_up():
    assert scoring.mean([0] * 18 + [1, 0]) == Decimal("0.1")  # 0.05


@given(st.lists(st.integers(0, 10), min_size=3, max_size=3))
def test_a_mean_is_within_a_twentieth_of_the_truth(values):
    assert abs(scoring.mean(values) * 3 - sum(values)) <= Decimal("0.15")


@pytest.mark.parametrize(
    ("baseline", "now", "percent"),
    [
        ("7", "5.6", "20.0"),
        ("7", "5.7", "18.6"),
        ("5", "4", "20.0"),
        ("0", "3", None),
        ("0", "0", None),
        ("4", "5", "-25.0"),
    ],
)
def test_the_change_of_stiffness_in_per_cent(baseline, now, percent):
    assert policy.percent_down(Decimal(baseline), Decimal(now)) == (None if percent is None else Decimal(percent))


def test_a_change_of_decimals_in_words():
    assert policy.change_text(Decimal("7.3"), Decimal("6.0")) == "Down 1.3 points (17.8%)"


def test_the_red_flags_use_the_same_totals():
    answers = {f"phq9_{item}": "2" for item in range(1, 10)}

    assert [(hit.rule.code, hit.answer) for hit in found(answers | {"phq9_9": "0"})] == [("RF05", "PHQ-9 total: 16")]
    assert found({name: value for name, value in answers.items() if name != "phq9_9"}) == []


@pytest.mark.parametrize("instrument", ALL)
def test_every_scale_says_whether_it_is_free_and_how_we_know(instrument):
    assert (instrument.licence == Licence.UNCLEAR) == (instrument in OF_UNCLEAR_LICENCE)
    assert len(instrument.evidence) > 20
    assert instrument.source


@pytest.mark.parametrize(("unclear", "left_out"), [(False, OF_UNCLEAR_LICENCE), (True, set())])
def test_scales_of_unclear_licence_wait_for_the_setting(unclear, left_out):
    pages = policy.pages(after_treatment=True, unclear=unclear)

    assert set(ALL) - set(in_use(ALL, unclear=unclear)) == left_out
    assert {page.instrument for page in pages} == set(INSTRUMENTS) - left_out
    assert any(page.slug.startswith("peg-") for page in pages) == unclear
