"""What is written to patients about their appointments.

Subject, sender and words say nothing clinical: the mail may be read over a shoulder, and the
calendar file may be shared with a family. Each function looks again whether the message still holds.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from bookings.appointments import ics, links
from bookings.appointments.enums import CANCELLED, UPCOMING, State
from bookings.appointments.models import Appointment
from bookings.appointments.policy import cooling_off_ends
from bookings.appointments.words import COPIES
from bookings.kinds.enums import Mode
from clinic.db.clock import day_text, uk_day, when_in_a_text, when_text
from clinic.outbox.enums import BY_HAND, Channel
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted, Text, record_of, words_of
from patients.contact.models import choice_of, reach_from

Written = Letter | Text | NotWanted

# Only what letters print: to put the question together takes Django longer than the answer takes Postgres, and what a
# patient needs at a visit is sealed and no matter of a letter.
VISIT = "sequence state mode starts_at ends_at fee_pence booked_at cut_off_minute refund_before_percent refund_after_percent"
PATIENT = "preferred_name first_names family_name email phone status needs interpreter_language"
CONTACT = "patient way texts reminders copies_name copies_email"
PRINTED = (
    *(*VISIT.split(), "early_start_requested_at", "move_asked_at", "clinician__name", "patient__user__email"),
    *(f"patient__{name}" for name in PATIENT.split()),
    *(f"patient__contact__{name}" for name in CONTACT.split()),
)
VISITS = (
    Appointment.objects.with_papers().select_related("patient__user", "patient__contact", "clinician").only(*PRINTED)
)


def visits(keys: list[UUID]) -> dict[UUID, Appointment]:
    """Return the visits with these keys, with all that letters print."""
    return {visit.pk: visit for visit in VISITS.filter(pk__in=keys)}


def booking_confirmed(message: Message) -> Written:
    """The booking as a durable record: time, total fee, the right to cancel, and a calendar file."""
    return _with_calendar(message, "booking_confirmed")


def booking_moved(message: Message) -> Written:
    """The new time. It replaces the confirmation, so it carries all that the confirmation does."""
    return _with_calendar(message, "booking_moved")


def reminder(message: Message) -> Written:
    """A reminder, the same words whether two days or some hours before. It also says when we lack something."""
    appointment = _appointment(message)
    if why := _why_not(appointment, message, UPCOMING):
        return NotWanted(why)
    facts = _facts(appointment) | {"fee": "", "lacks": _lacks(appointment), "care_url": _care_url(appointment)}
    facts["answer_url"] = links.address(appointment)
    return _written(message, appointment, "reminder", facts)


def missing(message: Message) -> Written:
    """That we do not have all we need for the visit yet. What it is stands behind the sign-in."""
    appointment = _appointment(message)
    if why := _why_not(appointment, message, UPCOMING):
        return NotWanted(why)
    if not _lacks(appointment):
        return NotWanted("nothing is missing")
    facts = _facts(appointment) | {"fee": "", "care_url": _care_url(appointment)}
    return _written(message, appointment, "missing", facts)


def did_not_attend(message: Message) -> Written:
    """That we waited, and how to have another appointment. It asks for no reason and blames nobody."""
    appointment = _appointment(message)
    if why := _why_not(appointment, message, {State.DID_NOT_ATTEND}):
        return NotWanted(why)
    facts = _facts(appointment) | {"fee": "", "book_url": f"{settings.SITE_ORIGIN}{reverse('book')}"}
    return _written(message, appointment, "did_not_attend", facts)


def booking_cancelled(message: Message) -> Written:
    """That the appointment is cancelled, and what of the fee goes back."""
    appointment = _appointment(message)
    if why := _why_not(appointment, message, CANCELLED):
        return NotWanted(why)
    by_clinic = appointment.state == State.CANCELLED_BY_CLINIC
    who = "We have cancelled this appointment." if by_clinic else "Your appointment is cancelled, as you asked."
    facts = _facts(appointment) | {"what_happened": who, "money": appointment.words_cancelled()}
    return _written(message, appointment, "booking_cancelled", facts)


def please_move(message: Message) -> Written:
    """That the clinic cannot keep the time, with the address to choose another one."""
    appointment = _appointment(message)
    why = _why_not(appointment, message, UPCOMING)
    if why or appointment.move_asked_at is None:
        return NotWanted(why or "the time is kept after all")
    choose = f"{settings.SITE_ORIGIN}{reverse('appointment_reschedule', args=[appointment.pk])}"
    money = appointment.words_if_cancelled(appointment.refund_at(message.created_at))
    facts = _facts(appointment) | {"choose_url": choose, "money": money}
    return _written(message, appointment, "please_move", facts)


def on_paper(appointment: Appointment, *, at: datetime) -> str:
    """Return the confirmation of a booked visit as text, for a letter: the time, the total fee, the right to cancel."""
    facts = _facts(appointment) | _terms(appointment, at) | {"clinic": settings.CLINIC}
    return render_to_string("emails/booking_on_paper.txt", facts)


def _with_calendar(message: Message, template: str) -> Written:
    appointment = _appointment(message)
    if why := _why_not(appointment, message, UPCOMING):
        return NotWanted(why)
    file = ics.calendar_file(appointment, ics.Method.REQUEST, at=message.created_at, to=appointment.patient.reach)  # type: ignore[union-attr]
    attachment = (ics.FILE_NAME, file, ics.mimetype(ics.Method.REQUEST))
    facts = _facts(appointment) | _terms(appointment, message.created_at)
    return _written(message, appointment, template, facts, attachment)


def _appointment(message: Message) -> Appointment:
    appointment: Appointment = record_of(message)
    return appointment


def _lacks(appointment: Appointment) -> bool:
    """Tell whether the clinician will not have all papers to read."""
    return not (appointment.has_form and appointment.has_records)


def _care_url(appointment: Appointment) -> str:
    """Where the patient sees what is missing; nothing for somebody without an account, who calls us."""
    has_account = appointment.patient is not None and appointment.patient.user is not None
    return f"{settings.SITE_ORIGIN}{reverse('care')}" if has_account else ""


def _day(appointment: Appointment) -> str:
    """The day of the visit without its year, for a subject."""
    return day_text(uk_day(appointment.starts_at)).rsplit(" ", 1)[0]


def _why_not(appointment: Appointment, message: Message, states: Collection[str]) -> str:
    """Return why the message no longer holds, or nothing."""
    if appointment.sequence != message.round:
        return "the appointment has another time"
    return "" if appointment.state in states else f"the appointment is {appointment.state}"


def _facts(appointment: Appointment) -> dict[str, Any]:
    return {
        "when": when_text(appointment.starts_at),
        "clinician": appointment.clinician.name,
        "mode": Mode(appointment.mode).label,
        "in_person": appointment.mode == Mode.IN_PERSON,
        "minutes": (appointment.ends_at - appointment.starts_at).seconds // 60,
        "fee": appointment.fee_text,
        "url": ics.page_url(appointment),
    }


def _terms(appointment: Appointment, at: datetime) -> dict[str, Any]:
    """The rule for cancelling, with its exact dates, as it is at ``at`` (Consumer Contracts Regulations 2013, schedule 2)."""
    assert appointment.booked_at is not None  # noqa: S101 - the database promises it of every visit
    ends = cooling_off_ends(appointment.booked_at)
    return {
        "cut_off": when_text(appointment.cut_off),
        "may_move": at < appointment.cut_off,
        "terms": appointment.terms,
        "contract_day": day_text(uk_day(appointment.booked_at)),
        "right_ends": when_text(appointment.starts_at)
        if appointment.starts_at < ends
        else f"the end of {day_text(uk_day(ends) - timedelta(days=1))}",
        "starts_within_right": appointment.starts_at < ends,
        "asked_for_early_start": appointment.early_start_requested_at is not None,
    }


def _written(
    message: Message,
    appointment: Appointment,
    template: str,
    facts: dict[str, Any],
    *attachments: tuple[str, str, str],
) -> Written:
    """Return the message for the channel it goes by: the letter, the text, or the few facts of a copy."""
    patient = appointment.patient
    assert patient is not None  # noqa: S101 - checked before
    words = words_of(message, _word_facts(appointment, facts))
    choice = choice_of(patient)
    if message.channel == Channel.SMS:
        return Text(patient.phone, words.text, reach=reach_from(patient))
    context = facts | {
        "called": patient.called,
        "words": words,
        "subject": words.subject,
        "clinic": settings.CLINIC,
        "origin": settings.SITE_ORIGIN,
        "large_print": patient.large_print,
        "on_paper": message.channel in BY_HAND,
    }
    if message.channel == Channel.COPY:
        subject = COPIES[message.rule]
        context |= {"called": choice.copies_name, "whose": patient.called, "subject": subject, "large_print": False}
        return Letter(choice.copies_email, subject, *_rendered("visit_copy", context), reach=reach_from(patient))
    return Letter(patient.reach, words.subject, *_rendered(template, context), attachments, reach_from(patient))


def _rendered(template: str, context: dict[str, Any]) -> tuple[str, str]:
    text, html = (render_to_string(f"emails/{template}.{ending}", context) for ending in ("txt", "html"))
    return text, html


def _word_facts(appointment: Appointment, facts: dict[str, Any]) -> dict[str, str]:
    """What may stand in the clinic's own words."""
    names = {name: str(facts[name]) for name in ("when", "clinician", "what_happened") if name in facts}
    link = facts.get("answer_url") or f"{settings.SITE_ORIGIN}{reverse('care')}"
    return names | {"day": _day(appointment), "short": when_in_a_text(appointment.starts_at), "link": link}
