"""What a patient sees of their messages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.appointments.diary import plan_messages
from clinic.outbox.models import Message, RuleSetting
from patients.contact import actions as contact
from tests.clinic.test_outbox_channels import CHOICES, COPIES
from tests.factories import diary
from tests.factories.messages import due

pytestmark = pytest.mark.django_db
PAGE = "/care/messages/"


@pytest.fixture
def visit(amina, okafor):
    made = diary.appointment(amina, okafor, diary.kind(okafor), timezone.now() + timedelta(days=30))
    plan_messages(made, "appointment_booked", at=timezone.now())
    return made


def seen(client, what):
    return [(each["label"], each["hint"].split(",")[0], each["status"]) for each in client.get(PAGE).context[what]]


def choose(patient, **changes):
    contact.choose(patient, CHOICES | changes, by=patient.user, at=timezone.now())


def test_what_is_to_come_stands_in_its_order(as_user, amina, visit):
    assert seen(as_user(amina.user), "coming") == [
        ("Booking confirmation", "Email", "To come"),
        ("What is missing, 7 days before", "Email", "To come"),
        ("What is missing, 4 days before", "Email", "To come"),
        ("Reminder, 48 hours before", "Email", "To come"),
        ("Reminder, 3 hours before", "Email", "To come"),
    ]


def test_each_time_is_said_in_uk_time(as_user, amina, visit):
    hints = [each["hint"] for each in as_user(amina.user).get(PAGE).context["coming"]]

    assert hints[0] == "Email, in the next minutes"
    assert all(hint.endswith("UK time") for hint in hints[1:])


def test_what_they_do_not_want_is_not_shown(as_user, amina, visit):
    choose(amina, reminders=False)

    assert [label for label, _, _ in seen(as_user(amina.user), "coming")] == ["Booking confirmation"]


def test_what_the_clinic_does_not_send_is_not_shown(as_user, amina, manager, visit):
    RuleSetting.objects.create(code="reminder_3h", is_on=False, changed_at=timezone.now(), changed_by=manager)

    assert "Reminder, 3 hours before" not in [label for label, _, _ in seen(as_user(amina.user), "coming")]


def test_each_channel_has_its_line(as_user, amina, visit):
    choose(amina, way="phone", **({"texts": True} | COPIES))

    lines = seen(as_user(amina.user), "coming")

    assert {how for label, how, _ in lines if label == "Reminder, 3 hours before"} == {
        "Text message",
        "Email to the person you named",
    }
    assert [how for label, how, _ in lines if label == "Booking confirmation"] == ["Letter"]


@pytest.mark.parametrize(
    ("fields", "how", "status"),
    [
        ({"state": "sent", "sent_at": timezone.now()}, "Email", "Sent"),
        ({"state": "delivered", "sent_at": timezone.now()}, "Email", "Delivered"),
        ({"state": "failed", "closed_at": timezone.now()}, "Email", "Could not be sent"),
        ({"state": "missed", "closed_at": timezone.now()}, "Email", "Not sent in time"),
        ({"state": "handed", "channel": "phone", "closed_at": timezone.now()}, "Phone call", "We call you"),
        ({"state": "handed", "channel": "post", "closed_at": timezone.now()}, "Letter", "We post it"),
    ],
)
def test_what_became_of_each(as_user, amina, fields, how, status):
    due(person=amina.pk, **fields)

    assert seen(as_user(amina.user), "gone") == [("Booking confirmation", how, status)]


def test_what_was_called_off_is_not_shown(as_user, amina):
    due(person=amina.pk, state="cancelled", why="the patient has asked for no reminders")

    page = as_user(amina.user).get(PAGE)
    assert (page.context["coming"], page.context["gone"]) == ([], [])


def test_nobody_sees_anothers(as_user, ben, visit):
    due(person=visit.patient_id, state="sent", sent_at=timezone.now())

    page = as_user(ben.user).get(PAGE)
    assert (page.context["coming"], page.context["gone"]) == ([], [])


def test_the_queries_do_not_grow(as_user, amina, django_assert_max_num_queries):
    client = as_user(amina.user)
    client.get(PAGE)
    with django_assert_max_num_queries(14) as few:
        client.get(PAGE)
    for _ in range(3):
        due(person=amina.pk)
        due(person=amina.pk, state="sent", sent_at=timezone.now())
    with django_assert_max_num_queries(len(few)):
        client.get(PAGE)

    assert Message.objects.count() == 6


def test_how_we_reach_them_stands_above(as_user, amina):
    amina.needs = ["large_print"]
    amina.save()
    choose(amina, **({"texts": True} | COPIES))

    html = as_user(amina.user).get(PAGE).content.decode()
    for words in ("By email, to amina@example.com, in large print", "Yes, to 07700 900123", "To Sam, sam@example.com"):
        assert words in html, words
