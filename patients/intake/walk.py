"""The way through the form: what is asked, what is missing, what comes next. Pure."""

import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from patients.intake.flags import Hit
from patients.intake.questions import DETAILS, SECTIONS, Answers, Question, Section

CARD_SEEN = "_card_seen"  # among the answers: the codes whose emergency card the person has read


class Status(StrEnum):
    """How far a section is, in words for the person who fills it in."""

    DONE = "Done"
    STARTED = "Started"
    NOT_STARTED = "Not started"


@dataclass(frozen=True)
class Step:
    """A section and how far it is."""

    section: Section
    status: Status


def is_asked(question: Question, answers: Answers) -> bool:
    """Tell whether the answers so far make this question one to answer."""
    if question.asked_if is None:
        return True
    other, values = question.asked_if
    return answers.get(other) in values


def shown(section: Section, answers: Answers) -> list[Question]:
    """Return the questions that stand in a summary: those asked, and any other that was answered all the same."""
    return [question for question in section.questions if is_asked(question, answers) or answers.get(question.name)]


def missing(section: Section, answers: Answers) -> list[Question]:
    """Return the questions of a section that still need an answer."""
    return [
        question
        for question in section.questions
        if question.required and is_asked(question, answers) and not answers.get(question.name)
    ]


def status(section: Section, answers: Answers, *, details_done: bool) -> Status:
    """Return how far a section is. Your details are done when the profile is."""
    if section == DETAILS:
        return Status.DONE if details_done else Status.NOT_STARTED
    if not any(answers.get(question.name) for question in section.questions):
        return Status.NOT_STARTED
    return Status.STARTED if missing(section, answers) else Status.DONE


def progress(answers: Answers, *, details_done: bool) -> list[Step]:
    """Return all sections with how far each is."""
    return [Step(section, status(section, answers, details_done=details_done)) for section in SECTIONS]


def unfinished(answers: Answers, *, details_done: bool) -> list[Section]:
    """Return the sections to finish before the form can be sent."""
    return [step.section for step in progress(answers, details_done=details_done) if step.status != Status.DONE]


def next_section(after: Section, answers: Answers, *, details_done: bool) -> Section | None:
    """Return the next unfinished section: the first after ``after``, else the first of all, else None."""
    left = unfinished(answers, details_done=details_done)
    later = SECTIONS[SECTIONS.index(after) + 1 :]
    return next(
        (section for section in left if section in later), next((section for section in left if section != after), None)
    )


def unread_cards(answers: Answers, emergencies: list[Hit]) -> list[Hit]:
    """Return the emergencies whose card the person has not read yet: nothing goes on before that."""
    seen = answers.get(CARD_SEEN, [])
    return [hit for hit in emergencies if hit.rule.code not in seen]


@dataclass(frozen=True)
class Part:
    """A section and what was answered in it, in words: one row a question, with the matter it is about."""

    section: Section
    rows: list[dict[str, str]]


def parts(answers: Answers) -> list[Part]:
    """Return all answers in words, by section."""
    return [
        Part(section, [_row(question, answers) for question in shown(section, answers)])
        for section in SECTIONS
        if section.questions
    ]


def _row(question: Question, answers: Answers) -> dict[str, str]:
    return {
        "key": question.label,
        "value": question.words(answers),
        "change_about": f"your answer about {question.about}",
    }


def mark(section: Section, answers: Answers) -> str:
    """Return a mark of a section's answers: a page carries it, so that one opened before a change can be told."""
    own = {question.name: answers[question.name] for question in section.questions if answers.get(question.name)}
    return sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()[:16]
