"""Section G: how somebody is now, by published questionnaires. Their words are theirs: do not edit them.

PHQ-9 and GAD-7 may be reproduced without permission (Pfizer; phqscreeners.com). The total is worked out in
``outcomes``; nobody sees a verdict here.
"""

from patients.intake.form.health import EVER_SELF_HARM
from patients.intake.form.review import FIRST_TIME
from patients.intake.questions import (
    UNCLEAR_LICENCES,
    YES,
    ZERO_TO_TEN,
    All,
    Choices,
    Either,
    Kind,
    Page,
    Question,
    Reaches,
    Section,
    when,
)
from patients.outcomes.instruments import BNI, GAD7, PAIN, PEG, PHQ9, SLEEP
from patients.outcomes.instruments import Question as Item
from patients.outcomes.policy import ends_text

MORE_FROM = 3  # of PHQ-2, domain 4.1


def scale(name: str, item: Item, about: str, hint: str) -> Question:
    """Return a question that asks ``item`` of an instrument from 0 to 10."""
    return Question(name, item.words, about, kind=Kind.SCALE, choices=ZERO_TO_TEN, hint=hint)


def items(prefix: str, asked: tuple[Item, ...]) -> tuple[Question, ...]:
    """Return the questions that ask ``asked``, in the instrument's own words, named by ``prefix`` and number."""
    return tuple(
        Question(f"{prefix}_{item.name}", item.words, item.about, choices=_choices(item), required=True)
        for item in asked
    )


def _choices(item: Item) -> Choices:
    return tuple((str(number), words) for number, words in item.choices)


LICENSED = when(UNCLEAR_LICENCES, YES)
TWO_WEEKS = "Over the last 2 weeks, how often have you been bothered by the following problems?"
PHQ2 = ("phq9_1", "phq9_2")

SCORES = Section(
    "scores",
    "How you are now",
    (
        Page(
            "scores",
            "Pain and sleep",
            (
                scale(
                    "pain_average",
                    PAIN.questions[0],
                    "your pain on average",
                    "0 is no pain. 10 is the worst pain you can imagine.",
                ),
                scale(
                    "pain_worst",
                    PAIN.questions[1],
                    "your pain at its worst",
                    "0 is no pain. 10 is the worst pain you can imagine.",
                ),
                scale("sleep", SLEEP.questions[0], "your sleep", "0 is very badly. 10 is very well."),
            ),
            asked_if=FIRST_TIME,  # before a review they are asked by a questionnaire of their own
        ),
        Page(
            "pain-effects",
            "Pain and your daily life",
            tuple(scale(f"peg_{item.name}", item, item.about, ends_text(PEG, item)) for item in PEG.questions),
            asked_if=All((FIRST_TIME, LICENSED)),
        ),
        Page(
            "face-now",
            "Your facial pain now",
            (Question("bni", BNI.questions[0].words, "your facial pain now", choices=_choices(BNI.questions[0])),),
            asked_if=All((when("main_reason", "tn"), LICENSED)),
        ),
        Page("worry", "Worry", items("gad7", GAD7.questions), intro=(TWO_WEEKS,), asked_if=FIRST_TIME),
        Page("mood", "Mood", items("phq9", PHQ9.questions[:2]), intro=(TWO_WEEKS,)),
        Page(
            "mood-more",
            "More about your mood",
            items("phq9", PHQ9.questions[2:]),
            intro=(TWO_WEEKS,),
            asked_if=Either((Reaches(PHQ2, MORE_FROM), EVER_SELF_HARM)),
        ),
    ),
)
