"""Rules about what somebody takes, by the names in ``names.py``: no match is not a check."""

from patients.intake.enums import Level
from patients.intake.flags import PROPOSAL, SMPC, Rule, answered, any_of, but, takes
from patients.intake.names import SEDATING, Group
from patients.intake.questions import YES

INTERACTIONS = "SmPC 4.5 and BNF, interactions"

TWO_SEDATING = takes(*SEDATING, least=2)
MEDICINES = (
    Rule("RF60", Level.RED, "Warfarin or acenocoumarol: INR can rise", takes(Group.WARFARIN), INTERACTIONS),
    Rule("RF60-A", Level.AMBER, "Direct oral anticoagulant", takes(Group.DOAC), INTERACTIONS),
    Rule("RF61", Level.RED, "Clobazam: levels rise with CBD", takes(Group.CLOBAZAM), INTERACTIONS),
    Rule("RF62", Level.RED, "Valproate: liver enzymes with CBD", takes(Group.VALPROATE), INTERACTIONS),
    Rule("RF63-R", Level.RED, "2 or more sedating medicines: sedation, falls, breathing", TWO_SEDATING, INTERACTIONS),
    Rule(
        "RF63",
        Level.AMBER,
        "Sedating medicine: sedation, falls, breathing",
        but(takes(*SEDATING), TWO_SEDATING),
        INTERACTIONS,
    ),
    Rule(
        "RF64",
        Level.AMBER,
        "Strong CYP3A4 inducer: can lower THC and CBD; CBD can raise carbamazepine. Check again when it stops",
        takes(Group.INDUCER, Group.CARBAMAZEPINE),
        INTERACTIONS,
    ),
    Rule("RF65", Level.AMBER, "CYP3A4 inhibitor: can raise THC", takes(Group.INHIBITOR), INTERACTIONS),
    Rule(
        "RF66",
        Level.RED,
        "Tacrolimus, ciclosporin, sirolimus or everolimus: levels rise",
        takes(Group.TRANSPLANT),
        INTERACTIONS,
    ),
    Rule("RF67", Level.AMBER, "MS medicine with effects on CYP2C9 or the liver", takes(Group.MS_LIVER), INTERACTIONS),
    Rule(
        "RF68",
        Level.RED,
        "Antipsychotic or lithium: serious mental illness?",
        takes(Group.ANTIPSYCHOTIC, Group.LITHIUM),
        PROPOSAL,
    ),
    Rule(
        "RF69",
        Level.AMBER,
        "Hormonal contraception: add a barrier method",
        any_of(answered("contraception", "hormonal"), takes(Group.HORMONAL)),
        INTERACTIONS,
    ),
    Rule(
        "RF70",
        Level.RED,
        "Allergy to cannabis products or to carrier oils",
        any_of(answered("cannabis_reaction", YES), answered("oil_allergy", YES)),
        SMPC,
    ),
)
