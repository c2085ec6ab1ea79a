"""What is written about the questions of a review: to the patient the link, to whoever asked that nothing came.

Nothing clinical: see ``bookings/appointments/letters.py``.
"""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from clinic.db.clock import day_text, uk_day
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted, words_of
from clinic.outbox.words import Words
from patients.contact.models import reach_from
from patients.links.tokens import LONGEST
from patients.outcomes import links
from patients.outcomes.enums import Standing, State
from patients.outcomes.models import Questionnaire

SOON = Words(
    "A few questions before your review",
    "Your review is coming up. Before it we would like to know how you are.",
    "If something is hard to do, call us. We will help.",
)
CHECK_IN = Words(
    "A few questions for you",
    "We would like to know how you are. Please answer a few questions in the next days.",
    "If something is hard to do, or if you feel worse, call us. We will help.",
)
DUE = Words(
    "Your answers for your review",
    "We do not have your answers for your review yet. There is still time.",
    "If something is hard to do, call us. We will help.",
)
WHY_NOT = {
    Standing.ANSWERED: "the questions are answered",
    Standing.WITHDRAWN: "the questions are withdrawn",
    Standing.LATE: "the questions were not answered in time",
}
SAMPLES = {"last_day": "Wednesday 30 September 2026", "link": f"{settings.SITE_ORIGIN}/q/{'x' * LONGEST}/"}


def review_questions(message: Message) -> Letter | NotWanted:
    """Return the letter with the link; NotWanted where the questions are answered, withdrawn or over."""
    rows = Questionnaire.objects.defer("answers").select_related("patient__user", "patient__contact")
    asked = rows.get(pk=message.about)
    standing = asked.standing(message.due_at)
    if standing in WHY_NOT:
        return NotWanted(WHY_NOT[standing])
    url, patient = links.address(asked), asked.patient
    last_day = day_text(asked.last_day)
    words = words_of(message, {"last_day": last_day, "link": url})
    context = {
        "clinic": settings.CLINIC,
        "called": patient.called,
        "subject": words.subject,
        "words": words,
        "large_print": patient.large_print,
        "url": url,
        "opens": day_text(uk_day(asked.opens_at)) if standing == Standing.EARLY else "",
        "last_day": last_day,
    }
    text, html = (render_to_string(f"emails/review_questions.{ending}", context) for ending in ("txt", "html"))
    return Letter(to=patient.reach, subject=words.subject, text=text, html=html, reach=reach_from(patient))


def review_late(message: Message) -> Letter | NotWanted:
    """To the clinician who asked: that the answers have not come. Of whom, stands behind the sign-in."""
    asked = Questionnaire.objects.defer("answers").select_related("asked_by__user", "patient").get(pk=message.about)
    user = asked.asked_by.user
    if asked.state != State.ASKED:
        return NotWanted(WHY_NOT[asked.standing(message.due_at)])
    if not user.is_active:
        return NotWanted("whoever asked does not work here any more")
    subject = "Answers you asked for have not come"
    url = settings.SITE_ORIGIN + reverse("review_questions", args=[asked.patient_id])
    context = {"clinic": settings.CLINIC, "subject": subject, "url": url}
    text, html = (render_to_string(f"emails/review_late.{ending}", context) for ending in ("txt", "html"))
    return Letter(to=user.email, subject=subject, text=text, html=html)
