"""How a patient is reached, at the desk: their choices, and what is told by phone or posted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.appointments.diary import plan_messages
from bookings.appointments.models import Appointment
from clinic.addresses import actions as addresses
from clinic.addresses.models import StoppedAddress
from clinic.audit.models import AccessLog
from clinic.outbox import sending
from clinic.outbox.models import Message
from clinic.worklist.models import Task
from patients.consents.models import Consent
from patients.contact import actions as contact
from patients.contact.models import ContactChoice
from tests.clinic.test_outbox_channels import CHOICES, POST, make_due
from tests.factories import diary, people


def choose(patient, by, **changes):
    contact.choose(patient, CHOICES | changes, by=by, at=timezone.now())


@pytest.fixture
def visit(amina, okafor):
    return diary.appointment(amina, okafor, diary.kind(okafor), timezone.now() + timedelta(days=30))


@pytest.fixture
def handed(transactional_db, amina, visit):
    """A function that has a message of Amina's given to reception, and returns it."""

    def give(rule, **choices):
        choose(amina, amina.user, **choices)
        plan_messages(visit, "appointment_booked", at=timezone.now())
        make_due(rule)
        return Message.objects.get()

    return give


def address(message):
    return f"/admin/messages/{message.pk}/tell/"


# Their choices ---------------------------------------------------------------------------------------


def test_staff_write_down_what_somebody_without_an_account_chose(as_user, rosa):
    patient = people.patient(account=False)
    page = f"/admin/people/{patient.pk}/contact/"
    answer = as_user(rosa).post(page, {"way": "post", "postal_address": "1 Example Street", "texts": "on"})

    choice = ContactChoice.objects.get()
    assert answer["Location"] == f"/admin/patients/patient/{patient.pk}/change/"
    assert (choice.way, choice.texts, choice.reminders, choice.changed_by) == (
        "post",
        True,
        False,
        rosa,
    )
    assert list(Consent.objects.values_list("purpose", "given", "method", "by")) == [("texts", True, "phone", rosa.pk)]


def test_an_error_loses_nothing_typed(as_user, rosa, amina):
    page = as_user(rosa).post(f"/admin/people/{amina.pk}/contact/", {"way": "post", "copies_name": "Sam"})

    assert page.status_code == 422
    assert sorted(page.context["form"].errors) == ["copies_email", "postal_address"]
    assert page.context["form"]["copies_name"].value() == "Sam"
    assert ContactChoice.objects.count() == 0


@pytest.mark.parametrize(("who", "status"), [("rosa", 200), ("manager", 200), ("okafor", 403), ("ben", 404)])
def test_who_may(request, as_user, handed, amina, who, status):
    message = handed("missing_7d", way="phone")
    person = request.getfixturevalue(who)
    client = as_user(getattr(person, "user", person))

    for page in (f"/admin/people/{amina.pk}/contact/", address(message)):
        assert client.get(page).status_code == status


def test_every_opening_is_written_down(as_user, rosa, handed, amina):
    message = handed("missing_7d", way="phone")
    client = as_user(rosa)
    client.get(f"/admin/people/{amina.pk}/contact/")
    client.get(address(message))

    read = AccessLog.objects.filter(what="read", about=amina.pk, actor=rosa)
    assert read.count() == 2


# What is told ------------------------------------------------------------------------------------------


def test_a_call_has_the_number_and_the_words(as_user, rosa, handed):
    html = as_user(rosa).get(address(handed("missing_7d", way="phone"))).content.decode()

    assert "Call Amina Example" in html
    assert "07700 900123" in html
    assert "Ask for their date of birth before you say more." in html
    assert "We do not have everything we need for your appointment yet." in html
    assert "27 March 1980" not in html


def test_a_letter_has_the_address_and_no_word_of_a_file(as_user, rosa, handed):
    message = handed("booking_confirmed", **POST)
    html = as_user(rosa).get(address(message)).content.decode()

    assert "1 Example Street" in html
    assert "<h1>Your appointment is booked</h1>" in html
    assert "CANCELLATION FORM" in html
    for of_a_mail in ("attached file", "This mailbox"):
        assert of_a_mail not in html


@pytest.mark.parametrize("large", [True, False])
def test_large_print(as_user, rosa, handed, amina, large):
    amina.needs = ["large_print"] if large else ["braille"]
    amina.save()
    message = handed("booking_confirmed", **POST)

    assert ("page-receipt large-print" in as_user(rosa).get(address(message)).content.decode()) is large


def test_what_no_longer_holds_is_not_told(as_user, rosa, handed, visit):
    message = handed("missing_7d", way="phone")
    Appointment.objects.filter(pk=visit.pk).update(state="cancelled_by_patient")

    html = as_user(rosa).get(address(message)).content.decode()
    assert "There is nothing to tell any more" in html
    assert "07700" not in html


@pytest.mark.parametrize(("rule", "words"), [("missing_7d", "Call Pat"), ("booking_confirmed", "CANCELLATION FORM")])
def test_somebody_without_any_address_is_told_all_the_same(transactional_db, as_user, rosa, okafor, rule, words):
    nobody = people.patient(account=False)
    visit = diary.appointment(nobody, okafor, diary.kind(okafor), timezone.now() + timedelta(days=30))
    plan_messages(visit, "appointment_booked", at=timezone.now())
    make_due(rule)

    html = as_user(rosa).get(address(Message.objects.get())).content.decode()
    assert words in html
    assert "nothing to tell" not in html


def test_a_stopped_address_does_not_stop_a_call(as_user, rosa, handed):
    message = handed("missing_7d", way="phone")
    addresses.stop("amina@example.com", StoppedAddress.Why.BOUNCED, at=timezone.now())

    assert "Call Amina Example" in as_user(rosa).get(address(message)).content.decode()


def test_the_task_leads_there(as_user, rosa, handed):
    message = handed("missing_7d", way="phone")
    task = Task.objects.get()

    html = as_user(rosa).get(f"/admin/clinic/task/{task.pk}/change/").content.decode()
    assert address(message) in html
    assert f"/admin/clinic/task/{task.pk}/change/" in as_user(rosa).get(address(message)).content.decode()


def test_a_message_that_was_sent_has_no_such_page(as_user, rosa, handed):
    message = handed("missing_7d")

    assert message.state == "sent"
    assert as_user(rosa).get(address(message)).status_code == 404


def test_who_changed_their_mind_to_email_is_not_called_twice(handed, amina):
    """What reception has stays theirs; what comes after goes by e-mail."""
    handed("missing_7d", way="phone")
    choose(amina, amina.user)

    assert sending.drain(5) == 0
