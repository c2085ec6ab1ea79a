"""The demonstration clinic: loaded once, invented, and never among other people."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.slots import read_diary, slots
from bookings.kinds.models import AppointmentKind
from clinic import demo
from clinic.accounts.models import User
from clinic.accounts.passwords import DEMO_PASSWORD
from clinic.outbox.models import Message
from clinic.staff.models import Clinician
from clinic.worklist.models import Task
from clinic.workspace.timeline import timeline_of
from patients.intake.enums import IntakeState
from patients.prescriptions.models import PrescriptionStateChange
from patients.profile.models import Patient
from patients.profile.policy import is_complete
from tests.factories import people

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def test_everybody_has_the_one_password_and_a_verified_address(settings):
    demo.load(NOW, TODAY)

    assert sorted(User.objects.values_list("email", flat=True)) == sorted(email for email, _, _ in demo.ACCOUNTS)
    assert all(user.check_password(DEMO_PASSWORD) for user in User.objects.all()[:3])
    assert all(user.emailaddress_set.get().verified for user in User.objects.all())


def test_amina_has_a_history_ben_is_new_and_the_twenty_have_booked_nothing():
    demo.load(NOW, TODAY)

    amina = Patient.objects.get(user__email="amina@example.com")
    assert [visit.state for visit in amina.appointments.all()] == [State.COMPLETED]
    assert [intake.state for intake in amina.intakes.all()] == [IntakeState.SUBMITTED]
    assert [note.state for note in amina.consultation_notes.all()] == ["signed"]
    assert [letter.state for letter in amina.gp_letters.all()] == ["approved"]
    assert not Patient.objects.filter(user__email="ben@example.com").exists()
    twenty = Patient.objects.filter(user__email__in=demo.NEW_PATIENTS)
    assert (twenty.count(), all(map(is_complete, twenty))) == (20, True)
    assert Appointment.objects.filter(patient__in=twenty).count() == 0


@pytest.mark.parametrize(
    "today", [TODAY, date(2026, 12, 28), date(2027, 1, 3), date(2027, 1, 12), date(2027, 3, 29), date(2027, 5, 8)]
)
def test_chris_is_on_a_plan_whatever_the_day(today):
    now = datetime(today.year, today.month, today.day, 0, 5, tzinfo=UTC)
    demo.load(now, today)

    chris = Patient.objects.get(user__email="chris@example.com")
    okafor = Clinician.objects.get(user__email="okafor@example.com")
    assert list(chris.plans.values_list("state", flat=True)) == ["active"]
    assert list(chris.prescriptions.order_by("created_at").values_list("state", flat=True)) == [
        "delivered", "delivered", "drafted",
    ]  # fmt: skip
    assert list(chris.plan_checks.filter(state="done").values_list("kind", flat=True)) == ["week_1", "week_4"]
    assert chris.plan_checks.planned().first().due_on > today
    assert chris.questionnaires.filter(state="answered").count() == 2
    assert [letter.state for letter in chris.gp_letters.all()] == ["sent"]
    told = timeline_of(okafor.user, chris)
    assert len(told) > 25
    assert not Message.objects.filter(person=chris.pk, state="due", due_at__lte=now).exists()
    ours = [chris.pk, *(row.pk for rows in (chris.plans, chris.prescriptions, chris.plan_checks) for row in rows.all())]
    assert [str(task) for task in Task.objects.waiting().filter(about__in=ours)] == [
        "A paper waits to be checked by a second clinician"
    ]
    moves = PrescriptionStateChange.objects.filter(record__patient=chris).order_by("at")
    assert all(move.at < now for move in moves)


def test_there_is_a_history_that_is_over():
    demo.load(NOW, TODAY)

    past = Appointment.objects.filter(patient__user=None)
    assert past.count() > 50
    assert {State(state).label for state in past.values_list("state", flat=True)} == {
        "Completed",
        "Did not attend",
        "Cancelled by the patient",
        "Cancelled by the clinic",
    }
    assert past.latest("starts_at").starts_at < NOW
    assert not past.filter(charge=None).exists()


def test_both_clinicians_have_eight_weeks_of_times():
    demo.load(NOW, TODAY)
    kind = AppointmentKind.objects.get(slug="first-assessment")

    for clinician in Clinician.objects.all():
        diary = read_diary([clinician], TODAY, TODAY + timedelta(days=56), now=NOW)
        days = slots(kind, diary, TODAY, TODAY + timedelta(days=56), now=NOW)
        assert len(days) >= 35  # 40 weekdays, less bank holidays


def test_loading_twice_writes_once():
    assert demo.load(NOW, TODAY)
    assert not demo.load(NOW, TODAY)


@pytest.mark.parametrize("account", [True, False])
def test_a_database_with_other_people_is_refused(account):
    people.patient("real.person@example.com", account=account)

    with pytest.raises(demo.NotOurDatabase):
        demo.load(NOW, TODAY)
    assert User.objects.filter(email="amina@example.com").count() == 0


def test_the_command_works_in_the_demo_only(settings):
    with pytest.raises(CommandError, match="CLINIC_ENV=demo"):
        call_command("demo")


def test_people_are_plainly_invented():
    demo.load(NOW, TODAY)

    assert all(email.endswith("@example.com") for email in User.objects.values_list("email", flat=True))
    assert all(phone.startswith("+447700900") for phone in Patient.objects.values_list("phone", flat=True))
    assert all(number.startswith("000000") for number in Clinician.objects.values_list("gmc_number", flat=True))
