"""Why a letter is not saved, approved or sent, in words a doctor can act on."""

from clinic.db.refusal import Refusal


class NotADraft(Refusal):
    """The letter is frozen."""

    words = (
        "This letter is approved and cannot be changed. If it is wrong, withdraw it before it is sent; once it is sent, "
        "write a new letter that replaces it."
    )


class NotTheWriter(Refusal):
    """Only who wrote it approves it."""

    words = "Only the clinician who writes this letter can change and approve it."


class NotAsked(Refusal):
    """The patient has not said whether we may write to their GP."""

    words = (
        "The patient has not answered yet whether we may write to their GP. Ask them, and have the answer written down "
        "under their consents. Then approve this letter."
    )


class SharingRefused(Refusal):
    """The patient has said no."""

    words = (
        "The patient does not let us write to their GP, so this letter cannot be approved. Talk with them about what that "
        "means for their care. You can close the task with this reason."
    )


class NotRefused(Refusal):
    """A task ends with "they said no" only where they did."""

    words = "The patient has not refused that we write to their GP. Ask them, or write the letter."


class CannotBePrinted(Refusal):
    """A letter holds a character that no font of ours has."""

    words = (
        "This letter holds a character that cannot be printed, for example from a script our fonts do not have. Write it "
        "in Latin letters."
    )


class NotThatDay(Refusal):
    """A letter is not sent before it is approved, nor in the future."""

    words = "Enter a day from when the letter was approved until today."


class NoReason(Refusal):
    """Withdrawing has a reason."""

    words = "Write why the letter is withdrawn."


class NotOut(Refusal):
    """Only what was sent is replaced."""

    words = "This letter was not sent. Withdraw it, then write another."
