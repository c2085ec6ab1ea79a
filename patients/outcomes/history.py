"""All answers of a patient as the history of each measure: what counts, in what order, what the baseline is. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from patients.outcomes.enums import Moment
from patients.outcomes.instruments import ALL, Instrument, Question, in_use
from patients.outcomes.models import Response
from patients.outcomes.policy import ends_text
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
    """One measure through time, oldest first: a question, or the score of an instrument (``question`` is None then).

    ``baseline`` is one of its ``points``, where it was asked in the newest form of a first assessment.
    """

    instrument: Instrument
    question: Question | None
    points: Sequence[Point]
    baseline: Point | None

    @property
    def about(self) -> str:
        """What it is about, in a few words."""
        return self.question.about if self.question else NAMES[self.instrument.code]

    @property
    def ends(self) -> str:
        """What the lowest and the highest number mean, for the person who answers."""
        return ends_text(self.instrument, self.question or self.instrument.questions[0])

    @property
    def now(self) -> Point | None:
        """The newest, where it is not the baseline."""
        return self.points[-1] if self.points[-1] != self.baseline else None

    @property
    def before(self) -> Point | None:
        """The last but one: also before a baseline that is the newest, of a form that was changed late."""
        return self.points[-2] if len(self.points) > 1 else None

    def up_to(self, at: datetime) -> Sequence[Point]:
        """Return what was sent by ``at``."""
        return [point for point in self.points if point.at <= at]


NAMES = {"gad7": "GAD-7 (worry)", "phq9": "PHQ-9 (mood)", "peg": "PEG (pain and what it keeps you from)"}


def counting(responses: Iterable[Response]) -> list[Response]:
    """Return the answers that count, oldest first: of a form that was sent again, those that were sent last."""
    known = sorted(responses, key=lambda each: each.completed_at)
    last: dict[UUID, datetime] = {each.form: each.completed_at for each in known if each.form}
    return [each for each in known if each.form is None or each.completed_at == last[each.form]]


def series(responses: Iterable[Response], *, unclear: bool) -> list[Series]:
    """Return every measure that was ever answered. ``unclear``: with what is of unclear licence."""
    counted = counting(responses)
    newest = next((each for each in reversed(counted) if each.moment == Moment.BASELINE), None)
    form = newest.form if newest else None
    found = (
        _one(instrument, question, [each for each in counted if each.instrument == instrument.code], form)
        for instrument in in_use(ALL, unclear=unclear)
        for question in ([None] if instrument.code in SCORED else instrument.questions)
    )
    return [each for each in found if each.points]


def _one(instrument: Instrument, question: Question | None, answered: Sequence[Response], form: UUID | None) -> Series:
    points = [Point(_value(instrument, question, each), each) for each in answered]
    baseline = next((point for point in points if form and point.response.form == form), None)
    return Series(instrument, question, points, baseline)


def _value(instrument: Instrument, question: Question | None, response: Response) -> Score | None:
    return response.answers.get(question.name) if question else score(instrument, response.answers)
