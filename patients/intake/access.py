"""Whose form it is, and where in it they are."""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from patients.intake import actions, carried, walk
from patients.intake.flags import Hit
from patients.intake.models import Intake
from patients.intake.rules.table import emergencies
from patients.profile.models import Patient


def patient_of(request: HttpRequest) -> Patient | None:
    """Return the patient who is signed in, where they have given their first details."""
    return Patient.objects.visible_to(request.user).first()


def latest_of(request: HttpRequest) -> Intake | None:
    """Return their newest form, sent or not."""
    return Intake.objects.visible_to(request.user).select_related("patient").order_by("-started_at").first()


def way_of(patient: Patient | None, intake: Intake | None) -> walk.Way:
    """Return where they are in the form; without a profile, at its beginning."""
    answers, is_review = (intake.answers_now, intake.is_review) if intake else ({}, False)
    if patient is None:
        return walk.Way(answers, details_done=False)
    return actions.way_of(patient, answers, timezone.now(), is_review=is_review)


def is_sent(intake: Intake | None) -> bool:
    """Tell whether a form is with the clinic, and its patient is not changing it."""
    return intake is not None and not intake.is_open


def begun(request: HttpRequest, patient: Patient, intake: Intake | None, at: datetime) -> Intake:
    """Return their form, or a new draft with what they answered before they had an account."""
    return intake or actions.start(patient, told=carried.look(request.session, at=at), at=at)


def unread_of(intake: Intake | None) -> list[Hit]:
    """Return the emergencies whose card has to be read before anything else."""
    if intake is None or is_sent(intake):
        return []
    way = actions.way(intake, timezone.now())
    return walk.unread_cards(way.answers, emergencies(way.asked))


def elsewhere(intake: Intake | None) -> str:
    """Return where somebody has to go before any page of questions: to what they sent, or to an emergency card."""
    return "intake" if is_sent(intake) else ("intake_urgent" if unread_of(intake) else "")
