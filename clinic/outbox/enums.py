"""The states of a message on its way, whom it is for and what stops it."""

from django.db import models


class MessageState(models.TextChoices):
    """``due`` and ``sending`` are on the way. After ``sent`` a provider may still report ``delivered`` or ``failed``."""

    DUE = "due", "Waiting for its time"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    DELIVERED = "delivered", "Delivered"
    HANDED = "handed", "Given to reception"
    FAILED = "failed", "Could not be sent"
    MISSED = "missed", "Too late to be of use"
    CANCELLED = "cancelled", "No longer wanted"


ON_THE_WAY = (MessageState.DUE, MessageState.SENDING)
WENT_OUT = (MessageState.SENT, MessageState.DELIVERED)


class Channel(models.TextChoices):
    """How a message travels. What somebody cannot read as e-mail goes by hand instead: staff call, or post it."""

    EMAIL = "email", "E-mail"
    SMS = "sms", "Text message"
    COPY = "copy", "Copy to the named contact"
    PHONE = "phone", "Phone call"
    POST = "post", "Letter by post"


BY_HAND = (Channel.PHONE, Channel.POST)


class Reader(models.TextChoices):
    """Whom a message is for. What is about an account goes to its e-mail address, however its owner is reached else."""

    PATIENT = "patient", "The patient"
    ACCOUNT = "account", "The patient's account"
    STAFF = "staff", "Staff"


class Stop(models.TextChoices):
    """What is known of a patient that stops a message."""

    DECEASED = "deceased", "has died"
    DISCHARGED = "discharged", "is discharged"
    INACTIVE = "inactive", "is inactive"
    NO_REMINDERS = "no_reminders", "has asked for no reminders"

    @property
    def why(self) -> str:
        """Why a message was not sent, as the log says it."""
        return f"the patient {self.label}"


class Outcome(models.TextChoices):
    """How one try to send a message ended. The last three are an ``Answer``."""

    SENT = "sent", "Taken by the server"
    QUICK = "quick", "Connection trouble"
    SLOW = "slow", "Refused for now"
    NEVER = "never", "Refused for good"


class Answer(models.TextChoices):
    """What the mail server's answer means for the next try."""

    QUICK = "quick", "Connection trouble: try again soon"
    SLOW = "slow", "Refused for now: try again later"
    NEVER = "never", "Refused for good"
