"""What is written to somebody on the waiting list. Nothing clinical: see ``bookings/appointments/letters.py``."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from bookings.appointments.enums import State
from bookings.waitlist.enums import OfferState
from bookings.waitlist.models import Offer
from clinic.db.clock import when_in_a_text, when_text
from clinic.outbox.enums import Channel
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted, Text, words_of
from clinic.outbox.words import Words
from patients.contact.models import reach_from

OFFER = Words(
    "A time has become free",
    "A time has become free. We keep it for you until {until}.",
    "If you do nothing, we offer the time to someone else. You stay on the waiting list.",
    text="{clinic}: a time is free. We keep it until {short}, UK time. Say yes or no: {link} or call {phone}",
)
SAMPLES = {
    "when": "Wednesday 30 September 2026 at 12:30pm, UK time",
    "until": "Wednesday 30 September 2026 at 12:30pm, UK time",
    "short": "Sun 25 Oct 1:30am GMT",
    "clinician": "Dr Example",
    "link": f"{settings.SITE_ORIGIN}/waiting-list/",
}


def waiting_list_offer(message: Message) -> Letter | Text | NotWanted:
    """Return the letter about the offer ``message.about``; NotWanted where it is no longer open."""
    offer = Offer.objects.select_related(
        "entry__patient__user", "entry__patient__contact", "entry__kind", "entry__instead_of", "hold__clinician"
    )
    found = offer.get(pk=message.about)
    patient = found.entry.patient
    if found.state != OfferState.OFFERED or found.hold.state != State.HELD:
        return NotWanted("the offer is no longer open")
    when = when_text(found.hold.starts_at)
    facts = {"when": when, "clinician": found.hold.clinician.name, "until": found.until_text}
    facts["short"] = when_in_a_text(found.expires_at)
    words = words_of(message, facts | {"link": settings.SITE_ORIGIN + reverse("waiting_list")})
    if message.channel == Channel.SMS:
        return Text(patient.phone, words.text, reach=reach_from(patient))
    visit = found.entry.instead_of
    context = {
        "called": patient.called,
        "subject": words.subject,
        "words": words,
        "large_print": patient.large_print,
        "clinic": settings.CLINIC,
        "when": when,
        "clinician": found.hold.clinician.name,
        "mode": visit.get_mode_display() if visit else found.entry.kind.modes_text,
        "old_when": when_text(visit.starts_at) if visit else "",
        "url": settings.SITE_ORIGIN + reverse("waiting_list_offer", args=[found.pk]),
    }
    text, html = (render_to_string(f"emails/waiting_list_offer.{ending}", context) for ending in ("txt", "html"))
    return Letter(to=patient.reach, subject=words.subject, text=text, html=html, reach=reach_from(patient))
