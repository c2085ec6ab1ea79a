"""Why the till says no, in words for staff."""

from clinic.db.refusal import Refusal


class NotToPay(Refusal):
    """Nothing is asked for: paid already, or waived."""

    def __init__(self, stands: str) -> None:
        super().__init__(f"Nothing is to be paid here now. It stands at: {stands}.")


class AmountChanged(Refusal):
    """Another amount is due than the page showed."""

    def __init__(self, amount: str) -> None:
        super().__init__(f"The amount has changed since you opened this page. Now {amount} is to be paid.")


class StillAskedFor(Refusal):
    """Money that has to go back is written down only where nothing is asked for."""

    def __init__(self, stands: str) -> None:
        super().__init__(f"This is for a visit that costs nothing any more. It stands at: {stands}.")


class NothingToCorrect(Refusal):
    """The visit was cancelled and nothing is owed for it, or nothing has happened yet."""

    words = "There is nothing here that can be taken back."
