"""Filled-in forms for tests."""

from datetime import timedelta

from patients.intake import actions, walk
from patients.intake.flags import Facts, emergencies
from patients.intake.models import Intake
from patients.intake.questions import SECTIONS
from patients.suitability.actions import claim
from tests.factories.people import NOW

# A form that sets off no rule at all, for somebody between 25 and 74.
ANSWERS = {
    "numb_or_weak": "no",
    "stroke_signs": "no",
    "chest_signs": "no",
    "face_swelling": "no",
    "main_reason": "ms_pain",
    "diagnosed": "yes",
    "pain_average": "6",
    "tried_number": "two_or_more",
    "tried_list": "Gabapentin for a year, physiotherapy",
    "takes_medicines": "yes",
    "medicines": "Baclofen 10 mg three times a day",
    "psychosis_self": "no",
    "psychosis_family": "no",
    "pregnant": "no",
    "privacy_seen": "yes",
    "share_gp": "yes",
    "obtain_records": "yes",
}


def page(section, answers=None):
    """What a browser sends for one section."""
    answers = ANSWERS | (answers or {})
    return {question.name: answers[question.name] for question in section.questions if answers.get(question.name)}


def draft(patient, **answers):
    """A draft with every answer of ANSWERS, changed by ``answers``."""
    intake = actions.start(patient, at=NOW)
    for section in SECTIONS:
        intake = actions.save_section(intake, section, page(section, answers), opened="", at=NOW)
    found = emergencies(intake.answers, Facts(patient.date_of_birth, NOW.date()))
    if walk.unread_cards(intake.answers, found):
        intake = actions.read_card(intake, [hit.rule.code for hit in found], at=NOW)
    return intake


def sent(patient, at=NOW, **answers):
    """A form that was sent."""
    intake = draft(patient, **answers)
    actions.submit(intake, by=patient.user, at=at)
    return Intake.objects.get(pk=intake.pk)


def in_review(patient, clinician, **answers):
    """A form that ``clinician`` has taken, a moment after it was sent: two changes of one moment have no order."""
    intake = sent(patient, **answers)
    claim(intake, clinician, by=clinician.user, at=NOW + timedelta(seconds=1))
    return Intake.objects.get(pk=intake.pk)
