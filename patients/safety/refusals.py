"""What adverse events refuse, in words for whoever asked."""

from clinic.db.refusal import Refusal


class NothingSaid(Refusal):
    """A report says something."""

    words = "Choose what it was, or say it in your own words."


class WhyHeld(Refusal):
    """A hold, its refusal and its lifting each have a reason."""

    words = "Write your reason. Whoever prescribes next reads it."


class StaysOpen(Refusal):
    """Something is missing before it can be closed."""
