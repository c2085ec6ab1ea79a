"""What a patient is written about a decision: that there is one, nothing more."""

from django.conf import settings
from django.template.loader import render_to_string

from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted
from patients.suitability.models import Decision


def decision_made(message: Message) -> Letter | NotWanted:
    """Return the letter for the decision ``message.about``; NotWanted where the patient is not written to."""
    decision = Decision.objects.select_related("version__intake__patient__user").get(pk=message.about)
    patient = decision.version.intake.patient
    if not patient.reach:
        return NotWanted("no email address")
    context = {"clinic": settings.CLINIC, "site_origin": settings.SITE_ORIGIN, "called": patient.called}
    subject = "There is an update in your account"
    return Letter(
        to=patient.reach,
        subject=subject,
        text=render_to_string("emails/decision_made.txt", context),
        html=render_to_string("emails/decision_made.html", context),
    )
