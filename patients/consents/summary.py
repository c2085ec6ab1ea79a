"""What somebody said about each consent, as a page shows it. Pure: the rows come from whoever calls."""

from collections.abc import Iterable
from dataclasses import dataclass

from patients.consents.enums import Asked, Change, Purpose
from patients.consents.models import Consent
from patients.consents.policy import WORDS, Text, Words, text_in_use


@dataclass(frozen=True)
class Shown:
    """One consent. ``newest`` is the answer that counts, or None."""

    purpose: Purpose
    newest: Consent | None

    @property
    def words(self) -> Words:
        """All that is said about it."""
        return WORDS[self.purpose]

    @property
    def is_given(self) -> bool:
        """Whether the answer that counts is yes."""
        return self.newest is not None and self.newest.given

    @property
    def text(self) -> Text:
        """The words that were read; where nobody has answered, those in use."""
        return self.newest.text if self.newest else text_in_use(self.purpose)

    @property
    def said(self) -> str:
        """The answer with its day and way, or that there is none yet."""
        if self.newest:
            return self.newest.said
        return "Off" if self.words.asked == Asked.OWN else "Not asked yet"

    @property
    def may_change(self) -> bool:
        """Whether there is a button for it: what we ask about is answered first where it is asked."""
        return self.words.change == Change.HERE and (self.newest is not None or self.words.asked == Asked.OWN)

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is changed where it was chosen."""
        return self.words.change == Change.ELSEWHERE

    @property
    def is_by_talking(self) -> bool:
        """Whether somebody is to talk to a specialist first, so that it is safe."""
        return self.words.change == Change.BY_TALKING

    @property
    def is_no_consent(self) -> bool:
        """Whether there is nothing to withdraw."""
        return self.words.change == Change.NEVER


def shown(newest: Iterable[Consent]) -> list[Shown]:
    """Return the consents in their order with the ``newest`` answer of one person to each.

    What was never asked of them stands there only where it can be chosen or is still to be asked.
    """
    answers = {Purpose(each.purpose): each for each in newest}
    found = [Shown(purpose, answers.get(purpose)) for purpose in Purpose]
    return [each for each in found if each.newest or _stands_there(each.words)]


def _stands_there(words: Words) -> bool:
    return words.asked != Asked.PLAN and words.change in {Change.HERE, Change.ELSEWHERE}
