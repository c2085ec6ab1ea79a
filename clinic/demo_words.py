"""What stands in the records of the person of the demonstration who is on a plan. All of it is invented."""

from typing import Any

from patients.monitoring.enums import Answer, Kind
from patients.monitoring.policy import ASKED
from patients.prescriptions.enums import Driving, Mood, Pregnancy, YesNo
from patients.suitability.enums import Capacity, Diagnosis, Examination, Meeting
from patients.suitability.policy import Findings
from patients.treatment.enums import Check, Chemotype, Form, Route, Stop

FOUND = Findings(
    records="GP summary and a neurologist’s letter, both invented",
    diagnosis=Diagnosis.CONFIRMED,
    diagnosis_source="Letter of Dr Demo Example, invented",
    treatments_verified=2,
    examination=Examination.NOT_NEEDED,
    meetings=(Meeting.VIDEO,),
    capacity=Capacity.NO_DOUBT,
)
SUMMARY = (
    "MS since 2018. Burning pain in both legs and spasms at night for four years.\n"
    "Tried: gabapentin (dizzy), stretches with a physiotherapist (some help, goes on). Baclofen goes on.\n"
    "No psychosis that the person knows of. Records were read."
)
DISCUSSED = {
    "options": "No new treatment; another licensed medicine; a trial under close watch.",
    "risks": "Three falls last year. Drives a car.",
    "discussion": "Invented. The falls, the driving and the other medicines were talked about. All agreed on a trial.",
    "dissent": "",
    "conditions": "Ask about falls at every check.",
}
STEPS = [
    {"day_from": "1", "day_to": "7", "dose": "0.1", "times": "1", "instruction": "In the evening."},
    {"day_from": "8", "day_to": "", "dose": "0.1", "times": "2", "instruction": "Morning and evening."},
]
OIL = {
    "form": Form.OIL,
    "route": Route.UNDER_TONGUE,
    "thc": "10",
    "cbd": "10",
    "carrier": "MCT oil",
    "chemotype": Chemotype.BALANCED,
    "brand": "Demo Pharma balanced",
    "cultivar": "",
    "max_day": "0.5",
    "quantity": "15",
    "inhalation_ml": "",
    "steps": STEPS,
}
PLAN: dict[str, Any] = {
    "indications": ["ms_pain"],
    "indication_text": "",
    "unsuitable": "Invented. Gabapentin made them dizzy; baclofen and physiotherapy help a little and go on.",
    "lines": [OIL],
    "slowly": "Start with the smallest amount. Go up only as the steps say.",
    "driving": "given",
    "driving_why": "",
    "contraception": "given",
    "contraception_why": "",
    "storage": "given",
    "storage_why": "",
    "interactions": "Baclofen: both can make sleepy. Talked about.",
    "checks": [each.value for each in Check],
    "extra_dates": [],
    "stop": [Stop.NO_GOAL, Stop.SIDE_EFFECTS, Stop.CHOICE],
    "stop_words": "",
    "taper": "Down to once a day for a week, then stop.",
    "inhaled_why": "",
    "peer_name": "",
    "peer_on": "",
}
PRODUCT = "Demo Pharma balanced oil, THC 10 mg/ml, CBD 10 mg/ml"
NOTHING_NEW = {
    **dict.fromkeys(("effects", "medicines", "illness", "other_use"), YesNo.NO.value),
    **dict.fromkeys(("how_bad", "hospital", "effects_words", "medicines_words", "illness_words"), ""),
    **dict.fromkeys(("other_use_words", "more"), ""),
    "terms": [],
    "pregnancy": Pregnancy.NO.value,
    "driving": Driving.FINE.value,
    "mood": Mood.WELL.value,
}
SUPPLY_DAYS = 30
VISIT = {
    **dict.fromkeys(ASKED, Answer.NO.value),
    "driving": Answer.YES.value,
    "typical": "0.1 ml twice a day",
    "most": "0.2 ml",
    "missed": "One evening",
    "spasticity_before": "",
    "spasticity_now": "",
    "more": "",
    "body": "64 kg",
    "reason": "Some benefit, and no side effect that bothers.",
}
# What was answered before each of the first two checks, by page.
ANSWERED = {
    Kind.WEEK_1: {"pain-average": "6", "pain-worst": "8", "stiffness": "6", "sleep": "4", "overall": "3"},
    Kind.WEEK_4: {"pain-average": "5", "pain-worst": "7", "stiffness": "5", "sleep": "5", "overall": "2"},
}
