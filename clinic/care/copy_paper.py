"""The copy as a page: what was read (``copy_reading``) as headings and lines. Pure."""

import re
from dataclasses import dataclass
from typing import Any

from clinic.care.copy_reading import Read, Values

KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MANY, SHORT = 4, 80  # rows, characters of a value
IN_WORDS = {"answers in words", "record"}


@dataclass(frozen=True)
class Line:
    """A name and a value, or a heading alone where there is no value."""

    key: str
    value: str = ""


@dataclass(frozen=True)
class Section:
    """A part with its rows, each some lines."""

    title: str
    rows: list[list[Line]]

    @property
    def is_log(self) -> bool:
        """Whether it is many short rows, like who opened what: then each is one line, or the page would have no end."""
        short = all(len(line.value) <= SHORT and line.value for row in self.rows for line in row)
        return short and len(self.rows) >= MANY


def sections(parts: list[Read]) -> list[Section]:
    """Return the parts that have rows. Keys, what is empty, and earlier values stand in the file only."""
    found = [Section(each.part.title, [lines for row in each.rows if (lines := _lines(row))]) for each in parts]
    return [section for section in found if section.rows]


def _lines(row: Values) -> list[Line]:
    said = [(name, value) for name, value in row.items() if name != "key" and value not in ("", [], {})]
    in_words = {name for name, value in said if name in IN_WORDS and isinstance(value, list)}
    lines = []
    for name, value in said:
        if name in in_words:
            lines += _form(value)
        elif not (in_words and name == "answers") and not KEY.fullmatch(str(value)):
            lines.append(Line(name[0].upper() + name[1:], _text(value)))
    return lines


def _form(parts: list[dict[str, Any]]) -> list[Line]:
    """Return a form in words, a heading for each of its sections."""
    lines = []
    for part in parts:
        answered = [Line(row["key"], row["value"]) for row in part["rows"] if row["value"]]
        lines += [Line(part["title"]), *answered] if answered else []
    return lines


def _text(value: Any) -> str:
    """Return a value as one text: a list with commas, answers as "name: value"."""
    if isinstance(value, dict):
        return "\n".join(f"{name}: {_text(each)}" for name, each in value.items())
    return ", ".join(map(_text, value)) if isinstance(value, list) else str(value)
