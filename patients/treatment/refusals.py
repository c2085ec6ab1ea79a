"""Why something about a plan is not done, in words a doctor can act on."""

from collections.abc import Mapping, Sequence

from clinic.db.refusal import Refusal


class SomethingMissing(Refusal):
    """What a plan lacks before it is signed; ``fields`` says it by field."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(". ".join(fields.values()) + ".")
        self.fields = dict(fields)


class NotReady(Refusal):
    """What stands in the way of a move; ``points`` has each open point."""

    def __init__(self, points: Sequence[str]) -> None:
        super().__init__(" ".join(points))
        self.points = list(points)


class UnderWayAlready(Refusal):
    """One version of a person is on its way at a time."""

    words = "Another version of this plan is not finished yet. Finish it first, or say that it is not used."


class NotTheAuthor(Refusal):
    """A draft is its author's."""

    words = "Only the doctor who writes this draft can change, sign or discard it."


class SavedElsewhere(Refusal):
    """Another tab saved a newer draft."""

    words = (
        "This draft was saved in another tab or on another device after you opened this page. Nothing was overwritten. "
        "What you typed stands in the form and is not saved yet. Look at what is saved, then save yours again if it is to "
        "take its place."
    )


class SignedAlready(Refusal):
    """The content is frozen."""

    words = "This version is signed and cannot be changed. Write a new version: it begins as a copy of this one."


class NotTheirPlan(Refusal):
    """Only the patient agrees, in their own account."""

    words = "Only the person whose plan this is can agree to it, in their own account."


class NoName(Refusal):
    """Agreeing is signed with a typed name."""

    words = "Type your full name to agree."


class NoReason(Refusal):
    """A plan is paused, stopped or put aside for a reason."""

    words = "Write why, in at least 10 characters."


class NothingTold(Refusal):
    """The patient reads what to do when their plan is paused or stopped."""

    words = "Write what the patient reads: what to do now, and whom to call."
