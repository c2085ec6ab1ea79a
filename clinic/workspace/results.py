"""How a patient has been, as tables for a clinician: the baseline beside the answers since. Pure.

Numbers as they were given, sums, and the change on a questionnaire: never what a number means (domain 4.3).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from clinic.charts.drawing import NARROW, Chart, Line, chart
from clinic.db.clock import short_day, uk_day
from patients.outcomes import policy, scoring
from patients.outcomes.history import Point, Series
from patients.outcomes.instruments import PHQ9, Question
from patients.outcomes.thresholds import PUBLISHED

DONE_BY = {"self": "by the patient alone", "helped": "by the patient, with help", "other": "by somebody else for them"}


@dataclass(frozen=True)
class Cell:
    """One value with its day, and who answered."""

    value: str
    when: str
    by: str


@dataclass(frozen=True)
class Row:
    """One measure. The time before the newest may be the baseline. ``since`` are changes on the questionnaire."""

    about: str
    baseline: Cell | None
    before: Cell | None
    now: Cell | None
    since_baseline: str
    since_before: str


@dataclass(frozen=True)
class Items:
    """Every single answer to a questionnaire: a day a column, the newest last."""

    about: str
    days: list[str]
    rows: list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Plot:
    """One measure as a chart, with what has been published about its numbers."""

    title: str
    published: str
    chart: Chart


@dataclass(frozen=True)
class Results:
    """All of it. A column that no measure fills is left out."""

    rows: list[Row]
    plots: list[Plot]
    items: list[Items]
    scales: list[dict[str, str]]
    has_baseline: bool
    has_before: bool
    has_now: bool


def results_of(found: Sequence[Series]) -> Results | None:
    """Return the tables of every measure; None where nothing was answered yet."""
    if not found:
        return None
    return Results(
        rows=[_row(each) for each in found],
        plots=[_plot(number, each) for number, each in enumerate(found) if _is_plotted(each)],
        items=[_items(parts) for parts in _by_instrument(found)],
        scales=list(_scales(found)),
        has_baseline=any(each.baseline for each in found),
        has_before=any(each.before not in {None, each.baseline} for each in found),
        has_now=any(each.now for each in found),
    )


def _is_plotted(each: Series) -> bool:
    """Tell whether a measure has a chart: two numbers at least, on a scale of which something has been published."""
    return each.instrument.code in PUBLISHED and sum(1 for point in each.points if point.value is not None) > 1


def _plot(number: int, each: Series) -> Plot:
    title, about = each.about[:1].upper() + each.about[1:], PUBLISHED[each.instrument.code]
    days = [short_day(uk_day(point.at)) for point in each.points]
    line = Line(title, [None if point.value is None else float(point.value) for point in each.points])
    return Plot(title, about.text, chart(f"measure-{number}", title, days, [line], marks=about.lines, size=NARROW))


def _row(each: Series) -> Row:
    return Row(
        about=each.about,
        baseline=_cell(each, each.baseline),
        before=_cell(each, each.before),
        now=_cell(each, each.now),
        since_baseline=_change(each, each.baseline, each.now),
        since_before=_change(each, each.before, each.now),
    )


def _cell(each: Series, point: Point | None) -> Cell | None:
    if point is None:
        return None
    value = _answer(each.question, point.response.answers) if each.question else _total(each, point)
    return Cell(value, short_day(uk_day(point.at)), DONE_BY[point.response.done_by])


def _change(each: Series, before: Point | None, now: Point | None) -> str:
    """Return the change in words; nothing from or to other words, or where a scale has an order but no distance."""
    if not each.instrument.is_number or before is None or now is None:
        return ""
    same = before.response.version == now.response.version
    return policy.change_text(before.value, now.value) if same else ""


def _total(each: Series, point: Point) -> str:
    """Return a score with its range; of a PHQ-9 that was not asked whole, what the PHQ-2 came to."""
    if point.value is not None:
        return f"{point.value} of {scoring.highest(each.instrument)}"
    short = scoring.phq2(point.response.answers) if each.instrument == PHQ9 else None
    return "Not complete" if short is None else f"Not complete (PHQ-2: {short} of 6)"


def _answer(question: Question, answers: policy.Answers) -> str:
    """Return the raw answer, with its words where they are more than the number."""
    if question.name not in answers:
        return "Not asked"
    if (value := answers[question.name]) is None:
        return "Not answered"
    words = dict(question.choices).get(value, "")
    return str(value) if words in {"", str(value)} else f"{value}: {words}"


def _by_instrument(found: Sequence[Series]) -> list[list[Series]]:
    return [list(parts) for _, parts in groupby(found, key=lambda each: each.instrument)]


def _about(parts: Sequence[Series]) -> str:
    about = " and ".join(each.about for each in parts)
    return about[:1].upper() + about[1:]


def _items(parts: Sequence[Series]) -> Items:
    instrument, points = parts[0].instrument, parts[0].points
    return Items(
        _about(parts),
        [short_day(uk_day(point.at)) for point in points],
        [
            (question.words, [_answer(question, point.response.answers) for point in points])
            for question in instrument.questions
        ],
    )


def _scales(found: Sequence[Series]) -> Iterable[dict[str, str]]:
    for parts in _by_instrument(found):
        scale = policy.scale_text(parts[0].instrument)
        yield {"key": _about(parts), "value": scale if parts[0].question else f"Each answer: {scale}"}
