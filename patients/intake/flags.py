"""Red flags: fixed rules over a person's own answers, to show a clinician what not to miss.

They highlight; they decide nothing, and the person who answers sees neither level nor code. Codes
and levels follow the clinic's domain sheet; all wait for the clinical lead's signature. Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from patients.intake.enums import LOUDEST_FIRST, Level
from patients.intake.questions import NO, QUESTIONS, UNCLEAR, UNSURE, YES, Answers
from patients.profile.policy import age

RULES_VERSION = "2026-11"
YOUNG = range(18, 25)
OLD = 75


@dataclass(frozen=True)
class Facts:
    """What of the profile the rules look at: the date of birth, and the day it is judged on."""

    born: date
    today: date


When = Callable[[Answers, Facts], str | None]


@dataclass(frozen=True)
class Rule:
    """One rule. ``when`` returns the exact answer that sets it off, or None.

    ``source`` is where the rule comes from; ``told`` what an emergency card repeats to the person.
    """

    code: str
    level: Level
    title: str
    when: When
    source: str
    told: str = ""
    version: str = RULES_VERSION
    owner: str = "Clinical lead (to be named)"
    review_by: date = date(2027, 11, 1)


@dataclass(frozen=True)
class Hit:
    """A rule that was set off, and the exact answer that did it."""

    rule: Rule
    answer: str


def hits(answers: Answers, facts: Facts) -> list[Hit]:
    """Return every rule that the answers set off, loudest first."""
    found = [Hit(rule, answer) for rule in RULES if (answer := rule.when(answers, facts)) is not None]
    return sorted(found, key=lambda hit: (LOUDEST_FIRST.index(hit.rule.level), hit.rule.code))


def emergencies(answers: Answers, facts: Facts) -> list[Hit]:
    """Return the hits that interrupt the form with an emergency card."""
    return [hit for hit in hits(answers, facts) if hit.rule.level == Level.EMERGENCY]


def said(name: str, answers: Answers) -> str:
    """Return question and answer in the words the person saw."""
    question = QUESTIONS[name]
    return f"{question.label} {question.words(answers)}"


def answered(name: str, *values: str) -> When:
    """Return a condition: the question ``name`` was answered with one of ``values``."""

    def when(answers: Answers, facts: Facts) -> str | None:
        return said(name, answers) if answers.get(name) in values else None

    return when


def any_of(*conditions: When) -> When:
    """Return a condition: at least one of ``conditions`` holds; the answers of all that do."""

    def when(answers: Answers, facts: Facts) -> str | None:
        found = [answer for condition in conditions if (answer := condition(answers, facts)) is not None]
        return "\n".join(found) or None

    return when


def aged(wanted: Callable[[int], bool]) -> When:
    """Return a condition on the age in whole years."""

    def when(answers: Answers, facts: Facts) -> str | None:
        years = age(facts.born, facts.today)
        return f"Aged {years} on {facts.today.day} {facts.today:%B %Y}" if wanted(years) else None

    return when


def unclear(rule: Rule, name: str, *values: str) -> Rule:
    """Return the amber rule beside ``rule``: the person was not sure, or would rather tell the doctor."""
    title = f"{rule.title}: not clear yet, ask"
    return Rule(f"{rule.code}-A", Level.AMBER, title, answered(name, *(values or sorted(UNCLEAR))), rule.source)


SMPC = "SmPC, contraindications"

RF30 = Rule(
    "RF30",
    Level.EMERGENCY,
    "Possible cauda equina or cord compression",
    answered("numb_or_weak", YES),
    "NHS: cauda equina syndrome",
    told="you have new numbness around your genitals or bottom, a new loss of control of your bladder or bowel, or new weakness in both legs",
)
RF31 = Rule(
    "RF31",
    Level.EMERGENCY,
    "Possible stroke, bleed, seizure or sudden sight loss",
    answered("stroke_signs", YES),
    "NHS: stroke",
    told="you have a drooping face, a weak arm, trouble speaking, a sudden worst headache, a fit, or sudden loss of sight",
)
RF41 = Rule(
    "RF41",
    Level.EMERGENCY,
    "Jaw or neck pain with signs of a heart attack",
    answered("chest_signs", YES),
    "NHS: heart attack",
    told="you have pain in your jaw or neck together with a tight chest, sweating or being short of breath",
)
RF48 = Rule(
    "RF48",
    Level.EMERGENCY,
    "Facial swelling: possible deep infection or airway risk",
    answered("face_swelling", YES),
    "NHS: dental abscess",
    told="your face is swollen together with a fever, or so swollen that it closes an eye or makes it hard to breathe or swallow",
)
RF01 = Rule("RF01", Level.RED, "Psychosis or schizophrenia, self", answered("psychosis_self", YES, UNSURE), SMPC)
RF02 = Rule("RF02", Level.RED, "Psychosis or schizophrenia, close relative", answered("psychosis_family", YES), SMPC)
RF06 = Rule("RF06", Level.RED, "Pregnant or breastfeeding", answered("pregnant", YES), SMPC)
RF14 = Rule(
    "RF14", Level.AMBER, "Aged 18 to 24: extra caution", aged(lambda years: years in YOUNG), "Clinic's proposal"
)
RF15 = Rule(
    "RF15",
    Level.AMBER,
    "Aged 75 or over: falls, effects on the brain",
    aged(lambda years: years >= OLD),
    "SmPC, older people",
)
RF17 = Rule(
    "RF17",
    Level.RED,
    "No diagnosis by a doctor, or fewer than 2 treatments tried",
    any_of(answered("diagnosed", NO), answered("tried_number", "none", "one")),
    "Human Medicines Regulations 2012, reg 167",
)
RF18 = Rule(
    "RF18",
    Level.RED,
    "Does not agree to contact with the GP, or to records",
    any_of(answered("share_gp", NO), answered("obtain_records", NO)),
    "GMC: prescribing, controlled drugs",
)

RULES = (
    *(RF30, RF31, RF41, RF48),
    *(RF01, RF02, RF06, RF17, RF18),
    *(RF14, RF15),
    unclear(RF30, "numb_or_weak"),
    unclear(RF31, "stroke_signs"),
    unclear(RF41, "chest_signs"),
    unclear(RF48, "face_swelling"),
    unclear(RF01, "psychosis_self", "tell"),  # "not sure" is red already
    unclear(RF02, "psychosis_family"),
    unclear(RF06, "pregnant"),
    unclear(RF17, "diagnosed"),
)
