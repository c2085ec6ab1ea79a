"""All answers of a patient as the history of each measure: what counts, in what order, what the baseline is. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from patients.outcomes.enums import Moment
from patients.outcomes.instruments import ALL, Instrument, Question, in_use
from patients.outcomes.models import Response
from patients.outcomes.scoring import SCORED, Score, score

PATIENTS_OWN = frozenset({"pain_nrs", "spasticity_nrs", "sleep_nrs"})  # what a patient always sees (domain, decision 9)
WHEN_RELEASED = frozenset({"gad7", "phq9"})  # and what only once a clinician shows it


@dataclass(frozen=True)
class Point:
    """One value, from the answers it stands in. None: not answered, or not all of what it is worked out from."""

    value: Score | None
    response: Response

    @property
    def at(self) -> datetime:
        """When it was sent."""
        return self.response.completed_at


@dataclass(frozen=True)
class Series:
    """One measure through time, oldest first: a question, or the score of an instrument (``question`` is None then)."""

    instrument: Instrument
    question: Question | None
    baseline: Point | None
    later: Sequence[Point]

    @property
    def points(self) -> list[Point]:
        """All of it, in order of time."""
        return [*([self.baseline] if self.baseline else []), *self.later]

    @property
    def about(self) -> str:
        """What it is about, in a few words."""
        return self.question.about if self.question else NAMES[self.instrument.code]

    def up_to(self, at: datetime) -> "Series":
        """Return the same without what was sent after ``at``."""
        baseline = self.baseline if self.baseline and self.baseline.at <= at else None
        return replace(self, baseline=baseline, later=[point for point in self.later if point.at <= at])


NAMES = {"gad7": "GAD-7 (worry)", "phq9": "PHQ-9 (mood)", "peg": "PEG (pain and what it keeps you from)"}


def counting(responses: Iterable[Response]) -> list[Response]:
    """Return the answers that count, oldest first: of a form that was sent again, those that were sent last."""
    known = sorted(responses, key=lambda each: each.completed_at)
    last: dict[UUID, datetime] = {each.form: each.completed_at for each in known if each.form}
    return [each for each in known if each.form is None or each.completed_at == last[each.form]]


def series(responses: Iterable[Response], *, unclear: bool) -> list[Series]:
    """Return every measure that was ever answered. Its baseline is in the newest form of a first assessment.

    Answers of an earlier such form stand before nothing: what came before the baseline is left out. ``unclear``: with
    what is of unclear licence.
    """
    known = list(responses)
    counted = counting(known)
    first = next((each for each in reversed(counted) if each.moment == Moment.BASELINE), None)
    since = min(each.completed_at for each in known if each.form == first.form) if first else None
    after = [
        each for each in counted if each.moment != Moment.BASELINE and (since is None or each.completed_at > since)
    ]
    start = {each.instrument: each for each in counted if first and each.form == first.form}
    found = (
        _one(instrument, question, start, after)
        for instrument in in_use(ALL, unclear=unclear)
        for question in ([None] if instrument.code in SCORED else instrument.questions)
    )
    return [each for each in found if each.points]


def _one(
    instrument: Instrument, question: Question | None, start: Mapping[str, Response], after: Sequence[Response]
) -> Series:
    baseline = start.get(instrument.code)
    return Series(
        instrument,
        question,
        Point(_value(instrument, question, baseline), baseline) if baseline else None,
        [Point(_value(instrument, question, each), each) for each in after if each.instrument == instrument.code],
    )


def _value(instrument: Instrument, question: Question | None, response: Response) -> Score | None:
    return response.answers.get(question.name) if question else score(instrument, response.answers)
