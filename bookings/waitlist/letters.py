"""What is written to somebody on the waiting list. Nothing clinical: see ``bookings/appointments/letters.py``."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from bookings.appointments.enums import State
from bookings.waitlist.enums import OfferState
from bookings.waitlist.models import Offer
from clinic.db.clock import when_text
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted


def waiting_list_offer(message: Message) -> Letter | NotWanted:
    """Return the letter about the offer ``message.about``; NotWanted where it is no longer open."""
    offer = Offer.objects.select_related("entry__patient__user", "entry__kind", "entry__instead_of", "hold__clinician")
    found = offer.get(pk=message.about)
    patient = found.entry.patient
    if found.state != OfferState.OFFERED or found.hold.state != State.HELD:
        return NotWanted("the offer is no longer open")
    subject = "A time has become free"
    visit = found.entry.instead_of
    context = {
        "called": patient.called,
        "subject": subject,
        "clinic": settings.CLINIC,
        "when": when_text(found.hold.starts_at),
        "clinician": found.hold.clinician.name,
        "mode": visit.get_mode_display() if visit else found.entry.kind.modes_text,
        "old_when": when_text(visit.starts_at) if visit else "",
        "until": found.until_text,
        "url": settings.SITE_ORIGIN + reverse("waiting_list_offer", args=[found.pk]),
    }
    text, html = (render_to_string(f"emails/waiting_list_offer.{ending}", context) for ending in ("txt", "html"))
    return Letter(to=patient.reach, subject=subject, text=text, html=html)
