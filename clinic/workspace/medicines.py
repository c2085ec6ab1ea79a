"""What somebody takes, in their words, beside the names that were found in it. Pure.

A match says that a name stands there, and nothing about whether it matters; no match is not a check (domain, decision 9).
"""

from dataclasses import dataclass

from patients.intake.flags import READS_NAMES_IN
from patients.intake.form.whole import QUESTIONS
from patients.intake.names import Group, matches
from patients.intake.questions import Answers, Kind


@dataclass(frozen=True)
class Medicine:
    """One thing that is taken: ``written`` as the person wrote it, ``found`` the names in it with their groups."""

    written: str
    found: list[str]


def medicines_of(answers: Answers) -> list[Medicine]:
    """Return every answer in which a medicine may be named: each entry of a list, and texts that name one."""
    found = []
    for name in READS_NAMES_IN:
        question, value = QUESTIONS[name], answers.get(name)
        if not value:
            continue
        if question.kind == Kind.ENTRIES:
            found += [Medicine(question.entry_words(entry), _names(str(entry.get("name", "")))) for entry in value]
        elif names := _names(question.words(answers)):
            found.append(Medicine(f"{question.label} {question.words(answers)}", names))
    return found


def _names(text: str) -> list[str]:
    return [
        f"{match.found}: {match.name.generic}, {match.name.group}"
        if match.found != match.name.generic
        else f"{match.found}: {match.name.group}"
        for match in matches(text)
        if match.name.group != Group.OTHER
    ]
