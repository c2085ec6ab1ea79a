"""What a patient is written about a decision: that there is one, nothing more."""

from django.conf import settings
from django.template.loader import render_to_string

from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted
from patients.intake.enums import IntakeState
from patients.intake.models import Intake
from patients.profile.models import Patient
from patients.suitability.models import Decision


def decision_made(message: Message) -> Letter | NotWanted:
    """Return the letter for the decision ``message.about``; NotWanted where the patient is not written to."""
    decision = Decision.objects.select_related("version__intake__patient__user").get(pk=message.about)
    return _letter(decision.version.intake.patient, "There is an update in your account", "decision_made")


def more_information(message: Message) -> Letter | NotWanted:
    """Return the letter about the question that the intake ``message.about`` waits for; NotWanted where it does not."""
    intake = Intake.objects.select_related("patient__user").get(pk=message.about)
    if intake.state != IntakeState.MORE_ASKED:
        return NotWanted("the form waits for no answer any more")
    return _letter(intake.patient, "There is a question for you in your account", "more_information")


def _letter(patient: Patient, subject: str, name: str) -> Letter | NotWanted:
    if not patient.reach:
        return NotWanted("no email address")
    context = {"clinic": settings.CLINIC, "site_origin": settings.SITE_ORIGIN, "called": patient.called}
    return Letter(
        to=patient.reach,
        subject=subject,
        text=render_to_string(f"emails/{name}.txt", context),
        html=render_to_string(f"emails/{name}.html", context),
    )
