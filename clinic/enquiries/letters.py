"""What is written to the clinic about enquiries. It names nobody and says nothing of what was written."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from clinic.enquiries.models import Enquiry
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted


def enquiry_received(message: Message) -> Letter | NotWanted:
    """To the clinic's own address: that a message waits in the admin."""
    if not Enquiry.objects.filter(pk=message.about).exists():
        return NotWanted("the message is no longer kept")
    subject = "A message came in through the website"
    url = settings.SITE_ORIGIN + reverse("admin:clinic_enquiry_change", args=[message.about])
    context = {"clinic": settings.CLINIC, "subject": subject, "url": url}
    text, html = (render_to_string(f"emails/enquiry_received.{ending}", context) for ending in ("txt", "html"))
    return Letter(to=settings.CLINIC["email"], subject=subject, text=text, html=html)
