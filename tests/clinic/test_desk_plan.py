"""The message plan as staff see it, and its settings."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.outbox import changes
from clinic.outbox.models import RuleSetting
from clinic.outbox.rules import RULES

pytestmark = pytest.mark.django_db
PLAN = "/admin/messages/plan/"


def address(code):
    return f"{PLAN}{code}/"


def row(client, label):
    """The cells of a message's row, as words."""
    lines = client.get(PLAN).context["lines"]
    [line] = [line for line in lines if line.label == label]
    return line


def test_every_message_stands_in_the_table(as_user, rosa):
    page = as_user(rosa).get(PLAN)

    assert [line.code for line in page.context["lines"]] == [rule.code for rule in RULES]
    html = page.content.decode()
    assert [rule.label for rule in RULES if rule.label not in html] == []


@pytest.mark.parametrize(
    ("label", "reader", "when", "until", "stops_for"),
    [
        (
            "Reminder, 48 hours before",
            "The patient",
            "48 hours before the visit",
            "Until 6 hours before the visit",
            "deceased, discharged, inactive, no reminders",
        ),
        (
            "What is missing, 7 days before",
            "The patient",
            "7 days before the visit, at 10:00",
            "Until 5 days before the visit",
            "deceased, discharged, inactive, no reminders",
        ),
        ("Booking confirmation", "The patient", "At once", "Until the visit begins", "deceased, discharged, inactive"),
        ("Cancellation", "The patient", "At once", "For 3 days", "deceased"),
        (
            "We missed you",
            "The patient",
            "At once, from 8:00 to 20:00",
            "For 1 day",
            "deceased, discharged, inactive, no reminders",
        ),
        ("A time has become free", "The patient", "At once, from 8:00 to 20:00", "Until the end of the offer", None),
        ("Answers for a review are late", "Staff", "7 days after the review, at 10:00", "For 7 days", None),
        (
            "Questions before a review, on the day",
            "The patient",
            "The day of the review, at 10:00",
            "For 7 days",
            None,
        ),
    ],
)
def test_in_words(as_user, rosa, label, reader, when, until, stops_for):
    line = row(as_user(rosa), label)

    assert (line.reader, line.when, line.until) == (reader, when, until)
    assert stops_for is None or line.stops_for == stops_for


def test_no_time_is_counted_from_an_unnamed_it(as_user, rosa):
    lines = as_user(rosa).get(PLAN).context["lines"]

    assert [
        line.label for line in lines if re.search(r"\b(before|after|of|Until) it\b", f"{line.when} {line.until}")
    ] == []


def test_reception_reads_and_managers_change(as_user, rosa, manager, okafor, amina):
    assert as_user(rosa).get(PLAN).status_code == 200
    assert "desk-go" not in as_user(rosa).get(PLAN).content.decode()
    assert as_user(rosa).post(address("reminder_3h"), {"amount": 5}).status_code == 403
    assert as_user(okafor.user).get(PLAN).status_code == 403
    assert as_user(amina.user).get(PLAN).status_code == 404
    assert RuleSetting.objects.count() == 0
    assert f'href="{address("reminder_3h")}"' in as_user(manager).get(PLAN).content.decode()


def test_a_manager_sets_a_time(as_user, manager):
    client = as_user(manager)
    shown = client.get(address("missing_7d")).content.decode()

    answer = client.post(address("missing_7d"), {"is_on": "on", "amount": "6", "minute": "9.30"})

    assert ('value="7"' in shown, 'value="10:00"' in shown) == (True, True)
    assert answer.url == reverse("desk_plan")
    assert row(client, "What is missing, 7 days before").when == "6 days before the visit, at 09:30"
    assert 'value="6"' in client.get(address("missing_7d")).content.decode()


def test_a_manager_switches_one_off_and_on(as_user, manager):
    client = as_user(manager)

    client.post(address("reminder_3h"), {"amount": "3"})
    off = row(client, "Reminder, 3 hours before").is_on
    html = client.get(PLAN).content.decode()
    client.post(address("reminder_3h"), {"amount": "3", "is_on": "on"})

    assert (off, row(client, "Reminder, 3 hours before").is_on) == (False, True)
    assert html.count("Switched off") == 1


@pytest.mark.parametrize(
    ("code", "typed", "name", "words"),
    [
        ("reminder_48h", {"is_on": "on", "amount": "5"}, "amount", "of no use any more"),
        ("reminder_48h", {"is_on": "on", "amount": ""}, "amount", "Enter a number"),
        ("reminder_48h", {"is_on": "on", "amount": "-1"}, "amount", "0"),
        ("reminder_48h", {"is_on": "on", "amount": "9" * 30}, "amount", "Enter 336 or less"),
        ("missing_7d", {"is_on": "on", "amount": "7", "minute": "25:00"}, "minute", "like 09:00"),
        ("missing_7d", {"is_on": "on", "amount": "7", "minute": "06:00"}, "minute", "quiet hours"),
        ("missing_7d", {"is_on": "on", "amount": "7", "minute": ""}, "minute", "Enter a time"),
    ],
)
def test_an_error_stands_beside_its_question_and_nothing_typed_is_lost(as_user, manager, code, typed, name, words):
    answer = as_user(manager).post(address(code), typed)

    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[name])
    assert f'value="{typed[name]}"' in answer.content.decode() or not typed[name]
    assert RuleSetting.objects.count() == 0


@pytest.mark.parametrize("code", ["booking_confirmed", "nothing", "x" * 200])
def test_what_cannot_be_set_has_no_page(as_user, manager, code):
    assert as_user(manager).get(address(code)).status_code == 404
    assert as_user(manager).post(address(code), {"amount": "1"}).status_code == 404


def test_what_cannot_be_switched_off_is_not_asked(as_user, manager):
    client = as_user(manager)

    assert "is_on" not in client.get(address("review_late")).context["form"].fields
    client.post(address("review_late"), {"amount": "36", "minute": "10:00"})

    assert RuleSetting.objects.get().is_on


def test_who_changed_it_and_when_is_told(as_user, rosa, manager):
    at = timezone.now()
    changes.set_rule("reminder_3h", is_on=True, amount=4, minute=None, by=manager, at=at)

    assert row(as_user(rosa), "Reminder, 3 hours before").changed == f"by manager@example.com on {at:%-d %B %Y}"


def test_the_table_asks_as_often_with_settings_as_without(as_user, rosa, manager, django_assert_num_queries):
    client = as_user(rosa)
    client.get(PLAN)
    with django_assert_num_queries(3):
        client.get(PLAN)
    for code in ("reminder_3h", "reminder_48h", "missing_7d"):
        changes.set_rule(code, is_on=False, amount=None, minute=None, by=manager, at=timezone.now())

    with django_assert_num_queries(3):
        client.get(PLAN)
