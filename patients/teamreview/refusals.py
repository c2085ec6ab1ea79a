"""Why something about a team review is not done, in words a doctor can act on."""

from clinic.db.refusal import Refusal


class OpenAlready(Refusal):
    """One case of a person waits at a time."""

    words = "A case about this person already waits for the team. Change that one, or withdraw it."


class NotTheProposer(Refusal):
    """A case is the text of the clinician who brought it."""

    words = "Only the clinician who brought this case can change or withdraw it."


class NotPlanned(Refusal):
    """A case goes onto the agenda of a meeting that is still to be held."""

    words = "Choose a meeting that is planned."


class InThePast(Refusal):
    """A meeting is planned for a time to come."""

    words = "Choose a time that is still to come."


class TooFew(Refusal):
    """A meeting needs more than one clinician."""

    words = "Choose at least one clinician besides the chair."
