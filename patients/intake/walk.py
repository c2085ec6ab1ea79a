"""The way through the form: what is asked, what is missing, what comes next, and all of it in words. Pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from typing import Any

from clinic.db.clock import day_text, uk_day
from patients.intake.flags import Hit
from patients.intake.form import review
from patients.intake.form.whole import DETAILS, FORM
from patients.intake.questions import (
    AGE,
    IS_REVIEW,
    NO,
    SEX,
    UNCLEAR_LICENCES,
    YES,
    Answers,
    Form,
    Page,
    Question,
    Section,
)

CARD_SEEN = "_card_seen"  # among the answers: the codes whose emergency card the person has read
SAVED = "_saved"  # and the pages they have saved whole, which tells a page left empty from one not come to yet
TOLD = "_told"  # and what they answered before they had an account, not looked at again yet
EARLIER = "_earlier"  # and what they answered to an earlier form that asked otherwise
LOOK_AGAIN = "_again"  # and the pages that hold answers from before, which they said have changed
REPLIES = "_replies"  # and what a specialist asked after the form was sent, with the answers
SENT_TOO = (CARD_SEEN, EARLIER, REPLIES)  # what of these is part of what is sent
OUR_OWN = frozenset({CARD_SEEN, SAVED, TOLD, EARLIER, LOOK_AGAIN, REPLIES})


class Status(StrEnum):
    """How far a section is, in words for the person who fills it in."""

    DONE = "Done"
    STARTED = "Started"
    NOT_STARTED = "Not started"


@dataclass(frozen=True)
class Step:
    """A section, how far it is, and the page to go to: its first unfinished one, or its first."""

    section: Section
    status: Status
    page: Page | None


@dataclass(frozen=True)
class Part:
    """A section and what was answered in it, in words: one row a question, or an entry."""

    title: str
    rows: list[dict[str, str]]


@dataclass(frozen=True)
class Way:
    """Where somebody is in the form. ``answers`` are their draft's, with their age and sex (``known``) among them."""

    answers: Answers
    details_done: bool
    form: Form = FORM

    @cached_property
    def asked(self) -> dict[str, Any]:
        """The answers to what is asked."""
        return self.form.asked(self.answers)

    @property
    def sent(self) -> dict[str, Any]:
        """What is sent: the answers to what is asked, what an earlier form was told, and replies."""
        ours = {name: self.answers[name] for name in SENT_TOO if self.answers.get(name)}
        return {name: value for name, value in self.asked.items() if not name.startswith("@")} | ours

    @cached_property
    def pages(self) -> list[tuple[Section, Page]]:
        """The pages that are asked, in order."""
        return list(self.form.asked_pages(self.asked))

    def part_of(self, page: Page) -> str:
        """Return the title of the section a page is in, or nothing where it is not asked."""
        return next((section.title for section, each in self.pages if each == page), "")

    def questions(self, page: Page) -> Iterator[Question]:
        """Yield what is asked on a page."""
        return (question for question in page.questions if question.is_asked(self.asked))

    def missing(self, page: Page) -> list[Question]:
        """Return the questions of a page that still need an answer; a list needs an entry, and every entry to be whole."""
        return [question for question in self.questions(page) if question.required and not self._is_whole(question)]

    def _is_whole(self, question: Question) -> bool:
        value: Any = self.asked.get(question.name) or []
        return bool(value) and all(not left_out(question, entry) for entry in value if question.columns)

    def is_done(self, page: Page) -> bool:
        """Tell whether nothing is left to do on a page: it was answered, or saved with what need not be answered empty."""
        begun = page.slug in self.answers.get(SAVED, []) or self._has_answers(page)
        return begun and not self.missing(page) and not self._to_look_at(page)

    def _to_look_at(self, page: Page) -> bool:
        return page.slug in self.answers.get(LOOK_AGAIN, [])

    def _has_answers(self, page: Page) -> bool:
        return any(self.asked.get(question.name) for question in page.questions)

    def steps(self) -> list[Step]:
        """Return the sections that are asked, with how far each is. Your details are done when the profile is."""
        details = Step(DETAILS, Status.DONE if self.details_done else Status.NOT_STARTED, None)
        return [details, *(self._step(section) for section in self._sections())]

    def _sections(self) -> list[Section]:
        return list(dict.fromkeys(section for section, _ in self.pages))

    def _step(self, section: Section) -> Step:
        pages = [page for each, page in self.pages if each == section]
        undone = [page for page in pages if not self.is_done(page)]
        begun = len(undone) < len(pages) or any(self._has_answers(page) for page in pages)
        status = Status.STARTED if begun else Status.NOT_STARTED
        return Step(section, status if undone else Status.DONE, (undone or pages)[0])

    def unfinished(self) -> list[Step]:
        """Return what to finish before the form can be sent: a page where nothing has to be answered holds up nobody."""
        blocking = {section for section, page in self.pages if self.missing(page) or self._to_look_at(page)}
        return [
            step
            for step in self.steps()
            if step.section in blocking or (step.section == DETAILS and not self.details_done)
        ]

    def next_slug(self, after: str) -> str:
        """Return what comes next: the first page to do after the page ``after``, else the first of all, else nothing."""
        left = [] if self.details_done else [DETAILS.slug]
        left += [page.slug for _, page in self.pages if not self.is_done(page)]
        order = [DETAILS.slug, *self.form.pages]
        place = order.index(after) if after in order else -1
        later = [slug for slug in left if order.index(slug) > place]
        return next((slug for slug in [*later, *left] if slug != after), "")

    def parts(self) -> list[Part]:
        """Return all that is asked with its answers, in words, by section; last what an earlier form was told."""
        found = [
            Part(section.title, [row for each, page in self.pages if each == section for row in self._rows(page)])
            for section in self._sections()
        ]
        if earlier := self.answers.get(EARLIER):
            rows = [{"key": name.replace("_", " ").capitalize(), "value": _plain(it)} for name, it in earlier.items()]
            found.append(Part("What you told an earlier form", rows))
        if replies := self.answers.get(REPLIES):
            rows = [{"key": each["asked"], "value": each["reply"]} for each in replies]
            found.append(Part("What we asked you after that", rows))
        return found

    def _rows(self, page: Page) -> Iterator[dict[str, str]]:
        for question in self.questions(page):
            about = {"name": question.name, "page": page.slug, "change_about": f"your answer about {question.about}"}
            entries = self.asked.get(question.name) if question.columns else None
            for number, entry in enumerate(entries or [], 1):
                key = f"{question.one.capitalize()} {number}"
                yield about | {"key": key, "value": question.entry_words(entry), "change_about": key.lower()}
            if not entries:
                yield about | {"key": question.label, "value": question.words(self.asked)}


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def known(answers: Answers, *, age: int, sex: str, is_review: bool = False, unclear_licences: bool = False) -> Answers:
    """Return the answers with what of the profile, of the occasion, and of the clinic, decides what is asked."""
    facts = {IS_REVIEW: is_review, UNCLEAR_LICENCES: unclear_licences}
    return {**answers, AGE: age, SEX: sex, **{name: YES if holds else NO for name, holds in facts.items()}}


def look_again(before: Answers, now: Answers) -> list[str]:
    """Return the pages to look at again, after somebody has said what has changed: those of topics ticked ``now`` alone
    are added, those of topics not ticked any more are left.
    """
    ticked, old = set(now.get(review.TICKED) or []), set(before.get(review.TICKED) or [])
    again = (set(now.get(LOOK_AGAIN, [])) | review.pages_of(ticked - old)) - review.pages_of(old - ticked)
    return sorted(again)


def carried_over(answers: Answers) -> dict[str, Any]:
    """Return the answers of an earlier form that a new one begins with: all but those about how things are now."""
    fresh = {question.name for slug in review.FRESH | {review.SLUG} for question in FORM.pages[slug].questions}
    kept = {name: value for name, value in answers.items() if name not in fresh | OUR_OWN}
    return kept | {SAVED: sorted(set(FORM.pages) - review.FRESH - {review.SLUG})}


def record(here: Way, kept_from: datetime | None) -> list[dict[str, Any]]:
    """Return all of a form in words, to be frozen. What stays as it was says since when (``kept_from``)."""
    if kept_from is None:
        return [{"title": part.title, "rows": part.rows} for part in here.parts()]
    kept, since = review.kept_pages(here.answers), f"not changed since {day_text(uk_day(kept_from))}"
    found = []
    for part in here.parts():
        rows = {
            is_kept: [row for row in part.rows if (row.get("page") in kept) == is_kept] for is_kept in (False, True)
        }
        found += [{"title": part.title, "rows": rows[False]}, {"title": f"{part.title} ({since})", "rows": rows[True]}]
    return [part for part in found if part["rows"]]


def changes(before: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return what of two records (``record``) differs, question by question: in words, before and now.

    How each was signed is no answer that was changed.
    """
    old, new = _by_question(before), _by_question(now)
    return [
        {"key": _label(new.get(name) or old[name]), "before": _values(old.get(name)), "now": _values(new.get(name))}
        for name in _differing(old, new)
    ]


def was_before(before: list[dict[str, Any]], now: list[dict[str, Any]]) -> dict[str, str]:
    """Return what was answered ``before`` to each question whose answer differs ``now``, by the question's name."""
    old, new = _by_question(before), _by_question(now)
    return {name: _values(old.get(name)) for name in _differing(old, new)}


def _differing(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [name for name in dict.fromkeys([*new, *old]) if _values(old.get(name)) != _values(new.get(name))]


@dataclass(frozen=True)
class Amendment:
    """What somebody changed when they sent a form again, and when."""

    at: datetime
    rows: list[dict[str, str]]


def amendments(sent: list[tuple[datetime, list[dict[str, Any]]]]) -> list[Amendment]:
    """Return what changed from each record to the next of those ``sent`` (oldest first), the newest first."""
    return [Amendment(at, changes(before, now)) for (_, before), (at, now) in pairwise(sent)][::-1]


def _by_question(record: list[dict[str, Any]]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for part in (each for each in record if not each.get("signed")):
        for row in part["rows"]:
            found.setdefault(row.get("name") or row["key"], []).append(row)
    return found


def _values(rows: list[dict[str, str]] | None) -> str:
    return "\n".join(row["value"] for row in rows or [])


def _label(rows: list[dict[str, str]]) -> str:
    question = FORM.questions.get(rows[0].get("name", ""))
    return question.label if question else rows[0]["key"]


def left_out(question: Question, entry: Answers) -> list[Question]:
    """Return the columns of an entry that still need an answer."""
    return [column for column in question.columns if column.required and not entry.get(column.name)]


def list_of(page: Page) -> Question:
    """Return the question whose entries a page lists. Raises ValueError where the page is no list."""
    if page.list_of is None:
        raise ValueError(f"{page.slug} is not a list")
    return page.list_of


def unread_cards(answers: Answers, emergencies: list[Hit]) -> list[Hit]:
    """Return the emergencies whose card the person has not read yet: nothing goes on before that."""
    seen = answers.get(CARD_SEEN, [])
    return [hit for hit in emergencies if hit.rule.code not in seen]


def mark(page: Page, answers: Answers) -> str:
    """Return a mark of a page's answers: a page carries it, so that one opened before a change can be told."""
    return mark_of({question.name: answers[question.name] for question in page.questions if answers.get(question.name)})


def mark_of(own: Answers) -> str:
    """Return a mark of some answers, or of one entry."""
    return sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()[:16]
