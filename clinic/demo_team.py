"""The demonstration's team: what its staff have learnt, and a meeting with a case on its agenda. All of it is invented."""

from datetime import date, datetime, timedelta
from uuid import uuid4

from clinic.accounts.enums import Role
from clinic.accounts.models import User
from clinic.db.clock import instant
from clinic.staff.models import Clinician
from clinic.training import actions as training
from clinic.training.models import Training
from patients.profile.models import Patient
from patients.teamreview import actions as team

ALL = [Role.CLINICIAN.value, Role.MANAGER.value, Role.RECEPTION.value]
TRAININGS = (
    ("Controlled drugs: writing and record keeping", [Role.CLINICIAN.value], 12),
    ("Data protection and confidentiality", ALL, 12),
    ("Safeguarding adults", ALL, 36),
)
SUMMARY = (
    "MS since 2016. Burning pain in both legs for six years, worse in the evening, and spasms at night.\n"
    "Tried: gabapentin (dizzy), duloxetine (no help), baclofen (weak legs). Physiotherapy goes on.\n"
    "Two falls this year. No psychosis in the family. Records are here since last week."
)
QUESTION = (
    "A trial under close watch is proposed, with a check after 1 and 4 weeks. The licensed options were tried or do not "
    "suit, as above. Does the team agree, and what should be watched?"
)
THURSDAY, AT_ONE = 3, 13 * 60


def write(
    amina: Patient, okafor: Clinician, lind: Clinician, staff: dict[str, User], today: date, at: datetime
) -> None:
    """Write the register of training, and a case that is on the agenda of next Thursday's meeting."""
    manager = staff["manager@example.com"]
    for name, roles, months in TRAININGS:
        one = Training(name=name, roles=roles, months=months)
        training.save_training(one)
        for number, person in enumerate(staff.values()):
            if person.role in roles:
                done_on = today - timedelta(days=40 + 90 * number)
                training.record(one, person, done_on, f"Demo certificate {number + 1}", by=manager, today=today, at=at)
    day = today + timedelta(days=(THURSDAY - today.weekday()) % 7 or 7)
    meeting = team.plan_meeting(okafor, [lind], instant(day, AT_ONE), key=uuid4(), at=at)
    case = team.bring(amina, okafor, summary=SUMMARY, question=QUESTION, key=uuid4(), at=at)
    team.list_case(case, meeting, by=okafor.user, at=at)
