"""A draft of an earlier form, brought to what the form asks now. Nothing that was typed is lost. Pure.

What was sent needs none of this: it keeps its own words (``IntakeVersion.record``).
"""

import re
from collections.abc import Callable
from typing import Any

from patients.intake.form.whole import FORM, QUESTIONS
from patients.intake.questions import NO, YES, Answers, Kind, Question
from patients.intake.walk import EARLIER, OUR_OWN


def upgraded(answers: Answers, version: str) -> dict[str, Any]:
    """Return the answers of a draft written in ``version`` as the form asks now.

    What has become another question goes there; an answer that the form does not know any more is asked again, and stays
    among ``EARLIER`` as it was given.
    """
    if version == FORM.version:
        return dict(answers)
    moved = UPGRADES.get(version, dict)(answers)
    earlier = dict(moved.pop(EARLIER, {}))
    fits = {name: value for name, value in moved.items() if name in OUR_OWN or accepts(QUESTIONS.get(name), value)}
    earlier |= {name: value for name, value in moved.items() if name not in fits}
    return fits | ({EARLIER: earlier} if earlier else {})


def accepts(question: Question | None, value: Any) -> bool:
    """Tell whether ``value`` is an answer that ``question`` could have been given. None knows no answer."""
    if question is None:
        return False
    if question.kind == Kind.ENTRIES:
        return isinstance(value, list) and all(_is_entry(question, entry) for entry in value)
    if question.kind == Kind.SEVERAL:
        return isinstance(value, list) and set(value) <= set(dict(question.choices))
    if not isinstance(value, str):
        return False
    if question.has_choices:
        return value in dict(question.choices)
    if question.kind == Kind.NUMBER:
        return re.fullmatch("[0-9]{1,3}", value) is not None and question.lowest <= int(value) <= question.highest
    if question.kind == Kind.MONTH:
        return re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", value) is not None
    return len(value) <= question.longest


def _is_entry(question: Question, entry: Any) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        return False
    columns = {column.name: column for column in question.columns}
    return all(name == "id" or accepts(columns.get(name), value) for name, value in entry.items())


def _from_short(answers: Answers) -> dict[str, Any]:
    """The short form asked for treatments and medicines as text, and for pregnancy and breastfeeding in one."""
    now = dict(answers)
    if (number := now.pop("tried_number", "")) in {"none", "one", "two_or_more"}:
        now["tried_any"] = NO if number == "none" else YES
    if lines := _lines(now.pop("tried_list", "")):
        now["tried"] = lines
        now.setdefault("tried_any", YES)
    if isinstance(now.get("medicines"), str):
        now["medicines"] = _lines(now["medicines"])
    if (pregnant := now.get("pregnant")) == NO:
        now["breastfeeding"] = NO
    elif pregnant:
        now[EARLIER] = {"pregnant_or_breastfeeding": now.pop("pregnant")}
    return now


def _lines(text: str) -> list[dict[str, str]]:
    """Return an entry for each line of ``text``: its name, in pieces where the line is longer than a name may be."""
    longest = 200
    pieces = [line[at : at + longest] for line in text.splitlines() for at in range(0, len(line), longest)]
    return [{"id": f"line{number}", "name": piece.strip()} for number, piece in enumerate(pieces) if piece.strip()]


UPGRADES: dict[str, Callable[[Answers], dict[str, Any]]] = {"2026-11-short": _from_short}
