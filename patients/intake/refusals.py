"""What an intake's actions can say no with."""

from collections.abc import Iterable

from clinic.db.refusal import Refusal

MOST_ENTRIES = 60  # of one list: more is no list any more that somebody reads


class AlreadySent(Refusal):
    """What was sent to the clinic never changes."""

    words = "You have sent this form already. To change something in it, choose “Change or add something” first."


class ChangedElsewhere(Refusal):
    """The page was changed in another tab or on another device since it was opened."""

    words = "You changed this page in another window. What you typed here is below. Check it, then save it again."


class TooMany(Refusal):
    """A list has as many entries as it may have."""

    def __init__(self, one: str) -> None:
        super().__init__(f"You have added {MOST_ENTRIES} already. Put the rest together into your last {one}.")


class Incomplete(Refusal):
    """Something still needs an answer."""

    def __init__(self, titles: Iterable[str]) -> None:
        super().__init__(f"Finish these parts before you send the form: {', '.join(titles)}.")


class CardNotRead(Refusal):
    """An emergency card has not been shown yet."""

    words = "Read what to do about your urgent answers before you go on."


class Decided(Refusal):
    """A specialist has decided on the form: it changes no more."""

    words = "A specialist has decided on this form, so it cannot be changed any more. Call us if something is new."


class NothingNew(Refusal):
    """Sent again without a change."""

    words = "You have not changed anything. Change an answer, or keep the form as you sent it."


class NotAsked(Refusal):
    """There is no question of a specialist to answer."""

    words = "We have your answer already. You can still change your form."


class AnswerFirst(Refusal):
    """A specialist has asked something: changes are sent together with the answer."""

    words = "A specialist has asked you something. Answer it, and your changes are sent with it."


class NotDue(Refusal):
    """No review is near, so there is nothing to ask about."""

    words = "There is no review to prepare for now."
