"""What a patient is written when something they asked about their data has moved on: that it has, nothing more."""

from django.conf import settings
from django.template.loader import render_to_string

from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted
from patients.profile.models import Patient
from patients.rights.models import DataRequest


def data_request_moved(message: Message) -> Letter | NotWanted:
    """Return the letter about the request ``message.about``; NotWanted where the patient cannot be written to."""
    patient = DataRequest.objects.select_related("patient__user").get(pk=message.about).patient
    if not patient.reach:
        return NotWanted("no email address")
    context = {"clinic": settings.CLINIC, "site_origin": settings.SITE_ORIGIN, "called": patient.called}
    return Letter(
        to=patient.reach,
        subject="There is an update in your account",
        text=render_to_string("emails/data_request_moved.txt", context),
        html=render_to_string("emails/data_request_moved.html", context),
    )


def copy_made(message: Message) -> Letter | NotWanted:
    """That a copy of the data was made, to the account's address: for whoever did not do it."""
    user = Patient.objects.select_related("user").get(pk=message.about).user
    if user is None:
        return NotWanted("no email address")
    subject = "A copy of your data was made"
    context = {"clinic": settings.CLINIC, "subject": subject, "site_origin": settings.SITE_ORIGIN}
    text, html = (render_to_string(f"emails/copy_made.{ending}", context) for ending in ("txt", "html"))
    return Letter(to=user.email, subject=subject, text=text, html=html)
