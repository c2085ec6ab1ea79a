"""Rules about MS and the face."""

from patients.intake.enums import Level
from patients.intake.flags import READS_NAMES_IN, Rule, all_of, answered, any_of, but, number, only, takes, unless
from patients.intake.form.problem import FACE_REASONS
from patients.intake.names import Group
from patients.intake.questions import AGE, NO, YES
from patients.intake.rules.emergencies import RF40

ANY_FACE_PAIN = any_of(answered("main_reason", *FACE_REASONS), answered("has_face_pain", YES))

RF32 = Rule(
    "RF32",
    Level.RED,
    "Possible relapse or infection: MS team or 111",
    any_of(answered("nerve_symptoms", YES), answered("fever_worse", YES)),
    "NICE NG220: relapse and infection",
)
RF33 = Rule(
    "RF33", Level.AMBER, "Swallowing or choking problem", answered("swallowing", YES), "Aspiration: oil and capsules"
)
RF34 = Rule(
    "RF34",
    Level.INFO,
    "Treatable causes of stiffness",
    answered("worse_with", "infection", "constipation", "sore"),
    "NICE NG220: spasticity, causes first",
)
RF40B = Rule(
    "RF40b",
    Level.RED,
    "Aged 50 or over: jaw ache that builds with chewing. Look at it the same working day",
    but(all_of(number(AGE, lambda years: years >= 50), answered("chewing_ache", YES)), RF40.when),
    "NICE CKS: giant cell arteritis",
)
RF42 = Rule("RF42", Level.RED, "Numb face, lip or tongue", answered("numb_face", YES), "NICE CKS: trigeminal neuralgia")
RF43 = Rule(
    "RF43", Level.RED, "Hearing loss or a new ear problem", answered("hearing", YES), "NICE CKS: acoustic tumour"
)
RF44 = Rule(
    "RF44",
    Level.RED,
    "Pain in forehead or eye only, or on both sides",
    any_of(only("face_area", "forehead"), answered("face_side", "both")),
    "NICE CKS: trigeminal neuralgia",
)
RF45 = Rule(
    "RF45",
    Level.RED,
    "Possible MS or other cause: began before 40, MS in the family, or optic neuritis",
    any_of(
        number("first_age", lambda years: years < 40),
        all_of(ANY_FACE_PAIN, answered("ms_family", YES)),
        answered("optic_neuritis", YES),
    ),
    "NICE CKS: trigeminal neuralgia; MRI",
)
RF46 = Rule(
    "RF46",
    Level.RED,
    "Possible cancer of head, neck or mouth",
    any_of(answered("alarm_signs", YES), answered("cancer_face", YES), answered("jaw_opening", "little")),
    "NICE NG12: head and neck cancers",
)
ANY_LIST = (*READS_NAMES_IN, "tried")
RF47 = Rule(
    "RF47",
    Level.AMBER,
    "Standard care not tried yet: carbamazepine or oxcarbazepine; a dentist for the jaw",
    any_of(
        all_of(
            answered("main_reason", "tn"),
            unless(takes(Group.CARBAMAZEPINE, Group.OXCARBAZEPINE, names=ANY_LIST)),
        ),
        all_of(answered("main_reason", "jaw"), answered("dental_review", NO)),
    ),
    "NICE CG173; RCS: trigeminal neuralgia, temporomandibular disorders",
)
