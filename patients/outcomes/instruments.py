"""What patients are asked before a review: scales that are free to use, in our own plain words. Pure data.

Change the words of a question and the version of its instrument with it: an answer keeps the version it was given to,
and only answers to the same version are compared. Whose scale it is stands beside each. Licensed questionnaires are
left out; so is every cut-off: neither patients nor clinicians read a verdict here. Where it is not clear that a scale
is free, the clinic says that it may use it (the setting OUTCOMES_UNCLEAR_LICENCES): until then it is neither asked nor
shown.
"""

from dataclasses import dataclass
from enum import StrEnum

Choices = tuple[tuple[int, str], ...]

ZERO_TO_TEN: Choices = tuple((number, str(number)) for number in range(11))


class Licence(StrEnum):
    """Whether a scale may be used without asking anybody."""

    FREE = "free"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Question:
    """One question, on a page of its own. ``about`` names it in a table and in an error; ``slug`` in the address.

    ``ends`` are the lowest and the highest answer in words, where they are not those of its instrument.
    """

    name: str
    slug: str
    about: str
    words: str
    choices: Choices = ZERO_TO_TEN
    ends: tuple[str, str] | None = None


@dataclass(frozen=True)
class Instrument:
    """One scale. ``lowest`` and ``highest`` are its ends in words; ``source`` says whose scale it is.

    ``licence`` says whether it may be used, and ``evidence`` how we know.
    """

    code: str
    version: str
    questions: tuple[Question, ...]
    lowest: str
    highest: str
    higher_is_better: bool
    source: str
    licence: Licence
    evidence: str
    is_number: bool = True  # else grades that have an order but no distance: no change is worked out
    after_treatment: bool = False  # asked only of somebody who has begun treatment here


NOBODYS = "A numerical rating scale belongs to nobody; the words are ours."
NO_PERMISSION_NEEDED = (
    "Pfizer: no permission is needed to reproduce, translate, display or distribute (phqscreeners.com)."
)

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
    licence=Licence.FREE,
    evidence=NOBODYS,
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
    licence=Licence.FREE,
    evidence=NOBODYS,
)

SLEEP = Instrument(
    "sleep_nrs",
    "1",
    (Question("quality", "sleep", "sleep", "Over the past 7 days, how well did you sleep?"),),
    "very badly",
    "very well",
    higher_is_better=True,
    source="An item of our own; no change in it is validated.",
    licence=Licence.FREE,
    evidence="Written for this clinic.",
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
    licence=Licence.FREE,
    evidence="The CGI is a work of the US government; the words are ours.",
    is_number=False,
    after_treatment=True,
)

HOW_OFTEN: Choices = ((0, "Not at all"), (1, "Several days"), (2, "More than half the days"), (3, "Nearly every day"))


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
    source="GAD-7, by Spitzer, Kroenke, Williams and colleagues.",
    licence=Licence.FREE,
    evidence=NO_PERMISSION_NEEDED,
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
    source="PHQ-9, by Spitzer, Williams, Kroenke and colleagues; its first two items are the PHQ-2.",
    licence=Licence.FREE,
    evidence=NO_PERMISSION_NEEDED,
)

INTERFERES = ("Does not interfere", "Completely interferes")

PEG = Instrument(
    "peg",
    "1",
    (
        Question(
            "pain",
            "peg-pain",
            "pain in the past week",
            "What number best describes your pain on average in the past week?",
            ends=("No pain", "Pain as bad as you can imagine"),
        ),
        Question(
            "enjoyment",
            "peg-enjoyment",
            "enjoyment of life",
            "What number best describes how, during the past week, pain has interfered with your enjoyment of life?",
            ends=INTERFERES,
        ),
        Question(
            "activity",
            "peg-activity",
            "general activity",
            "What number best describes how, during the past week, pain has interfered with your general activity?",
            ends=INTERFERES,
        ),
    ),
    "no pain, or pain that does not interfere",
    "pain as bad as can be imagined, or that completely interferes",
    higher_is_better=False,
    source="PEG (Krebs and colleagues, J Gen Intern Med 2009). Their words.",
    licence=Licence.UNCLEAR,
    evidence="Published in an open-access article; its items come from the Brief Pain Inventory (MD Anderson). No fee is "
    "known, and no statement that it is free: ask the authors and MD Anderson first.",
)

BNI = Instrument(
    "bni",
    "1",
    (
        Question(
            "grade",
            "bni",
            "pain in the face and medicine for it",
            "Which of these is most like your facial pain now?",
            (
                (1, "I have no pain, and I take no medicine for it"),
                (2, "I have pain now and then, and need no medicine for it"),
                (3, "I have no pain while I take medicine"),
                (4, "I have some pain, and medicine controls it well enough"),
                (5, "I have some pain, and medicine does not control it well enough"),
                (6, "I have severe pain, or nothing helps"),
            ),
        ),
    ),
    "no pain without medicine (class I)",
    "severe pain or no relief (class V); 3 is class IIIa, 4 IIIb, 5 IV",
    higher_is_better=False,
    source="Barrow Neurological Institute pain intensity scale (Rogers and colleagues 2000). Our wording of its classes.",
    licence=Licence.UNCLEAR,
    evidence="A short published scale; no licence scheme is known, and no statement that it is free.",
    is_number=False,
)

INSTRUMENTS = (PAIN, STIFFNESS, SLEEP, PEG, OVERALL)  # asked before a review
ALL = (PAIN, STIFFNESS, SLEEP, PEG, BNI, GAD7, PHQ9, OVERALL)
BY_CODE = {instrument.code: instrument for instrument in ALL}


def in_use(instruments: tuple[Instrument, ...], *, unclear: bool) -> tuple[Instrument, ...]:
    """Return those that are asked and shown: of unclear licence only where the clinic says so (``unclear``)."""
    return tuple(each for each in instruments if unclear or each.licence == Licence.FREE)
