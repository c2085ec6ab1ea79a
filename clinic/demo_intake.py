"""What Amina, who is invented, wrote in her form."""

from datetime import datetime

from patients.intake import actions
from patients.intake.form.whole import PAGES
from patients.outcomes.enums import DoneBy
from patients.profile.models import Patient

NO_TO = """numb_or_weak stroke_signs chest_signs face_swelling nerve_symptoms fever_worse rash_on_carbamazepine alarm_signs
has_face_pain swallowing sight_problem takes_other recent_changes has_allergies oil_allergy cannabis_reaction psychosis_self
bipolar personality admission self_harm faints surgery_soon bipolar_family ms_family sudden_death pregnant breastfeeding
trying other_clinic dependence painkiller_worry safety_work vulnerable_home travel"""

ANSWERS = {
    **dict.fromkeys(NO_TO.split(), "no"),
    **{name: ["none"] for name in ("heart", "conditions", "other_drugs")},
    "main_reason": "ms_pain",
    "diagnosed": "yes",
    "diagnosed_by": "neurologist",
    "diagnosed_on": "2018",
    "tests": ["mri", "blood"],
    "tests_when": "MRI in 2018 and 2024, Exampleton Hospital",
    "goals": "Sleep through the night\nSit through a film",
    "good_result": "Go back to my choir",
    "ms_type": "relapsing",
    "ms_year": "2018",
    "ms_last_relapse": "2024-05",
    "ms_treatment": ["ocrelizumab"],
    "walking": "stick",
    "falls": "3",
    "bladder_bowel": ["rush"],
    "pain_places": ["leg_left", "leg_right", "back_lower"],
    "pain_feels": ["burning", "tight"],
    "stiffness": "7",
    "worse_with": ["constipation", "heat"],
    "tried_any": "yes",
    "tried": [
        {
            "id": "demo1",
            "name": "Stretches with a physiotherapist",
            "type": "physio",
            "started": "2022",
            "result": "some",
            "why_stopped": ["using"],
        },
        {
            "id": "demo2",
            "name": "Gabapentin",
            "type": "medicine",
            "dose": "300 mg, 3 times a day",
            "started": "2023-02",
            "stopped": "2023-08",
            "result": "some",
            "why_stopped": ["side_effects"],
        },
    ],
    "takes_medicines": "yes",
    "medicines": [
        {
            "id": "demo3",
            "name": "Baclofen 10 mg tablets",
            "dose": "1 tablet, 3 times a day",
            "route": "mouth",
            "what_for": "Stiffness",
            "prescriber": "gp",
        }
    ],
    "mood_conditions": ["anxiety"],
    "keeps_safe": "yes",
    "psychosis_family": "unsure",
    "contraception": ["copper"],
    "pain_average": "6",
    "pain_worst": "8",
    "sleep": "3",
    **{f"gad7_{item}": "1" for item in range(1, 8)},
    "phq9_1": "1",
    "phq9_2": "1",
    "units": "4",
    "tobacco": "past",
    "cannabis_use": "never",
    "work": "Teacher, part time",
    "drives": "yes",
    "vehicle": ["car"],
    "dvla_told": "yes",
    "locked_storage": "yes",
    "safe_home": "yes",
    "height": "166",
    "weight": "64",
    "privacy_seen": "yes",
    "share_gp": "yes",
    "obtain_records": "yes",
    "by_video": "yes",
    "no_guarantee": "yes",
}


def send(patient: Patient, at: datetime) -> None:
    """Fill in the form page by page as ``patient``, and send it at ``at``."""
    intake = actions.start(patient, at=at)
    for page in PAGES.values():
        given = {question.name: ANSWERS[question.name] for question in page.questions if question.name in ANSWERS}
        if given:
            intake = actions.save_page(intake, page, given, opened="", whole=True, at=at)
    actions.submit(intake, signed=patient.full_name, done_by=DoneBy.SELF, by=patient.user, at=at)
