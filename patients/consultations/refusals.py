"""Why a note is not saved or signed, in words a doctor can act on."""

from collections.abc import Mapping

from clinic.db.refusal import Refusal


class SavedElsewhere(Refusal):
    """The draft was saved in another tab since this page was opened."""

    words = (
        "This note was saved in another tab or on another device after you opened this page. Nothing was overwritten. "
        "What is saved stands below; what you typed stands in the form and is not saved yet. Put into the form what is "
        "to be kept, then save it."
    )


class SignedAlready(Refusal):
    """The note is frozen."""

    words = "This note is signed and cannot be changed. Add what is to be said as an addendum."


class NotTheWriter(Refusal):
    """Only who held the consultation signs it."""

    words = "Only the clinician who held this consultation can write and sign its note."


class NotSignedYet(Refusal):
    """An addendum is made to a signed note."""

    words = "This note is not signed yet. Write it in the note itself."


class SomethingMissing(Refusal):
    """A note that is signed says what is required; ``fields`` says what is not there yet."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__(". ".join(fields.values()) + ".")


class NothingWritten(Refusal):
    """An addendum says something."""

    words = "Write what you want to add."
