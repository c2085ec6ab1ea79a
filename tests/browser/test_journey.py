"""The whole path, as the people on it walk it: by keyboard alone on a phone's width, and with scripts off.

Every page they come to is looked at on the way (look.py).
"""

from datetime import date

import pytest
from django.utils import timezone
from icalendar import Calendar

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from clinic.db.clock import UK, when_text
from patients.documents.actions import saw_identity
from patients.documents.enums import IdKind
from patients.intake import walk
from patients.intake.models import Intake
from patients.profile.models import Patient
from patients.suitability.models import Decision
from tests.browser import deciding, mails
from tests.browser.conftest import DESK, PHONE, app_code, authenticator
from tests.browser.form import fill_in
from tests.browser.hands import Keyboard, Pointer
from tests.factories import intakes
from tests.factories.people import FOR_THE_FORM, PASSWORD

NIA = "nia@example.com"
HER_TREATMENT = (
    "Carbamazepine, Medicine, 200 mg twice a day, from: 2020, until: June 2021, Helped a little, Side effects"
)
REASONS = "Long-standing pain with a diagnosis, two treatments tried, no flag that stops a visit."
# What the journey must have passed, among other pages.
PATIENTS_PAGES = {
    "page",
    "book",
    "book_kind",
    "account_login",
    "account_signup",
    "account_email_verification_sent",
    "care",
    "profile",
    "intake",
    "intake_section",
    "intake_entry",
    "intake_check",
    "intake_sent",
    "appointment_confirm",
    "appointment",
    "appointment_reschedule",
    "appointment_cancel",
}
STAFF_PAGES = {
    "mfa_authenticate",
    "admin:index",
    "admin:bookings_appointment_changelist",
    "admin:bookings_appointment_change",
    "review",
    "review_record",
}


@pytest.fixture
def by_keyboard(visit, look):
    return lambda: Keyboard(visit(PHONE), look)


@pytest.fixture
def without_scripts(visit, look):
    return lambda: Pointer(visit(DESK, scripts=False), look)


@pytest.mark.proof
def test_nia_finds_us_and_is_seen_by_keyboard_alone(by_keyboard, kind, pages, rosa, okafor, reached):
    nia = by_keyboard()

    she_reads_and_signs_up(nia)
    she_fills_in_her_details(nia)
    she_fills_in_the_form(nia)
    she_mends_an_error_by_keyboard(nia)
    she_sends_the_form(nia)
    she_books_moves_and_cancels(nia, rosa=lambda: rosa_sees_the_visit(by_keyboard(), rosa))
    a_specialist_decides(by_keyboard(), okafor.user)
    she_reads_that_it_was_decided(nia)

    assert reached >= PATIENTS_PAGES | STAFF_PAGES


def test_nia_finds_us_and_is_seen_with_scripts_off(without_scripts, kind, pages, rosa, lind):
    nia = without_scripts()

    she_reads_and_signs_up(nia)
    she_fills_in_her_details(nia)
    she_fills_in_the_form(nia)
    she_mends_an_error_by_pointer(nia)
    she_sends_the_form(nia)
    she_books_moves_and_cancels(nia, rosa=lambda: rosa_sees_the_visit(without_scripts(), rosa))
    a_specialist_decides(without_scripts(), lind.user)
    she_reads_that_it_was_decided(nia)


@pytest.mark.parametrize("hand", ["without_scripts", pytest.param("by_keyboard", marks=pytest.mark.proof)])
def test_a_time_chosen_before_signing_up_is_still_nias_afterwards(request, hand, kind, pages):
    nia = request.getfixturevalue(hand)()

    nia.arrive("/book/first-assessment/")
    nia.follow("9am")
    nia.follow("Create an account")
    she_signs_up(nia)
    she_writes_her_details(nia)
    nia.follow("Save my details")

    assert heading(nia) == "Confirm your appointment"
    nia.choose("How would you like to meet?", "Video call")
    nia.tick("I ask the clinic")
    nia.follow("Confirm this time")
    assert her_visit().state == State.BOOKED


# What they do ---------------------------------------------------------------------------------------


def she_reads_and_signs_up(nia):
    nia.arrive("/ms-pain/")
    nia.follow("Book")
    nia.follow("See free times")
    assert "All times are UK time" in words(nia)
    nia.follow("Sign in")
    nia.follow("Create an account")
    she_signs_up(nia)
    assert nia.page.url.endswith("/care/")


def she_signs_up(nia):
    nia.write("Email", NIA)
    nia.write("Password", PASSWORD)
    nia.follow("Create my account")
    nia.write("Code", mails.code_for(NIA))
    nia.follow("Continue")


def she_fills_in_her_details(nia):
    nia.follow("Your details")
    she_writes_her_details(nia)
    nia.follow("Save my details")


def she_writes_her_details(nia):
    nia.write("First names", "Nia")
    nia.write("Family name", "Example")
    for part, number in [("Day", "27"), ("Month", "3"), ("Year", "1984")]:
        nia.write(part, number)
    nia.write("Phone number", "07700 900 982")
    nia.write("Postcode", "aa1 1aa")
    nia.write("GP practice", "Exampleton Surgery")


def she_fills_in_the_form(nia):
    """On the page on treatments she leaves something out. (The whole form is walked in test_first_visit.py.)"""
    Patient.objects.update(**FOR_THE_FORM)
    draft = intakes.draft(Patient.objects.get())
    left_out = {"tried_any", "tried"}
    answers = {name: value for name, value in draft.answers.items() if name not in left_out}
    saved = [slug for slug in answers[walk.SAVED] if not slug.startswith("treatments")]
    Intake.objects.update(answers=answers | {walk.SAVED: saved})
    nia.follow("Your form")
    nia.follow("Go on with the form")
    nia.follow("Save and continue")


def she_mends_an_error_by_keyboard(nia):
    focused = nia.page.evaluate("document.activeElement.className")
    assert focused == "error-summary"
    nia.to("Choose an answer about treatments", roles=("link",))
    nia.page.keyboard.press("Enter")
    at = nia.focus()
    assert (at["type"], at["group"].split("\n")[0]) == ("radio", "Have you tried any treatment for this pain?")
    she_mends_the_error(nia)


def she_mends_an_error_by_pointer(nia):
    assert nia.page.locator("main > *").first.get_attribute("class") == "error-summary"
    nia.page.get_by_role("link", name="Choose an answer about treatments").click()
    assert nia.page.url.endswith("#id_tried_any_0")
    she_mends_the_error(nia)


def she_mends_the_error(nia):
    assert nia.page.title().startswith("Error: ")
    nia.choose("Have you tried any treatment", "Yes")
    nia.follow("Save and continue")


def she_sends_the_form(nia):
    fill_in(nia)
    assert heading(nia) == "Check your answers"
    assert HER_TREATMENT in words(nia)
    nia.write("Your full name", "Nia Example")
    nia.choose("Who filled in this form?", "I did, on my own")
    nia.tick("These answers are true")
    nia.follow("Send my answers")
    assert heading(nia) == "We have your form"
    assert Intake.objects.get().state == "submitted"


def she_books_moves_and_cancels(nia, rosa):
    she_books(nia)
    she_gets_the_confirmation(her_visit())
    nia.follow("Your care")
    assert when_text(her_visit().starts_at) in words(nia)
    rosa()
    nia.follow("First assessment")
    she_moves_it(nia)
    she_cancels_it(nia)


def she_books(nia):
    nia.follow("Book a visit")
    nia.follow("See free times")
    nia.follow("9:30am")
    assert "We are keeping this time for you until" in words(nia)
    nia.choose("How would you like to meet?", "Phone call")
    nia.tick("I ask the clinic to see me")
    nia.follow("Confirm this time")
    assert "Your appointment is booked" in words(nia)
    assert (her_visit().state, her_visit().mode) == (State.BOOKED, "phone")


def she_gets_the_confirmation(visit):
    mail = mails.after_the_post_has_gone(NIA)
    assert mail["subject"] == "Your appointment is booked"
    assert when_text(visit.starts_at) in mails.text_of(mail)
    event = calendar_entry(mail)
    assert event["summary"] == "Appointment with Exampleton Clinic"
    assert event.decoded("dtstart") == visit.starts_at
    assert event["dtstart"].params["tzid"] == "Europe/London"
    for word in ("MS", "Carbamazepine", "Baclofen", "sclerosis", "assessment for"):
        assert word not in str(event) + mail["subject"] + mails.text_of(mail)


def she_moves_it(nia):
    before = her_visit()
    nia.follow("Choose another time")
    nia.follow("11am")
    assert heading(nia) == "Check the new time"
    nia.follow("Move my appointment")
    after = her_visit()
    assert "Your appointment has moved" in words(nia)
    assert (after.pk, after.sequence, after.starts_at.astimezone(UK).hour) == (before.pk, before.sequence + 1, 11)
    mail = mails.after_the_post_has_gone(NIA)
    assert mail["subject"] == "Your appointment has a new time"
    assert calendar_entry(mail)["sequence"] == after.sequence


def she_cancels_it(nia):
    nia.follow("Cancel this appointment")
    assert "Your money, if you cancel now" in words(nia)
    nia.write("Why are you cancelling?", "I have found another day")
    nia.follow("Cancel this appointment")
    assert "Your appointment is cancelled" in words(nia)
    assert her_visit().state == State.CANCELLED_BY_PATIENT
    assert mails.after_the_post_has_gone(NIA)["subject"] == "Your appointment is cancelled"


def they_sign_in(staff, user, start):
    """With password and authenticator app."""
    staff.arrive(start)
    staff.write("Email", user.email)
    staff.write("Password", PASSWORD)
    staff.follow("Sign in")
    staff.write("Code", app_code(user))
    staff.follow("Sign in")


def rosa_sees_the_visit(rosa, user):
    authenticator(user)  # set up on another day
    they_sign_in(rosa, user, "/admin/")
    assert rosa.page.url.endswith("/admin/")
    rosa.follow("Appointments")
    assert "Nia Example" in words(rosa)
    rosa.follow(when_text(her_visit().starts_at))
    assert "07700 900982" in words(rosa)


def a_specialist_decides(doctor, user):
    authenticator(user)  # set up on another day
    they_sign_in(doctor, user, "/review/")
    assert heading(doctor) == "Forms to review"
    doctor.follow("Take the form of Nia Example")
    assert heading(doctor) == "Nia Example"
    assert HER_TREATMENT in words(doctor)
    doctor.follow("Write down records or a photo ID")
    doctor.write("Day", "3")
    doctor.write("Month", "11")
    doctor.write("Year", "2026")
    doctor.follow("Save")
    assert "The GP’s records reached us on Tuesday 3 November 2026." in words(doctor)
    saw_identity(Patient.objects.get(user__email=NIA), IdKind.PASSPORT, date(2031, 1, 1), by=user, at=timezone.now())
    deciding.proceed(doctor, REASONS)
    assert Decision.objects.get().reasons == REASONS


def she_reads_that_it_was_decided(nia):
    nia.follow("Your care")
    assert "A specialist has read your form" in words(nia)
    assert REASONS not in words(nia)


# What is there to see -------------------------------------------------------------------------------


def heading(person):
    return person.page.get_by_role("heading", level=1).inner_text()


def words(person):
    return person.page.locator("body").inner_text()


def her_visit():
    return Appointment.objects.get(patient__user__email=NIA)


def calendar_entry(mail):
    [file] = list(mail.iter_attachments())
    [event] = Calendar.from_ical(file.get_content()).walk("VEVENT")
    return event
