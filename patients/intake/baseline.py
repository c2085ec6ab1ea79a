"""Which answers of the form are measures of how somebody is. Pure."""

from patients.intake.form.review import FRESH
from patients.intake.form.whole import PAGES
from patients.intake.questions import IS_REVIEW, YES, Answers
from patients.outcomes.enums import Moment
from patients.outcomes.instruments import BNI, GAD7, PAIN, PEG, PHQ9, SLEEP, STIFFNESS
from patients.outcomes.policy import Measured

# For each instrument the question of the form by its own item.
ASKED_AS: dict[str, dict[str, str]] = {
    PAIN.code: {"average": "pain_average", "worst": "pain_worst"},
    STIFFNESS.code: {"average": "stiffness"},
    SLEEP.code: {"quality": "sleep"},
    BNI.code: {"grade": "bni"},
    **{each.code: {item.name: f"{each.code}_{item.name}" for item in each.questions} for each in (PEG, GAD7, PHQ9)},
}
ASKED_ANEW = {question.name for slug in FRESH for question in PAGES[slug].questions}


def baseline_of(asked: Answers) -> Measured:
    """Return the measures among the answers to what is ``asked``; of the form before a review those it asks anew.

    An item that was not asked (PHQ-9 after a low PHQ-2) is left out; nothing is filled in for it.
    """
    is_review = asked.get(IS_REVIEW) == YES
    found = {
        code: {item: int(asked[name]) for item, name in names.items() if asked.get(name)}
        for code, names in ASKED_AS.items()
        if not is_review or ASKED_ANEW.issuperset(names.values())
    }
    moment = Moment.REVIEW_FORM if is_review else Moment.BASELINE
    return Measured(moment, {code: answers for code, answers in found.items() if answers})
