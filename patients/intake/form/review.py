"""What has changed: the form before a review (domain sheet, 5.1). It is the whole form, filled from the last one.

Somebody says which topics have changed, and goes through the pages of those. ``FRESH`` pages are about now: they are
asked anew every time. The rest stays as it was, and the record says since when.
"""

from collections.abc import Collection

from patients.intake.questions import (
    IS_REVIEW,
    NONE,
    YES,
    Answers,
    Kind,
    Page,
    Question,
    Section,
    Unless,
    When,
    when,
)

REVIEW: When = when(IS_REVIEW, YES)
FIRST_TIME: When = Unless(REVIEW)
SLUG, TICKED = "what-changed", "changed"

TOPICS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "problem",
        "Your pain, your face or your MS",
        (
            *("problem", "diagnosis", "tests", "goals"),
            *("ms", "ms-moving", "ms-body", "ms-pain", "ms-triggers"),
            *("face", "face-pattern", "face-senses", "jaw", "face-treatment"),
        ),
    ),
    ("treatments", "Treatments you have tried", ("treatments", "treatments-list")),
    ("medicines", "Medicines or other things you take", ("taking", "medicines", "taking-more")),
    ("allergies", "Allergies", ("allergies", "allergies-list")),
    ("health", "Your health, or an illness in your family", ("health", "health-heart", "health-body", "family")),
    ("substances", "Alcohol, smoking, cannabis or other drugs", ("alcohol", "cannabis", "drugs")),
    ("daily", "Work, driving, your home or travel", ("work", "home", "travel")),
    ("measured", "Your weight or blood pressure", ("measured",)),
)
FRESH = frozenset(
    {
        "symptoms",
        "symptoms-new",
        "symptoms-head",
        "health-safe",
        "pregnancy",
        "partner",
        "face-now",
        "mood",
        "mood-more",
    }
)

WHAT_CHANGED = Page(
    SLUG,
    "What has changed?",
    (
        Question(
            TICKED,
            "What has changed since you last sent us a form?",
            "what has changed",
            kind=Kind.SEVERAL,
            choices=(*((code, words) for code, words, _ in TOPICS), (NONE, "None of these")),
            hint="Choose all that have changed, even a little. We ask about those only.",
        ),
        Question(
            "since_then",
            "What else has happened since then?",
            "what else has happened",
            kind=Kind.TEXT,
            required=False,
            longest=2000,
            hint="For example a stay in hospital, a fall, or something that may be a side effect.",
        ),
    ),
    intro=("We have kept what you told us. You do not need to type any of it again.",),
)

CHANGES = Section("changes", "What has changed?", (WHAT_CHANGED,), asked_if=REVIEW)


def pages_of(ticked: Collection[str]) -> set[str]:
    """Return the pages of the topics that are ``ticked``."""
    return {slug for code, _, slugs in TOPICS if code in ticked for slug in slugs}


def kept_pages(answers: Answers) -> set[str]:
    """Return the pages that stay as they were in the form before, by what is ticked in ``answers``."""
    return {slug for _, _, slugs in TOPICS for slug in slugs} - pages_of(answers.get(TICKED) or [])
