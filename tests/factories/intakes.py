"""Filled-in forms for tests."""

from datetime import date, timedelta
from uuid import uuid4

from patients.documents.actions import saw_identity
from patients.documents.enums import IdKind
from patients.intake import actions, walk
from patients.intake.models import Intake
from patients.intake.rules.table import emergencies
from patients.outcomes.enums import DoneBy
from patients.profile.actions import save_details
from patients.suitability import actions as reviewing
from patients.suitability.enums import Capacity, Diagnosis, Examination, Meeting, Outcome
from patients.suitability.policy import Findings
from tests.factories.people import NOW

NO_TO = """numb_or_weak stroke_signs chest_signs face_swelling nerve_symptoms fever_worse rash_on_carbamazepine alarm_signs
sight_change scalp_sore new_headache chewing_ache has_ms has_face_pain swallowing sight_problem numb_face hearing
optic_neuritis chewing_worse takes_other recent_changes has_allergies oil_allergy cannabis_reaction psychosis_self bipolar
personality admission self_harm faints surgery_soon psychosis_family bipolar_family ms_family sudden_death pregnant
breastfeeding trying partner_trying other_clinic dependence painkiller_worry safety_work vulnerable_home travel"""
NONE_OF = (
    "bladder_bowel worse_with face_triggers jaw_signs face_procedures mood_conditions heart conditions other_drugs"
)

# A form that sets off no rule at all, whatever the main reason, for somebody between 40 and 74.
ANSWERS = {
    **dict.fromkeys(NO_TO.split(), "no"),
    **{name: ["none"] for name in NONE_OF.split()},
    "changed": ["none"],  # asked before a review only
    "main_reason": "ms_pain",
    "diagnosed": "yes",
    "diagnosed_by": "neurologist",
    "diagnosed_on": "2019-03",
    "tests": ["mri", "blood"],
    "tests_when": "MRI, 2019, Exampleton Hospital",
    "goals": "Sleep through the night\nWalk to the shop",
    "ms_type": "relapsing",
    "ms_year": "2019",
    "ms_treatment": ["ocrelizumab"],
    "walking": "stick",
    "falls": "1",
    "pain_places": ["leg_left", "foot_left"],
    "pain_feels": ["burning"],
    "stiffness": "5",
    "face_side": "left",
    "face_area": ["cheek", "jaw"],
    "face_pattern": "shocks",
    "attack_length": "seconds",
    "attacks_a_day": "4-10",
    "face_gaps": "yes",
    "first_age": "44",
    "jaw_opening": "normal",
    "dental_review": "yes",
    "face_mri": "yes",
    "tried_any": "yes",
    "tried": [
        {
            "id": "t1",
            "name": "Carbamazepine",
            "type": "medicine",
            "dose": "200 mg twice a day",
            "started": "2020",
            "stopped": "2021-06",
            "result": "some",
            "why_stopped": ["side_effects"],
        },
        {"id": "t2", "name": "Physiotherapy", "type": "physio", "result": "some", "why_stopped": ["using"]},
    ],
    "takes_medicines": "yes",
    "medicines": [
        {
            "id": "m1",
            "name": "Paracetamol 500 mg tablets",
            "dose": "2 tablets, 3 times a day",
            "route": "mouth",
            "what_for": "Pain",
            "prescriber": "bought",
        }
    ],
    "keeps_safe": "yes",
    "contraception": ["copper"],
    "pain_average": "6",
    "pain_worst": "8",
    "sleep": "4",
    "peg_pain": "7",
    "peg_enjoyment": "8",
    "peg_activity": "7",
    "bni": "4",  # asked where the clinic may use them
    **{f"gad7_{item}": "1" for item in range(1, 8)},
    **{f"phq9_{item}": "1" if item == 1 else "0" for item in range(1, 10)},
    "units": "4",
    "tobacco": "never",
    "cannabis_use": "never",
    "work": "Librarian",
    "drives": "yes",
    "vehicle": ["car"],
    "dvla_told": "yes",
    "locked_storage": "yes",
    "safe_home": "yes",
    "height": "168",
    "weight": "70",
    "privacy_seen": "yes",
    "share_gp": "yes",
    "obtain_records": "yes",
    "by_video": "yes",
    "no_guarantee": "yes",
}

# How it is signed, as the action takes it and as a browser sends it.
SIGNED = {"signed": "Anna O'Neill-Ó Súilleabháin", "done_by": DoneBy.SELF}


def page_of(page, answers=None):
    """The answers of one page, as they are saved."""
    answers = ANSWERS | (answers or {})
    return {question.name: answers[question.name] for question in page.questions if answers.get(question.name)}


def entry(name, **more):
    """One whole entry of a list: a medicine, a treatment or an allergy."""
    whole = {"type": "medicine", "result": "some", "why_stopped": ["other"], "prescriber": "gp"}
    return {"id": name.lower().replace(" ", "")[:12], "name": name} | whole | more


def draft(patient, **answers):
    """A draft with every answer of ANSWERS that is asked, changed by ``answers``; an emergency card in it has been read."""
    intake = actions.start(patient, at=NOW)
    way = actions.way_of(patient, ANSWERS | answers, NOW)
    asked = {name: value for name, value in way.asked.items() if not name.startswith("@")}
    cards = [hit.rule.code for hit in emergencies(way.asked)]
    saved = [page.slug for _, page in way.pages]
    Intake.objects.filter(pk=intake.pk).update(answers=asked | {walk.SAVED: saved})
    intake = Intake.objects.get(pk=intake.pk)
    return actions.read_card(intake, cards, at=NOW) if cards else intake


def sent(patient, at=NOW, **answers):
    """A form that was sent."""
    intake = draft(patient, **answers)
    actions.submit(intake, **SIGNED, by=patient.user, at=at)
    return Intake.objects.get(pk=intake.pk)


def in_review(patient, clinician, **answers):
    """A form that ``clinician`` has taken, a moment after it was sent: two changes of one moment have no order."""
    return taken(sent(patient, **answers), clinician)


def taken(intake, clinician):
    """The form, taken by ``clinician`` a moment after it was sent."""
    reviewing.claim(intake, clinician, by=clinician.user, at=intake.submitted_at + timedelta(seconds=1))
    return Intake.objects.get(pk=intake.pk)


# What a reviewer found, and the reasons, as a decision takes them.
FOUND = Findings(
    records="GP summary of 3 November 2026",
    diagnosis=Diagnosis.CONFIRMED,
    diagnosis_source="Letter of Dr Exemplar, 3 May 2024",
    treatments_verified=2,
    examination=Examination.NOT_NEEDED,
    meetings=(Meeting.VIDEO, Meeting.CLINIC),
    capacity=Capacity.NO_DOUBT,
)
REASONS = "Records are here; the diagnosis is confirmed by a letter."


def answer_flags(intake, clinician, text="Talked about on the phone; nothing new.", at=NOW):
    """Answer every flag of the newest version."""
    version = intake.versions.latest("number")
    said = {flag.pk: text for flag in version.flags.all()}
    reviewing.answer_flags(version, clinician, said, key=uuid4(), by=clinician.user, at=at)


def ready(intake, clinician, at=NOW):
    """Do all that a decision waits for: flags answered, records here, a photo ID seen."""
    answer_flags(intake, clinician, at=at)
    save_details(intake.patient, {"records_received_on": NOW.date()}, by=clinician.user, at=at)
    if not intake.patient.identity_checks.exists():
        saw_identity(intake.patient, IdKind.PASSPORT, date(2031, 1, 1), by=clinician.user, at=at)
    return intake


def decide(intake, clinician, outcome=Outcome.PROCEED, *, message="Come in and see us.", seen=1, at=NOW, **more):
    """Decide on a form that is ready, or ask for more information."""
    if outcome != Outcome.MORE_INFORMATION:
        ready(intake, clinician, at=at)
    said = {"found": FOUND, "reasons": REASONS, "seen": seen, "message": message} | more
    return reviewing.decide(intake, clinician, outcome, **said, by=clinician.user, at=at)


def decision(outcome="proceed", seen=1, **changes):
    """A decision as a browser sends it."""
    found = {name: getattr(FOUND, name) for name in FOUND.__dataclass_fields__} if outcome != "more_information" else {}
    return found | {"outcome": outcome, "seen": seen, "reasons": REASONS, "message": "Come in and see us."} | changes
