"""Section D: what brings somebody here, who told them what it is, and what they want."""

from patients.intake.questions import (
    YES,
    Either,
    Kind,
    Page,
    Question,
    Section,
    when,
)

MS_REASONS = ("ms_pain", "ms_spasm")
FACE_REASONS = ("tn", "jaw", "other_face")
HAS_MS = Either((when("main_reason", *MS_REASONS), when("has_ms", YES)))
HAS_FACE_PAIN = Either((when("main_reason", *FACE_REASONS), when("has_face_pain", YES)))

REASON = Page(
    "problem",
    "Your main problem",
    (
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
            "has_ms",
            "Do you also have multiple sclerosis (MS)?",
            "MS",
            asked_if=when("main_reason", *FACE_REASONS, "other"),
        ),
        Question(
            "has_face_pain",
            "Do you also have pain in your face or jaw?",
            "pain in your face",
            asked_if=when("main_reason", *MS_REASONS, "other"),
        ),
        Question(
            "diagnosed",
            "Has a doctor told you what causes this pain?",
            "what a doctor has told you",
            hint="This is called a diagnosis.",
        ),
    ),
)

DIAGNOSIS = Page(
    "diagnosis",
    "Your diagnosis",
    (
        Question(
            "diagnosed_by",
            "Who told you?",
            "who told you",
            choices=(
                ("neurologist", "A doctor for nerves and the brain (neurologist)"),
                ("pain", "A pain doctor"),
                ("gp", "A GP"),
                ("mouth", "A dentist or mouth surgeon"),
                ("other", "Somebody else"),
            ),
        ),
        Question(
            "diagnosed_on",
            "When was that?",
            "when you were told",
            kind=Kind.MONTH,
            required=False,
            hint="The year is enough.",
        ),
        Question(
            "diagnosis_words",
            "What did they call it?",
            "what they called it",
            kind=Kind.LINE,
            required=False,
            hint="In their words, as far as you remember.",
        ),
    ),
    asked_if=when("diagnosed", YES),
)

TESTS = Page(
    "tests",
    "Scans and tests",
    (
        Question(
            "tests",
            "Which scans and tests have you had for this?",
            "scans and tests",
            kind=Kind.SEVERAL,
            choices=(
                ("mri", "MRI scan"),
                ("lumbar", "Lumbar puncture: fluid taken from your back"),
                ("dental_xray", "X-ray of your teeth or jaw"),
                ("blood", "Blood tests"),
                ("none", "None of these"),
                ("unsure", "Not sure"),
            ),
        ),
        Question(
            "tests_when",
            "When and where were they?",
            "when and where",
            kind=Kind.TEXT,
            longest=1000,
            required=False,
            hint="Short notes are fine, like “MRI, 2024, Exampleton Hospital”.",
            asked_if=when("tests", "mri", "lumbar", "dental_xray", "blood"),
        ),
    ),
)

GOALS = Page(
    "goals",
    "What you want",
    (
        Question(
            "goals",
            "What do you want most from seeing us?",
            "what you want",
            kind=Kind.TEXT,
            longest=2000,
            hint="Name up to 3 things. One on each line is fine.",
        ),
        Question(
            "good_result",
            "What would you be able to do, if it went well?",
            "what you would be able to do",
            kind=Kind.TEXT,
            longest=2000,
            required=False,
        ),
    ),
)

PROBLEM = Section("problem", "Your main problem", (REASON, DIAGNOSIS, TESTS, GOALS))
