"""What a question of the form is, and when it is asked. Pure: the questions themselves stand in ``form/``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from clinic.db.clock import month_text

YES, NO, UNSURE, TELL = "yes", "no", "unsure", "tell"
NONE = "none"
UNCLEAR = frozenset({UNSURE, TELL})  # counts as amber, never as No
AGE, SEX = "@age", "@sex"  # what of the profile stands among the answers while they are looked at; never stored
IS_REVIEW = "@review"  # and whether this is the form before a review, filled from an earlier one
UNCLEAR_LICENCES = "@licences"  # and whether questionnaires of unclear licence are asked (a setting)
FACTS = frozenset({AGE, SEX, IS_REVIEW, UNCLEAR_LICENCES})

Answers = Mapping[str, Any]
Choices = tuple[tuple[str, str], ...]

FOUR_WAYS: Choices = ((YES, "Yes"), (NO, "No"), (UNSURE, "Not sure"), (TELL, "I would rather tell the doctor"))
OR_UNCLEAR: Choices = ((NONE, "None of these"), (UNSURE, "Not sure"), (TELL, "I would rather tell the doctor"))
YES_OR_NO: Choices = ((YES, "Yes"), (NO, "No"))
ZERO_TO_TEN: Choices = tuple((str(number), str(number)) for number in range(11))
ALONE = frozenset({NONE, UNSURE, TELL})  # answers to a list that stand by themselves


class Kind(StrEnum):
    """How a question is answered, and so what its answer is."""

    CHOICE = "choice"  # one of the choices
    SCALE = "scale"  # the same, in a row
    SEVERAL = "several"  # a list of choices
    LINE = "line"  # one line of text
    TEXT = "text"  # several lines
    NUMBER = "number"  # a whole number, as text
    MONTH = "month"  # "2024" or "2024-03"
    AGREE = "agree"  # a tick
    ENTRIES = "entries"  # a list of mappings with the answers to the columns, each with an ``id``


class When(Protocol):
    """What makes a question, a page or a section one to ask."""

    def holds(self, answers: Answers) -> bool:
        """Tell whether it holds by ``answers``, the profile's among them."""


def is_among(value: Any, values: frozenset[str]) -> bool:
    """Tell whether an answer is one of ``values``, or for a list holds one."""
    return any(each in values for each in value) if isinstance(value, list) else value in values


@dataclass(frozen=True)
class If:
    """The question ``name`` was answered with one of ``values``."""

    name: str
    values: frozenset[str]

    def holds(self, answers: Answers) -> bool:
        """Tell whether it was."""
        return is_among(answers.get(self.name), self.values)


@dataclass(frozen=True)
class Either:
    """At least one of ``conditions`` holds."""

    conditions: tuple[When, ...]

    def holds(self, answers: Answers) -> bool:
        """Tell whether one does."""
        return any(condition.holds(answers) for condition in self.conditions)


@dataclass(frozen=True)
class All:
    """Every one of ``conditions`` holds."""

    conditions: tuple[When, ...]

    def holds(self, answers: Answers) -> bool:
        """Tell whether all do."""
        return all(condition.holds(answers) for condition in self.conditions)


@dataclass(frozen=True)
class Unless:
    """``condition`` does not hold."""

    condition: When

    def holds(self, answers: Answers) -> bool:
        """Tell whether it does not."""
        return not self.condition.holds(answers)


@dataclass(frozen=True)
class Reaches:
    """The numbers answered to ``names`` come to ``least`` or more; one that is missing counts as nothing."""

    names: tuple[str, ...]
    least: int

    def holds(self, answers: Answers) -> bool:
        """Tell whether they do."""
        return sum(int(answers.get(name) or 0) for name in self.names) >= self.least


def when(name: str, *values: str) -> If:
    """Return the condition that ``name`` was answered with one of ``values``."""
    return If(name, frozenset(values))


@dataclass(frozen=True)
class Question:
    """One question. ``about`` names its matter in an error ("Choose an answer about your pain").

    ``asked_if`` looks at earlier questions and the profile only. ``unit`` stands after a number. ``suggest`` names a
    list of names offered while somebody types (``names.LISTS``). ``columns`` are the questions of an entry, the first of
    which names it; ``one`` is what one entry is called.
    """

    name: str
    label: str
    about: str
    kind: Kind = Kind.CHOICE
    choices: Choices = FOUR_WAYS
    hint: str = ""
    required: bool = True
    longest: int = 200
    lowest: int = 0
    highest: int = 0
    unit: str = ""
    suggest: str = ""
    asked_if: When | None = None
    columns: tuple["Question", ...] = ()
    one: str = ""

    def words(self, answers: Answers) -> str:
        """Return the answer in the words the person saw, or nothing."""
        value: Any = answers.get(self.name) or ""
        if self.kind == Kind.ENTRIES:
            return "\n".join(self.entry_words(entry) for entry in value)
        if self.kind == Kind.SEVERAL:
            return "\n".join(dict(self.choices).get(each, each) for each in value)
        if self.kind == Kind.MONTH:
            return month_text(value)
        if self.kind == Kind.NUMBER and value and self.unit:
            return f"{value} {self.unit}"
        return dict(self.choices).get(value, value) if self.has_choices else str(value)

    def entry_words(self, entry: Answers) -> str:
        """Return one entry on one line: its name, then what else was answered."""
        return ", ".join(_column_words(column, entry) for column in self.columns if entry.get(column.name))

    def is_asked(self, asked: Answers) -> bool:
        """Tell whether the answers to what is asked make it one to ask, where its page is."""
        return _holds(self.asked_if, asked)

    @property
    def has_choices(self) -> bool:
        """Whether it is answered by choosing."""
        return self.kind in {Kind.CHOICE, Kind.SCALE, Kind.SEVERAL, Kind.AGREE}


def _column_words(column: Question, entry: Answers) -> str:
    words = column.words(entry).replace("\n", ", ")
    return f"{column.about}: {words}" if column.kind == Kind.MONTH else words


@dataclass(frozen=True)
class Page:
    """One page of the form: one topic. ``slug`` is its part of the address."""

    slug: str
    title: str
    questions: tuple[Question, ...]
    intro: tuple[str, ...] = ()
    asked_if: When | None = None

    @property
    def list_of(self) -> Question | None:
        """The question whose entries this page lists, where it is such a page: it has no other."""
        only = self.questions[0]
        return only if only.kind == Kind.ENTRIES else None


@dataclass(frozen=True)
class Section:
    """A line of the task list. ``asked_if`` holds for all its pages. Without pages: what stands in the profile."""

    slug: str
    title: str
    pages: tuple[Page, ...] = ()
    hint: str = ""
    asked_if: When | None = None


@dataclass(frozen=True)
class Form:
    """A whole form, as one version of it asks."""

    version: str
    sections: tuple[Section, ...]
    pages: dict[str, Page] = field(init=False, compare=False)
    questions: dict[str, Question] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        pages = {page.slug: page for section in self.sections for page in section.pages}
        object.__setattr__(self, "pages", pages)
        object.__setattr__(self, "questions", {each.name: each for page in pages.values() for each in page.questions})

    def asked(self, answers: Answers) -> dict[str, Any]:
        """Return the answers to what is asked, and nothing else; what of the profile stands among them stays.

        An answer that is there, but to a question that other answers have made one not to ask, is left out: it is
        neither shown nor sent, and no rule looks at it.
        """
        kept = {name: value for name, value in answers.items() if name in FACTS}
        for section in self.sections:
            for page in section.pages:
                if all(_holds(each.asked_if, kept) for each in (section, page)):
                    for question in page.questions:
                        if _holds(question.asked_if, kept) and answers.get(question.name):
                            kept[question.name] = answers[question.name]
        return kept

    def asked_pages(self, asked: Answers) -> Iterator[tuple[Section, Page]]:
        """Yield each page that is one to ask by ``asked`` (answers that went through ``asked``), with its section."""
        for section in self.sections:
            for page in section.pages:
                if all(_holds(each.asked_if, asked) for each in (section, page)):
                    yield section, page


def _holds(condition: When | None, answers: Answers) -> bool:
    return condition is None or condition.holds(answers)
