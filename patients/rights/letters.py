"""What a patient is written when something they asked about their data has moved on: that it has, nothing more."""

from django.conf import settings
from django.template.loader import render_to_string

from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted
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
