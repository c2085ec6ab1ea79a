"""Section E: for people with MS."""

from patients.intake.form.problem import HAS_MS
from patients.intake.questions import NONE, OR_UNCLEAR, ZERO_TO_TEN, Kind, Page, Question, Section, when

TYPE = Page(
    "ms",
    "Your MS",
    (
        Question(
            "ms_type",
            "What kind of MS do you have?",
            "your kind of MS",
            choices=(
                ("relapsing", "Relapsing: it comes and goes in attacks"),
                ("secondary", "Secondary progressive: it came in attacks first, and now gets worse slowly"),
                ("primary", "Primary progressive: it has got worse slowly from the start"),
                ("unsure", "Not sure"),
            ),
        ),
        Question(
            "ms_year",
            "In which year were you told that you have MS?",
            "the year",
            kind=Kind.MONTH,
            required=False,
            hint="The year is enough.",
        ),
        Question(
            "ms_last_relapse",
            "When was your last attack (relapse)?",
            "your last attack",
            kind=Kind.MONTH,
            required=False,
            hint="Leave this empty if you have none.",
        ),
        Question(
            "ms_treatment",
            "Which medicine for your MS do you take?",
            "your MS medicine",
            kind=Kind.SEVERAL,
            hint="This means medicine that slows MS down, not medicine for pain or stiffness.",
            choices=(
                ("interferon", "Interferon beta"),
                ("glatiramer", "Glatiramer"),
                ("dimethyl_fumarate", "Dimethyl or diroximel fumarate"),
                ("teriflunomide", "Teriflunomide"),
                ("fingolimod", "Fingolimod"),
                ("siponimod", "Siponimod"),
                ("ozanimod", "Ozanimod or ponesimod"),
                ("natalizumab", "Natalizumab"),
                ("ocrelizumab", "Ocrelizumab or ofatumumab"),
                ("alemtuzumab", "Alemtuzumab"),
                ("cladribine", "Cladribine"),
                ("other", "Another one"),
                (NONE, "None"),
                ("unsure", "Not sure"),
            ),
        ),
        Question(
            "ms_treatment_other",
            "Which other one?",
            "the other medicine",
            kind=Kind.LINE,
            suggest="medicines",
            asked_if=when("ms_treatment", "other"),
        ),
    ),
)

MOVING = Page(
    "ms-moving",
    "Getting about",
    (
        Question(
            "walking",
            "How do you get about most days?",
            "getting about",
            choices=(
                ("no_aid", "I walk without help"),
                ("stick", "With a stick or crutch"),
                ("frame", "With a frame, or two sticks"),
                ("chair_part", "In a wheelchair part of the time"),
                ("chair_full", "In a wheelchair all of the time"),
            ),
        ),
        Question(
            "falls",
            "How many times have you fallen in the past 6 months?",
            "falls",
            kind=Kind.NUMBER,
            highest=99,
            hint="Write 0 if you have not. A guess is fine.",
        ),
    ),
)

BODY = Page(
    "ms-body",
    "Bladder, swallowing and sight",
    (
        Question(
            "bladder_bowel",
            "Which of these do you have most weeks?",
            "your bladder and bowel",
            kind=Kind.SEVERAL,
            choices=(
                ("rush", "Having to rush to the toilet"),
                ("leak", "Leaking"),
                ("catheter", "A catheter"),
                ("constipation", "Constipation: going less than 3 times a week"),
                *OR_UNCLEAR,
            ),
        ),
        Question("swallowing", "Do you choke, or have trouble swallowing?", "swallowing"),
        Question("sight_problem", "Does MS affect your sight?", "your sight with MS"),
    ),
)

PLACES = (
    ("head", "Head"),
    ("face_left", "Face, left side"),
    ("face_right", "Face, right side"),
    ("neck", "Neck"),
    ("shoulder_left", "Left shoulder"),
    ("shoulder_right", "Right shoulder"),
    ("arm_left", "Left arm or hand"),
    ("arm_right", "Right arm or hand"),
    ("chest", "Chest, or a band around it"),
    ("belly", "Belly"),
    ("back_upper", "Upper back"),
    ("back_lower", "Lower back"),
    ("hips", "Hips or bottom"),
    ("leg_left", "Left leg"),
    ("leg_right", "Right leg"),
    ("foot_left", "Left foot"),
    ("foot_right", "Right foot"),
    ("other", "Somewhere else"),
    (NONE, "I have no pain"),
)

PAIN = Page(
    "ms-pain",
    "Where it hurts",
    (
        Question(
            "pain_places",
            "Where do you have pain?",
            "where it hurts",
            kind=Kind.SEVERAL,
            hint="Choose all the places.",
            choices=PLACES,
        ),
        Question(
            "pain_place_other",
            "Where else?",
            "where else",
            kind=Kind.LINE,
            asked_if=when("pain_places", "other"),
        ),
        Question(
            "pain_feels",
            "What does the pain feel like?",
            "what the pain feels like",
            kind=Kind.SEVERAL,
            choices=(
                ("burning", "Burning"),
                ("electric", "Electric shocks"),
                ("tight", "Tight, like a band or a squeeze"),
                ("lhermitte", "A shock down the back when I bend my neck"),
                ("spasm", "Cramps or spasms"),
                ("joint", "Sore joints or back"),
                ("other", "Something else"),
                (NONE, "I have no pain"),
            ),
        ),
    ),
)

TRIGGERS = Page(
    "ms-triggers",
    "Stiffness and spasms",
    (
        Question(
            "stiffness",
            "Over the past 24 hours, how bad was your muscle stiffness or spasm?",
            "your stiffness",
            kind=Kind.SCALE,
            choices=ZERO_TO_TEN,
            hint="0 is none. 10 is the worst you can imagine.",
        ),
        Question(
            "worse_with",
            "Which of these do you have now? They can make stiffness worse.",
            "what makes stiffness worse",
            kind=Kind.SEVERAL,
            choices=(
                ("infection", "An infection, like a bladder infection"),
                ("constipation", "Constipation"),
                ("sore", "A pressure sore or sore skin"),
                ("heat", "Heat"),
                ("posture", "Sitting or lying badly"),
                ("tight", "Tight clothes, straps or a blocked catheter"),
                *OR_UNCLEAR,
            ),
        ),
    ),
)

MS = Section("ms", "Your MS", (TYPE, MOVING, BODY, PAIN, TRIGGERS), asked_if=HAS_MS)
