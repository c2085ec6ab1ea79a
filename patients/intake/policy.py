"""What the answers mean outside the form. Pure."""

from patients.intake.questions import YES, Answers
from patients.profile.models import Consent


def new_consents(asked: Answers, before: Answers) -> dict[Consent.Purpose, bool]:
    """Return what is agreed to or not, where it is asked and is not what was said ``before``."""
    said = _consents(before)
    return {purpose: given for purpose, given in _consents(asked).items() if said.get(purpose) != given}


def _consents(answers: Answers) -> dict[Consent.Purpose, bool]:
    if not answers.get("privacy_seen"):  # the form before a review does not ask it again
        return {}
    return {
        Consent.Purpose.PRIVACY: answers["privacy_seen"] == YES,
        Consent.Purpose.SHARE_WITH_GP: answers["share_gp"] == YES,
        Consent.Purpose.OBTAIN_RECORDS: answers["obtain_records"] == YES,
    }
