"""Rules about the person: mind, heart, pregnancy, substances, home."""

from patients.intake.enums import Level
from patients.intake.flags import PROPOSAL, SMPC, Look, Rule, all_of, answered, any_of, but, fewer, number, total
from patients.intake.questions import AGE, NO, NONE, SEX, TELL, UNSURE, YES, Answers
from patients.profile.enums import Sex

GAD7 = tuple(f"gad7_{item}" for item in range(1, 8))
PHQ9 = tuple(f"phq9_{item}" for item in range(1, 10))


def _is_high(asked: Answers) -> str | None:
    """Higher-risk drinking: more than 35 units a week for women, 50 for men (NHS); the lower where sex is not told."""
    most = 50 if asked.get(SEX) == Sex.MALE else 35
    return number("units", lambda units: units > most)(asked)


RF01 = Rule("RF01", Level.RED, "Psychosis or schizophrenia, self", answered("psychosis_self", YES, UNSURE), SMPC)
RF02 = Rule("RF02", Level.RED, "Psychosis or schizophrenia, close relative", answered("psychosis_family", YES), SMPC)
RF03 = Rule(
    "RF03",
    Level.RED,
    "Bipolar disorder, personality disorder or psychiatric admission",
    any_of(answered("bipolar", YES), answered("personality", YES), answered("admission", YES)),
    "SmPC: significant psychiatric disorder",
)
VERY_LOW = total(PHQ9, "PHQ-9 total", lambda score: score >= 20)
RF05_R = Rule("RF05-R", Level.RED, "PHQ-9 of 20 or more", VERY_LOW, "PHQ-9: severe")
RF05 = Rule(
    "RF05",
    Level.AMBER,
    "Self-harm more than 12 months ago, PHQ-9 of 15 or more, or GAD-7 of 15 or more",
    any_of(
        all_of(answered("self_harm", YES), answered("self_harm_recent", NO)),
        but(total(PHQ9, "PHQ-9 total", lambda score: score >= 15), VERY_LOW),
        total(GAD7, "GAD-7 total", lambda score: score >= 15),
    ),
    "PHQ-9 and GAD-7: moderately severe, severe",
    private=True,
)
RF06 = Rule(
    "RF06",
    Level.RED,
    "Pregnant or breastfeeding",
    any_of(answered("pregnant", YES), answered("breastfeeding", YES)),
    SMPC,
)
RF07 = Rule(
    "RF07",
    Level.RED,
    "Trying for a baby, or no reliable contraception",
    any_of(answered("trying", YES), answered("partner_trying", YES), answered("contraception", NONE)),
    "SmPC: contraception during treatment and 3 months after",
)
RF08 = Rule(
    "RF08",
    Level.RED,
    "Heart disease, stroke or uncontrolled blood pressure",
    answered("heart", "angina", "attack", "rhythm", "failure", "stroke", "pressure"),
    "SmPC: cardiovascular disease",
)
RF09 = Rule(
    "RF09",
    Level.AMBER,
    "Fainting, or 2 or more falls in 6 months",
    any_of(answered("faints", YES), number("falls", lambda falls: falls >= 2)),
    "SmPC: falls",
)
RF10 = Rule(
    "RF10",
    Level.RED,
    "Moderate or severe liver disease, or abnormal liver tests",
    answered("liver_how", "worse"),
    "SmPC: not advised",
)
RF11 = Rule(
    "RF11", Level.RED, "Severe kidney disease", answered("kidney_how", "severe"), "SmPC: effects may be stronger"
)
RF11_A = Rule(
    "RF11-A",
    Level.AMBER,
    "Kidney disease that is not severe, or not clear: ask",
    answered("kidney_how", "mild", UNSURE, TELL),
    RF11.source,
)
RF12 = Rule(
    "RF12",
    Level.RED,
    "Dependence, daily cannabis that is not prescribed, or higher-risk drinking",
    any_of(
        answered("dependence", YES),
        answered("painkiller_worry", YES),
        all_of(answered("cannabis_source", "not_prescribed", "both"), answered("cannabis_often", "daily")),
        Look(_is_high, frozenset({"units", SEX})),
    ),
    "NHS: alcohol units; clinic's proposal",
)
RF13 = Rule(
    "RF13",
    Level.RED,
    "Another clinic prescribes now",
    any_of(answered("other_clinic", YES), answered("cannabis_source", "prescribed", "both")),
    "GMC: prescribing; no double prescribing",
)
RF14 = Rule("RF14", Level.AMBER, "Aged 18 to 24: extra caution", number(AGE, lambda years: 18 <= years <= 24), PROPOSAL)
RF15 = Rule(
    "RF15",
    Level.AMBER,
    "Aged 75 or over: falls, effects on the brain",
    number(AGE, lambda years: years >= 75),
    "SmPC, older people",
)
RF16 = Rule("RF16", Level.AMBER, "Epilepsy or seizures", answered("conditions", "epilepsy"), "SmPC: epilepsy")
RF17 = Rule(
    "RF17",
    Level.RED,
    "No diagnosis by a doctor, or fewer than 2 treatments tried",
    any_of(answered("diagnosed", NO), answered("tried_any", NO), fewer("tried", 2)),
    "Human Medicines Regulations 2012, reg 167",
)
RF18 = Rule(
    "RF18",
    Level.RED,
    "Does not agree to contact with the GP, or to records",
    any_of(answered("share_gp", NO), answered("obtain_records", NO)),
    "GMC: prescribing, controlled drugs",
)
RF19 = Rule(
    "RF19",
    Level.AMBER,
    "Safety-critical work, lorry, bus or taxi, or DVLA not told",
    any_of(answered("safety_work", YES), answered("vehicle", "lorry", "taxi"), answered("dvla_told", NO)),
    "Road Traffic Act 1988 s.5A; DVLA: medical conditions",
)
RF20 = Rule(
    "RF20",
    Level.AMBER,
    "Children or vulnerable adults at home, and nowhere to lock medicine",
    all_of(answered("vulnerable_home", YES), answered("locked_storage", NO)),
    PROPOSAL,
)
RF21 = Rule(
    "RF21",
    Level.RED,
    "May not be safe at home: speak with them alone, leave no voicemail",
    answered("safe_home", NO, TELL),
    PROPOSAL,
    private=True,
)
RF22 = Rule(
    "RF22",
    Level.AMBER,
    "Operation within 3 months, or weak immune system",
    any_of(answered("surgery_soon", YES), answered("conditions", "immune")),
    PROPOSAL,
)
RF23 = Rule("RF23", Level.RED, "Repeated vomiting with cannabis", answered("conditions", "vomiting"), "Hyperemesis")
