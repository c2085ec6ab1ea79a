"""What a patient is written about a prescription: that there is news, nothing more."""

from django.conf import settings
from django.template.loader import render_to_string

from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted
from patients.profile.models import Patient


def prescription_news(message: Message) -> Letter | NotWanted:
    """Return the mail to the patient ``message.person``; NotWanted where they are not written to."""
    patient = Patient.objects.select_related("user").get(pk=message.person or message.about)
    if not patient.reach:
        return NotWanted("no email address")
    context = {"clinic": settings.CLINIC, "site_origin": settings.SITE_ORIGIN, "called": patient.called}
    text, html = (render_to_string(f"emails/care_news.{ending}", context) for ending in ("txt", "html"))
    return Letter(to=patient.reach, subject="There is news about your care", text=text, html=html)
