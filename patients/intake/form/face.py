"""Section F: for people with pain in the face or jaw."""

from patients.intake.form.problem import HAS_FACE_PAIN
from patients.intake.questions import NONE, OR_UNCLEAR, Either, Kind, Page, Question, Section, when

WHERE = Page(
    "face",
    "Where your face hurts",
    (
        Question(
            "face_side",
            "Which side of your face hurts?",
            "the side",
            choices=(("left", "Left"), ("right", "Right"), ("both", "Both sides")),
        ),
        Question(
            "face_area",
            "Which parts hurt?",
            "the parts that hurt",
            kind=Kind.SEVERAL,
            choices=(
                ("forehead", "Forehead or eye"),
                ("cheek", "Cheek"),
                ("jaw", "Jaw or teeth"),
                ("tongue", "Tongue"),
                ("ear", "Ear"),
                ("temple", "Side of the head"),
            ),
        ),
    ),
)

PATTERN = Page(
    "face-pattern",
    "How the pain comes",
    (
        Question(
            "face_pattern",
            "How does the pain come?",
            "how the pain comes",
            choices=(
                ("shocks", "Like electric shocks, for seconds"),
                ("ache", "An ache that is always there"),
                ("both", "Both"),
                ("tears", "Attacks with a red or watering eye"),
                ("unsure", "Not sure"),
            ),
        ),
        Question(
            "attack_length",
            "How long does one attack last?",
            "how long an attack lasts",
            choices=(
                ("seconds", "Seconds"),
                ("two_minutes", "Up to 2 minutes"),
                ("minutes", "More than 2 minutes"),
                ("hours", "Hours"),
            ),
            asked_if=when("face_pattern", "shocks", "both", "tears", "unsure"),
        ),
        Question(
            "attacks_a_day",
            "How many attacks do you have on a bad day?",
            "how many attacks",
            choices=(
                ("0", "None"),
                ("1-3", "1 to 3"),
                ("4-10", "4 to 10"),
                ("11-50", "11 to 50"),
                ("50+", "More than 50"),
            ),
            asked_if=when("face_pattern", "shocks", "both", "tears", "unsure"),
        ),
        Question(
            "face_triggers",
            "What brings the pain on?",
            "what brings the pain on",
            kind=Kind.SEVERAL,
            choices=(
                ("touch", "Touch"),
                ("wind", "Wind or cold air"),
                ("teeth", "Brushing my teeth"),
                ("eating", "Eating or chewing"),
                ("talking", "Talking"),
                ("shaving", "Shaving or washing"),
                (NONE, "None of these"),
            ),
        ),
        Question("face_gaps", "Are there times with no pain at all?", "times without pain"),
        Question(
            "first_age",
            "How old were you when it began?",
            "your age when it began",
            kind=Kind.NUMBER,
            highest=110,
            unit="years old",
            required=False,
            hint="A guess is fine.",
        ),
    ),
)

SENSES = Page(
    "face-senses",
    "Feeling, hearing and sight",
    (
        Question("numb_face", "Is any part of your face, lip or tongue numb?", "numb parts of your face"),
        Question("hearing", "Has your hearing changed, or do you have a new problem with an ear?", "your hearing"),
        Question(
            "optic_neuritis",
            "Have you ever had an inflamed nerve of the eye (optic neuritis)?",
            "the nerve of your eye",
            hint="It makes sight in one eye worse for days or weeks, often with pain.",
        ),
    ),
)

JAW = Page(
    "jaw",
    "Your jaw",
    (
        Question(
            "jaw_signs",
            "Which of these do you have?",
            "your jaw",
            kind=Kind.SEVERAL,
            choices=(
                ("clicking", "My jaw clicks"),
                ("locking", "My jaw locks, open or shut"),
                ("grinding", "I grind or clench my teeth"),
                *OR_UNCLEAR,
            ),
        ),
        Question(
            "jaw_opening",
            "How wide can you open your mouth?",
            "opening your mouth",
            choices=(("normal", "As wide as always"), ("less", "Less than before"), ("little", "Hardly at all")),
        ),
        Question("chewing_worse", "Is the pain worse when you chew?", "chewing"),
        Question("dental_review", "Has a dentist looked at this in the past 12 months?", "seeing a dentist"),
    ),
    asked_if=Either((when("main_reason", "jaw"), when("face_area", "jaw", "ear", "temple"))),
)

CHECKS = Page(
    "face-treatment",
    "What has been done",
    (
        Question("face_mri", "Have you had an MRI scan of your head for this pain?", "an MRI scan of your head"),
        Question(
            "face_procedures",
            "Which of these have you had?",
            "what has been done",
            kind=Kind.SEVERAL,
            choices=(
                ("block", "Nerve block: an injection that numbs a nerve"),
                ("mvd", "Microvascular decompression: an operation behind the ear"),
                ("radiofrequency", "Heat treatment of the nerve (radiofrequency)"),
                ("glycerol", "Glycerol injection"),
                ("balloon", "Balloon treatment of the nerve"),
                ("radiosurgery", "Gamma knife or other radiosurgery"),
                ("extraction", "Teeth taken out because of the pain"),
                ("splint", "Splint or mouth guard"),
                ("botulinum", "Botulinum toxin (Botox)"),
                *OR_UNCLEAR,
            ),
        ),
        Question(
            "face_procedures_notes",
            "When was that, and did it help?",
            "when that was",
            kind=Kind.TEXT,
            longest=2000,
            required=False,
            hint="Short notes are fine.",
            asked_if=when(
                "face_procedures",
                "block",
                "mvd",
                "radiofrequency",
                "glycerol",
                "balloon",
                "radiosurgery",
                "extraction",
                "splint",
                "botulinum",
            ),
        ),
    ),
)

FACE = Section("face", "Your face pain", (WHERE, PATTERN, SENSES, JAW, CHECKS), asked_if=HAS_FACE_PAIN)
