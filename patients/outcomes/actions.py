"""Asking how a patient is, withdrawing that, and every write to their answers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.db.clock import instant
from clinic.db.states import move
from clinic.outbox import actions as outbox
from clinic.staff.models import Clinician
from patients.outcomes import policy
from patients.outcomes.enums import DoneBy, Moment, Standing, State
from patients.outcomes.instruments import BY_CODE, INSTRUMENTS
from patients.outcomes.models import Questionnaire, Response, ScoreRelease
from patients.outcomes.policy import Measured, Page
from patients.outcomes.refusals import (
    AlreadyAsked,
    Incomplete,
    NoMessageLeft,
    NotAnAnswer,
    NotAPatientNow,
    NotOpen,
)
from patients.profile.models import Patient

TO_THE_PATIENT = {"week_1_check", "review_soon", "review_due"}  # the messages with the link


def ask(
    patient: Patient,
    clinician: Clinician,
    due_on: date,
    *,
    after_treatment: bool,
    by: Any,
    at: datetime,
    is_check_in: bool = False,
) -> Questionnaire:
    """Ask ``patient`` the questions of the review on ``due_on`` (a UK day), plan their messages, and return the asking.

    ``after_treatment`` also asks how they have been since treatment here began. With ``is_check_in`` it is the
    check-in of the first week: it is asked for now. Raises NotAPatientNow, AlreadyAsked or NoMessageLeft.
    """
    with transaction.atomic():
        known = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        if not known.may_be_written_to:
            raise NotAPatientNow
        _make_room(known, by=by, at=at)
        asked = Questionnaire.objects.create(
            patient=known,
            asked_by=clinician,
            asked_at=at,
            due_on=due_on,
            after_treatment=after_treatment,
            is_check_in=is_check_in,
            opens_at=policy.opens_at(due_on, at),
            expires_at=policy.expires_at(due_on),
        )
        fact = "check_in_set" if is_check_in else "review_set"
        planned = outbox.plan(fact, about=asked.pk, person=known.pk, anchor=instant(due_on, 0), at=at)
        if TO_THE_PATIENT.isdisjoint(message.rule for message in planned):
            raise NoMessageLeft
    return asked


def withdraw(questionnaire: Questionnaire, *, by: Any, at: datetime) -> None:
    """Take the questions back, and call off their messages. Raises StaleState where they are answered or closed."""
    with transaction.atomic():
        move(_locked(questionnaire), State.WITHDRAWN, by=by, at=at, answers=None)
        outbox.cancel(questionnaire.pk, why="the questions are withdrawn", at=at)


def keep(questionnaire: Questionnaire, page: Page, value: str, *, opening: str, at: datetime) -> None:
    """Keep the answer to one page; the same again changes nothing. ``opening`` marks the visit it was given in.

    Raises NotOpen or NotAnAnswer.
    """
    if not policy.is_answer(page, value):
        raise NotAnAnswer
    with transaction.atomic():
        draft = _open(questionnaire, at)
        draft.answers = dict(draft.so_far) | {page.key: {"value": value, "opening": opening}}
        draft.started_at = draft.started_at or at
        draft.save(update_fields=["answers", "started_at"])


def send(questionnaire: Questionnaire, done_by: DoneBy, *, by: Any, at: datetime, reason: str = "") -> list[Response]:
    """Freeze the answers, stop the messages that wait, and return the answers. Of two at once one wins.

    ``by`` is None where it was done by the link of a message; ``reason`` says it then. Raises NotOpen or Incomplete.
    """
    with transaction.atomic():
        draft = _open(questionnaire, at)
        if left := policy.missing(draft.pages, draft.so_far):
            raise Incomplete(left)
        asked = {page.instrument.code for page in draft.pages}
        responses = Response.objects.bulk_create(
            Response(
                patient=draft.patient,
                moment=Moment.REVIEW,
                questionnaire=draft,
                instrument=instrument.code,
                version=instrument.version,
                answers=policy.answers_of(instrument, draft.so_far),
                done_by=done_by,
                completed_at=at,
            )
            for instrument in INSTRUMENTS
            if instrument.code in asked
        )
        move(draft, State.ANSWERED, by=by, at=at, reason=reason, answers=None, completed_at=at)
        outbox.cancel(draft.pk, why="the questions are answered", at=at)
    return responses


def keep_baseline(patient: Patient, measured: Measured, *, form: UUID, done_by: DoneBy, at: datetime) -> list[Response]:
    """Freeze the measures of a form that was sent at ``at``, and return them.

    A form that is sent again (the same ``form``) makes a new set where an answer of a measure has changed, and nothing
    where none has; what was kept stays. Call it in the transaction that sends the form, with the form locked.
    """
    before = Response.objects.filter(form=form)
    if newest := before.order_by("-completed_at").first():
        kept = before.filter(completed_at=newest.completed_at)
        if {row.instrument: (row.version, row.answers) for row in kept} == {
            code: (BY_CODE[code].version, answers) for code, answers in measured.answers.items()
        }:
            return []
    return Response.objects.bulk_create(
        Response(
            patient=patient,
            moment=measured.moment,
            form=form,
            instrument=code,
            version=BY_CODE[code].version,
            answers=answers,
            done_by=done_by,
            completed_at=at,
        )
        for code, answers in measured.answers.items()
    )


def show_scores(patient: Patient, clinician: Clinician, *, is_shown: bool, at: datetime) -> ScoreRelease:
    """Show ``patient`` their totals of GAD-7 and PHQ-9 up to ``at``, or hide them again; return the row."""
    return ScoreRelease.objects.create(patient=patient, clinician=clinician, is_shown=is_shown, at=at)


def _make_room(patient: Patient, *, by: Any, at: datetime) -> None:
    """Close what was not answered in time. Raises AlreadyAsked where something is still to be answered."""
    open_one = Questionnaire.objects.filter(patient=patient, state=State.ASKED).first()
    if open_one is None:
        return
    if at < open_one.expires_at:
        raise AlreadyAsked
    move(open_one, State.EXPIRED, by=by, at=at, answers=None)
    outbox.cancel(open_one.pk, why="the questions were not answered in time", at=at)


def _locked(questionnaire: Questionnaire) -> Questionnaire:
    rows = Questionnaire.objects.select_for_update(of=("self",)).select_related("patient")
    return rows.get(pk=questionnaire.pk)


def _open(questionnaire: Questionnaire, at: datetime) -> Questionnaire:
    """Return the row, locked: two tabs write one after the other. Raises NotOpen."""
    draft = _locked(questionnaire)
    if draft.standing(at) != Standing.OPEN:
        raise NotOpen
    return draft
