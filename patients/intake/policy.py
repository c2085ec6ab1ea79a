"""What the answers mean outside the form, and how they are signed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clinic.db.clock import when_text
from patients.consents.enums import Purpose
from patients.consents.policy import text_in_use
from patients.intake.form.consents import ASKS_FOR
from patients.intake.questions import NO, YES, Answers
from patients.outcomes.enums import DoneBy

DECLARED = "These answers are true as far as I know"


@dataclass(frozen=True)
class Signature:
    """Who says that the answers are true: the name as they typed it, and whose hands filled in the form."""

    name: str
    done_by: DoneBy


def new_consents(asked: Answers, said: Mapping[str, bool]) -> dict[Purpose, bool]:
    """Return what is agreed to or not, where it is asked and is not what they ``said`` last, by purpose."""
    return {purpose: given for purpose, given in _consents(asked).items() if said.get(purpose) != given}


def as_said_since(answers: Answers, said: Mapping[str, bool]) -> dict[str, Any]:
    """Return the answers with what they have ``said`` since about a consent, on another page or to staff.

    A form that is sent again would else say yes, signed and dated, where it was withdrawn in between.
    """
    asked = {name: purpose for name, purpose in ASKS_FOR.items() if answers.get(name) and purpose in said}
    return {**answers, **{name: YES if said[purpose] else NO for name, purpose in asked.items()}}


def _consents(answers: Answers) -> dict[Purpose, bool]:
    """Return the answers about consents; the form before a review asks for none."""
    return {purpose: answers[name] == YES for name, purpose in ASKS_FOR.items() if answers.get(name)}


def declaration(signature: Signature, asked: Answers, at: datetime) -> dict[str, Any]:
    """Return the last part of a record (``walk.record``): the words, the name, the time, and the texts agreed to."""
    rows = {
        "Declaration": DECLARED,
        "Full name, as typed": signature.name,
        "Who filled in this form": signature.done_by.label,
        "When": when_text(at),
        "Texts that were answered": "\n".join(_texts(asked)),
    }
    shown = [{"key": key, "value": value} for key, value in rows.items() if value]
    return {"title": "Declaration", "rows": shown, "signed": True}


def _texts(asked: Answers) -> list[str]:
    return [
        f"{purpose.label}: {'yes' if given else 'no'}, to the text of {text_in_use(purpose).version}"
        for purpose, given in _consents(asked).items()
    ]
