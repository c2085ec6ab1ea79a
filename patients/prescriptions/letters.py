"""What a patient is written about a prescription: that there is news or something to do, nothing more."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted, words_of
from clinic.outbox.words import Words
from patients.prescriptions.enums import SUPPLIED
from patients.prescriptions.models import Prescription, PrescriptionRequest
from patients.prescriptions.reading import plan_of
from patients.profile.models import Patient

NEXT = Words(
    "You can make your next request",
    "If you need more, you can ask for it in your account now. It takes about 3 minutes, and we need up to 7 days.",
    "If something is hard to do, call us. We will help.",
)


def prescription_news(message: Message) -> Letter | NotWanted:
    """Return the mail to the patient ``message.person``; NotWanted where they are not written to."""
    patient = Patient.objects.select_related("user").get(pk=message.person or message.about)
    if not patient.reach:
        return NotWanted("no email address")
    context = {"clinic": settings.CLINIC, "site_origin": settings.SITE_ORIGIN, "called": patient.called}
    text, html = (render_to_string(f"emails/care_news.{ending}", context) for ending in ("txt", "html"))
    return Letter(to=patient.reach, subject="There is news about your care", text=text, html=html)


def next_request(message: Message) -> Letter | NotWanted:
    """Return the mail that the next prescription can be asked for, after the supply ``message.about``.

    NotWanted where it was asked for since, where another was written since, where this one came to nothing, or where no
    plan is in force.
    """
    supply = Prescription.objects.select_related("patient__user").get(pk=message.about)
    patient = supply.patient
    if supply.state not in SUPPLIED:
        return NotWanted("it was lost or came back")
    if PrescriptionRequest.objects.filter(patient=patient, at__gt=message.created_at).exists():
        return NotWanted("they have asked already")
    if Prescription.objects.filter(patient=patient, created_at__gt=message.created_at).that_supply().exists():
        return NotWanted("the next one is written already")
    if plan_of(patient) is None:
        return NotWanted("no plan is in force")
    if not patient.reach:
        return NotWanted("no email address")
    words = words_of(message, {})
    url = settings.SITE_ORIGIN + reverse("care")  # the address of a mail says nothing of what it is about either
    context = {
        "clinic": settings.CLINIC,
        "called": patient.called,
        "subject": words.subject,
        "words": words,
        "url": url,
    }
    text, html = (render_to_string(f"emails/next_request.{ending}", context) for ending in ("txt", "html"))
    return Letter(to=patient.reach, subject=words.subject, text=text, html=html)
