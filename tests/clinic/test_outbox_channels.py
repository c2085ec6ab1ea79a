"""The ways a message goes: e-mail, text, copy, and by the hand of reception."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db.models.functions import Now
from django.utils import timezone

from bookings.appointments.diary import plan_messages
from bookings.appointments.models import Appointment
from clinic.outbox import actions, buttons, policy, registry, sending, stopping
from clinic.outbox.enums import Channel, Stop
from clinic.outbox.models import Attempt, Message
from clinic.outbox.policy import Reach, carried_by, due_time, text_length, ways
from clinic.outbox.registry import Letter, Text
from clinic.outbox.rules import BY_CODE, RULES
from clinic.worklist.models import Task
from patients.contact import actions as contact
from patients.profile.models import Patient
from tests.factories import diary, people
from tests.factories.messages import due, message_now, plain_composers, while_sending

UK = ZoneInfo("Europe/London")
CHOICES = {
    "way": "email",
    "postal_address": "",
    "texts": False,
    "reminders": True,
    "copies_name": "",
    "copies_email": "",
}
TEXTS = {"texts": True}
COPIES = {"copies_name": "Sam", "copies_email": "sam@example.com"}
POST = {"way": "post", "postal_address": "1 Example Street"}


@pytest.fixture(autouse=True)
def texts_are_files(settings, tmp_path):
    settings.SMS_FILE_PATH = tmp_path


@pytest.fixture
def visit(amina, okafor):
    return diary.appointment(amina, okafor, diary.kind(okafor), timezone.now() + timedelta(days=30))


def choose(patient, **changes):
    contact.choose(patient, CHOICES | changes, by=patient.user, at=timezone.now())


def book(visit):
    plan_messages(visit, "appointment_booked", at=timezone.now())


def planned(rule=None):
    found = Message.objects.filter(rule=rule) if rule else Message.objects
    return sorted(found.values_list("rule", "channel"))


def make_due(*rules):
    """Have these messages wait no longer, and forget the others."""
    Message.objects.exclude(rule__in=rules).delete()
    Message.objects.update(due_at=Now() - timedelta(minutes=1))
    sending.drain(10)


def ends(*fields):
    return sorted(Message.objects.values_list("channel", "state", *fields))


def texts_sent(settings):
    return [file.read_text().split("\n")[:2] for file in sorted(Path(settings.SMS_FILE_PATH).glob("*.txt"))]


# What is planned for whom ---------------------------------------------------------------------------


def test_who_has_chosen_nothing_gets_emails_only(visit):
    book(visit)

    assert {channel for _, channel in planned()} == {"email"}


def test_texts_and_copies_are_planned_for_those_who_chose_them(amina, visit):
    choose(amina, **TEXTS, **COPIES)
    book(visit)

    assert planned() == [
        ("booking_confirmed", "copy"),
        ("booking_confirmed", "email"),
        ("missing_4d", "email"),
        ("missing_4d", "sms"),
        ("missing_7d", "email"),
        ("missing_7d", "sms"),
        ("reminder_3h", "copy"),
        ("reminder_3h", "email"),
        ("reminder_3h", "sms"),
        ("reminder_48h", "copy"),
        ("reminder_48h", "email"),
        ("reminder_48h", "sms"),
    ]


def test_what_is_chosen_later_holds_for_what_waits_and_at_its_time(amina, visit):
    book(visit)
    before = {row.rule: row.due_at for row in Message.objects.all()}

    choose(amina, **TEXTS)
    choose(amina, **TEXTS)

    texts = Message.objects.filter(channel="sms")
    assert {row.rule: row.due_at for row in texts} == {
        rule: before[rule] for rule in ("missing_4d", "missing_7d", "reminder_48h", "reminder_3h")
    }
    assert planned("booking_confirmed") == [("booking_confirmed", "email")]  # that has been and gone


def test_without_a_carrier_no_text_is_planned(amina, visit, settings):
    choose(amina, **TEXTS)
    settings.SMS_GATEWAY = ""

    book(visit)

    assert {channel for _, channel in planned()} == {"email"}


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        (None, {"email"}),
        (Reach(), {"email"}),
        (Reach(frozenset({Channel.SMS})), {"email", "sms"}),
        (Reach(frozenset({Channel.COPY})), {"email", "copy"}),
        (Reach(by_hand=Channel.PHONE), {"email"}),
        (Reach(frozenset({Channel.SMS, Channel.COPY}), Channel.PHONE), {"sms", "copy"}),
    ],
)
def test_the_ways_of_a_reminder(reach, expected):
    assert set(ways(BY_CODE["reminder_48h"], reach)) == expected


def test_what_the_law_wants_on_paper_comes_beside_a_text():
    reach = Reach(frozenset({Channel.SMS}), Channel.PHONE)

    assert set(ways(BY_CODE["booking_cancelled"], reach)) == {"email", "sms"}


@pytest.mark.parametrize(
    ("rule", "hand", "days", "expected"),
    [
        ("review_late", "phone", 7, "email"),  # to staff, about somebody who is called
        ("booking_confirmed", None, 30, "email"),
        ("booking_confirmed", "phone", 30, "post"),
        ("booking_confirmed", "phone", 1, "post"),
        ("decision_made", "phone", 7, "phone"),
        ("decision_made", "post", 7, "post"),
        ("decision_made", "post", 3, "post"),
        ("reminder_48h", "post", 2, "phone"),  # a letter would come too late
    ],
)
def test_call_or_letter(rule, hand, days, expected):
    now = timezone.now()

    reach = Reach(by_hand=Channel(hand) if hand else None)
    assert carried_by(BY_CODE[rule], Channel.EMAIL, reach, now, now + timedelta(days=days)) == expected


@pytest.mark.parametrize("how", [Channel.SMS, Channel.COPY, Channel.PHONE, Channel.POST])
def test_only_an_email_goes_by_hand_instead(how):
    now = timezone.now()

    assert carried_by(BY_CODE["reminder_48h"], how, Reach(by_hand=Channel.PHONE), now, now + timedelta(days=9)) == how


def test_staff_have_no_reach():
    now = timezone.now()

    assert carried_by(BY_CODE["staff_invited"], Channel.EMAIL, None, now, now) == "email"


@pytest.mark.parametrize(
    "code", sorted(rule.code for rule in RULES if rule.at_any_hour and Channel.SMS in rule.channels)
)
def test_no_text_comes_at_night(code):
    """An e-mail may: the person has just acted. A phone on the bedside table rings."""
    at = datetime(2026, 12, 1, 23, 30, tzinfo=UK)
    anchor = at + timedelta(days=3)

    times = {how: due_time(BY_CODE[code], anchor, at, how).due.astimezone(UK) for how in (Channel.EMAIL, Channel.SMS)}

    assert times == {"email": at, "sms": datetime(2026, 12, 2, 8, tzinfo=UK)}


# What goes out -------------------------------------------------------------------------------------


def test_each_channel_says_what_it_should(amina, visit, settings, transactional_db):
    choose(amina, **TEXTS, **COPIES)
    book(visit)
    make_due("reminder_48h")

    own, copy = sorted(mail.outbox, key=lambda each: each.to)
    assert ends("attempts", "why") == [(how, "sent", 1, "") for how in ("copy", "email", "sms")]
    assert (own.to, copy.to, copy.subject) == (
        ["amina@example.com"],
        ["sam@example.com"],
        "A reminder of an appointment",
    )
    assert "Hello Sam," in copy.body
    assert "because Amina asked us to send it to you" in copy.body
    for secret in ("/v/", "/appointments/", "Okafor", "£", "amina@"):
        assert secret not in copy.body + str(copy.alternatives), secret
    [[number, words]] = texts_sent(settings)
    assert number == "+447700900123"
    assert words.startswith("Exampleton Clinic: appointment ")
    assert "http://localhost:8000/v/" in words
    assert text_length(words) <= 160
    assert Message.objects.get(channel="sms").provider_id


@pytest.mark.parametrize(
    ("before", "after", "gone", "why"),
    [
        (TEXTS, {}, "sms", "the patient has not chosen text messages"),
        (COPIES, {}, "copy", "the patient has named nobody for copies"),
        ({}, {"way": "phone"} | TEXTS, "email", "a text message says it"),
        ({}, {"reminders": False}, "email", "the patient has asked for no reminders"),
    ],
)
def test_what_they_no_longer_want_is_asked_at_the_moment_of_sending(
    amina, visit, transactional_db, before, after, gone, why
):
    choose(amina, **before)
    book(visit)
    choose(amina, **after)
    make_due("reminder_48h")

    assert (gone, "cancelled", why) in ends("why")
    assert all(each.to != ["sam@example.com"] for each in mail.outbox)


def test_what_was_chosen_while_the_one_before_was_sent_is_heard(amina, visit, transactional_db, settings):
    """A worker has taken and read the reminder by then."""
    book(visit)
    for rule, minutes in (("booking_confirmed", 2), ("reminder_48h", 1)):
        Message.objects.filter(rule=rule).update(due_at=Now() - timedelta(minutes=minutes))
    while_sending(settings, lambda: choose(amina, reminders=False))

    sending.drain(5)

    reminder = Message.objects.get(rule="reminder_48h")
    assert (reminder.state, reminder.why) == ("cancelled", "the patient has asked for no reminders")
    assert len(mail.outbox) == 1


def test_who_wants_no_reminders_is_still_told_of_a_change(amina, visit, transactional_db):
    choose(amina, reminders=False)
    book(visit)
    make_due("booking_confirmed")

    assert ends("rule") == [("email", "sent", "booking_confirmed")]


@pytest.mark.parametrize(
    ("choices", "rule", "how", "title"),
    [
        ({"way": "phone"}, "missing_7d", "phone", "Phone call: What is missing, 7 days before"),
        ({"way": "phone"}, "booking_confirmed", "post", "Letter by post: Booking confirmation"),
        (POST, "booking_confirmed", "post", "Letter by post: Booking confirmation"),
    ],
)
def test_what_is_not_for_email_becomes_a_task(amina, visit, transactional_db, choices, rule, how, title):
    choose(amina, **choices)
    book(visit)
    make_due(rule)

    message, task = Message.objects.get(), Task.objects.get()
    assert (message.channel, message.state, message.lease_until, message.sent_at) == (how, "handed", None, None)
    assert (task.kind, task.title, task.about, task.role) == ("by_hand", title, message.pk, "reception")
    assert task.due_at <= message.useful_until
    assert mail.outbox == []
    assert sending.drain(5) == 0


def test_somebody_without_any_address_is_called(okafor, transactional_db):
    nobody = people.patient(account=False)
    visit = diary.appointment(nobody, okafor, diary.kind(okafor), timezone.now() + timedelta(days=30))
    book(visit)
    make_due("missing_7d")

    assert ends() == [("phone", "handed")]


def test_the_task_ends_with_its_visit(amina, visit, transactional_db):
    choose(amina, way="phone")
    book(visit)
    make_due("missing_7d")

    actions.cancel(visit.pk, why="cancelled", at=timezone.now())

    assert list(Task.objects.values_list("state", "outcome")) == [("done", "No longer wanted: cancelled")]
    assert ends() == [("phone", "handed")]  # what happened to the message stays


def test_what_no_longer_holds_makes_no_task(amina, visit, transactional_db):
    choose(amina, way="phone")
    book(visit)
    Appointment.objects.filter(pk=visit.pk).update(state="cancelled_by_patient")
    make_due("missing_7d")

    assert ends() == [("email", "cancelled")]
    assert Task.objects.count() == 0


def test_a_message_by_hand_cannot_be_sent_again(amina, rosa, visit, transactional_db):
    choose(amina, way="phone")
    book(visit)
    make_due("missing_7d")

    assert "goes by hand" in buttons.why_not_again(Message.objects.get(), timezone.now())


# Text messages that cannot go ------------------------------------------------------------------------


class Carrier:
    """A gateway that refuses, counts and names."""

    keys: list = []
    error = None

    def send(self, text, key):
        self.keys.append(key)
        if self.error:
            raise self.error
        return "carrier-1"


@pytest.fixture
def carrier(settings, monkeypatch):
    settings.SMS_GATEWAY = f"{__name__}.Carrier"
    monkeypatch.setattr(Carrier, "keys", [])
    monkeypatch.setattr(Carrier, "error", None)
    return Carrier


@pytest.fixture
def one_text(monkeypatch, amina, transactional_db):
    choose(amina, **TEXTS)
    composers = plain_composers(monkeypatch)
    composers["reminder_48h"] = lambda message: Text(to="+447700900123", text="Short")
    return due("reminder_48h", channel="sms", person=amina.pk), composers


def test_every_try_bears_the_same_key(carrier, one_text, monkeypatch):
    message, _ = one_text
    monkeypatch.setattr(carrier, "error", ConnectionResetError())
    sending.drain(5)
    tried = message_now(message)
    Message.objects.update(due_at=Now() - timedelta(minutes=1))
    monkeypatch.setattr(carrier, "error", None)
    sending.drain(5)

    assert (tried.state, tried.last_answer, tried.why, tried.maybe_repeated) == (
        "due",
        "quick",
        "ConnectionResetError",
        True,
    )
    assert carrier.keys == [str(message.pk)] * 2
    assert (message_now(message).state, message_now(message).provider_id) == ("sent", "carrier-1")
    assert list(Attempt.objects.order_by("number").values_list("outcome", flat=True)) == ["quick", "sent"]


def test_a_receipt_makes_it_delivered(carrier, one_text):
    sending.drain(5)

    actions.note_delivered("carrier-1", at=timezone.now())

    assert message_now(one_text[0]).state == "delivered"


@pytest.mark.parametrize(
    ("letter", "why"),
    [
        (Text("+447700900123", "x" * 161), "longer than a text message may be"),
        (Text("+447700900123", "Café č"), "longer than a text message may be"),
        (Text("", "Short"), "no address"),
        (Letter("a@example.com", "Subject", "Text"), "not written for this channel"),
    ],
)
def test_a_text_that_cannot_go_fails_and_makes_a_task(carrier, one_text, letter, why):
    message, composers = one_text
    composers["reminder_48h"] = lambda message: letter
    sending.drain(5)

    assert (message_now(message).state, message_now(message).why, carrier.keys) == ("failed", why, [])
    assert Task.objects.get().kind == "message_failed"


def test_a_carrier_that_breaks_stops_nobody_else(carrier, one_text, monkeypatch):
    message, _ = one_text
    monkeypatch.setattr(carrier, "error", ValueError("+447700900123"))
    other = due("booking_confirmed")
    sending.drain(5)

    assert (message_now(message).state, message_now(message).why) == ("failed", "ValueError")
    assert message_now(other).state == "sent"


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("£1", 2), ("€1", 3), ("a\nb", 3), ("é", 1), ("č", float("inf")), ("’", float("inf"))]
)
def test_the_room_of_a_text(text, length):
    assert text_length(text) == length


def test_every_channel_of_every_message_in_use_is_written_for(amina, visit, settings):
    """A rule that promises texts or copies has words for them."""
    for rule in RULES:
        built = registry.built(rule.code)
        if registry.is_in_use(rule.code) and Channel.SMS in rule.channels:
            assert built, rule.code
            assert built.words.text, rule.code
    assert policy.LONGEST_TEXT == 160


def test_nobody_is_called_about_somebody_who_has_died(amina, visit, transactional_db):
    choose(amina, way="phone")
    book(visit)
    make_due("missing_7d")

    stopping.follow(amina.pk, before=None, now=Stop.DECEASED, at=timezone.now())

    assert list(Task.objects.values_list("state", "outcome")) == [("done", "Not told: the patient has died")]


def test_no_copy_goes_about_somebody_who_has_died(amina, visit, transactional_db):
    choose(amina, **COPIES)
    book(visit)
    Patient.objects.filter(pk=amina.pk).update(status="deceased", status_since=timezone.now().date())
    make_due("reminder_48h")

    assert ends("why") == [(how, "cancelled", "the patient has died") for how in ("copy", "email")]
    assert mail.outbox == []
