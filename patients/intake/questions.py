"""The form as data: its sections and questions, in the order people meet them.

The short form of a first assessment. Change a question and FORM_VERSION with it: a submitted
version keeps the number of the form it was written in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

FORM_VERSION = "2026-11-short"
YES, NO, UNSURE, TELL = "yes", "no", "unsure", "tell"
UNCLEAR = frozenset({UNSURE, TELL})  # counts as amber, never as No

Answers = Mapping[str, Any]
Choices = tuple[tuple[str, str], ...]

FOUR_WAYS: Choices = ((YES, "Yes"), (NO, "No"), (UNSURE, "Not sure"), (TELL, "I would rather tell the doctor"))
YES_OR_NO: Choices = ((YES, "Yes"), (NO, "No"))
ZERO_TO_TEN: Choices = tuple((str(number), str(number)) for number in range(11))


class Kind(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    SCALE = "scale"
    TEXT = "text"
    AGREE = "agree"


@dataclass(frozen=True)
class Question:
    """One question. ``about`` names its matter in an error ("Choose an answer about your pain").

    ``asked_if`` is another question of the section and the answers to it that make this one asked.
    """

    name: str
    label: str
    about: str
    kind: Kind = Kind.CHOICE
    choices: Choices = FOUR_WAYS
    hint: str = ""
    required: bool = True
    longest: int = 4000
    asked_if: tuple[str, frozenset[str]] | None = None

    def words(self, answers: Answers) -> str:
        """Return the answer in the words the person saw, or nothing."""
        value: str = answers.get(self.name, "")
        return dict(self.choices).get(value, value) if self.kind != Kind.TEXT else value


@dataclass(frozen=True)
class Section:
    """One page of the form."""

    slug: str
    title: str
    questions: tuple[Question, ...] = ()
    intro: tuple[str, ...] = ()
    hint: str = ""


DETAILS = Section("details", "Your details", hint="Your name, date of birth, phone and GP.")

SYMPTOMS = Section(
    "symptoms",
    "Symptoms that need help today",
    intro=(
        "These questions look for problems that cannot wait for us. Answer for how things are now, or were in the last few days.",
    ),
    questions=(
        Question(
            "numb_or_weak",
            "Do you have new numbness around your genitals or bottom, a new loss of control of your bladder or bowel, "
            "or new weakness in both legs?",
            "numbness, bladder, bowel and legs",
        ),
        Question(
            "stroke_signs",
            "Do you have a drooping face, a weak arm, trouble speaking, a sudden headache that is your worst ever, a fit, "
            "or sudden loss of sight?",
            "your face, arms, speech, head and sight",
        ),
        Question(
            "chest_signs",
            "Do you have pain in your jaw or neck together with a tight chest, sweating or being short of breath?",
            "jaw or neck pain with your chest",
        ),
        Question(
            "face_swelling",
            "Is your face swollen together with a fever, or so swollen that it closes an eye or makes it hard to breathe or swallow?",
            "swelling of your face",
        ),
    ),
)

PROBLEM = Section(
    "problem",
    "Your main problem",
    questions=(
        Question(
            "main_reason",
            "What is the main reason you want to see us?",
            "the main reason",
            choices=(
                ("ms_pain", "Pain with multiple sclerosis (MS)"),
                ("ms_spasm", "Spasms or stiffness with MS"),
                ("tn", "Trigeminal neuralgia: sudden, sharp pain in the face"),
                ("jaw", "Pain in the jaw joint or muscles"),
                ("other_face", "Other pain in the face"),
                ("other", "Something else"),
            ),
        ),
        Question(
            "diagnosed",
            "Has a doctor told you what causes this pain?",
            "what a doctor has told you",
            hint="This is called a diagnosis.",
        ),
        Question(
            "pain_average",
            "How bad has your pain been on average in the past 7 days?",
            "your pain",
            kind=Kind.SCALE,
            choices=ZERO_TO_TEN,
            hint="0 is no pain. 10 is the worst pain you can imagine.",
        ),
    ),
)

TREATMENTS = Section(
    "treatments",
    "Treatments you have tried",
    questions=(
        Question(
            "tried_number",
            "How many treatments have you tried for this pain?",
            "how many treatments",
            hint="Count medicines, injections, operations, physiotherapy and other therapies.",
            choices=(("none", "None"), ("one", "1"), ("two_or_more", "2 or more")),
        ),
        Question(
            "tried_list",
            "What did you try, and what happened?",
            "what you tried",
            kind=Kind.TEXT,
            hint="Write what you remember. Short notes are fine.",
            required=False,
        ),
    ),
)

TAKING = Section(
    "taking",
    "What you take now",
    questions=(
        Question(
            "takes_medicines",
            "Do you take any medicines?",
            "taking medicines",
            hint="Count anything from a doctor, a shop or the internet, and herbal products.",
        ),
        Question(
            "medicines",
            "If yes: what do you take, how much and how often?",
            "what you take",
            kind=Kind.TEXT,
            hint="Write one on each line. Copy the words on the packets if that is easier.",
            asked_if=("takes_medicines", frozenset({YES})),
        ),
    ),
)

HEALTH = Section(
    "health",
    "Your health",
    intro=("We ask everybody these questions. The answers help the doctor to keep you safe.",),
    questions=(
        Question(
            "psychosis_self",
            "Have you ever had psychosis or schizophrenia?",
            "psychosis",
            hint="Psychosis means seeing, hearing or believing things that other people do not.",
        ),
        Question(
            "psychosis_family",
            "Has a parent, brother, sister or child of yours ever had psychosis or schizophrenia?",
            "psychosis in your family",
        ),
        Question(
            "pregnant",
            "Are you pregnant or breastfeeding?",
            "being pregnant or breastfeeding",
            hint="If this cannot be true for you, choose No.",
        ),
    ),
)

CONSENTS = Section(
    "consents",
    "What we may do with your answers",
    intro=(
        "We keep your answers in your health record. The specialist who looks after you reads them. "
        "We do not sell them or use them for advertising.",
        "We have to keep health records for 8 years after we last see you. You can ask for a copy at any time.",
    ),
    questions=(
        Question(
            "privacy_seen",
            "I have read what you do with my answers",
            "what we do with your answers",
            kind=Kind.AGREE,
            choices=((YES, "Yes"),),
        ),
        Question(
            "share_gp",
            "May we write to your GP about your care?",
            "writing to your GP",
            choices=YES_OR_NO,
            hint="If you say no, you can still see us, but there may be things the doctor cannot safely do.",
        ),
        Question(
            "share_gp_reason",
            "If no: what is your reason?",
            "your reason",
            kind=Kind.TEXT,
            required=False,
            longest=1000,
            asked_if=("share_gp", frozenset({NO})),
        ),
        Question(
            "obtain_records",
            "May we ask your GP and other doctors for your records?",
            "asking for your records",
            choices=YES_OR_NO,
        ),
    ),
)

SECTIONS = (DETAILS, SYMPTOMS, PROBLEM, TREATMENTS, TAKING, HEALTH, CONSENTS)
BY_SLUG = {section.slug: section for section in SECTIONS}
QUESTIONS = {question.name: question for section in SECTIONS for question in section.questions}
