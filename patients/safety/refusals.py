"""What adverse events and incidents refuse, in words for whoever asked."""

from collections.abc import Iterable

from clinic.db.refusal import Refusal


class NothingSaid(Refusal):
    """A report says something."""

    words = "Choose what it was, or say it in your own words."


class WrongDay(Refusal):
    """A day that cannot be: in the future, before birth, or an end before the beginning."""


class NotComplete(Refusal):
    """An assessment or an entry lacks something it needs."""


class SomebodyWasQuicker(Refusal):
    """Somebody else wrote while this form was open: what is typed stays, and they read what is new first."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} has written since you opened this page, so nothing of yours is saved yet. What they wrote is on the page "
            "now, and what you typed is still in the form. Read it, change yours if you need to, and save again."
        )


class WhyAgain(Refusal):
    """What is closed is opened again with a reason."""

    words = "This is closed. Write in the notes why it is opened again."


class WhyHeld(Refusal):
    """A hold, its refusal and its lifting each have a reason."""

    words = "Write your reason. Whoever prescribes next reads it."


class StaysOpen(Refusal):
    """Something is missing before it can be closed."""


class Missing(StaysOpen):
    """An incident is closed only when it is complete: says what is missing."""

    def __init__(self, what: Iterable[str]) -> None:
        super().__init__(f"This incident cannot be closed yet. Missing: {'; '.join(what)}.")
