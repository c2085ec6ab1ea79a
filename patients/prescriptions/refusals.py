"""Why something about a prescription is not done, in words a doctor can act on."""

from clinic.db.refusal import Refusal


class NoPlan(Refusal):
    """A prescription is written from a plan that holds."""

    words = "The patient has no plan that is in force. Write the plan first: a prescription is written from it."


class NotTheWriter(Refusal):
    """A draft is its writer's."""

    words = "Only the doctor who writes this prescription can change its draft."


class TheWriterChecks(Refusal):
    """Two different people."""

    words = "Somebody else must check it: the doctor who writes a prescription cannot check it too."


class TheWriterSignsTwice(Refusal):
    """The second sign-off is another clinician's."""

    words = "Another clinician must sign it off: the doctor who writes it is not the second."


class Changed(Refusal):
    """Somebody has changed what was checked."""

    words = "This was changed after you opened the page. Compare it with the paper again, then check it."


class SerialUsed(Refusal):
    """One serial number, one paper."""

    words = "This serial number stands on another prescription already. Look at the form again."


class NoInk(Refusal):
    """A prescription is signed in ink."""

    words = "Confirm that the paper is signed in ink. An electronic signature is not lawful here (HMR 2012, reg 219)."


class NoReason(Refusal):
    """Some acts are done for a reason."""

    words = "Write why, in at least 10 characters."


class NothingOpen(Refusal):
    """A breach is recorded where a point is open."""

    words = "No point is open: record the signing above, without a reason."


class NoSubstitution(Refusal):
    """Another product needs another prescription."""

    words = (
        "A substitution is never accepted without a new prescription. Save this as a proposal, cancel this prescription, "
        "and write a new one if you agree with it."
    )


class WrongDay(Refusal):
    """A day that cannot be."""

    words = "The day must be today or in the past, and not before the paper was signed."


class NothingTold(Refusal):
    """A patient reads what a clinician answers."""

    words = "Write what the patient reads."


class AnsweredAlready(Refusal):
    """The first answer counts."""

    words = "Somebody has answered this request already. Their answer stands on this page."


class NotRead(Refusal):
    """The statement goes with every choice."""

    words = "Say that the statement was read: the choice is free."
