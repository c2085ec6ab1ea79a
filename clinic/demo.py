"""The demonstration clinic: invented people, plainly so. Written once, into an empty database only."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.availability.models import WeeklyHours
from bookings.charges import actions as charges
from bookings.charges.enums import Method
from bookings.charges.models import Charge
from bookings.kinds.enums import Audience
from bookings.kinds.models import AppointmentKind
from clinic import demo_documents, demo_events, demo_history, demo_intake, demo_notes, demo_team, demo_treatment
from clinic.accounts.enums import Role
from clinic.accounts.models import User
from clinic.accounts.passwords import DEMO_PASSWORD
from clinic.db.clock import instant
from clinic.db.refusal import Refusal
from clinic.db.workdays import is_workday
from clinic.pages import actions as pages
from clinic.staff.models import Clinician, Sex
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.profile.enums import BestTime, Country, Need, Registered, Video
from patients.profile.enums import Sex as SexAtBirth
from patients.profile.models import Patient

NEW_PATIENTS = [f"p{number:02}@example.com" for number in range(1, 21)]
ACCOUNTS = [
    ("amina@example.com", Role.PATIENT, "patient with a history"),
    ("ben@example.com", Role.PATIENT, "new patient"),
    ("chris@example.com", Role.PATIENT, "patient on a treatment plan"),
    ("rosa@example.com", Role.RECEPTION, "reception"),
    ("okafor@example.com", Role.CLINICIAN, "clinician, neurology"),
    ("lind@example.com", Role.CLINICIAN, "clinician, pain medicine"),
    ("manager@example.com", Role.MANAGER, "manager"),
    *((email, Role.PATIENT, "new patient with a complete profile") for email in NEW_PATIENTS),
]
KINDS: tuple[dict[str, Any], ...] = (
    {
        "slug": "first-assessment",
        "name": "First assessment",
        "summary": "A specialist doctor listens, looks at your records with you, and talks through every option.",
        "prepare": "A list of what you have tried so far.\nThe name of your GP practice.\nSomebody to sit with you, if you like.",
        "minutes": 45,
        "buffer_after": 10,
        "align_minutes": 60,
        "fee_pence": 18000,
        "modes": ["video", "phone", "in_person"],
    },
    {
        "slug": "follow-up-review",
        "name": "Follow-up review",
        "summary": "A shorter visit to see how you are and what has changed.",
        "prepare": "What has changed since your last visit.",
        "minutes": 20,
        "buffer_after": 10,
        "align_minutes": 30,
        "fee_pence": 9000,
        "modes": ["video", "phone"],
        "audience": Audience.RETURNING,
        "position": 1,
    },
    {
        "slug": "medication-review",
        "name": "Medication review",
        "summary": "You and the specialist look at what you take, how it suits you, and whether to go on.",
        "prepare": "Everything you take, with you.\nHow you have slept and felt.",
        "minutes": 15,
        "buffer_after": 5,
        "align_minutes": 20,
        "fee_pence": 7000,
        "modes": ["video", "phone"],
        "audience": Audience.RETURNING,
        "position": 2,
    },
    {
        "slug": "nurse-call",
        "name": "Nurse call",
        "summary": "A short call about a question between visits.",
        "minutes": 10,
        "align_minutes": 10,
        "notice_hours": 4,
        "fee_pence": 0,
        "modes": ["phone"],
        "audience": Audience.CLINIC,
        "position": 3,
    },
)
MORNING, AFTERNOON = (9 * 60, 13 * 60), (14 * 60, 17 * 60)


class NotOurDatabase(Refusal):
    """There are people in this database who are not of the demonstration."""


def load(at: datetime, today: date) -> bool:
    """Write the demonstration clinic as of ``at``; return False where it is there already.

    Raises NotOurDatabase where other people are in the database.
    """
    ours = [email for email, _, _ in ACCOUNTS]
    if User.objects.filter(email=ours[0]).exists():
        return False
    if User.objects.exclude(email__in=ours).exists() or Patient.objects.exists():
        raise NotOurDatabase("This database holds people who are not of the demonstration. Nothing was written.")
    with transaction.atomic():
        users = _accounts()
        okafor, lind = _clinicians(users, today)
        first = _kinds(okafor, lind)
        for clinician in (okafor, lind):
            _hours(clinician, today)
        amina = _patients(users, okafor, first, at, today)
        chris = _patient(users["chris@example.com"], "Chris", "Example", date(1984, 8, 30), 2, at, **ON_A_PLAN)
        demo_treatment.write(chris, okafor, lind, today, at)
        demo_team.write(amina, okafor, lind, _staff(users), today, at)
        demo_history.write((okafor, lind), first, users["rosa@example.com"], today, at)
        pages.seed(at=at, signers=(users["okafor@example.com"], users["manager@example.com"]))
    return True


def _accounts() -> dict[str, User]:
    password = make_password(DEMO_PASSWORD)
    users = {email: User.objects.create(email=email, role=role, password=password) for email, role, _ in ACCOUNTS}
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=email, verified=True, primary=True) for email, user in users.items()
    )
    return users


def _clinicians(users: dict[str, User], today: date) -> tuple[Clinician, Clinician]:
    """Numbers 0000001 and 0000002 are nobody's: the GMC gives none for tests."""
    okafor = Clinician(
        user=users["okafor@example.com"],
        name="Dr Demo Okafor",
        gmc_number="0000001",
        cd_number="600001",
        role="Consultant neurologist",
        specialty="Neurology",
        sex=Sex.FEMALE,
        languages="English, Igbo",
        interests_declared_on=today,
        verified_on=today,
    )
    lind = Clinician(
        user=users["lind@example.com"],
        name="Dr Demo Lind",
        gmc_number="0000002",
        cd_number="600002",
        role="Consultant in pain medicine",
        specialty="Pain medicine",
        sex=Sex.MALE,
        languages="English, Swedish",
        interests_declared_on=today,
        verified_on=today,
    )
    for clinician in (okafor, lind):
        clinician.save()
    return okafor, lind


def _kinds(*clinicians: Clinician) -> AppointmentKind:
    """Make the four kinds, and return the first assessment."""
    made = [AppointmentKind(**fields) for fields in KINDS]
    for kind in made:
        kind.save()
        kind.clinicians.set(clinicians)
    return made[0]


def _hours(clinician: Clinician, today: date) -> None:
    """Monday to Friday, with no last day: the kinds' horizon keeps it to eight weeks ahead."""
    WeeklyHours.objects.bulk_create(
        WeeklyHours(
            clinician=clinician, weekday=weekday, starts=starts, ends=ends, valid_from=today - timedelta(days=90)
        )
        for weekday in range(5)
        for starts, ends in (MORNING, AFTERNOON)
    )


# Two people who need something to take part; Amina has told all of her details.
INTERPRETER: dict[str, Any] = {"needs": [Need.BSL], "interpreter_language": "Polish"}
WHOLE: dict[str, Any] = {
    "sex": SexAtBirth.FEMALE,
    "nhs_number": "9990000018",
    "address_1": "1 Example Street",
    "town": "Exampleton",
    "country": Country.ENGLAND,
    "gp_registered": Registered.YES,
    "needs": [Need.LARGE_PRINT],
    "access_needs": "A room without steps, and time for breaks",
    "voicemail": True,
    "best_times": [BestTime.AFTERNOON],
    "video": Video.YES,
    "emergency_name": "Sam Example",
    "emergency_phone": "+447700900456",
}
ON_A_PLAN = WHOLE | {"nhs_number": "9990000026", "address_1": "3 Example Street", "needs": [], "access_needs": ""}


def _staff(users: dict[str, User]) -> dict[str, User]:
    return {email: user for email, user in users.items() if user.role != Role.PATIENT}


def _patients(users: dict[str, User], okafor: Clinician, kind: AppointmentKind, at: datetime, today: date) -> Patient:
    amina = _patient(users["amina@example.com"], "Amina", "Example", date(1979, 5, 14), 1, at, **WHOLE)
    for number, email in enumerate(NEW_PATIENTS, 1):
        _patient(
            users[email],
            "Demo",
            f"Patient {number:02}",
            date(1960, 1, 15) + timedelta(days=400 * number),
            100 + number,
            at,
            **(INTERPRETER if number == 1 else {}),
        )
    visit = _past_visit(amina, okafor, kind, users["rosa@example.com"], today)
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=at)
    demo_documents.add(amina, at - timedelta(hours=4))
    demo_intake.send(amina, at - timedelta(hours=3))
    demo_events.tell(amina, okafor, users["rosa@example.com"], today, at)
    demo_notes.write(visit, at=at - timedelta(hours=2))
    return amina


def _patient(
    user: User, first_names: str, family_name: str, born: date, number: int, at: datetime, **more: Any
) -> Patient:
    """Make a profile; the telephone numbers are Ofcom's for drama, the postcode is no real area."""
    return Patient.objects.create(
        user=user,
        first_names=first_names,
        family_name=family_name,
        date_of_birth=born,
        phone=f"+447700900{number:03}",
        postcode="AA1 1AA",
        gp_practice="Exampleton Surgery",
        created_at=at,
        **more,
    )


def _past_visit(
    patient: Patient, clinician: Clinician, kind: AppointmentKind, reception: User, today: date
) -> Appointment:
    day = today - timedelta(days=21)
    while not is_workday(day):
        day -= timedelta(days=1)
    starts_at = instant(day, MORNING[0])
    return Appointment.objects.create(
        kind=kind,
        clinician=clinician,
        patient=patient,
        charge=_paid(kind.fee_pence, reception, starts_at - timedelta(days=20)),
        state=State.COMPLETED,
        mode="video",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=kind.minutes),
        busy_from=starts_at,
        busy_until=starts_at + timedelta(minutes=kind.minutes + kind.buffer_after),
        fee_pence=kind.fee_pence,
        created_at=starts_at - timedelta(days=20),
        booked_at=starts_at - timedelta(days=20),
    )


def _paid(pence: int, reception: User, at: datetime) -> Charge | None:
    """Make a charge that was paid five days after booking."""
    charge, paid_at = charges.charge_for(pence, at=at), at + timedelta(days=5)
    if charge is not None:
        charges.record_payment(
            charge, amount_pence=pence, method=Method.BANK, reference="Demo 1", key=uuid4(), by=reception, at=paid_at
        )
        charge.refresh_from_db()
    return charge
