"""Why the record of a check is not signed, in words a doctor can act on."""

from clinic.db.refusal import Refusal


class AlreadyPlanned(Refusal):
    """One check of a person stands on a day."""

    words = "A check is planned for that day already. Choose another day."
