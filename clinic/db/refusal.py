"""A refusal: what somebody asked for cannot be done, said in words fit for the person who asked."""

from collections.abc import Mapping, Sequence


class Refusal(Exception):
    """Raised by actions; views show ``str(refusal)`` as a form error with status 422.

    One that always says the same has it in ``words``; another is given its words.
    """

    words = ""

    def __init__(self, words: str = "") -> None:
        super().__init__(words or self.words)


class SomethingMissing(Refusal):
    """What a record lacks to be signed, approved or checked; ``fields`` says it by field."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(". ".join(fields.values()) + ".")
        self.fields = dict(fields)


class NotReady(Refusal):
    """What has to be done before this can be signed or moved on; ``points`` has each open point."""

    def __init__(self, points: Sequence[str]) -> None:
        super().__init__(" ".join(points))
        self.points = list(points)


class SavedElsewhere(Refusal):
    """Another tab or device saved a newer draft since the page was opened. The page then shows both."""

    words = (
        "This was saved in another tab or on another device after you opened this page. Nothing was overwritten. What is "
        "saved stands below; what you typed stands in the form and is not saved yet. Put into the form what is to be kept, "
        "then save it."
    )
