"""Plans for tests, and the team's decisions they stand on."""

from datetime import date, timedelta
from uuid import uuid4

from clinic.db.clock import uk_day
from clinic.staff.models import Clinician
from patients.teamreview.models import TeamDecision
from patients.treatment import actions, policy
from patients.treatment.actions import Written
from patients.treatment.models import PlanVersion
from tests.factories import people, team
from tests.factories.people import NOW

OIL = {
    "form": "oil",
    "route": "under_tongue",
    "thc": "10",
    "cbd": "10",
    "carrier": "MCT oil",
    "chemotype": "balanced",
    "brand": "Example Pharma balanced",
    "cultivar": "",
    "max_day": "1",
    "quantity": "30",
    "inhalation_ml": "",
    "steps": [
        {"day_from": "1", "day_to": "7", "dose": "0.1", "times": "1", "instruction": "In the evening."},
        {"day_from": "8", "day_to": "14", "dose": "0.1", "times": "2", "instruction": "Morning and evening."},
        {"day_from": "15", "day_to": "", "dose": "0.25", "times": "2", "instruction": "Morning and evening."},
    ],
}
FLOWER = OIL | {
    "form": "flower",
    "route": "inhaled",
    "thc": "18",
    "cbd": "0.1",
    "chemotype": "thc",
    "brand": "Example Pharma flower",
    "cultivar": "Example One",
    "max_day": "1",
    "quantity": "30",
    "steps": [{"day_from": "1", "day_to": "", "dose": "0.1", "times": "2", "instruction": "With a vaporiser."}],
}
SPRAY = OIL | {
    "form": "spray",
    "route": "mouth",
    "thc": "",
    "cbd": "",
    "brand": "Example spray",
    "max_day": "8",
    "quantity": "90",
    "steps": [{"day_from": "1", "day_to": "", "dose": "1", "times": "2", "instruction": "Inside the cheek."}],
}
GOAL = {"measure": "pain_nrs", "words": "", "baseline": "7", "target": "5", "by": "2027-03-01"}
SAID = {
    "indications": ["ms_pain"],
    "indication_text": "",
    "unsuitable": "Gabapentin and duloxetine did not help; amitriptyline could not be borne.",
    "goals": [GOAL],
    "lines": [OIL],
    "slowly": "Start low and go slow.",
    "driving": "given",
    "driving_why": "",
    "contraception": "not_relevant",
    "contraception_why": "Past the menopause",
    "storage": "given",
    "storage_why": "",
    "interactions": "None of note.",
    "checks": ["week_1", "week_4", "month_3", "yearly"],
    "extra_dates": [],
    "stop": ["no_goal", "side_effects"],
    "stop_words": "",
    "taper": "Down by a quarter every 3 days.",
    "inhaled_why": "",
    "peer_name": "",
    "peer_on": "",
}
REASON = {"why": "Sleepy all day long", "told": "Take no more for now. Call us on the clinic's number."}


def decided(patient, clinician, at=NOW, **more):
    """What a team concluded about ``patient`` at ``at``: its conditions are to be read in the plan."""
    other = Clinician.objects.exclude(pk=clinician.pk).first() or people.clinician()
    return team.concluded(patient, clinician, other, at, **{"conditions": "Weigh every month."} | more)


def written(version=0, at=NOW, starts=0, review=84, **said):
    """What the form of a draft holds: enough to sign. ``starts`` and ``review`` are days from ``at``."""
    today = uk_day(at)
    return Written(version, today + timedelta(days=starts), today + timedelta(days=review), SAID | said)


def draft(patient, clinician, at=NOW):
    """A draft that nobody has written into yet."""
    return actions.open_draft(patient, clinician, key=uuid4(), at=at)


def signed(patient, clinician, at=NOW, **more):
    """A version that is signed: it waits for the team, or is supported where the team has decided.

    Its author's entry in the register was checked that day.
    """
    type(clinician).objects.filter(pk=clinician.pk).update(verified_on=uk_day(at))
    plan = draft(patient, clinician, at)
    return fresh(actions.sign(plan, written(at=at, **more), by=clinician.user, at=at))


def supported(patient, clinician, at=NOW, **more):
    """A version that waits for the patient."""
    if not decisions(patient).exists():
        decided(patient, clinician, at)
    return signed(patient, clinician, at, **more)


def decisions(patient):
    """The decisions of the team about ``patient``."""
    return TeamDecision.objects.filter(case__patient=patient)


def all_given(plan):
    """Yes to everything that ``plan`` needs."""
    return dict.fromkeys(policy.consents_needed(plan.said), True)


def agreed(patient, clinician, at=NOW, **more):
    """A version that the patient has agreed to."""
    plan = supported(patient, clinician, at, **more)
    actions.agree(plan, "Pat Example", all_given(plan), by=patient.user, at=at)
    return fresh(plan)


def active(patient, clinician, at=NOW, **more):
    """A version that holds."""
    plan = agreed(patient, clinician, at, **more)
    actions.activate(plan, clinician, by=clinician.user, at=at)
    return fresh(plan)


def paused(patient, clinician, at=NOW, **more):
    """A version that is paused."""
    plan = active(patient, clinician, at, **more)
    actions.pause(plan, clinician, by=clinician.user, at=at, **REASON)
    return fresh(plan)


def stopped(patient, clinician, at=NOW, **more):
    """A version that was stopped."""
    plan = active(patient, clinician, at, **more)
    actions.stop(plan, clinician, by=clinician.user, at=at, **REASON)
    return fresh(plan)


def superseded(patient, clinician, at=NOW, **more):
    """A version in whose place a newer one stands."""
    plan = active(patient, clinician, at, **more)
    active(patient, clinician, at)
    return fresh(plan)


def discarded(patient, clinician, at=NOW, **more):
    """A version that was never used."""
    plan = signed(patient, clinician, at, **more)
    actions.discard(plan, clinician, why="Another way was chosen", by=clinician.user, at=at)
    return fresh(plan)


def waiting(patient, clinician, at=NOW, **more):
    """A signed version that waits for the team."""
    return signed(patient, clinician, at, **more)


def fresh(plan):
    """The version as it now is."""
    return PlanVersion.objects.get(pk=plan.pk)


def _day(name, value):
    return {f"{name}_{part}": str(getattr(value, part)) for part in ("day", "month", "year")}


def sent(version=0, at=NOW, **changes):
    """A whole draft as a browser sends it."""
    form = {name: value for name, value in SAID.items() if name not in {"goals", "lines", "extra_dates", "peer_on"}}
    starts, review = uk_day(at), uk_day(at) + timedelta(days=84)
    form |= {"version": version, **_day("starts_on", starts), **_day("review_on", review)}
    for place, goal in enumerate(SAID["goals"]):
        form |= {f"goal{place}_{name}": value for name, value in goal.items() if name != "by"}
        form |= _day(f"goal{place}_by", date.fromisoformat(goal["by"]))
    for place, line in enumerate(SAID["lines"]):
        form |= {f"line{place}_{name}": value for name, value in line.items() if name != "steps"}
        for number, step in enumerate(line["steps"]):
            form |= {f"line{place}_step{number}_{name}": value for name, value in step.items()}
    return form | changes


IN_STATE = {
    "draft": draft,
    "team_pending": waiting,
    "supported": supported,
    "agreed": agreed,
    "active": active,
    "paused": paused,
    "stopped": stopped,
    "superseded": superseded,
    "discarded": discarded,
}
