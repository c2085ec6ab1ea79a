"""Rules that interrupt the form. RF40 reads “or new headache with jaw ache” as domain sheet 5.3: each of the other signs alone is enough."""

from patients.intake.enums import Level
from patients.intake.flags import Rule, all_of, answered, any_of, number
from patients.intake.questions import AGE, NO, YES

RF30 = Rule(
    "RF30",
    Level.EMERGENCY,
    "Possible cauda equina or cord compression",
    answered("numb_or_weak", YES),
    "NHS: cauda equina syndrome",
    told="you have new numbness around your genitals or bottom, a new loss of control of your bladder or bowel, or new weakness in both legs",
)
RF31 = Rule(
    "RF31",
    Level.EMERGENCY,
    "Possible stroke, bleed, seizure or sudden sight loss",
    answered("stroke_signs", YES),
    "NHS: stroke",
    told="you have a drooping face, a weak arm, trouble speaking, a sudden worst headache, a fit, or sudden loss of sight",
)
RF41 = Rule(
    "RF41",
    Level.EMERGENCY,
    "Jaw or neck pain with signs of a heart attack",
    answered("chest_signs", YES),
    "NHS: heart attack",
    told="you have pain in your jaw or neck together with a tight chest, sweating or being short of breath",
)
RF48 = Rule(
    "RF48",
    Level.EMERGENCY,
    "Facial swelling: possible deep infection or airway risk",
    answered("face_swelling", YES),
    "NHS: dental abscess",
    told="your face is swollen together with a fever, or so swollen that it closes an eye or makes it hard to breathe or swallow",
)
RF49 = Rule(
    "RF49",
    Level.EMERGENCY,
    "Carbamazepine: possible severe skin or blood reaction",
    answered("rash_on_carbamazepine", YES),
    "BNF: carbamazepine, cautions",
    told="you take carbamazepine, and have a rash with a fever, a sore throat, mouth ulcers or bruises",
)
HEAD_SIGNS = any_of(
    answered("sight_change", YES),
    answered("scalp_sore", YES),
    all_of(answered("new_headache", YES), answered("chewing_ache", YES)),
)
RF40 = Rule(
    "RF40",
    Level.EMERGENCY,
    "Aged 50 or over: possible giant cell arteritis",
    all_of(number(AGE, lambda years: years >= 50), HEAD_SIGNS, answered("head_signs_new", YES)),
    "NICE CKS: giant cell arteritis",
    told="you are 50 or over, and have new trouble with your sight, a sore scalp, or a new headache with a jaw that aches as you chew",
)
RF04 = Rule(
    "RF04",
    Level.EMERGENCY,
    "Thoughts of suicide or self-harm now, or self-harm in the past 12 months",
    any_of(
        number("phq9_9", lambda score: score >= 1),
        answered("self_harm_recent", YES),
        answered("keeps_safe", NO),
    ),
    "PHQ-9 item 9; clinic's safety path",
    told="you have thoughts of hurting yourself, or have hurt yourself in the past 12 months",
    crisis=True,
    private=True,
)
