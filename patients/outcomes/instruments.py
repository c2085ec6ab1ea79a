"""What patients are asked before a review: scales that are free to use, in our own plain words. Pure data.

Change the words of a question and the version of its instrument with it: an answer keeps the version it was given to,
and only answers to the same version are compared. Whose scale it is stands beside each. Licensed questionnaires are
left out; so is every cut-off: neither patients nor clinicians read a verdict here.
"""

from dataclasses import dataclass

Choices = tuple[tuple[int, str], ...]

ZERO_TO_TEN: Choices = tuple((number, str(number)) for number in range(11))


@dataclass(frozen=True)
class Question:
    """One question, on a page of its own. ``about`` names it in a table and in an error; ``slug`` in the address."""

    name: str
    slug: str
    about: str
    words: str
    choices: Choices = ZERO_TO_TEN


@dataclass(frozen=True)
class Instrument:
    """One scale. ``lowest`` and ``highest`` are its ends in words; ``source`` says whose scale it is."""

    code: str
    version: str
    questions: tuple[Question, ...]
    lowest: str
    highest: str
    higher_is_better: bool
    source: str
    is_number: bool = True  # else grades that have an order but no distance: no change is worked out
    after_treatment: bool = False  # asked only of somebody who has begun treatment here


PAIN = Instrument(
    "pain_nrs",
    "1",
    (
        Question(
            "average", "pain-average", "pain on average", "Over the past 7 days, how bad was your pain on average?"
        ),
        Question(
            "worst", "pain-worst", "pain at its worst", "Over the past 7 days, how bad was your pain at its worst?"
        ),
    ),
    "no pain",
    "the worst pain you can imagine",
    higher_is_better=False,
    source="Numerical rating scale, generic; IMMPACT, Farrar 2001. Our wording.",
)

STIFFNESS = Instrument(
    "spasticity_nrs",
    "1",
    (
        Question(
            "average",
            "stiffness",
            "muscle stiffness or spasm",
            "Over the past 24 hours, how bad was your muscle stiffness or spasm?",
        ),
    ),
    "none",
    "the worst you can imagine",
    higher_is_better=False,
    source="Numerical rating scale, generic; Farrar 2008, NICE NG144. Our wording.",
)

SLEEP = Instrument(
    "sleep_nrs",
    "1",
    (Question("quality", "sleep", "sleep", "Over the past 7 days, how well did you sleep?"),),
    "very badly",
    "very well",
    higher_is_better=True,
    source="An item of our own; no change in it is validated.",
)

OVERALL = Instrument(
    "pgic",
    "1",
    (
        Question(
            "grade",
            "overall",
            "change overall",
            "How have you been overall since you began treatment at this clinic?",
            (
                (1, "Very much better"),
                (2, "Much better"),
                (3, "A little better"),
                (4, "No change"),
                (5, "A little worse"),
                (6, "Much worse"),
                (7, "Very much worse"),
            ),
        ),
    ),
    "very much better",
    "very much worse",
    higher_is_better=False,
    source="Patient global impression of change, after the CGI (Guy 1976, US government). Our wording of its 7 grades.",
    is_number=False,
    after_treatment=True,
)

HOW_OFTEN: Choices = ((0, "Not at all"), (1, "Several days"), (2, "More than half the days"), (3, "Nearly every day"))
FREE_TO_USE = (
    "Pfizer, by Spitzer, Williams, Kroenke and colleagues; no permission needed to reproduce (phqscreeners.com)."
)


def _items(code: str, *words: tuple[str, str]) -> tuple[Question, ...]:
    return tuple(
        Question(str(number), f"{code}-{number}", about, text, HOW_OFTEN)
        for number, (about, text) in enumerate(words, 1)
    )


# The words of these two are published and must not be edited. In MS, tiredness, sleep and concentration are touched by
# the MS itself.
GAD7 = Instrument(
    "gad7",
    "1",
    _items(
        "gad7",
        ("feeling nervous", "Feeling nervous, anxious or on edge"),
        ("worrying", "Not being able to stop or control worrying"),
        ("worrying too much", "Worrying too much about different things"),
        ("relaxing", "Trouble relaxing"),
        ("being restless", "Being so restless that it is hard to sit still"),
        ("being annoyed", "Becoming easily annoyed or irritable"),
        ("feeling afraid", "Feeling afraid as if something awful might happen"),
    ),
    "not at all",
    "nearly every day",
    higher_is_better=False,
    source=f"GAD-7. {FREE_TO_USE}",
)

PHQ9 = Instrument(
    "phq9",
    "1",
    _items(
        "phq9",
        ("interest", "Little interest or pleasure in doing things"),
        ("feeling down", "Feeling down, depressed, or hopeless"),
        ("sleeping", "Trouble falling or staying asleep, or sleeping too much"),
        ("energy", "Feeling tired or having little energy"),
        ("eating", "Poor appetite or overeating"),
        (
            "how you see yourself",
            "Feeling bad about yourself, or that you are a failure or have let yourself or your family down",
        ),
        (
            "concentrating",
            "Trouble concentrating on things, such as reading the newspaper or watching television",
        ),
        (
            "moving and speaking",
            "Moving or speaking so slowly that other people could have noticed? Or the opposite, being so fidgety or "
            "restless that you have been moving around a lot more than usual",
        ),
        (
            "dark thoughts",
            "Thoughts that you would be better off dead or of hurting yourself in some way",
        ),
    ),
    "not at all",
    "nearly every day",
    higher_is_better=False,
    source=f"PHQ-9; its first two items are the PHQ-2. {FREE_TO_USE}",
)

INSTRUMENTS = (PAIN, STIFFNESS, SLEEP, OVERALL)  # asked before a review
BY_CODE = {instrument.code: instrument for instrument in (*INSTRUMENTS, GAD7, PHQ9)}
