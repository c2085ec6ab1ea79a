"""What a letter to a GP says, and its first draft: words that stand in the record, each with where they come from. Pure.

Nothing is worked out. The parts are those of domain.md 6.10.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clinic.db.clock import day_text, uk_day
from patients.consultations.policy import indication_text

LONGEST_TEXT = 25_000  # what a note's field holds, and where it comes from
LONGEST_LINE = 300


@dataclass(frozen=True)
class Part:
    """One part of a letter; ``hint`` is for whoever writes it. It stands in the letter where it is not empty."""

    name: str
    heading: str
    hint: str = ""
    needed: bool = False


PARTS = (
    Part("diagnosis", "Diagnosis", needed=True),
    Part("why_seen", "Why they were seen", needed=True),
    Part("flags", "What you should know", "The flags that you choose to name."),
    Part("tried", "Treatments tried"),
    Part("plan", "Plan", "Where there is a medicine: product, dose, most a day, form.", needed=True),
    Part("who", "Who prescribes and monitors", "The clinic, not the GP."),
    Part("interactions", "Interactions to watch"),
    Part("asks", "What we ask you to do", needed=True),
    Part("review", "Next review"),
    Part("contact", "How to reach us", needed=True),
)
STATEMENT = (
    "The medicine in this plan has no licence in the UK for this use. It is a controlled drug in Schedule\u00a02."
)
WHO = "Our clinic prescribes and monitors what is in this plan. We do not ask you to prescribe it."
ASKS = (
    "Please record what is in this plan as “hospital-only” or “other medicine” in the patient’s record. "
    "Please tell us of changes in their health or their medicines."
)
# Which answers of the form go where, by the names of its questions.
ANSWERS = {
    "diagnosis": ("diagnosed", "diagnosed_by", "diagnosed_on"),
    "tried": ("tried_any", "tried"),
    "interactions": ("takes_medicines", "medicines"),
}


def first_draft(
    *,
    note_said: Mapping[str, Any] | None,
    noted_at: datetime | None,
    record: Iterable[Mapping[str, Any]],
    sent_at: datetime | None,
    clinic: Mapping[str, str],
) -> dict[str, str]:
    """Return the parts of a letter as they stand in the record, for the clinician to edit.

    ``note_said`` and ``noted_at`` are of the newest signed note, ``record`` and ``sent_at`` of the form that was sent last;
    None and nothing where there is none. Answers are as the patient wrote them.
    """
    rows = list(record)
    answers = {name: of_form(rows, sent_at, asked) for name, asked in ANSWERS.items()}
    said = note_said or {}
    source = f"From the note of {day_text(uk_day(noted_at))}:" if noted_at else ""
    return {
        "diagnosis": _joined(marked(source, indication_text(said)), answers["diagnosis"]),
        "why_seen": marked(source, said.get("history", "")),
        "flags": "",
        "tried": answers["tried"],
        "plan": marked(source, said.get("plan", "")),
        "who": WHO,
        "interactions": answers["interactions"],
        "asks": ASKS,
        "review": "",
        "contact": f"{clinic['name']}\n{clinic['address']}\n{clinic['phone']}",
    }


def with_first(body: Mapping[str, str], first: Mapping[str, str]) -> dict[str, str]:
    """Return the parts of a letter with what stands ``first`` in some of them."""
    return {name: _joined(first.get(name, ""), text) for name, text in body.items()}


def of_form(record: Iterable[Mapping[str, Any]], sent_at: datetime | None, asked: Collection[str]) -> str:
    """Return the answers to the questions named ``asked`` of the form sent at ``sent_at``, as the patient wrote them."""
    source = f"From the form of {day_text(uk_day(sent_at))}, as the patient wrote it:" if sent_at else ""
    rows = [row for part in record for row in part["rows"]]
    return marked(source, "\n".join(_answer(row) for row in rows if row.get("name") in asked and row["value"]))


def _answer(row: Mapping[str, str]) -> str:
    """Return a question with its answer on one line."""
    return f"{row['key']}{' ' if row['key'].endswith('?') else ': '}{row['value']}"


def marked(source: str, text: str) -> str:
    """Return ``text`` below the line that says where it comes from; nothing where there is none."""
    return f"{source}\n{text}" if text.strip() else ""


def _joined(*texts: str) -> str:
    return "\n\n".join(filter(None, texts))


def missing(body: Mapping[str, str], *, to_practice: str, copy_to_patient: bool | None) -> dict[str, str]:
    """Return by field what a letter lacks to be approved, in words a doctor can act on."""
    found = {}
    if not to_practice.strip():
        found["to_practice"] = "Enter the GP practice the letter goes to"
    found |= {
        part.name: f"Write what stands under “{part.heading}”"
        for part in PARTS
        if part.needed and not body.get(part.name, "").strip()
    }
    if copy_to_patient is None:
        found["copy_to_patient"] = "Choose whether the patient gets a copy"
    return found


@dataclass(frozen=True)
class Paragraphs:
    """A part of the letter as it is read: its heading, and the text as it was typed."""

    heading: str
    text: str


def sections(body: Mapping[str, str], *, with_statement: bool) -> list[Paragraphs]:
    """Return the parts of a letter that say something, in order; the statement stands behind the plan where it is ticked."""
    found = []
    for part in PARTS:
        if body.get(part.name, "").strip():
            found.append(Paragraphs(part.heading, body[part.name]))
        if part.name == "plan" and with_statement:
            found.append(Paragraphs("The medicine", STATEMENT))
    return found
