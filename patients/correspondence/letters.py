"""What a patient is written about a letter: that there is an update, nothing more."""

from django.conf import settings
from django.template.loader import render_to_string

from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted
from patients.correspondence.enums import OUT
from patients.correspondence.models import GpLetter


def letter_released(message: Message) -> Letter | NotWanted:
    """Return the mail about the letter ``message.about``; NotWanted where the patient has no copy of it."""
    letter = GpLetter.objects.defer("body").select_related("patient__user").get(pk=message.about)
    if letter.state not in OUT or not letter.copy_to_patient:
        return NotWanted("there is no copy for them")
    patient = letter.patient
    if not patient.reach:
        return NotWanted("no email address")
    context = {"clinic": settings.CLINIC, "site_origin": settings.SITE_ORIGIN, "called": patient.called}
    text, html = (render_to_string(f"emails/decision_made.{ending}", context) for ending in ("txt", "html"))
    return Letter(to=patient.reach, subject="There is an update in your account", text=text, html=html)
