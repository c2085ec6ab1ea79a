"""Why a note is not saved or signed, in words a doctor can act on."""

from clinic.db.refusal import Refusal


class SignedAlready(Refusal):
    """The note is frozen."""

    words = "This note is signed and cannot be changed. Add what is to be said as an addendum."


class NotTheWriter(Refusal):
    """Only who held the consultation signs it."""

    words = "Only the clinician who held this consultation can write and sign its note."


class NotSignedYet(Refusal):
    """An addendum is made to a signed note."""

    words = "This note is not signed yet. Write it in the note itself."


class NothingWritten(Refusal):
    """An addendum says something."""

    words = "Write what you want to add."
