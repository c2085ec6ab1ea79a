"""Totals of the questionnaires (domain 4.3). Pure. They are sums: what a sum means is not said anywhere.

Nothing is filled in: where one item has no answer there is no total.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from patients.outcomes.instruments import GAD7, PEG, PHQ9, Instrument

Score = int | Decimal


def total(values: Sequence[int | None]) -> int | None:
    """Return the sum of the items; None where one is missing, or there are none."""
    known = [value for value in values if value is not None]
    return sum(known) if known and len(known) == len(values) else None


def mean(values: Sequence[int | None]) -> Decimal | None:
    """Return the mean of the items to one decimal, halves up; None where one is missing."""
    whole = total(values)
    return None if whole is None else (Decimal(whole) / len(values)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


SCORED: dict[str, Callable[[Sequence[int | None]], Score | None]] = {GAD7.code: total, PHQ9.code: total, PEG.code: mean}
PHQ2 = tuple(question.name for question in PHQ9.questions[:2])


def score(instrument: Instrument, answers: Mapping[str, int | None]) -> Score | None:
    """Return the score of an instrument that has one (``SCORED``) from the answers by item; None where one is missing.

    GAD-7 0 to 21 and PHQ-9 0 to 27, the higher the more often; PEG 0 to 10, the mean of its three.
    """
    return SCORED[instrument.code]([answers.get(question.name) for question in instrument.questions])


def phq2(answers: Mapping[str, int | None]) -> int | None:
    """Return the total of the PHQ-2, 0 to 6, from answers to the PHQ-9."""
    return total([answers.get(name) for name in PHQ2])


def highest(instrument: Instrument) -> int:
    """Return the highest score an instrument of ``SCORED`` can have."""
    most = [max(number for number, _ in question.choices) for question in instrument.questions]
    return max(most) if SCORED[instrument.code] is mean else sum(most)
