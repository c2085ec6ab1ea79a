"""A patient's own scores through time: pain, stiffness and sleep, each a chart and the same numbers as a table.

No verdict and no colour that judges (domain 5.1). The totals of GAD-7 and PHQ-9 are there only once a clinician has
shown them (domain, decision 9), and of what had been answered by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.accounts.access import patients_only
from clinic.charts.drawing import NARROW, Chart, Line, chart
from clinic.db.clock import short_day, uk_day
from patients.outcomes import scoring
from patients.outcomes.history import PATIENTS_OWN, WHEN_RELEASED, Point, Series, series
from patients.outcomes.models import Response, ScoreRelease

MARKS = (0, 2, 4, 6, 8, 10)
BY = {"self": "You, on your own", "helped": "You, with help", "other": "Somebody else, for you"}


@dataclass(frozen=True)
class Told:
    """One measure: what its numbers mean at the ends, its chart where it has one, and its numbers."""

    key: str
    title: str
    ends: str
    rows: list[dict[str, str]]
    chart: Chart | None = None


@require_safe
@patients_only
def scores(request: HttpRequest) -> HttpResponse:
    """Show a patient their own scores."""
    answered = Response.objects.visible_to(request.user)
    found = series(answered, unclear=settings.OUTCOMES_UNCLEAR_LICENCES)
    release = ScoreRelease.objects.visible_to(request.user).first()
    until = release.at if release and release.is_shown else None
    context = {
        "charts": [_charted(each) for each in found if each.instrument.code in PATIENTS_OWN],
        "totals": [
            _total(each, points)
            for each in found
            if each.instrument.code in WHEN_RELEASED and until and (points := each.up_to(until))
        ],
    }
    return render(request, "patients/outcomes/scores.html", context)


def _charted(each: Series) -> Told:
    key = each.question.slug if each.question else each.instrument.code
    title = each.about.capitalize()
    days = [short_day(uk_day(point.at)) for point in each.points]
    line = Line(title, [None if point.value is None else float(point.value) for point in each.points])
    drawn = chart(key, title, days, [line], marks=MARKS, size=NARROW)
    return Told(key, title, each.ends, _rows(each.points, "Not answered"), drawn if drawn.lines else None)


def _total(each: Series, points: Sequence[Point]) -> Told:
    items = f"{len(each.instrument.questions)} answers, each from 0 ({each.instrument.lowest}) to 3 ({each.instrument.highest})."
    rows = _rows(points, "Not complete", f" of {scoring.highest(each.instrument)}")
    return Told(each.instrument.code, each.about, f"The sum of {items}", rows)


def _rows(points: Sequence[Point], without: str, unit: str = "") -> list[dict[str, str]]:
    """Return the numbers as a table, the newest first."""
    return [
        {
            "when": short_day(uk_day(point.at)),
            "value": without if point.value is None else f"{point.value}{unit}",
            "by": BY[point.response.done_by],
        }
        for point in reversed(points)
    ]
