"""Every write to an intake."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from clinic.db.clock import uk_day
from clinic.db.states import move
from clinic.outbox import actions as outbox
from patients.consents.actions import give_consents
from patients.consents.models import Consent
from patients.details.policy import is_ready_for_form
from patients.intake import policy, walk, work
from patients.intake.baseline import baseline_of
from patients.intake.enums import WITH_THE_CLINIC, IntakeState
from patients.intake.form import review
from patients.intake.form.whole import FORM
from patients.intake.models import FlagHit, Intake, IntakeVersion
from patients.intake.questions import Answers, Page
from patients.intake.refusals import (
    MOST_ENTRIES,
    AlreadySent,
    AnswerFirst,
    CardNotRead,
    ChangedElsewhere,
    Decided,
    Incomplete,
    NotAsked,
    NotDue,
    NothingNew,
    TooMany,
)
from patients.intake.rules.table import emergencies, found
from patients.intake.upgrades import upgraded
from patients.outcomes.actions import keep_baseline
from patients.outcomes.enums import DoneBy, Standing
from patients.outcomes.models import Questionnaire
from patients.profile.models import Patient
from patients.profile.policy import age


def way(intake: Intake, at: datetime) -> walk.Way:
    """Return where the patient is in the form."""
    return way_of(intake.patient, intake.answers_now, at, is_review=intake.is_review)


def way_of(patient: Patient, answers: Answers, at: datetime, *, is_review: bool = False) -> walk.Way:
    """Return where ``patient`` would be in the form with ``answers``."""
    years = age(patient.date_of_birth, uk_day(at))
    unclear = settings.OUTCOMES_UNCLEAR_LICENCES
    known = walk.known(answers, age=years, sex=patient.sex, is_review=is_review, unclear_licences=unclear)
    return walk.Way(known, details_done=is_ready_for_form(patient))


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
        if page.slug == review.SLUG:
            merged[walk.LOOK_AGAIN] = walk.look_again(draft.answers, merged)
        if whole:
            merged[walk.SAVED] = sorted({*merged.get(walk.SAVED, []), page.slug})
            merged[walk.LOOK_AGAIN] = [slug for slug in merged.get(walk.LOOK_AGAIN, []) if slug != page.slug]
        _write(draft, {name: value for name, value in merged.items() if value}, at)
    return draft


def save_entry(intake: Intake, page: Page, key: str, given: Mapping[str, Any], *, opened: str, at: datetime) -> Intake:
    """Put one entry into the list of a page, or in place of the one with the same ``key``, and return the intake.

    Sent twice it stands there once. Raises AlreadySent, ChangedElsewhere or TooMany.
    """
    with transaction.atomic():
        draft, question = _lock(intake), walk.list_of(page)
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
        draft, name = _lock(intake), walk.list_of(page).name
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


def submit(intake: Intake, *, signed: str, done_by: DoneBy, by: Any, at: datetime, reply: str = "") -> IntakeVersion:
    """Freeze the answers as a version with its red flags, and ask a clinician for a decision; return the version.

    ``signed`` is the full name as typed, ``done_by`` who filled it in. Only what is asked is sent, with the words it was
    asked and answered in. A form that is with the clinic already is sent again as its next version, with what was said
    about consents on another page since; with ``reply`` to what a specialist asked it goes back to those that wait.
    Raises AlreadySent, CardNotRead, Incomplete, NothingNew, AnswerFirst or NotAsked.
    """
    with transaction.atomic():
        draft = _lock(intake, replies=bool(reply))
        if reply:
            draft.answers = _with_reply(draft, reply, at)
        elif draft.state == IntakeState.MORE_ASKED:
            raise AnswerFirst
        if draft.state != IntakeState.DRAFT:
            draft.answers = policy.as_said_since(draft.answers, _said(draft, since=draft.changing_since))
        here = way(draft, at)
        _check(here)
        before = sent_last(draft)
        version = _freeze(draft, here, before, policy.Signature(signed, done_by), at)
        work.call_about_emergencies(draft, here.asked, before, at)
        keep_baseline(draft.patient, baseline_of(here.asked), form=draft.pk, done_by=done_by, at=at)
        if consents := policy.new_consents(here.asked, _said(draft)):
            give_consents(draft.patient, consents, by=by, at=at)
        _hand_over(draft, version, by=by, at=at)
    return version


def begin_changes(intake: Intake, *, at: datetime) -> Intake:
    """Let the patient change what they sent, and return the intake. What was sent counts until it is sent again.

    Said twice it holds once. Raises Decided.
    """
    with transaction.atomic():
        sent = _locked(intake)
        if sent.state not in WITH_THE_CLINIC:
            raise Decided
        if sent.changing_since is None:
            sent.answers = policy.as_said_since(sent.answers_now, _said(sent))
            sent.form_version, sent.changing_since = FORM.version, at
            sent.save(update_fields=["answers", "form_version", "changing_since"])
    return sent


def drop_changes(intake: Intake, *, at: datetime) -> None:
    """Throw away what the patient has changed since they sent the form. Said twice it holds once."""
    with transaction.atomic():
        sent = _locked(intake)
        before = sent_last(sent)
        if before is not None and sent.changing_since is not None:
            saved = sent.answers.get(walk.SAVED, [])
            sent.answers, sent.changing_since = {**before.answers, walk.SAVED: saved}, None
            sent.form_version = before.form_version
            sent.save(update_fields=["answers", "form_version", "changing_since"])


def start_review(patient: Patient, *, at: datetime) -> Intake:
    """Return the form that asks what has changed, filled from the last one: begun now, or that which is open.

    Raises NotDue unless a review is near (its questions are open: ``outcomes``) and a form was decided on.
    """
    with transaction.atomic():
        known = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        if open_one := Intake.objects.exclude(state=IntakeState.DECIDED).filter(patient=known).first():
            return open_one
        newest = IntakeVersion.objects.filter(intake__patient=known).order_by("-at")
        last = newest.select_related("intake").first()
        asked = Questionnaire.objects.filter(patient=known).select_related("patient").order_by("-asked_at").first()
        if last is None or asked is None or asked.standing(at) != Standing.OPEN:
            raise NotDue
        return Intake.objects.create(
            patient=known,
            form_version=FORM.version,
            answers=walk.carried_over(upgraded(last.answers, last.form_version)),
            filled_from=last.intake,
            started_at=at,
            saved_at=at,
        )


def _said(intake: Intake, *, since: datetime | None = None) -> dict[str, bool]:
    """Return what counts of the patient's consents, by purpose; with ``since`` only what was said after it."""
    own = Consent.objects.newest().filter(patient=intake.patient_id, **({"at__gt": since} if since else {}))
    return dict(own.values_list("purpose", "given"))


def sent_last(intake: Intake) -> IntakeVersion | None:
    """Return the newest version that was sent, or None."""
    return intake.versions.order_by("-number").first()


def _freeze(
    draft: Intake, here: walk.Way, before: IntakeVersion | None, signature: policy.Signature, at: datetime
) -> IntakeVersion:
    """Return the new version with its flags. Raises NothingNew where it is what was sent before."""
    answers = here.sent
    if before is not None and before.answers == answers:
        raise NothingNew
    kept_from = sent_last(draft.filled_from) if draft.filled_from else None
    version = IntakeVersion.objects.create(
        intake=draft,
        number=before.number + 1 if before else 1,
        form_version=draft.form_version,
        answers=answers,
        record=[*walk.record(here, kept_from.at if kept_from else None), policy.declaration(signature, here.asked, at)],
        signed_name=signature.name,
        done_by=signature.done_by,
        at=at,
    )
    FlagHit.objects.bulk_create([FlagHit.of(version, hit, at) for hit in found(here.asked)])
    return version


def _hand_over(draft: Intake, version: IntakeVersion, *, by: Any, at: datetime) -> None:
    """Give what was sent to those who wait for it: all clinicians, or the one who is reading the form."""
    if draft.state in {IntakeState.DRAFT, IntakeState.MORE_ASKED}:
        first = draft.submitted_at or at
        values = {"answers": draft.answers, "form_version": draft.form_version}
        move(draft, IntakeState.SUBMITTED, by=by, at=at, changing_since=None, submitted_at=first, **values)
        outbox.cancel(draft.pk, why="the question is answered", at=at)
        work.decide_on(draft, version, at)
        return
    Intake.objects.filter(pk=draft.pk).update(changing_since=None)
    if draft.state == IntakeState.IN_REVIEW:
        work.read_again(draft, version, at)


def _with_reply(draft: Intake, reply: str, at: datetime) -> dict[str, Any]:
    """Return the answers with the reply to what was asked last. Raises NotAsked."""
    if draft.state != IntakeState.MORE_ASKED:
        raise NotAsked
    replies = [*draft.answers.get(walk.REPLIES, []), {"asked": draft.question, "reply": reply, "at": at.isoformat()}]
    return draft.answers | {walk.REPLIES: replies}


def _locked(intake: Intake) -> Intake:
    """Return the row, locked: two tabs write one after the other. Its reviewer, who may just have come, is read after."""
    rows = Intake.objects.select_for_update(of=("self",)).select_related("patient", "filled_from")
    return rows.get(pk=intake.pk)


def _lock(intake: Intake, *, replies: bool = False) -> Intake:
    """Return what the patient is filling in, or ``replies`` about, locked. Raises AlreadySent."""
    draft = _locked(intake)
    if not (draft.is_open or replies):
        raise Decided if draft.state == IntakeState.DECIDED else AlreadySent
    draft.answers, draft.form_version = draft.answers_now, FORM.version
    return draft


def _write(draft: Intake, answers: dict[str, Any], at: datetime) -> None:
    """Save a draft's answers. Whatever was saved, an emergency among it asks staff for a call at once."""
    draft.answers, draft.saved_at = answers, at
    draft.save(update_fields=["answers", "form_version", "saved_at"])
    work.call_about_emergencies(draft, way(draft, at).asked, sent_last(draft) if draft.changing_since else None, at)


def _adds_an_emergency(draft: Intake, merged: Answers, at: datetime) -> bool:
    before = {hit.rule.code for hit in emergencies(way(draft, at).asked)}
    here = way_of(draft.patient, merged, at, is_review=draft.is_review)
    return bool({hit.rule.code for hit in emergencies(here.asked)} - before)


def _check(here: walk.Way) -> None:
    if walk.unread_cards(here.answers, emergencies(here.asked)):
        raise CardNotRead
    if left := here.unfinished():
        raise Incomplete([step.section.title for step in left])
