"""Where asking or answering can say no, each with its words."""

from collections.abc import Iterable

from clinic.db.refusal import Refusal
from patients.outcomes.policy import Page


class NotAPatientNow(Refusal):
    """Only an active patient is written to."""

    words = "This person is not down as an active patient, so no message would reach them."


class AlreadyAsked(Refusal):
    """There is one open set of questions a patient."""

    words = "This person has questions to answer already. Withdraw those first."


class NoMessageLeft(Refusal):
    """By the message plan, every message for this day would have gone already."""

    words = "The message for this day would have gone already. Choose a later day."


class NotOpen(Refusal):
    """The questions cannot be answered any more, or not yet."""

    words = "These questions are not open for answers now."


class NotAnAnswer(Refusal):
    """What came is none of the answers to this question."""

    words = "Choose one of the answers."


class Incomplete(Refusal):
    """Something has not been answered."""

    def __init__(self, left: Iterable[Page]) -> None:
        super().__init__(f"Answer these questions first: {', '.join(page.question.about for page in left)}.")
