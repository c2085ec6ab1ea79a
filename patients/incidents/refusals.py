"""What incidents refuse, and what adverse events refuse in the same words."""

from collections.abc import Iterable

from clinic.db.refusal import Refusal


class NothingSaid(Refusal):
    """A report says something."""

    words = "Write what happened."


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


class Missing(Refusal):
    """An incident is closed only when it is complete: says what is missing."""

    def __init__(self, what: Iterable[str]) -> None:
        super().__init__(f"This incident cannot be closed yet. Missing: {'; '.join(what)}.")
