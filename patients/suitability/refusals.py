"""Why something about a review is not done, in words for the doctor."""

from clinic.db.refusal import Refusal
from patients.suitability.policy import SHORTEST_ANSWER, SHORTEST_REASONS


class NotYours(Refusal):
    """Another clinician took this form to review."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has taken this form to review. Only they can decide on it.")


class ChangedSince(Refusal):
    """The patient sent the form again after the clinician had opened it."""

    words = "The patient has changed the form since you opened it. Read what is new, then decide."


class NothingAsked(Refusal):
    """To ask for more information is to ask something."""

    words = "Write in the message what you need to know. The patient answers it in their account."


class NothingSaid(Refusal):
    """Every decision tells the patient something."""

    words = "Write what the patient reads."


class TooShort(Refusal):
    """A decision needs reasons."""

    words = f"Write your reasons in at least {SHORTEST_REASONS} characters."


class NoAnswer(Refusal):
    """An emergency or a red flag is answered in words, not with a tick."""

    def __init__(self, code: str) -> None:
        super().__init__(f"Write what you make of {code}, in at least {SHORTEST_ANSWER} characters.")


class CannotTakeOver(Refusal):
    """A form goes to another clinician who practises."""

    words = "Choose another clinician who sees patients now."
