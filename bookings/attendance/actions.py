"""What becomes of a visit on its day: that somebody comes, how they meet, and how it ended."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from bookings.appointments.diary import close_tasks, plan_messages
from bookings.appointments.enums import MAY_BE_TAKEN_BACK, UPCOMING, State
from bookings.appointments.models import Appointment
from bookings.appointments.policy import fits_the_time, is_video_link
from bookings.appointments.refusals import NotAVideoLink, NotNow
from clinic.accounts.enums import Role
from clinic.accounts.models import User
from clinic.db.clock import day_text, uk_day
from clinic.db.refusal import Refusal
from clinic.db.states import StaleState, move
from clinic.db.workdays import workdays_after
from clinic.outbox import actions as outbox
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.consultations import actions as notes
from patients.consultations.models import ConsultationNote

AFTERWARDS = "Written down afterwards"


class NoteFirst(Refusal):
    """A visit is over when its note is signed and says what it was about."""

    words = (
        "This visit is not completed yet: its note is not signed. The clinician who holds the visit opens “Your visits” in "
        "their workspace, writes the note with the indication, and signs it there. The visit is completed with it."
    )


def will_come(appointment: Appointment, *, by: User | None, at: datetime, reason: str = "") -> None:
    """Record that the patient says they will come. Nothing depends on it. Raises StaleState where it is not booked.

    ``by`` is None where they did so by the link of a message; ``reason`` says it then.
    """
    with transaction.atomic():
        _hold_still(appointment)
        move(appointment, State.CONFIRMED, by=by, at=at, reason=reason)


def set_join_url(appointment: Appointment, url: str, *, by: User, at: datetime) -> None:
    """Save the link to a visit's video call; empty takes it away. Raises NotAVideoLink for other than a known https host."""
    if url and not is_video_link(url, settings.VIDEO_HOSTS):
        raise NotAVideoLink(f"Enter an https link to one of: {', '.join(settings.VIDEO_HOSTS)}")
    appointment.join_url = url
    appointment.save(update_fields=["join_url"])


def check_in(appointment: Appointment, *, by: User, at: datetime) -> None:
    """Record that the patient has arrived. Raises NotNow on another day, StaleState where it is not upcoming."""
    if not fits_the_time(State.CHECKED_IN, appointment.starts_at, at):
        raise NotNow
    with transaction.atomic():
        _hold_still(appointment)
        move(appointment, State.CHECKED_IN, by=by, at=at)
        close_tasks(appointment, "The patient came", by=by, at=at)


def start(appointment: Appointment, *, by: User, at: datetime, reason: str = "") -> None:
    """Record that the consultation has begun, and open its note. Raises StaleState where the patient has not arrived."""
    with transaction.atomic():
        move(appointment, State.IN_PROGRESS, by=by, at=at, reason=reason, note=_open_note(appointment, at=at))


def begin(appointment: Appointment, *, by: User, at: datetime) -> None:
    """Record that a visit takes place, also where nobody wrote down the arrival, and open its note.

    So it is for a visit of an earlier day: it took place while the system could not be reached, and is written down
    afterwards. Begun already, it only gets the note that it lacks. Raises NotNow before its day, StaleState where it
    is no visit that could take place.
    """
    if uk_day(at) < uk_day(appointment.starts_at):
        raise NotNow
    reason = AFTERWARDS if uk_day(at) > uk_day(appointment.starts_at) else ""
    with transaction.atomic():
        if appointment.state == State.IN_PROGRESS:
            _note_where_none_is(appointment, at=at)
            return
        if appointment.state in UPCOMING:
            _hold_still(appointment)
            move(appointment, State.CHECKED_IN, by=by, at=at, reason=reason)
            close_tasks(appointment, "The patient came", by=by, at=at)
        start(appointment, by=by, at=at, reason=reason)


def complete(appointment: Appointment, *, by: User, at: datetime) -> None:
    """Record that the consultation is over, and ask its clinician for the letter to the GP.

    Raises NoteFirst while its note is not signed or names no indication (domain.md 6.9, lessons 1 and 6), StaleState
    where it has not begun.
    """
    note = appointment.note
    if note is not None:
        note.refresh_from_db()  # it may have been signed since the visit was read
    if appointment.state == State.IN_PROGRESS and not (note and note.is_signed and note.has_indication):
        raise NoteFirst
    with transaction.atomic():
        move(appointment, State.COMPLETED, by=by, at=at)
        close_tasks(appointment, "The visit took place", by=by, at=at)
        if note is not None:
            notes.ask_for_letter(note, at=at)


def sign_and_complete(
    appointment: Appointment, note: ConsultationNote, written: notes.Written, *, by: User, at: datetime
) -> None:
    """Sign the note of a visit under way and complete the visit: both or neither. Raises what the two do."""
    with transaction.atomic():
        notes.sign(note, written, by=by, at=at)
        complete(appointment, by=by, at=at)


def mark_did_not_attend(appointment: Appointment, *, by: User, at: datetime) -> None:
    """Record that the patient did not come, stop the visit's messages, and ask reception to follow it up.

    Raises NotNow before the start, StaleState where it is not upcoming.
    """
    if not fits_the_time(State.DID_NOT_ATTEND, appointment.starts_at, at):
        raise NotNow
    with transaction.atomic():
        _hold_still(appointment)
        move(appointment, State.DID_NOT_ATTEND, by=by, at=at)
        outbox.cancel(appointment.pk, why="did not attend", at=at)
        plan_messages(appointment, "appointment_missed", again=True, at=at)
        close_tasks(appointment, "Did not come", by=by, at=at)
        worklist.ask(
            TaskKind.DID_NOT_ATTEND,
            f"Did not come on {day_text(uk_day(appointment.starts_at))}: get in touch",
            key=f"did_not_attend:{appointment.pk}",
            about=appointment.pk,
            role=Role.RECEPTION,
            due_at=workdays_after(at, 1),
            at=at,
            again=True,
        )


def take_back(appointment: Appointment, *, reason: str, by: User, at: datetime) -> None:
    """Record that "arrived" or "did not attend" was a mistake: the visit is booked again.

    Raises NotNow on another day than the visit's, StaleState where there is nothing to take back.
    """
    if appointment.state not in MAY_BE_TAKEN_BACK:
        raise StaleState
    if not fits_the_time(State.BOOKED, appointment.starts_at, at):
        raise NotNow
    with transaction.atomic():
        move(appointment, State.BOOKED, by=by, at=at, reason=reason)
        outbox.cancel(appointment.pk, why="it was a mistake", at=at, rules=["did_not_attend"])
        worklist.finish_about(appointment.pk, TaskKind.DID_NOT_ATTEND, "It was a mistake", by=by, at=at)


def _open_note(appointment: Appointment, *, at: datetime) -> ConsultationNote:
    """Return the note of a visit, opened at ``at`` where there is none: the visit's key is the note's too."""
    assert appointment.patient is not None  # noqa: S101 - only a hold has none
    is_today = uk_day(at) == uk_day(appointment.starts_at)
    return notes.open_note(
        appointment.patient,
        appointment.clinician,
        key=appointment.pk,
        at=at,
        mode=appointment.mode,
        visited_at=at.replace(second=0, microsecond=0) if is_today else appointment.starts_at,
    )


def _note_where_none_is(appointment: Appointment, *, at: datetime) -> None:
    if appointment.note_id is None:
        appointment.note = _open_note(appointment, at=at)
        appointment.save(update_fields=["note"])


def _hold_still(appointment: Appointment) -> None:
    """Keep the visit from moving while something is said of its time. Raises StaleState where it has moved by now."""
    as_read = Appointment.objects.select_for_update().filter(pk=appointment.pk, sequence=appointment.sequence)
    if not list(as_read.values_list("pk")):
        raise StaleState
