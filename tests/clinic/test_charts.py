"""Where the points of a chart lie, by hand; and the charts with nothing, little and flat things on them."""

from itertools import pairwise

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from clinic.charts.drawing import (
    BOTTOM,
    HEIGHT,
    LABEL_HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Line,
    Mark,
    chart,
    shown,
    ticks,
)

FLOOR, CEILING, END = f"{HEIGHT - BOTTOM}.0", f"{TOP}.0", f"{WIDTH - RIGHT}.0"
MIDDLE = f"{(LEFT + WIDTH - RIGHT) / 2:.1f}"


@pytest.mark.parametrize(
    ("highest", "marks"),
    [
        (0, [0, 1]),
        (0.4, [0, 1]),
        (3, [0, 1, 2, 3]),
        (5, [0, 1, 2, 3, 4, 5]),
        (5.1, [0, 2, 4, 6]),
        (33.3, [0, 10, 20, 30, 40]),
        (100, [0, 20, 40, 60, 80, 100]),
        (1234, [0, 500, 1000, 1500]),
    ],
)
def test_ticks_are_round_and_few(highest, marks):
    assert ticks(highest) == marks


@given(st.floats(0, 1e9))
def test_ticks_reach_over_every_number(highest):
    marks = ticks(highest)

    assert marks[0] == 0
    assert marks[-1] >= highest
    assert 2 <= len(marks) <= 6


def test_points_lie_by_their_values():
    drawn = chart("k", "T", ["a", "b", "c"], [Line("Share", [0, 5, 2.5])], unit="%").lines[0]

    assert drawn.points == [
        Mark(f"{LEFT}.0", FLOOR),
        Mark(MIDDLE, CEILING),
        Mark(END, f"{(HEIGHT - BOTTOM + TOP) / 2}"),
    ]
    assert drawn.strokes == [" ".join(f"{point.x},{point.y}" for point in drawn.points)]
    assert drawn.label.text == "Share: 2.5%"


def test_no_line_goes_over_a_gap():
    drawn = chart("k", "T", list("abcdef"), [Line("Share", [1, 2, None, 3, None, 4])]).lines[0]

    assert len(drawn.points) == 4
    assert [stroke.count(",") for stroke in drawn.strokes] == [2]


def test_equal_values_beside_a_gap_stay_apart():
    drawn = chart("k", "T", list("abcde"), [Line("Share", [2, 2, None, 2, 2])]).lines[0]

    assert [stroke.count(",") for stroke in drawn.strokes] == [2, 2]


@pytest.mark.parametrize(
    ("places", "values"), [([], []), (["a"], [None]), (["a", "b"], [None, None])], ids=["no place", "one", "two"]
)
def test_without_data_it_says_so(places, values):
    made = chart("k", "T", places, [Line("Share", values)])

    assert (made.lines, made.text) == ([], "Share: nothing to show.")


def test_one_point_stands_in_the_middle_without_a_line():
    drawn = chart("k", "T", ["a"], [Line("Share", [7])]).lines[0]

    assert drawn.strokes == []
    assert [point.x for point in drawn.points] == [MIDDLE]


def test_all_zero_lies_on_the_floor():
    made = chart("k", "T", ["a", "b"], [Line("Share", [0, 0])], unit="%")

    assert {point.y for point in made.lines[0].points} == {FLOOR}
    assert [mark.text for mark in made.across] == ["0%", "1%"]


def test_names_at_the_ends_do_not_lie_on_each_other():
    made = chart("k", "T", ["a", "b"], [Line(name, [0, 0]) for name in ("One", "Two", "Three")])

    heights = [float(line.label.y) for line in made.lines]
    assert [second - first for first, second in pairwise(heights)] == [20, 20]
    assert max(heights) == HEIGHT - BOTTOM


def test_names_stand_right_of_where_the_longest_line_ends():
    made = chart("k", "T", ["a", "b", "c"], [Line("One", [1, None, None]), Line("Two", [1, 2, None])])

    assert {line.label.x for line in made.lines} == {f"{float(MIDDLE) + 10:.1f}"}


@pytest.mark.parametrize(("places", "many"), [(0, 0), (1, 1), (7, 7), (12, 6), (105, 7)])
def test_few_days_have_words(places, many):
    assert len(shown(places)) == many


def test_the_words_for_who_does_not_see_it():
    made = chart(
        "k", "Days", ["2 November", "9 November", "16 November"], [Line("Half", [4, 12.5, None])], unit=" days"
    )

    assert made.text == "Half: from 4 days to 12.5 days; last, 9 November, 12.5 days."


def test_the_drawing_escapes_words_and_has_no_style():
    html = render_to_string("ui/chart.html", {"chart": chart("k", "<b>", ["<i>"], [Line("<u>", [1])])})

    assert "<b>" not in html
    assert "<i>" not in html
    assert "<u>" not in html
    assert "style=" not in html
    assert 'aria-labelledby="k-title k-text"' in html


def test_names_that_meet_at_the_foot_leave_the_one_at_the_top_alone():
    drawn = chart("x", "X", ["1", "2"], [Line("Sent", [0, 5]), Line("Failed", [0, 0]), Line("Late", [0, 0])])

    sent, failed, late = (float(line.label.y) for line in drawn.lines)
    assert (sent, late) == (float(drawn.lines[0].points[-1].y), HEIGHT - BOTTOM)
    assert failed == late - LABEL_HEIGHT
