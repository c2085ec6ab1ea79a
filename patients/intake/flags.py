"""Red flags: what a rule is, and how it looks at a person's own answers. The rules themselves stand in ``rules.py``.

They highlight; they decide nothing, and the person who answers sees neither level nor code. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from patients.intake.enums import LOUDEST_FIRST, Level
from patients.intake.form.whole import QUESTIONS
from patients.intake.names import Group, Match, matches
from patients.intake.questions import AGE, UNCLEAR, Answers, Kind, is_among
from patients.outcomes import scoring

RULES_VERSION = "2026-12"
SMPC, PROPOSAL = "SmPC, contraindications", "Clinic's proposal"  # sources of many rules
READS_NAMES_IN = ("medicines", "takes_other_what", "ms_treatment", "ms_treatment_other")

When = Callable[[Answers], str | None]


@dataclass(frozen=True)
class Rule:
    """One rule. ``when`` returns the exact answer that sets it off, or None; ``reads`` are the questions it looks at.

    ``source`` is where the rule comes from; ``told`` what an emergency card repeats to the person. ``crisis`` makes that
    card one about dark thoughts. ``private`` asks staff to speak with the person alone and to leave no message.
    """

    code: str
    level: Level
    title: str
    when: "Look"
    source: str
    told: str = ""
    crisis: bool = False
    private: bool = False
    version: str = RULES_VERSION
    owner: str = "Clinical lead (to be named)"
    review_by: date = date(2027, 11, 1)


@dataclass(frozen=True)
class Look:
    """A condition: ``see`` returns the exact answer that meets it, or None; ``reads`` are the questions it looks at."""

    see: When
    reads: frozenset[str]

    def __call__(self, answers: Answers) -> str | None:
        """Return the exact answer that meets it, or None."""
        return self.see(answers)


@dataclass(frozen=True)
class Hit:
    """A rule that was set off, and the exact answer that did it."""

    rule: Rule
    answer: str


def hits(rules: tuple[Rule, ...], asked: Answers) -> list[Hit]:
    """Return every rule that the answers to what is ``asked`` set off, loudest first."""
    found = [Hit(rule, answer) for rule in rules if (answer := rule.when(asked)) is not None]
    return sorted(found, key=lambda hit: (LOUDEST_FIRST.index(hit.rule.level), hit.rule.code))


def said(name: str, answers: Answers) -> str:
    """Return question and answer in the words the person saw; of their age, the years."""
    if name == AGE:
        return f"Aged {answers[AGE]}"
    question = QUESTIONS[name]
    return f"{question.label} {question.words(answers)}".replace("\n", ", ")


def answered(name: str, *values: str) -> Look:
    """Return a condition: the question ``name`` was answered with one of ``values``; of a list, those alone are said."""
    wanted = frozenset(values)

    def see(answers: Answers) -> str | None:
        value = answers.get(name)
        if not is_among(value, wanted):
            return None
        met = [each for each in value if each in wanted] if isinstance(value, list) else value
        return said(name, {name: met})

    return Look(see, frozenset({name}))


def number(name: str, is_met: Callable[[int], bool]) -> Look:
    """Return a condition on the number answered to ``name``, or on the age."""

    def see(answers: Answers) -> str | None:
        value = answers.get(name)
        return said(name, answers) if value not in (None, "") and is_met(int(value)) else None

    return Look(see, frozenset({name}))


def total(names: tuple[str, ...], called: str, is_met: Callable[[int], bool]) -> Look:
    """Return a condition on the total of ``names``, where all are answered: nothing is filled in for one that is not."""

    def see(answers: Answers) -> str | None:
        found = scoring.total([int(answers[name]) if answers.get(name) else None for name in names])
        return f"{called}: {found}" if found is not None and is_met(found) else None

    return Look(see, frozenset(names))


def any_of(*looks: Look) -> Look:
    """Return a condition: at least one of ``looks`` is met; the answers of all that are."""

    def see(answers: Answers) -> str | None:
        met = [answer for look in looks if (answer := look(answers)) is not None]
        return "\n".join(met) if met else None

    return Look(see, frozenset().union(*(look.reads for look in looks)))


def all_of(*looks: Look) -> Look:
    """Return a condition: every one of ``looks`` is met; the answers of all."""

    def see(answers: Answers) -> str | None:
        met = [look(answers) for look in looks]
        return "\n".join(answer for answer in met if answer) if None not in met else None

    return Look(see, frozenset().union(*(look.reads for look in looks)))


def but(look: Look, without: Look) -> Look:
    """Return a condition: ``look`` is met and ``without`` is not. A louder rule says it already."""
    return Look(lambda answers: None if without(answers) else look(answers), look.reads | without.reads)


def written(answers: Answers, names: tuple[str, ...]) -> list[str]:
    """Return every piece of text in the answers to ``names`` that may name a medicine."""
    found = []
    for name in names:
        value = answers.get(name)
        if QUESTIONS[name].kind == Kind.ENTRIES:
            found += [str(entry.get("name", "")) for entry in value or []]
        elif value:
            found.append(QUESTIONS[name].words(answers))
    return found


def takes(*groups: Group, least: int = 1, names: tuple[str, ...] = READS_NAMES_IN) -> Look:
    """Return a condition: ``least`` or more different medicines of ``groups`` stand in the answers to ``names``.

    What is said is each exact match: the name as it was found, and what the person wrote.
    """

    def see(answers: Answers) -> str | None:
        found: dict[str, str] = {}
        for text in written(answers, names):
            for match in matches(text):
                if match.name.group in groups:
                    found.setdefault(match.name.generic, _matched(match, text))
        return "\n".join(found.values()) if len(found) >= least else None

    return Look(see, frozenset(names))


def _matched(match: Match, text: str) -> str:
    brand = "" if match.found == match.name.generic else f" ({match.name.generic})"
    return f"{match.found}{brand}, written: {text}".replace("\n", ", ")


def only(name: str, value: str) -> Look:
    """Return a condition: ``value`` is the one thing chosen in the list ``name``."""
    return Look(lambda answers: said(name, answers) if answers.get(name) == [value] else None, frozenset({name}))


def fewer(name: str, least: int) -> Look:
    """Return a condition: fewer than ``least`` entries, but at least one, stand in the list ``name``."""

    def see(answers: Answers) -> str | None:
        count = len(answers.get(name) or [])
        return f"{QUESTIONS[name].label}: {count}" if 0 < count < least else None

    return Look(see, frozenset({name}))


def unless(look: Look) -> Look:
    """Return a condition without words of its own: ``look`` is not met."""
    return Look(lambda answers: None if look(answers) else "", look.reads)


def unclear(rule: Rule, *names: str, values: frozenset[str] = UNCLEAR) -> Rule:
    """Return the amber rule beside ``rule``: the person was not sure, or would rather tell the doctor."""
    title = f"{rule.title}: not clear yet, ask"
    look = any_of(*(answered(name, *values) for name in names))
    return Rule(f"{rule.code}-A", Level.AMBER, title, look, rule.source, private=rule.private)
