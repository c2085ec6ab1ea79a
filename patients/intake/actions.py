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
from patients.details.policy import is_ready_for_form
from patients.intake import walk
from patients.intake.enums import IntakeState
from patients.intake.flags import Hit
from patients.intake.form.whole import FORM
from patients.intake.models import FlagHit, Intake, IntakeVersion
from patients.intake.questions import YES, Answers, Page, Question
from patients.intake.rules.table import emergencies, found
from patients.profile.actions import give_consents
from patients.profile.models import Consent, Patient
from patients.profile.policy import age

URGENT_WITHIN = timedelta(minutes=30)  # of the team being at work
DECISION_WITHIN = 2  # workdays
MOST_ENTRIES = 60  # of one list: more is no list any more that somebody reads


class AlreadySent(Refusal):
    """What was sent to the clinic never changes."""

    words = "You have sent this form already, so it cannot be changed here. Call us if something in it is wrong."


class ChangedElsewhere(Refusal):
    """The page was changed in another tab or on another device since it was opened."""

    words = "You changed this page in another window. What you typed here is below. Check it, then save it again."


class TooMany(Refusal):
    """A list has as many entries as it may have."""

    def __init__(self, one: str) -> None:
        super().__init__(f"You have added {MOST_ENTRIES} already. Put the rest together into your last {one}.")


class Incomplete(Refusal):
    """Something still needs an answer."""

    def __init__(self, titles: Iterable[str]) -> None:
        super().__init__(f"Finish these parts before you send the form: {', '.join(titles)}.")


class CardNotRead(Refusal):
    """An emergency card has not been shown yet."""

    words = "Read what to do about your urgent answers before you go on."


def known(patient: Patient, answers: Answers, at: datetime) -> Answers:
    """Return the answers with what of the profile decides what is asked, and what rules look at."""
    return walk.known(answers, age=age(patient.date_of_birth, uk_day(at)), sex=patient.sex)


def way(intake: Intake, at: datetime) -> walk.Way:
    """Return where the patient is in the form."""
    return way_of(intake.patient, intake.answers_now, at)


def way_of(patient: Patient, answers: Answers, at: datetime) -> walk.Way:
    """Return where ``patient`` would be in the form with ``answers``."""
    return walk.Way(known(patient, answers, at), details_done=is_ready_for_form(patient))


def start(patient: Patient, *, told: Answers | None = None, at: datetime) -> Intake:
    """Return the patient's open intake; an empty draft where there is none.

    ``told`` is what they answered before they had an account: it stands in the pages until they have saved them.
    """
    fresh: dict[str, Any] = {"form_version": FORM.version, "started_at": at, "saved_at": at}
    fresh["answers"] = {walk.TOLD: dict(told)} if told else {}
    intake, _ = Intake.objects.exclude(state=IntakeState.DECIDED).get_or_create(patient=patient, defaults=fresh)
    return intake


def save_page(
    intake: Intake, page: Page, given: Mapping[str, Any], *, opened: str, whole: bool = False, at: datetime
) -> Intake:
    """Put the answers of one page among the others, and return the intake.

    ``opened`` is the mark (``walk.mark``) of the page's answers when it was opened, or nothing. An
    empty answer takes the old one away only where nobody else changed the page in between. ``whole`` says that the page
    was saved with everything it asks. An emergency answer is saved in any case, and asks staff for a call at once,
    whether or not the form is ever sent. Raises AlreadySent or ChangedElsewhere.
    """
    with transaction.atomic():
        draft = _lock(intake)
        is_fresh = opened == walk.mark(page, draft.answers)
        changes = {name: value for name, value in given.items() if value != draft.answers.get(name, "")}
        merged = draft.answers | {name: value for name, value in changes.items() if value or is_fresh}
        if opened and not is_fresh and changes and not _adds_an_emergency(draft, merged, at):
            raise ChangedElsewhere
        if whole:
            merged[walk.SAVED] = sorted({*merged.get(walk.SAVED, []), page.slug})
        _write(draft, {name: value for name, value in merged.items() if value}, at)
    return draft


def save_entry(intake: Intake, page: Page, key: str, given: Mapping[str, Any], *, opened: str, at: datetime) -> Intake:
    """Put one entry into the list of a page, or in place of the one with the same ``key``, and return the intake.

    Sent twice it stands there once. Raises AlreadySent, ChangedElsewhere or TooMany.
    """
    with transaction.atomic():
        draft, question = _lock(intake), list_of(page)
        entries = list(draft.answers.get(question.name, []))
        found = next((entry for entry in entries if entry["id"] == key), None)
        entry = {"id": key} | {name: value for name, value in given.items() if value}
        if found is None and len(entries) >= MOST_ENTRIES:
            raise TooMany(question.one)
        if opened and opened != walk.mark_of(found or {}) and found != entry:
            raise ChangedElsewhere
        kept = [entry if each["id"] == key else each for each in entries] if found else [*entries, entry]
        _write(draft, draft.answers | {question.name: kept}, at)
    return draft


def remove_entry(intake: Intake, page: Page, key: str, *, at: datetime) -> Intake:
    """Take the entry ``key`` out of the list of a page, and return the intake. Raises AlreadySent."""
    with transaction.atomic():
        draft, name = _lock(intake), list_of(page).name
        kept = [entry for entry in draft.answers.get(name, []) if entry["id"] != key]
        rest = {each: value for each, value in draft.answers.items() if each != name}
        _write(draft, rest | ({name: kept} if kept else {}), at)
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

    Only what is asked is sent, with the words it was asked and answered in. Raises AlreadySent, CardNotRead or Incomplete.
    """
    with transaction.atomic():
        draft = _lock(intake)
        here = way(draft, at)
        _check(here)
        version = IntakeVersion.objects.create(
            intake=draft,
            number=1,
            form_version=draft.form_version,
            answers=_sent(here),
            record=[{"title": part.title, "rows": part.rows} for part in here.parts()],
            at=at,
        )
        FlagHit.objects.bulk_create([_row(version, hit, at) for hit in found(here.asked)])
        give_consents(draft.patient, _consents(here.asked), by=by, at=at)
        move(draft, IntakeState.SUBMITTED, by=by, at=at, submitted_at=at)
        _ask_for_a_decision(draft, at)
        if emergencies(here.asked):
            _ask_for_a_call(draft, at)
    return version


def _sent(here: walk.Way) -> dict[str, Any]:
    """Return what is sent: the answers to what is asked, and what an earlier form was told."""
    ours = {name: here.answers[name] for name in (walk.CARD_SEEN, walk.EARLIER) if here.answers.get(name)}
    return {name: value for name, value in here.asked.items() if not name.startswith("@")} | ours


def _lock(intake: Intake) -> Intake:
    """Return the draft, locked: two tabs write one after the other. Raises AlreadySent."""
    draft = Intake.objects.select_for_update(of=("self",)).select_related("patient").get(pk=intake.pk)
    if draft.state != IntakeState.DRAFT:
        raise AlreadySent
    draft.answers, draft.form_version = draft.answers_now, FORM.version
    return draft


def _write(draft: Intake, answers: dict[str, Any], at: datetime) -> None:
    """Save a draft's answers. Whatever was saved, an emergency among it asks staff for a call at once."""
    draft.answers, draft.saved_at = answers, at
    draft.save(update_fields=["answers", "form_version", "saved_at"])
    if emergencies(way(draft, at).asked):
        _ask_for_a_call(draft, at)


def _adds_an_emergency(draft: Intake, merged: Answers, at: datetime) -> bool:
    before = {hit.rule.code for hit in emergencies(way(draft, at).asked)}
    now = {hit.rule.code for hit in emergencies(way_of(draft.patient, merged, at).asked)}
    return bool(now - before)


def list_of(page: Page) -> Question:
    """Return the question whose entries a page lists. Raises ValueError where the page is no list."""
    if page.list_of is None:
        raise ValueError(f"{page.slug} is not a list")
    return page.list_of


def _check(here: walk.Way) -> None:
    if walk.unread_cards(here.answers, emergencies(here.asked)):
        raise CardNotRead
    if left := here.unfinished():
        raise Incomplete([step.section.title for step in left])


def _row(version: IntakeVersion, hit: Hit, at: datetime) -> FlagHit:
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
