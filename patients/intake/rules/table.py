"""The red flags: one table. Codes and levels follow the clinic's domain sheet, 5.3; all wait for the clinical lead's
signature. Change a rule and ``flags.RULES_VERSION`` with it: a hit keeps the version it was found by.

RF24 is not among them: it guards the plan, for no patient answers it.
"""

from patients.intake.enums import Level
from patients.intake.flags import PROPOSAL, Hit, Rule, answered, any_of, hits, unclear
from patients.intake.questions import TELL, UNSURE, Answers
from patients.intake.rules.emergencies import RF04, RF30, RF31, RF40, RF41, RF48, RF49
from patients.intake.rules.medicines import MEDICINES
from patients.intake.rules.pain import RF32, RF33, RF34, RF40B, RF42, RF43, RF44, RF45, RF46, RF47
from patients.intake.rules.person import (
    RF01,
    RF02,
    RF03,
    RF05,
    RF05_R,
    RF06,
    RF07,
    RF08,
    RF09,
    RF10,
    RF11,
    RF11_A,
    RF12,
    RF13,
    RF14,
    RF15,
    RF16,
    RF17,
    RF18,
    RF19,
    RF20,
    RF21,
    RF22,
    RF23,
)

UNCLEAR_RULES = (
    *(unclear(rule, name) for rule, name in ((RF30, "numb_or_weak"), (RF31, "stroke_signs"), (RF41, "chest_signs"))),
    unclear(RF48, "face_swelling"),
    unclear(RF49, "rash_on_carbamazepine"),
    unclear(RF40, "sight_change", "scalp_sore", "new_headache", "chewing_ache", "head_signs_new"),
    unclear(RF04, "self_harm", "self_harm_recent", "keeps_safe"),
    unclear(RF01, "psychosis_self", values=frozenset({TELL})),  # "not sure" is red already
    unclear(RF02, "psychosis_family"),
    unclear(RF03, "bipolar", "personality", "admission", "mood_conditions"),
    unclear(RF06, "pregnant", "breastfeeding"),
    unclear(RF07, "trying", "partner_trying", "contraception"),
    unclear(RF08, "heart"),
    unclear(RF09, "faints"),
    unclear(RF10, "liver_how"),
    unclear(RF12, "dependence", "painkiller_worry", "cannabis_use", "cannabis_source", "cannabis_often", "other_drugs"),
    unclear(RF13, "other_clinic"),
    unclear(RF16, "conditions"),
    unclear(RF17, "diagnosed"),
    unclear(RF19, "safety_work", "dvla_told"),
    unclear(RF20, "vulnerable_home", "locked_storage"),
    unclear(RF21, "safe_home", values=frozenset({UNSURE})),  # "rather tell the doctor" is red already
    unclear(RF22, "surgery_soon"),
    unclear(RF32, "nerve_symptoms", "fever_worse"),
    unclear(RF33, "swallowing"),
    unclear(RF34, "worse_with"),
    unclear(RF42, "numb_face"),
    unclear(RF43, "hearing"),
    unclear(RF45, "optic_neuritis", "ms_family"),
    unclear(RF46, "alarm_signs", "cancer_face"),
    unclear(RF47, "dental_review"),
    Rule(
        "RF6X-A",
        Level.AMBER,
        "What they take is not clear yet, ask",
        any_of(answered("takes_medicines", UNSURE, TELL), answered("takes_other", UNSURE, TELL)),
        PROPOSAL,
    ),
    Rule(
        "RF70-A",
        Level.AMBER,
        "Allergies are not clear yet, ask",
        any_of(*(answered(name, UNSURE, TELL) for name in ("has_allergies", "cannabis_reaction", "oil_allergy"))),
        PROPOSAL,
    ),
)

EMERGENCIES = (RF30, RF31, RF41, RF48, RF49, RF40, RF04)
RULES = (
    *EMERGENCIES,
    *(RF01, RF02, RF03, RF05_R, RF05, RF06, RF07, RF08, RF09, RF10, RF11, RF11_A, RF12, RF13, RF14, RF15, RF16, RF17),
    *(RF18, RF19, RF20, RF21, RF22, RF23, RF32, RF33, RF34, RF40B, RF42, RF43, RF44, RF45, RF46, RF47),
    *MEDICINES,
    *UNCLEAR_RULES,
)


def found(asked: Answers) -> list[Hit]:
    """Return every rule that the answers to what is ``asked`` set off, loudest first."""
    return hits(RULES, asked)


def emergencies(asked: Answers) -> list[Hit]:
    """Return the hits that interrupt the form with an emergency card."""
    return hits(EMERGENCIES, asked)
