"""Why the diary says no, in words for the person who asked. Pages add the phone number."""

from django.conf import settings

from clinic.db.refusal import Refusal


class Taken(Refusal):
    """Somebody else has this time."""

    words = "Someone else has just taken this time. Choose another one below."


class NotOffered(Refusal):
    """This time is not one the clinic offers."""

    words = "We do not offer this time. Choose one of the times below."


class Elsewhere(Refusal):
    """The patient has another visit then."""

    words = "There is already an appointment for you at that time. Choose another time, or move the other appointment first."


class SignInFirst(Refusal):
    """Too many times are held by people who are not signed in."""

    words = "Sign in to choose a time. Many times are being held at the moment by people who are not signed in."


class NotActive(Refusal):
    """A new time for somebody who is inactive, discharged or dead (docs/decisions/0011). In words to the patient."""

    def __init__(self) -> None:
        super().__init__(
            "You are not down as an active patient with us, so no new time can be chosen online. "
            f"Call us on {settings.CLINIC['phone']}, and we will help you."
        )


class HoldEnded(Refusal):
    """The 15 minutes are over and the time is gone."""

    words = "We could not keep this time for you any longer. Choose another time."


class ExtendedAlready(Refusal):
    """A hold is made longer once."""

    words = "You have had more time already. Finish this page before the time shown above, or choose another time."


class OfferStands(Refusal):
    """A time is kept for the patient from the waiting list, and it is in the way."""

    words = "We are keeping a time for you from the waiting list. Answer that offer first, then choose again."


class EarlyStartFirst(Refusal):
    """A move into the 14 days without the request for an early start."""

    words = "Tick the box to be seen within 14 days of booking, or choose a later time"


class TooMany(Refusal):
    """More visits than one person books online."""

    words = "You have booked as many visits as one person can book online. Call us to book another one."


class NotForYou(Refusal):
    """A kind that this person may not book online; the words say why."""


class NotAVideoLink(Refusal):
    """An address that patients are not sent to; the words say what to enter."""


class TooLate(Refusal):
    """A move after the cut-off."""

    words = "It is too late to move this appointment online. You can still cancel it, or call us."


class TooSoon(Refusal):
    """A cancellation after the start."""

    words = "This appointment has started, so it cannot be cancelled here. Call us."


class RefundChanged(Refusal):
    """The refund is no longer the one that was shown."""

    words = "The refund has changed since you opened this page. Read it again, then decide."


class AlreadyUsed(Refusal):
    """The same form with other values."""

    words = "This form has been used already, with other times. Start again from its first page."


class Busy(Refusal):
    """Too many people at once."""

    words = "Many people are booking at this moment. Nothing was changed. Try again in a minute."


class NotNow(Refusal):
    """A step that does not fit the time of the visit."""

    words = "This can be recorded only on the day of the visit, and that nobody came only after its start."
