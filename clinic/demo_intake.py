"""What Amina, who is invented, wrote in her form."""

from datetime import datetime

from patients.intake import actions
from patients.intake.questions import SECTIONS
from patients.profile.models import Patient

ANSWERS = {
    "numb_or_weak": "no",
    "stroke_signs": "no",
    "chest_signs": "no",
    "face_swelling": "no",
    "main_reason": "ms_pain",
    "diagnosed": "yes",
    "pain_average": "6",
    "tried_number": "two_or_more",
    "tried_list": "Stretches with a physiotherapist for a year: helped a little.\nTablets for nerve pain: stopped, too sleepy.",
    "takes_medicines": "yes",
    "medicines": "Baclofen 10 mg, three times a day",
    "psychosis_self": "no",
    "psychosis_family": "not_sure",
    "pregnant": "no",
    "privacy_seen": "yes",
    "share_gp": "yes",
    "obtain_records": "yes",
}


def send(patient: Patient, at: datetime) -> None:
    """Fill in the form page by page as ``patient``, and send it at ``at``."""
    intake = actions.start(patient, at=at)
    for section in SECTIONS:
        given = {question.name: ANSWERS[question.name] for question in section.questions if question.name in ANSWERS}
        intake = actions.save_section(intake, section, given, opened="", at=at)
    actions.submit(intake, by=patient.user, at=at)
