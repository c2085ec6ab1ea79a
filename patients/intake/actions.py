"""Every write to an intake."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from clinic.accounts.enums import Role
from clinic.db.clock import uk_day
from clinic.db.refusal import Refusal
from clinic.db.states import move
from clinic.db.workdays import next_open, workdays_after
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from patients.intake import flags, walk
from patients.intake.enums import IntakeState
from patients.intake.models import FlagHit, Intake, IntakeVersion
from patients.intake.questions import FORM_VERSION, YES, Answers, Section
from patients.profile.actions import give_consents
from patients.profile.models import Consent, Patient
from patients.profile.policy import is_complete

URGENT_WITHIN = timedelta(minutes=30)  # of the team being at work
DECISION_WITHIN = 2  # workdays


class AlreadySent(Refusal):
    """What was sent to the clinic never changes."""

    words = "You have sent this form already, so it cannot be changed here. Call us if something in it is wrong."


class ChangedElsewhere(Refusal):
    """The page was changed in another tab or on another device since it was opened."""

    words = "You changed this page in another window. What you typed here is below. Check it, then save it again."


class Incomplete(Refusal):
    """Something still needs an answer."""

    def __init__(self, titles: Iterable[str]) -> None:
        super().__init__(f"Finish these parts before you send the form: {', '.join(titles)}.")


class CardNotRead(Refusal):
    """An emergency card has not been shown yet."""

    words = "Read what to do about your urgent answers before you go on."


def facts(patient: Patient, at: datetime) -> flags.Facts:
    """Return what the red-flag rules look at besides the answers."""
    return flags.Facts(born=patient.date_of_birth, today=uk_day(at))


def start(patient: Patient, *, at: datetime) -> Intake:
    """Return the patient's open intake; an empty draft where there is none."""
    fresh = {"form_version": FORM_VERSION, "started_at": at, "saved_at": at}
    intake, _ = Intake.objects.exclude(state=IntakeState.DECIDED).get_or_create(patient=patient, defaults=fresh)
    return intake


def save_section(intake: Intake, section: Section, given: Mapping[str, str], *, opened: str, at: datetime) -> Intake:
    """Put the answers of one page among the others, and return the intake.

    ``opened`` is the mark (``walk.mark``) of the page's answers when it was opened, or nothing. An
    empty answer takes the old one away only where nobody else changed the page in between. An
    emergency answer is saved in any case, and asks staff for a call at once, whether or not the form
    is ever sent. Raises AlreadySent or ChangedElsewhere.
    """
    with transaction.atomic():
        draft = _lock(intake)
        known, is_fresh = facts(draft.patient, at), opened == walk.mark(section, draft.answers)
        changes = {name: value for name, value in given.items() if value != draft.answers.get(name, "")}
        if opened and not is_fresh and changes and not flags.emergencies(given, known):
            raise ChangedElsewhere
        merged = draft.answers | {name: value for name, value in changes.items() if value or is_fresh}
        _write(draft, {name: value for name, value in merged.items() if value}, at)
        if flags.emergencies(draft.answers, known):
            _ask_for_a_call(draft, at)
    return draft


def read_card(intake: Intake, codes: Iterable[str], *, at: datetime) -> Intake:
    """Write down that the person has read the emergency card for the rules ``codes``. Raises AlreadySent."""
    with transaction.atomic():
        draft = _lock(intake)
        seen = sorted({*draft.answers.get(walk.CARD_SEEN, []), *codes})
        _write(draft, draft.answers | {walk.CARD_SEEN: seen}, at)
    return draft


def submit(intake: Intake, *, by: Any, at: datetime) -> IntakeVersion:
    """Freeze the answers as a version with its red flags, and ask a clinician for a decision; return the version.

    Raises AlreadySent, CardNotRead or Incomplete.
    """
    with transaction.atomic():
        draft = _lock(intake)
        known = facts(draft.patient, at)
        _check(draft, known)
        version = IntakeVersion.objects.create(
            intake=draft, number=1, form_version=draft.form_version, answers=draft.answers, at=at
        )
        found = flags.hits(draft.answers, known)
        FlagHit.objects.bulk_create([_row(version, hit, at) for hit in found])
        give_consents(draft.patient, _consents(draft.answers), by=by, at=at)
        move(draft, IntakeState.SUBMITTED, by=by, at=at, submitted_at=at)
        _ask_for_a_decision(draft, at)
        if flags.emergencies(draft.answers, known):
            _ask_for_a_call(draft, at)
    return version


def _lock(intake: Intake) -> Intake:
    """Return the draft, locked: two tabs write one after the other. Raises AlreadySent."""
    draft = Intake.objects.select_for_update(of=("self",)).select_related("patient").get(pk=intake.pk)
    if draft.state != IntakeState.DRAFT:
        raise AlreadySent
    return draft


def _write(draft: Intake, answers: dict[str, Any], at: datetime) -> None:
    draft.answers, draft.saved_at = answers, at
    draft.save(update_fields=["answers", "saved_at"])


def _check(draft: Intake, known: flags.Facts) -> None:
    if walk.unread_cards(draft.answers, flags.emergencies(draft.answers, known)):
        raise CardNotRead
    if left := walk.unfinished(draft.answers, details_done=is_complete(draft.patient)):
        raise Incomplete([section.title for section in left])


def _row(version: IntakeVersion, hit: flags.Hit, at: datetime) -> FlagHit:
    rule = hit.rule
    return FlagHit(
        version=version,
        code=rule.code,
        level=rule.level,
        title=rule.title,
        answer=hit.answer,
        rules_version=rule.version,
        at=at,
    )


def _consents(answers: Answers) -> dict[Consent.Purpose, bool]:
    return {
        Consent.Purpose.PRIVACY: answers["privacy_seen"] == YES,
        Consent.Purpose.SHARE_WITH_GP: answers["share_gp"] == YES,
        Consent.Purpose.OBTAIN_RECORDS: answers["obtain_records"] == YES,
    }


def _ask_for_a_call(draft: Intake, at: datetime) -> None:
    """Open the urgent task: once an intake, on the day the team is at work. Its title names no symptom."""
    key, due = f"urgent_answers:{draft.pk}", next_open(at) + URGENT_WITHIN
    worklist.ask(
        TaskKind.URGENT_ANSWERS,
        "Urgent answers: call this person today",
        key=key,
        about=draft.pk,
        role=Role.CLINICIAN,
        due_at=due,
        at=at,
    )


def _ask_for_a_decision(draft: Intake, at: datetime) -> None:
    key, due = f"decision_due:{draft.pk}", workdays_after(at, DECISION_WITHIN)
    worklist.ask(
        TaskKind.DECISION_DUE,
        "A form waits for a decision",
        key=key,
        about=draft.pk,
        role=Role.CLINICIAN,
        due_at=due,
        at=at,
    )
