"""What a decision must say. Pure."""

from patients.suitability.enums import Outcome

SHORTEST_REASONS = 20
LONGEST_TEXT = 4000

# What the patient reads, below the heading "A specialist has read your form", where the clinician
# writes nothing of their own: neutral, without a verdict on treatment.
STANDARD_MESSAGES = {
    Outcome.PROCEED: "The next step is your visit. If you have not booked it yet, you can do that from your own page.",
    Outcome.FACE_TO_FACE: "The specialist would like to see you at the clinic, not by video or phone. We will call you to find a time.",
    Outcome.REFER: "Another service may be able to do more for you than we can. We will call you to talk about it.",
    Outcome.DECLINE: "We are not able to help with this at our clinic. We will call you to say why, and who may be able to help.",
}


def message_for(outcome: Outcome, own_words: str) -> str:
    """Return what the patient reads: the clinician's own words, or the standard message of ``outcome``."""
    return own_words.strip() or STANDARD_MESSAGES[outcome]
