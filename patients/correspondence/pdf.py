"""The PDF of a letter, made from its text when somebody asks for it (docs/decisions/0024)."""

import json
import re
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from clinic.db.clock import day_text
from patients.correspondence.models import GpLetter
from patients.correspondence.policy import sections
from patients.correspondence.refusals import (
    CannotBePrinted,
)

HERE = Path(__file__).parent
TITLE = "Letter"  # what a reader's window shows: neutral
MAY_BREAK = "\u200b"  # has no width, and no letter
LONG_WORD, PIECE = re.compile(r"\S{30,}"), re.compile(r".{1,10}")  # a line holds 50 of the widest letters
SPACES = re.compile(r"^ | (?= )")  # a space that a line would lose


def made(letter: GpLetter) -> bytes:
    """Return the PDF of ``letter`` (PDF/UA-1, tagged). Raises CannotBePrinted where no font of ours has a character."""
    try:
        found: bytes = typst.compile(
            HERE / "letter.typ",
            format="pdf",
            sys_inputs={"data": json.dumps(data(letter))},
            pdf_standards=["ua-1"],
            font_paths=[HERE / "fonts"],
            ignore_system_fonts=True,
        )
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        raise CannotBePrinted from None  # the error's own words hold the text
    return found


def data(letter: GpLetter) -> dict[str, Any]:
    """Return what the letter says, as lists of lines."""
    patient, clinic = letter.patient, settings.CLINIC
    born = f"{patient.date_of_birth.day} {patient.date_of_birth:%B %Y}"
    facts = [patient.full_name, f"Date of birth: {born}", *patient.address_lines.splitlines()]
    facts = [_breakable(fact) for fact in facts]
    facts += [f"NHS number: {patient.nhs_number_text}"] if patient.nhs_number else []
    body = sections(letter.body, with_statement=letter.with_statement)
    copies = [_breakable(f"Copy to: {letter.cc}")] if letter.cc else []
    copies += ["Copy to the patient"] if letter.copy_to_patient else []
    return {
        "title": TITLE,
        "clinic": {"name": clinic["name"], "lines": _lines(f"{clinic['address']}\n{clinic['phone']}")},
        "day": day_text(letter.day),
        "to": _lines(f"{letter.to_practice}\n{letter.to_address}".strip()),
        "heading": "Letter to the GP practice",
        "patient": {"who": _breakable(f"{patient.full_name}, born {born}"), "lines": facts},
        "sections": [{"heading": part.heading, "paragraphs": _paragraphs(part.text)} for part in body],
        "signed": [letter.clinician.name, letter.clinician.specialty, f"GMC number {letter.clinician.gmc_number}"],
        "copies": copies,
        "foot": f"{clinic['name']}, {day_text(letter.day)}",
    }


def _paragraphs(text: str) -> list[list[str]]:
    """Return the paragraphs of a text as it was typed: parted by empty lines, each a list of its lines."""
    return [_lines(each) for each in re.split(r"\n\s*\n", text.strip("\n")) if each.strip()]


def _lines(text: str) -> list[str]:
    return [_breakable(SPACES.sub("\u00a0", line.expandtabs(4))) for line in text.split("\n")]


def _breakable(line: str) -> str:
    """Return a line whose long words may be broken: one longer than the page would run out of it."""
    return LONG_WORD.sub(lambda found: MAY_BREAK.join(re.findall(PIECE, found[0])), line)
