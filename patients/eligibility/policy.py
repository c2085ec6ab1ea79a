"""Some questions before anybody pays or signs up, and what to do next by their answers. Pure.

It is information, never a verdict: a person at the clinic decides, later, from the whole form and the records. The
questions and the three next steps follow the clinic's domain sheet; all wait for the clinical lead's signature.
"""

from dataclasses import dataclass
from enum import StrEnum

from patients.intake.form.whole import QUESTIONS
from patients.intake.questions import FOUR_WAYS, NO, TELL, UNSURE, YES, YES_OR_NO, Answers, Question
from patients.intake.rules.table import EMERGENCIES

NONE_OF_THESE = "none"
NAMES_A_MEDICINE = "RF49"  # a public page that leads to booking may not: only the form itself asks it
URGENT = {rule.code: rule.told for rule in EMERGENCIES if rule.code != NAMES_A_MEDICINE}
CRISIS = frozenset(rule.code for rule in EMERGENCIES if rule.crisis)

ASKED = (
    Question("adult", "Are you 18 or over?", "your age", choices=YES_OR_NO),
    Question("lives_in_uk", "Do you live in the UK?", "where you live", choices=YES_OR_NO),
    Question(
        "has_gp",
        "Are you registered with a GP?",
        "your GP",
        choices=(*YES_OR_NO, (UNSURE, "Not sure")),
    ),
    QUESTIONS["main_reason"],
    QUESTIONS["diagnosed"],
    Question(
        "tried_number",
        "How many treatments have you tried for this pain?",
        "how many treatments",
        hint="Count medicines, injections, operations, physiotherapy and other therapies.",
        choices=(("none", "None"), ("one", "1"), ("two_or_more", "2 or more")),
    ),
    QUESTIONS["psychosis_self"],
    QUESTIONS["psychosis_family"],
    Question(
        "expecting",
        "Are you pregnant or breastfeeding?",
        "being pregnant or breastfeeding",
        hint="If this cannot be true for you, choose No.",
    ),
    Question(
        "trying_both",
        "Are you or your partner trying for a baby?",
        "trying for a baby",
        choices=FOUR_WAYS,
    ),
    Question(
        "organs",
        "Do you have serious heart, liver or kidney disease?",
        "your heart, liver and kidneys",
        choices=FOUR_WAYS,
    ),
)
CARRIED = tuple(
    question.name for question in ASKED if question.name in QUESTIONS
)  # the form asks them in the same words
# What an answer here says for questions of the form that ask more closely. Only a clear answer says anything.
SAYS = {
    ("tried_number", "none"): {"tried_any": NO},
    ("tried_number", "one"): {"tried_any": YES},
    ("tried_number", "two_or_more"): {"tried_any": YES},
    ("expecting", NO): {"pregnant": NO, "breastfeeding": NO},
    ("trying_both", NO): {"trying": NO, "partner_trying": NO},
}
NOT_A_NO = frozenset({YES, UNSURE, TELL})


class Next(StrEnum):
    """What we tell somebody to do next."""

    BOOK = "book"
    TALK = "talk"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Point:
    """An answer that leads to a next step other than booking, and what it means for the person."""

    step: Next
    name: str
    answers: frozenset[str]
    means: str


POINTS = (
    Point(
        Next.ELSEWHERE,
        "adult",
        frozenset({NO}),
        "We see adults only. Your GP can send you to a pain service for young people.",
    ),
    Point(
        Next.ELSEWHERE,
        "lives_in_uk",
        frozenset({NO}),
        "We can only see people who live in the UK. A doctor where you live can help.",
    ),
    Point(
        Next.ELSEWHERE,
        "main_reason",
        frozenset({"other"}),
        "We see people with pain or stiffness from MS, and people with long-term pain in the face or jaw. "
        "For other pain, your GP can send you to an NHS pain clinic.",
    ),
    Point(
        Next.TALK,
        "has_gp",
        frozenset({NO, UNSURE}),
        "We work together with your GP. Ask us what we can do while you do not have one.",
    ),
    Point(
        Next.TALK,
        "diagnosed",
        frozenset({NO, UNSURE, TELL}),
        "We need to know what a doctor has called your pain. Your GP can start this, or tell you what is in your records.",
    ),
    Point(
        Next.TALK,
        "tried_number",
        frozenset({"none", "one"}),
        "Most people we see have tried at least 2 treatments. Tell us if there is a reason why you cannot have them.",
    ),
    Point(
        Next.TALK,
        "psychosis_self",
        NOT_A_NO,
        "Some treatments are not safe after psychosis. We may need to talk with your other doctors first.",
    ),
    Point(
        Next.TALK,
        "psychosis_family",
        NOT_A_NO,
        "Some treatments are riskier where psychosis runs in the family. Tell us what you know.",
    ),
    Point(
        Next.TALK,
        "expecting",
        NOT_A_NO,
        "Some treatments can harm a baby before birth or through breast milk. We may ask you to wait.",
    ),
    Point(
        Next.TALK,
        "trying_both",
        NOT_A_NO,
        "Some treatments can harm a baby before birth. This counts for both parents. Talk to us about the right time.",
    ),
    Point(
        Next.TALK,
        "organs",
        NOT_A_NO,
        "Some treatments are not safe with these. We may need letters from your other doctors first.",
    ),
)


@dataclass(frozen=True)
class Found:
    """The next step, and the points that led to it, each with the words of the answer."""

    step: Next
    points: list[tuple[str, str]]


def next_step(answers: Answers) -> Found:
    """Return what to do next by ``answers``: booking only where nothing speaks for talking to a person first."""
    met = [point for point in POINTS if answers.get(point.name) in point.answers]
    for step in (Next.ELSEWHERE, Next.TALK):
        if any(point.step == step for point in met):
            return Found(step, [(_said(point.name, answers), point.means) for point in met])
    return Found(Next.BOOK, [])


def urgent(signs: list[str]) -> list[str]:
    """Return what of ``signs`` needs 999 today, in words that an emergency card repeats."""
    return [URGENT[sign] for sign in signs if sign in URGENT and sign not in CRISIS]


def is_crisis(signs: list[str]) -> bool:
    """Tell whether ``signs`` say that somebody may hurt themselves."""
    return not CRISIS.isdisjoint(signs)


def carried(answers: Answers) -> dict[str, str]:
    """Return what the answers say for the form before a first visit, so that nothing is asked twice."""
    told = {name: answers[name] for name in CARRIED if answers.get(name)}
    for pair in answers.items():
        told |= SAYS.get(pair, {})
    return told


def _said(name: str, answers: Answers) -> str:
    question = next(each for each in ASKED if each.name == name)
    return f"{question.label} {question.words(answers)}"
