"""A patient's year in the clinic, in the words each person sees: all by keyboard alone on a phone, and by pointer at a desk in
`make proof`. Every page on the way is looked at (look.py, axe among it).

Time passes by moving the clock of this process, of the web server and of the database where it decides what is sent
(clock.py). Whoever comes back after hours signs in anew. The scheduler's part is done at each move.
"""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from clinic.outbox.enums import MessageState
from clinic.outbox.models import Message
from clinic.staff.models import Clinician
from clinic.worklist.enums import TaskKind
from clinic.worklist.models import Task
from patients.correspondence.models import GpLetter
from patients.incidents.models import Incident
from patients.monitoring.models import PlanCheck
from patients.prescriptions.models import Prescription
from patients.safety.models import AdverseEvent
from patients.treatment.models import PlanVersion
from tests.browser import year_begins as begins
from tests.browser import year_goes_on as goes_on
from tests.browser.clock import Clock, WebAtATime, tell
from tests.browser.hands import words
from tests.browser.mails import text_of
from tests.factories import diary, plans, prescriptions
from tests.factories.people import NOW

UPDATE, NEWS = "There is an update in your account", "There is news about your care"
WEEK_1_MAIL = "A few questions for you"
QUESTIONS_MAIL, LAST_MAIL = "A few questions before your review", "Your answers for your review"
NEXT_MAIL = "You can make your next request"
BOOKED_MAIL = "Your appointment is booked"
CLINICAL = re.compile(
    r"\b(cannabis|THC|CBD|oil|medicines?|prescri\w+|pharmacy|dose|pain|spastic\w*|stiff\w*|MS|plan|paused|stopped|fall|GP)\b",
    re.IGNORECASE,
)
BEGINS = "A trial of a medicine, looked at after 1 and 4 weeks."
STOPS = "The medicine was paused after a fall, grade 3, and is stopped."
TOLD_PAUSED = "Take only the drops in the evening until we talk. Do not drive. Call us on 01632 960 100 tomorrow."
TOLD_STOPPED = "Take a quarter less every 3 days, then none. If you feel worse, call us on 01632 960 100."
LEFT_OVER = "Take what is left over in the end to a pharmacy."
WHY_STOPPED = "Grade 3, possibly related. She tapers as the plan says, knows whom to call, and agrees."
FALLEN = (
    "Spasticity was 7 and is 5.6: down 20.0%. NICE NG144 has a trial of the licensed spray for spasticity go on "
    "after 4 weeks where it has fallen by 20% or more. It has by this number. You decide."
)
NOT_FALLEN = FALLEN.replace("5.6: down 20.0%", "5.7: down 18.6%").replace("It has by", "It has not by")
PASSED = """care care_plan care_letter care_pharmacy care_prescriptions care_checks care_questions care_questions_page care_events
care_event_new care_event book appointment_confirm review_record review_team review_team_case review_team_conclude
review_team_person review_plan review_plan_version review_letter review_letters review_prescriptions review_prescription
review_prescription_signed review_prescription_posted review_prescription_news review_checks review_check
review_event review_event_hold"""


@pytest.fixture(scope="module")
def web(django_db_setup, tmp_path_factory):
    """A web server whose clock this module moves."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CLOCK_FILE", str(tmp_path_factory.mktemp("clock") / "now"))
        tell(NOW)
        with WebAtATime() as server:
            yield server


@pytest.fixture
def clock(web, settings, tmp_path):
    """The time, which the test moves; mails go where no other test finds them."""
    settings.EMAIL_FILE_PATH = tmp_path
    with time_machine.travel(NOW) as here:
        clock = Clock(web, here)
        clock.to(NOW)
        yield clock


@pytest.fixture
def okafor(okafor):
    """Dr Okafor, who prescribes: with a number for controlled drugs, and visits that can be booked."""
    Clinician.objects.filter(pk=okafor.pk).update(cd_number="612345", verified_on=NOW.date())
    diary.hours(okafor, weekdays=range(7), starts=9 * 60, ends=13 * 60)
    diary.kind(okafor, slug="review", name="Review")
    return okafor


def test_a_year(clock, person, amina, okafor, lind, reached):
    begins.it_begins(amina, okafor)

    prescription = the_first_day(clock, person, amina, okafor, lind)
    it_is_delivered(clock, person, amina, okafor, prescription)
    after_1_week(clock, person, amina, okafor)
    after_4_weeks(clock, person, amina, okafor)
    after_3_months(clock, person, amina, okafor)
    she_falls_and_it_is_paused(clock, person, amina, okafor)
    it_is_stopped(clock, person, amina, okafor)

    assert moves_of(PlanVersion) == ["team_pending", "supported", "agreed", "active", "paused", "stopped"]
    assert moves_of(Prescription) == ["checked", "signed", "posted", "received", "dispensed", "delivered"]
    assert AdverseEvent.objects.get().state == "assessed"
    assert not Incident.objects.exists()
    assert [letter.state for letter in GpLetter.objects.all()] == ["sent"] * 2
    assert checks_that_are("done") == ["week_1", "week_4", "month_3"]
    assert "yearly" in checks_that_are("cancelled")
    assert checks_that_are("planned") == []
    assert not Task.objects.waiting().filter(kind=TaskKind.LETTER_DUE).exists()
    assert not Message.objects.filter(state=MessageState.DUE).exists()
    assert set(PASSED.split()) - reached == set()


def test_spasticity_that_fell_by_less_than_a_fifth(clock, person, amina, okafor, lind):
    prescriptions.open_care_of(amina, okafor)
    plans.active(amina, okafor)
    clock.to(NOW)
    due = due_on("week_4")
    clock.to(morning(due))

    doctor = person(okafor.user)
    goes_on.the_check_is_written_down(doctor, amina, "After 4 weeks", due + timedelta(days=60), ("7", "5.7"))

    assert NOT_FALLEN in words(doctor)


# The days of the year -------------------------------------------------------------------------------


def the_first_day(clock, person, amina, okafor, lind):
    doctor = person(okafor.user)
    begins.it_is_decided(doctor)
    begins.the_team_meets(doctor)
    assert they_are_written_to(clock) == [UPDATE]

    clock.to(NOW + timedelta(hours=9))
    doctor, patient, colleague = person(okafor.user), person(amina.user), person(lind.user)
    begins.the_team_concludes(doctor)
    begins.the_plan_is_written(doctor)
    begins.a_mistake_is_refused_and_mended(doctor)
    assert they_are_written_to(clock) == [UPDATE]
    begins.she_reads_her_plan_and_agrees(patient)
    begins.the_plan_begins(doctor)
    assert they_are_written_to(clock) == [UPDATE]
    begins.her_gp_is_written_to(doctor, BEGINS)
    assert they_are_written_to(clock) == [UPDATE]
    begins.she_reads_what_her_gp_reads(patient, BEGINS)
    begins.she_chooses_her_pharmacy(patient)
    prescription = begins.its_record_is_written(doctor)
    begins.a_colleague_checks_it(colleague, prescription)
    begins.it_is_signed_and_posted(doctor, prescription)
    assert they_are_written_to(clock) == [NEWS]
    begins.she_sees_where_it_is(patient, "In the post to your pharmacy")
    return prescription


def it_is_delivered(clock, person, amina, okafor, prescription):
    clock.to(NOW + timedelta(days=2))
    doctor, patient = person(okafor.user), person(amina.user)
    for state, seen, quantity in (
        ("At the pharmacy", "Your pharmacy has it", ""),
        ("Dispensed", "Your pharmacy has it ready", "30"),
        ("Delivered", "It was delivered to you", ""),
    ):
        begins.they_tell_us(doctor, prescription, state, quantity)
        begins.she_sees_where_it_is(patient, seen)
    assert they_are_written_to(clock) == [NEWS]


def after_1_week(clock, person, amina, okafor):
    clock.to(NOW + timedelta(days=3))  # the sweep has seen when the first supply came: the first weeks count from then
    clock.to(morning(due_on("week_1")))
    assert they_are_written_to(clock) == [WEEK_1_MAIL]
    doctor, patient = person(okafor.user), person(amina.user)
    goes_on.she_answers_the_questions(patient, "6")
    goes_on.she_books_the_visit(patient)
    assert they_are_written_to(clock) == [BOOKED_MAIL]
    goes_on.the_check_is_written_down(doctor, amina, "After 1 week", due_on("week_4"))


def after_4_weeks(clock, person, amina, okafor):
    a_week_before(clock, "week_4")
    assert they_are_written_to(clock) == [NEXT_MAIL, QUESTIONS_MAIL]
    goes_on.she_answers_the_questions(person(amina.user), "5")

    clock.to(morning(due_on("week_4")))
    doctor = person(okafor.user)
    goes_on.the_check_is_written_down(doctor, amina, "After 4 weeks", due_on("month_3"), ("7", "5.6"))
    assert FALLEN in words(doctor)


def after_3_months(clock, person, amina, okafor):
    """This time she answers no question."""
    a_week_before(clock, "month_3")
    assert they_are_written_to(clock) == [QUESTIONS_MAIL]

    clock.to(morning(due_on("month_3")))
    assert they_are_written_to(clock) == [LAST_MAIL]
    goes_on.the_check_is_written_down(
        person(okafor.user), amina, "Every 3 months", due_on("month_3") + timedelta(days=90)
    )


def she_falls_and_it_is_paused(clock, person, amina, okafor):
    clock.to(NOW + timedelta(days=101))
    assert they_are_written_to(clock) == []  # nobody is told of answers that a check did without
    doctor, patient = person(okafor.user), person(amina.user)
    goes_on.she_tells_of_a_side_effect(patient, NOW.date() + timedelta(days=100))
    goes_on.it_is_graded(doctor)
    goes_on.the_next_prescription_is_held(doctor)
    goes_on.the_plan_is_opened(doctor, "treatment plan")
    goes_on.the_plan_is(doctor, "Pause", "A fall with a hospital stay, grade 3.", TOLD_PAUSED)
    assert they_are_written_to(clock) == [UPDATE]
    goes_on.she_reads_what_to_do(patient, "is paused", "Take nothing from this plan now", TOLD_PAUSED)


def it_is_stopped(clock, person, amina, okafor):
    clock.to(NOW + timedelta(days=102))
    doctor, patient = person(okafor.user), person(amina.user)
    doctor.arrive(f"/review/people/{amina.pk}/")
    goes_on.the_plan_is_opened(doctor, "Treatment plan")
    goes_on.the_plan_is(doctor, "Stop", WHY_STOPPED, TOLD_STOPPED)
    assert they_are_written_to(clock) == [UPDATE]
    goes_on.she_reads_what_to_do(patient, "has stopped", "Stopped", TOLD_STOPPED, LEFT_OVER)
    begins.her_gp_is_written_to(doctor, STOPS)
    assert they_are_written_to(clock) == [UPDATE]
    begins.she_reads_what_her_gp_reads(patient, STOPS)
    goes_on.nothing_more_is_prescribed(doctor)
    clock.to(NOW + timedelta(days=102, minutes=10))
    goes_on.nothing_more_is_planned(patient)


def a_week_before(clock, kind):
    """Let it be the morning a week before a check of this ``kind``: the scheduler asks at night, the mail goes at 10."""
    day = morning(due_on(kind)) - timedelta(days=7)
    clock.to(day - timedelta(hours=4))
    clock.to(day)


def checks_that_are(state):
    """The kinds of the checks that stand so, by their days."""
    return list(PlanCheck.objects.filter(state=state).order_by("due_on").values_list("kind", flat=True))


def moves_of(model):
    """The states that the only row of ``model`` came through, in their order."""
    return list(model.objects.get().state_changes.order_by("at").values_list("to_state", flat=True))


def due_on(kind):
    """The day of the first check of this kind."""
    return PlanCheck.objects.filter(kind=kind).exclude(state="cancelled").earliest("due_on").due_on


def morning(day):
    """10 o'clock of a day in winter."""
    return datetime.combine(day, time(10), UTC)


def they_are_written_to(clock):
    """The subjects of the mails that went since the last time; none says a word of what it is about."""
    mails = clock.new_mails()
    for mail in mails:
        said = f"{mail['subject']} {text_of(mail)}"
        assert mail["to"] == "amina@example.com"
        assert CLINICAL.findall(said) == [], said
        assert ("/q/" in said) == (mail["subject"] in {WEEK_1_MAIL, QUESTIONS_MAIL, LAST_MAIL}), said
    return [mail["subject"] for mail in mails]
