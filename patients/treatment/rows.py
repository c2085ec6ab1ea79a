"""The goals, products and steps of a form as it was sent: rows to add, to take out and to number anew. No JavaScript needed.

A field of a row is named ``goal0_target``, ``line1_brand``, ``line1_step0_dose``. Nothing is looked at or lost here: the
values move with their row just as they were typed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.http import QueryDict

from patients.treatment.policy import MOST_GOALS, MOST_LINES, MOST_STEPS

NAME = re.compile(r"(?:goal(?P<goal>\d{1,3})|line(?P<line>\d{1,3})(?:_step(?P<step>\d{1,3}))?)_(?P<name>[a-z_]+)")
ACT = re.compile(r"(?P<what>add|drop)-(?P<row>goal|line|step)(?:-(?P<first>\d{1,3}))?(?:-(?P<second>\d{1,3}))?")
Fields = dict[str, list[str]]


@dataclass
class LineRow:
    """A product: its own fields, and those of its steps."""

    fields: Fields = field(default_factory=dict)
    steps: list[Fields] = field(default_factory=list)


@dataclass
class Rows:
    """All rows of a form, and the fields that belong to none."""

    rest: Fields = field(default_factory=dict)
    goals: list[Fields] = field(default_factory=list)
    lines: list[LineRow] = field(default_factory=list)

    @property
    def shape(self) -> tuple[int, tuple[int, ...]]:
        """How many goals, and how many steps each product has."""
        return len(self.goals), tuple(len(line.steps) for line in self.lines)

    def sent(self) -> QueryDict:
        """Return the rows as a form would send them, numbered from 0."""
        made = QueryDict(mutable=True)
        for prefix, fields in self._named():
            for name, values in fields.items():
                made.setlist(prefix + name, values)
        return made

    def _named(self) -> Iterable[tuple[str, Fields]]:
        yield "", self.rest
        for place, goal in enumerate(self.goals):
            yield f"goal{place}_", goal
        for place, line in enumerate(self.lines):
            yield f"line{place}_", line.fields
            for number, step in enumerate(line.steps):
                yield f"line{place}_step{number}_", step


def read(sent: QueryDict) -> Rows:
    """Return the rows of what was ``sent``, in the order of their numbers; more than a form can have are left out."""
    rows, goals, lines = Rows(), dict[int, Fields](), dict[int, LineRow]()
    steps: dict[tuple[int, int], Fields] = {}
    for key, values in sent.lists():
        found = NAME.fullmatch(key)
        if found is None:
            rows.rest[key] = [str(value) for value in values]
            continue
        texts = [str(value) for value in values]
        if found["goal"] is not None:
            goals.setdefault(int(found["goal"]), {})[found["name"]] = texts
        elif found["step"] is None:
            lines.setdefault(int(found["line"]), LineRow()).fields[found["name"]] = texts
        else:
            lines.setdefault(int(found["line"]), LineRow())
            steps.setdefault((int(found["line"]), int(found["step"])), {})[found["name"]] = texts
    for (line, _), step in sorted(steps.items(), key=lambda each: each[0]):
        lines[line].steps.append(step)
    rows.goals = [goals[number] for number in sorted(goals)][:MOST_GOALS]
    rows.lines = [lines[number] for number in sorted(lines)][:MOST_LINES]
    for line_row in rows.lines:
        line_row.steps = line_row.steps[:MOST_STEPS]
    return rows


def tidied(sent: QueryDict) -> QueryDict:
    """Return what was ``sent`` without rows in which nothing was typed, and numbered anew: so errors meet their fields."""
    rows = read(sent)
    rows.goals = [goal for goal in rows.goals if _is_filled(goal)]
    for line in rows.lines:
        line.steps = [step for step in line.steps if _is_filled(step)]
    rows.lines = [line for line in rows.lines if _is_filled(line.fields) or line.steps]
    return rows.sent()


def changed(sent: QueryDict, act: str) -> QueryDict | None:
    """Return what was ``sent`` with a row more or less, as the button ``act`` says; None for any other button.

    A row that is not there, or one too many, changes nothing.
    """
    found = ACT.fullmatch(act)
    if found is None:
        return None
    rows, first, second = read(sent), int(found["first"] or 0), int(found["second"] or 0)
    change = {"goal": _goal, "line": _line, "step": _step}[found["row"]]
    change(rows, found["what"] == "add", first, second)
    return rows.sent()


def _goal(rows: Rows, is_added: bool, place: int, _: int) -> None:
    if not is_added:
        del rows.goals[place : place + 1]
    elif len(rows.goals) < MOST_GOALS:
        rows.goals.append({"target": [""]})


def _line(rows: Rows, is_added: bool, place: int, _: int) -> None:
    if not is_added:
        del rows.lines[place : place + 1]
    elif len(rows.lines) < MOST_LINES:
        rows.lines.append(LineRow({"brand": [""]}, [{"dose": [""]}]))


def _step(rows: Rows, is_added: bool, place: int, number: int) -> None:
    for line in rows.lines[place : place + 1]:
        if not is_added:
            del line.steps[number : number + 1]
        elif len(line.steps) < MOST_STEPS:
            line.steps.append({"dose": [""]})


def _is_filled(fields: Mapping[str, list[str]]) -> bool:
    return any(value.strip() for values in fields.values() for value in values)
