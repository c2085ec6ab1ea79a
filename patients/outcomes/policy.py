"""Which questions come, whether all are answered, when they are open, and what changed. Pure.

Nothing is filled in for an answer that is missing: a value without one is None, and so is every change from or to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from clinic.db.clock import instant
from patients.outcomes.enums import Moment, Standing, State
from patients.outcomes.instruments import INSTRUMENTS, Instrument, Question, in_use
from patients.outcomes.scoring import Score

OPENS = timedelta(days=7)  # before the review's day
STAYS_OPEN = 14  # days after it
LONGEST_AHEAD = timedelta(days=365)
NO_ANSWER = "none"  # what stands for "I would rather not answer"

Answers = Mapping[str, int | None]  # by the name of the question; None: they would rather not say
Draft = Mapping[str, Mapping[str, str]]  # by Page.key: the value, and the opening it was given in


@dataclass(frozen=True)
class Measured:
    """The answers of a form that are measures, by instrument, and what form it is."""

    moment: Moment
    answers: Mapping[str, Answers]


@dataclass(frozen=True)
class Page:
    """One question on its page."""

    instrument: Instrument
    question: Question

    @property
    def slug(self) -> str:
        """Its part of the address."""
        return self.question.slug

    @property
    def key(self) -> str:
        """Its name in a draft. An answer to other words, of an older version, is not an answer to these."""
        return f"{self.instrument.code}.{self.instrument.version}.{self.question.name}"


def pages(*, after_treatment: bool, unclear: bool = False) -> tuple[Page, ...]:
    """Return the pages in their order; the one about treatment here only ``after_treatment`` has begun.

    ``unclear``: with the scales whose licence is not clear.
    """
    return tuple(
        Page(instrument, question)
        for instrument in in_use(INSTRUMENTS, unclear=unclear)
        if after_treatment or not instrument.after_treatment
        for question in instrument.questions
    )


def is_answer(page: Page, value: str) -> bool:
    """Tell whether ``value`` is one of the answers to a page, or says that they would rather not answer."""
    return value == NO_ANSWER or value in {str(number) for number, _ in page.question.choices}


def missing(wanted: tuple[Page, ...], draft: Draft) -> tuple[Page, ...]:
    """Return the pages that have not been answered. Where there are none the answers can be sent."""
    return tuple(page for page in wanted if not is_answer(page, draft.get(page.key, {}).get("value", "")))


def answers_of(instrument: Instrument, draft: Draft) -> dict[str, int | None]:
    """Return the answers to one instrument, as they are kept for good."""
    found = {}
    for question in instrument.questions:
        value = draft.get(Page(instrument, question).key, {}).get("value", NO_ANSWER)
        found[question.name] = None if value == NO_ANSWER else int(value)
    return found


def percent_down(baseline: Score | None, now: Score | None) -> Decimal | None:
    """Return how much lower ``now`` is than ``baseline``, in per cent of it to one decimal; None from 0 or nothing.

    Domain 4.3: (baseline - now) / baseline x 100, in exact decimals. Below 0 where it has risen.
    """
    if baseline is None or now is None or baseline == 0:
        return None
    share = (Decimal(baseline) - Decimal(now)) * 100 / Decimal(baseline)
    return share.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def change_text(baseline: Score | None, now: Score | None) -> str:
    """Return the change in plain numbers, like "Down 2 points (28.6%)"; nothing where one of them is missing.

    It says which way the number went, and never what that means for anybody.
    """
    if baseline is None or now is None:
        return ""
    points = abs(now - baseline)
    if not points:
        return "No change"
    way, percent = "Up" if now > baseline else "Down", percent_down(baseline, now)
    size = f"{points} point{'' if points == 1 else 's'}"
    return f"{way} {size}" if percent is None else f"{way} {size} ({abs(percent)}%)"


def scale_text(instrument: Instrument) -> str:
    """Return the ends of a scale and its direction, for a clinician."""
    numbers = [number for number, _ in instrument.questions[0].choices]
    better = "Higher" if instrument.higher_is_better else "Lower"
    return f"{min(numbers)} is {instrument.lowest}, {max(numbers)} {instrument.highest}. {better} is better."


def ends_text(instrument: Instrument, question: Question) -> str:
    """Return what the lowest and the highest number of a question mean, for the person who answers."""
    numbers = [number for number, _ in question.choices]
    if question.ends:  # in their authors' words
        lowest, highest = question.ends
        return f"{min(numbers)} means “{lowest}”. {max(numbers)} means “{highest}”."
    return f"{min(numbers)} is {instrument.lowest}. {max(numbers)} is {instrument.highest}."


def opens_at(due_on: date, asked_at: datetime) -> datetime:
    """Return from when the questions can be answered: a week before the review's day, or when they were asked."""
    return max(instant(due_on - OPENS, 0), asked_at)


def expires_at(due_on: date) -> datetime:
    """Return until when: what is answered later is about another time than the review's."""
    return instant(due_on + timedelta(days=STAYS_OPEN + 1), 0)


def standing(state: str, opens: datetime, expires: datetime, *, is_patient: bool, at: datetime) -> Standing:
    """Return how the questions stand at ``at``. Of somebody who ``is_patient`` no more, they count as withdrawn."""
    if state == State.ANSWERED:
        return Standing.ANSWERED
    if state == State.WITHDRAWN or not is_patient:
        return Standing.WITHDRAWN
    if state == State.EXPIRED or at >= expires:
        return Standing.LATE
    return Standing.EARLY if at < opens else Standing.OPEN
