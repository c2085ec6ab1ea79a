"""Writing to us: what is asked, what is kept, who is told, and what spam meets."""

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clinic.audit.models import AccessLog
from clinic.enquiries import actions
from clinic.enquiries.models import Enquiry
from clinic.forms.text import PlainTextField
from clinic.outbox import sending
from clinic.outbox.models import Message
from clinic.wording.enums import Place
from clinic.wording.policy import check
from clinic.worklist import actions as worklist
from clinic.worklist.models import Task
from tests.factories import pages as factory
from tests.web import CSRF, KEY

SEND = "/write-to-us/"
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # a Wednesday
FILLED = {
    "name": "Nia Example",
    "topic": "before",
    "reply_by": "email",
    "email": "nia@example.com",
    "phone": "",
    "message": "Do you see people with shingles pain?",
    "website": "",
}


@pytest.fixture(autouse=True)
def nobody_has_written_before(db):
    cache.clear()


@pytest.fixture
def contact(manager):
    """The contact page, live."""
    return factory.page("contact", factory.FORM, slug="contact", label="Contact us", live_by=manager)


def send(client, **changes):
    return client.post(SEND, FILLED | {"key": uuid4()} | changes)


def wrong(answer):
    assert answer.status_code == 422
    return {name: list(said) for name, said in answer.context["form"].errors.items()}


# The good way ------------------------------------------------------------------------------------------


def test_a_message_is_kept_sealed_and_staff_get_a_task_and_a_neutral_mail(client, contact, settings):
    answer = send(client)

    enquiry = Enquiry.objects.get()
    assert answer["Location"] == "/write-to-us/sent/"
    assert "We have your message" in client.get(answer["Location"]).content.decode()
    assert enquiry.message == FILLED["message"]
    task = Task.objects.get()
    assert (task.title, task.role, task.about) == (
        "Answer a message: A question before I book",
        "reception",
        enquiry.pk,
    )
    Message.objects.update(
        due_at=timezone.now() - timedelta(hours=1)
    )  # the test's transaction began before the message was written
    sending.drain(1)
    letter = mail.outbox[0]
    assert (letter.to, letter.subject) == ([settings.CLINIC["email"]], "A message came in through the website")
    everything = "\n".join([letter.subject, letter.body, *(part for part, _ in letter.alternatives)])
    assert [word for word in ("Nia", "nia@example.com", "shingles", "question") if word in everything] == []
    assert [str(hit) for hit in check(letter.body, Place.MAIL, names=[settings.CLINIC["name"]])] == []
    assert f"/admin/clinic/enquiry/{enquiry.pk}/change/" in letter.body


def test_the_words_are_not_in_the_database_as_typed(client, contact):
    send(client)

    with connection.cursor() as cursor:
        cursor.execute("select message from clinic_enquiry")
        assert "shingles" not in cursor.fetchone()[0]


def test_the_form_stands_on_the_contact_page_with_its_key(client, contact):
    html = client.get("/contact/").content.decode()

    assert f'action="{SEND}"' in html
    assert KEY.search(html)
    assert CSRF.search(html)
    assert 'class="field trap"' in html


def test_sent_twice_it_is_one_message(client, contact):
    key = uuid4()

    for _ in range(2):
        assert send(client, key=key).status_code == 302

    assert (Enquiry.objects.count(), Task.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_gone_back_and_corrected_it_is_another_message(client, contact):
    key = uuid4()

    send(client, key=key, email="nia@exmaple.com")
    send(client, key=key)

    assert sorted(Enquiry.objects.values_list("email", flat=True)) == ["nia@example.com", "nia@exmaple.com"]
    assert Task.objects.count() == 2


def test_the_page_with_the_form_is_not_kept_by_the_browser(client, contact):
    assert client.get("/contact/")["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(
    ("topic", "role"), [("booking", "reception"), ("complaint", "manager"), ("data", "manager"), ("other", "reception")]
)
def test_who_answers(client, contact, topic, role):
    send(client, topic=topic)

    assert Task.objects.get().role == role


def test_reception_reads_it_and_the_reading_is_written_down(client, contact, as_user, rosa):
    send(client)
    enquiry = Enquiry.objects.get()

    html = as_user(rosa).get(f"/admin/clinic/enquiry/{enquiry.pk}/change/").content.decode()

    assert FILLED["message"] in html
    assert AccessLog.objects.get().about == enquiry.pk


@pytest.mark.parametrize("topic", ["complaint", "data"])
def test_complaints_are_for_managers_alone(client, contact, as_user, rosa, manager, topic):
    send(client, topic=topic)
    url = f"/admin/clinic/enquiry/{Enquiry.objects.get().pk}/change/"

    assert as_user(rosa).get(url).status_code == 404
    assert as_user(manager).get(url).status_code == 200


# What is wrong stands beside its field -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "Enter your name"),
        ({"name": "N" * 101}, "name", "must be 100 characters or fewer"),
        ({"topic": ""}, "topic", "Choose what your message is about"),
        ({"topic": "x"}, "topic", "x is not one of the available choices"),
        ({"reply_by": ""}, "reply_by", "Choose how you would like us to answer"),
        ({"email": ""}, "email", "Enter your email address, so that we can answer"),
        ({"email": "nia"}, "email", "like name@example.com"),
        ({"email": "nia@example.com\r\nBcc: x@example.com"}, "email", "like name@example.com"),
        ({"email": "n" * 300 + "@example.com"}, "email", ""),
        ({"reply_by": "phone"}, "phone", "Enter your phone number, so that we can answer"),
        ({"reply_by": "phone", "phone": "call me"}, "phone", "Enter a phone number, like 01632 960 001"),
        ({"reply_by": "phone", "phone": "123"}, "phone", "Enter a phone number, like 01632 960 001"),
        ({"message": " "}, "message", "Enter your message"),
        ({"message": "m" * 100_000}, "message", "must be 4,000 characters or fewer. You typed 100,000."),
        ({"message": "NUL \0 inside"}, "message", "holds a character that cannot be saved"),
        ({"name": "a" + "\u0301\u0316" * 250_000}, "name", "must be 100 characters or fewer"),
        ({"name": "NUL\0"}, "name", "holds a character that cannot be saved"),
        ({"key": "x"}, "key", ""),
    ],
)
def test_a_fault_is_said_and_nothing_typed_is_lost(client, contact, changes, field, words):
    answer = send(client, **changes)

    assert list(wrong(answer)) == [field]
    assert words in wrong(answer)[field][0]
    html = answer.content.decode()
    assert html.count("<title>Error: ") == 1
    assert all(value in html for name, value in FILLED.items() if name not in changes and name != "website")
    assert Enquiry.objects.count() == 0


@pytest.mark.parametrize("phone", ["01632 960 001", "+44 (0)7700 900982", "07700900982", "01632 960001 ext 12"])
def test_numbers_as_people_write_them(client, contact, phone):
    assert send(client, reply_by="phone", phone=phone, email="").status_code == 302
    assert Enquiry.objects.get().phone == phone


@pytest.mark.parametrize(
    "name", ["O'Neill-Ó Súilleabháin", "李", "Nia\r\nBcc: x@example.com", "{{ settings.SECRET_KEY }}"]
)
def test_names_are_kept_on_one_line_as_they_are(client, contact, name):
    send(client, name=name)

    assert Enquiry.objects.get().name == " ".join(name.split())


def test_the_database_keeps_only_what_can_be_answered(db):
    with pytest.raises(IntegrityError, match="enquiry_can_be_answered"), transaction.atomic():
        Enquiry.objects.create(key=uuid4(), name="X", topic="other", reply_by="phone", message="x", created_at=NOW)


# Spam ----------------------------------------------------------------------------------------------------


def test_who_fills_in_the_trap_learns_nothing_and_leaves_nothing(client, contact):
    answer = send(client, website="https://spam.example")

    assert answer["Location"] == "/write-to-us/sent/"
    assert (Enquiry.objects.count(), Task.objects.count(), Message.objects.count()) == (0, 0, 0)


def test_the_21st_message_of_an_hour_is_refused_kindly(client, contact, settings):
    for _ in range(20):
        assert send(client).status_code == 302

    answer = send(client)

    assert answer.status_code == 429
    assert settings.CLINIC["phone"] in answer.context["form"].non_field_errors()[0]
    assert FILLED["message"] in answer.content.decode()
    assert Enquiry.objects.count() == 20
    assert send(client, name="").status_code == 422  # a fault is still said


def test_marks_without_end_do_not_stop_the_site():
    """Composing letters takes the square of their marks: unbounded, one request held the site for minutes."""
    field = PlainTextField(longest=4000)
    began = time.perf_counter()

    for text in ("a" + "\u0301\u0316" * 400_000, "a" + "\u0301\u0316" * 4_000):
        with pytest.raises(ValidationError, match="4,000 characters or fewer"):
            field.clean(text)

    assert time.perf_counter() - began < 0.5


def test_faults_do_not_count_as_messages(client, contact):
    for _ in range(8):
        assert send(client, name="").status_code == 422

    assert send(client).status_code == 302


@pytest.mark.parametrize("path", [SEND, f"{SEND}?a=b"])
def test_asking_for_the_forms_address_leads_to_the_page(client, contact, path):
    assert client.get(path)["Location"] == "/contact/"


def test_without_a_contact_page_there_is_no_form(client, db):
    assert send(client).status_code == 404


# Forgetting ------------------------------------------------------------------------------------------------


def receive(at, **changes):
    values = {name: FILLED[name] for name in ("name", "topic", "reply_by", "email", "phone", "message")} | changes
    return actions.receive(values, key=uuid4(), at=at)


def test_after_six_months_what_was_answered_is_forgotten(db, rosa):
    now = timezone.now()
    answered, waiting, fresh = (receive(now - timedelta(days=days)) for days in (190, 190, 10))
    complaint = receive(now - timedelta(days=400), topic="complaint")
    for each in (answered, fresh, complaint):
        worklist.finish(Task.objects.get(about=each.pk), "Answered", by=rosa, at=now)

    assert actions.forget_old(at=now) == 1

    assert set(Enquiry.objects.values_list("pk", flat=True)) == {waiting.pk, fresh.pk, complaint.pk}
