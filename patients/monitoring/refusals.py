"""Why the record of a check is not signed, in words a doctor can act on."""

from collections.abc import Mapping

from clinic.db.refusal import Refusal


class SomethingMissing(Refusal):
    """What a record lacks; ``fields`` says it by field."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(". ".join(fields.values()) + ".")
        self.fields = dict(fields)


class AlreadyPlanned(Refusal):
    """One check of a person stands on a day."""

    words = "A check is planned for that day already. Choose another day."
