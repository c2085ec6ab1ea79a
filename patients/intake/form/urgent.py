"""Section U: what cannot wait for a clinic. Domain sheet, decision 1 and RF30 to RF49."""

from patients.intake.questions import AGE, TELL, UNSURE, YES, Either, Page, Question, Reaches, Section, when

NOW = "Answer for how things are now, or were in the last few days."

SPINE_AND_STROKE = Page(
    "symptoms",
    "Symptoms that need help today",
    (
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
    intro=(f"These questions look for problems that cannot wait for us. {NOW}",),
)

NERVES = Page(
    "symptoms-new",
    "New symptoms",
    (
        Question(
            "nerve_symptoms",
            "Have you had new numbness, weakness or other nerve problems for more than 24 hours?",
            "new nerve problems",
        ),
        Question(
            "fever_worse",
            "Do you have a fever, and symptoms that have become worse with it?",
            "fever",
        ),
        Question(
            "rash_on_carbamazepine",
            "Do you take carbamazepine (also called Tegretol), and have a rash with a fever, a sore throat, mouth ulcers or bruises?",
            "carbamazepine and a rash",
            hint="If you do not take it, choose No.",
        ),
        Question(
            "alarm_signs",
            "Do you have any of these: losing weight without trying, a lump in your neck, nosebleeds or a blocked nose on "
            "one side, a mouth that will not open fully, or a mouth ulcer for more than 3 weeks?",
            "weight, neck, nose and mouth",
        ),
    ),
    intro=(NOW,),
)

HEAD_SIGNS = ("sight_change", "scalp_sore", "new_headache", "chewing_ache")

HEAD = Page(
    "symptoms-head",
    "Your head, sight and jaw",
    (
        Question("sight_change", "Has your sight become worse, or do you see double?", "your sight"),
        Question("scalp_sore", "Is your scalp or the side of your head sore to touch?", "a sore scalp"),
        Question("new_headache", "Do you have a headache of a kind you did not have before?", "a new headache"),
        Question(
            "chewing_ache",
            "Does your jaw ache more and more as you chew, and stop when you rest it?",
            "an ache when you chew",
        ),
        Question(
            "head_signs_new",
            "Did any of these begin in the last 3 months?",
            "when these began",
            asked_if=Either(tuple(when(name, YES, UNSURE, TELL) for name in HEAD_SIGNS)),
        ),
    ),
    intro=(
        "In people aged 50 and over these can be signs of a problem with blood vessels that needs help the same day.",
    ),
    asked_if=Reaches((AGE,), 50),
)

SYMPTOMS = Section("symptoms", "Symptoms that need help today", (SPINE_AND_STROKE, NERVES, HEAD))
