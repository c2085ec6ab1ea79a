"""What there is to do for a patient, how far each is, and the one thing to do first: no database, no clock."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from django.urls import reverse

from bookings.appointments.models import Appointment
from clinic.db.clock import clock, day_text, when_text
from patients.intake.enums import IntakeState
from patients.intake.models import Intake
from patients.outcomes.models import Questionnaire
from patients.profile.models import Patient
from patients.profile.policy import is_complete
from patients.treatment.enums import State as PlanState


class Turn(IntEnum):
    """What comes before what: where somebody waits for the person, then what may run out, then step by step."""

    QUESTION = 1  # a specialist has asked, and waits for the answer
    HELD = 2  # a time is kept for some minutes
    DETAILS = 3
    FORM = 4
    REVIEW = 5  # what is asked before a review
    BOOK = 6
    DOCUMENT = 7


@dataclass(frozen=True)
class First:
    """The one thing to do: what, why in a sentence, and the words of the button that leads there."""

    turn: Turn
    title: str
    text: str
    label: str
    url: str


@dataclass(frozen=True)
class Line:
    """A line of the task list, with what stands above the list where it is the first thing to do."""

    label: str
    url: str
    hint: str
    status: str
    tone: str = ""
    first: First | None = None


def first_of(things: list[First]) -> First | None:
    """Return what to do first, or None where nothing is to do; of the same turn the one that was named first."""
    return min(things, key=lambda thing: thing.turn, default=None)


def held(visit: Appointment, now: datetime) -> Line:
    """Return a time that is kept for them for some minutes."""
    when, until = when_text(visit.starts_at), clock(visit.held_until or now)
    text, url = f"We are keeping {when} for you until {until}.", reverse("appointment_confirm", args=[visit.pk])
    go = First(Turn.HELD, "Finish booking your visit", text, "Finish booking", url)
    return Line("A time kept for you", url, f"{when}, until {until}.", "Not finished", "warning", go)


def book() -> First:
    """Return the way to a visit, for somebody who has none."""
    text = "You have no visit booked. Choose a day and a time that suit you."
    return First(Turn.BOOK, "Book a visit", text, "Choose a time", reverse("book"))


def check(due_on: date | None) -> list[Line]:
    """Return the check of their plan that is near and has no visit yet."""
    if due_on is None:
        return []
    url, hint = reverse("care_checks"), f"Around {day_text(due_on)}."
    text = f"We look at how you are around {day_text(due_on)}."
    go = First(Turn.BOOK, "Book the visit for your check", text, "Choose a time", reverse("book"))
    return [Line("Your next check", url, hint, "Not booked", "warning", go)]


def details(patient: Patient | None) -> Line:
    """Return how far their details are."""
    url, label = reverse("profile"), "Your details"
    if is_complete(patient):
        return Line(label, url, "Change them here when something is new.", "Done", "done")
    hint = "We need these first."
    go = First(Turn.DETAILS, "Tell us who you are", "We need your name and how to reach you.", "Your details", url)
    return Line(label, url, hint, "Not finished", first=go)


SAID: dict[IntakeState | None, tuple[str, str, str]] = {
    None: ("Not started", "", "About 40 minutes, in short parts. You can stop and come back."),
    IntakeState.DRAFT: ("Started", "info", "Go on where you stopped."),
    IntakeState.SUBMITTED: ("Sent", "done", "Waiting for a specialist to read it."),
    IntakeState.IN_REVIEW: ("Sent", "done", "A specialist is reading it."),
    IntakeState.MORE_ASKED: ("A question for you", "warning", "A specialist has read it and asks you something."),
    IntakeState.DECIDED: ("Done", "done", "A specialist has read it."),
}


def form(intake: Intake | None) -> Line:
    """Return how far their form is: the first one, or the newest that asks what has changed."""
    status, tone, hint = SAID[IntakeState(intake.state) if intake else None]
    label = "What has changed" if intake and intake.is_review else "Your form"
    if intake and intake.changing_since:
        hint = "You are changing it. What you sent counts until you send it again."
    url = reverse("intake")
    return Line(label, url, hint, status, tone, _first_of_form(intake, url))


def _first_of_form(intake: Intake | None, url: str) -> First | None:
    if intake is None:
        text = "It takes about 40 minutes, in short parts. You can stop and come back."
        return First(Turn.FORM, "Fill in your form", text, "Start the form", url)
    if intake.state == IntakeState.MORE_ASKED:
        text = "They cannot go on without your answer."
        return First(Turn.QUESTION, "A specialist has a question", text, "Answer the question", reverse("intake_reply"))
    if intake.changing_since:
        text = "You have changed your form and not sent it again."
        return First(Turn.FORM, "Send your changes", text, "Go on with your form", url)
    if intake.state == IntakeState.DRAFT:
        text = "We have kept everything you typed."
        title = "Finish telling us what has changed" if intake.is_review else "Finish your form"
        return First(Turn.REVIEW if intake.is_review else Turn.FORM, title, text, "Go on with the form", url)
    return None


def what_changed(intake: Intake | None, asked: Questionnaire | None) -> list[Line]:
    """Return the form before a review that was not begun yet: a form was decided on, and a review is near."""
    if asked is None or asked.is_check_in or intake is None or intake.state != IntakeState.DECIDED:
        return []
    url, day = reverse("intake_review"), day_text(asked.due_on)
    if intake.is_review and intake.submitted_at and intake.submitted_at > asked.asked_at:
        return []
    text = f"Your review is on {day}. It takes about 5 minutes if little is new."
    go = First(Turn.REVIEW, "Tell us what has changed", text, "Start", url)
    return [Line("What has changed", url, f"Before your review on {day}.", "Not started", first=go)]


def questions(asked: Questionnaire | None) -> list[Line]:
    """Return the questions before a review, while they can be answered."""
    if asked is None:
        return []
    when = "Your check-in." if asked.is_check_in else f"Before your review on {day_text(asked.due_on)}."
    url, hint = reverse("care_questions"), f"{when} About 3 minutes."
    go = First(Turn.REVIEW, "Answer a few questions", hint, "Answer the questions", url)
    started = asked.started_at is not None
    return [Line("A few questions", url, hint, "Started" if started else "Not started", "info" if started else "", go)]


def active_plan() -> Line:
    """Return the plan that they are on."""
    hint = "What to take, when we check, and when to call us."
    return Line("Your plan", reverse("care_plan"), hint, PlanState.ACTIVE.label, "done")


def new_plan() -> Line:
    """Return the plan that waits to be read."""
    url, hint = reverse("care_plan"), "Your specialist and our team wait for your answer."
    go = First(Turn.QUESTION, "Read your plan", hint, "Read your plan", url)
    return Line("Your new plan", url, hint, "Waits for you", "warning", go)


CHANGED = {PlanState.PAUSED: "is paused", PlanState.STOPPED: "has stopped"}


def changed_plan(state: str) -> Line:
    """Return the plan that was just paused or stopped: what its mail leads to."""
    url, hint = reverse("care_plan"), "Read what to do now, and whom to call."
    go = First(Turn.QUESTION, f"Your plan {CHANGED[PlanState(state)]}", hint, "Read what to do", url)
    return Line("Your plan", url, hint, PlanState(state).label, "danger", go)


def refused_documents() -> Line:
    """Return a document that was deleted by the virus check: the patient may want to add it anew."""
    url, hint = reverse("care_documents"), "We could not keep one of them. See what you can do."
    go = First(Turn.DOCUMENT, "Look at your documents", hint, "Your documents", url)
    return Line("Your documents", url, hint, "Look at it", "warning", go)


def records(patient: Patient) -> Line:
    """Return what the mail about something missing leads to: nothing to fill in, but the patient can ask their surgery."""
    if patient.records_received_on is not None:
        return Line("Your GP records", "", "We have them.", "Done", "done")
    hint = "We need them before your visit. You can ask your surgery to send them."
    return Line("Your GP records", "", hint, "Not here yet")
