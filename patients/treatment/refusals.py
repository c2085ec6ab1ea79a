"""Why something about a plan is not done, in words a doctor can act on."""

from clinic.db.refusal import Refusal


class UnderWayAlready(Refusal):
    """One version of a person is on its way at a time."""

    words = "Another version of this plan is not finished yet. Finish it first, or say that it is not used."


class NotTheAuthor(Refusal):
    """A draft is its author's."""

    words = "Only the doctor who writes this draft can change, sign or discard it."


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
