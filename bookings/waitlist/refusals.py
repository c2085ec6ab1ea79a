"""Why the waiting list says no, in words to the patient."""

from django.conf import settings

from clinic.db.refusal import Refusal


class AlreadyWaiting(Refusal):
    """Two entries for one kind."""

    words = "You are on the waiting list for this visit already. You can change what you ask for there."


class VisitGone(Refusal):
    """The visit to be replaced is not one to come."""

    words = "That visit is no longer one to come. Look at your visits, then ask again."


class VisitStays(Refusal):
    """A person with a visit of the kind who does not ask for it to be moved: no time would ever be offered to them."""

    def __init__(self) -> None:
        number = settings.CLINIC["phone"]
        super().__init__(
            "It is too late to move your visit online, so we cannot offer you an earlier time by email. "
            f"Call us on {number} to ask for one."
        )


class NoLongerOffered(Refusal):
    """A time that is kept, and cannot be had all the same: the hours or the kind have changed since."""

    words = "We can no longer offer this time. Your appointment stays as it is. You stay on the waiting list."


class OfferEnded(Refusal):
    """An answer that came too late."""

    words = "This time is no longer kept for you. You stay on the waiting list."


class AnswerFirst(Refusal):
    """A change of what somebody asks for, while a time is kept for them."""

    words = "We are keeping a time for you. Answer that offer first, then change what you ask for."


class Busy(Refusal):
    """Too much at once about one person."""

    words = "Nothing was changed, because much is happening at this moment. Try again in a minute."
