"""The message log as reception sees it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from clinic.outbox.admin import span
from clinic.outbox.models import Message
from tests.factories.messages import plain_composers

LOG = "admin:clinic_message_changelist"


@pytest.fixture
def composers(monkeypatch):
    return plain_composers(monkeypatch)


def message(**fields):
    now, key = timezone.now(), uuid4()
    details = {
        "rule": "booking_confirmed",
        "about": uuid4(),
        "anchor": now,
        "wanted_at": now,
        "due_at": now,
        "useful_until": now + timedelta(days=1),
        "created_at": now,
        "state": "sent",
        "sent_at": now,
    }
    return Message.objects.create(key=f"test:{key}", message_id=f"<{key}@test>", **details | fields)


def address(name, row):
    return reverse(f"admin:clinic_message_{name}", args=[row.pk])


def test_reception_reads_the_log_and_its_filters(as_user, rosa):
    message(state="missed", rule="reminder_3h", sent_at=None)
    message()

    page = as_user(rosa).get(reverse(LOG)).content.decode()
    missed = as_user(rosa).get(reverse(LOG), {"state__exact": "missed"}).content.decode()

    assert ("Booking confirmation" in page, "Reminder, 3 hours before" in page) == (True, True)
    assert "Too late to be of use (1)" in page
    assert 'class="field-name"' in missed
    assert missed.count('class="field-name"') == 1


@pytest.mark.parametrize(
    "query", [{"day": "today"}, {"rule": "booking_confirmed"}, {"day": "today", "state__exact": "sent"}]
)
def test_the_log_filters_by_day_and_message(as_user, rosa, query):
    message()
    message(rule="reminder_3h", due_at=timezone.now() - timedelta(days=3), state="missed", sent_at=None)

    page = as_user(rosa).get(reverse(LOG), query).content.decode()

    assert page.count('class="field-name"') == 1


@pytest.mark.parametrize(
    "query",
    [
        {"day": "nonsense"},
        {"rule": "x' or 1=1"},
        {"state__exact": "nonsense"},
        {"person": str(uuid4())},
        {"p": "99999"},
    ],
)
def test_a_query_that_makes_no_sense_is_no_error(as_user, rosa, query):
    message()

    assert as_user(rosa).get(reverse(LOG), query).status_code in {200, 302, 400}


def test_the_log_can_show_what_is_late(as_user, rosa):
    late = message(state="due", sent_at=None, due_at=timezone.now() - timedelta(minutes=20))
    message(state="due", sent_at=None, due_at=timezone.now() - timedelta(minutes=10))

    page = as_user(rosa).get(reverse(LOG), {"late": "now"}).content.decode()

    assert page.count('class="field-name"') == 1
    assert str(late.pk) in page


def test_the_log_says_how_it_travels_and_why_it_was_not_sent(as_user, rosa):
    message(state="failed", sent_at=None, last_answer="never", why="SMTPRecipientsRefused 550")

    page = as_user(rosa).get(reverse(LOG)).content.decode()

    assert "it was refused for good, so the address may be wrong" in page
    assert "SMTPRecipientsRefused" not in page
    assert '<td class="field-channel">E-mail</td>' in page


def test_the_class_of_the_error_stands_on_the_messages_own_page(as_user, rosa):
    row = message(state="failed", sent_at=None, last_answer="never", why="SMTPRecipientsRefused 550")

    page = as_user(rosa).get(address("change", row)).content.decode()

    assert page.count("SMTPRecipientsRefused 550") == 1


def test_days_are_uk_days():
    assert span("today", datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == (
        datetime(2026, 7, 1, 23, tzinfo=UTC),
        datetime(2026, 7, 2, 23, tzinfo=UTC),
    )
    assert span("last-week", datetime(2026, 12, 8, 12, tzinfo=UTC)) == (
        datetime(2026, 12, 1, tzinfo=UTC),
        datetime(2026, 12, 8, tzinfo=UTC),
    )


def test_a_button_sends_again(as_user, rosa, composers):
    row = message(state="failed", sent_at=None, why="SMTPDataError 554")
    browser = as_user(rosa)

    page = browser.get(address("change", row)).content.decode()
    answer = browser.post(address("send_again", row))

    again = Message.objects.get(state="due")
    assert "Send again" in page
    assert answer.url == address("change", again)
    assert again.asked_by == rosa
    assert browser.get(address("change", again)).status_code == 200


def test_every_try_is_shown_also_the_one_that_lost_its_worker(as_user, rosa):
    row = message(attempts=3, maybe_repeated=True)
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    row.tries.create(number=2, at=at, outcome="slow", why="SMTPDataError 451")
    row.tries.create(number=3, at=at + timedelta(minutes=4), outcome="sent")

    page = as_user(rosa).get(address("change", row))

    assert page.context["tries"] == [
        (1, "", "The worker stopped: it may have gone out or not"),
        (2, "Monday 23 November 2026 at 9am, UK time", "Refused for now (SMTPDataError 451)"),
        (3, "Monday 23 November 2026 at 9:04am, UK time", "Taken by the server"),
    ]
    assert "Refused for now (SMTPDataError 451)" in page.content.decode()


@pytest.mark.parametrize(
    ("state", "words"),
    [("sending", "Under way"), ("cancelled", "Not tried: see why above"), ("missed", "Not tried: see why above")],
)
def test_a_last_try_without_an_end_says_what_it_was(as_user, rosa, state, words):
    row = message(state=state, attempts=1, sent_at=None, lease_until=timezone.now())

    assert as_user(rosa).get(address("change", row)).context["tries"] == [(1, "", words)]


def test_what_cannot_be_sent_again_says_why_and_has_no_button(as_user, rosa):
    row = message(state="cancelled", sent_at=None, why="moved")
    browser = as_user(rosa)

    page = browser.get(address("change", row)).content.decode()
    browser.post(address("send_again", row))

    assert "no longer wanted" in page
    assert "send-again" not in page
    assert Message.objects.count() == 1


def test_looking_changes_nothing(as_user, rosa):
    row = message()

    assert as_user(rosa).get(address("send_again", row)).status_code == 405
    assert as_user(rosa).post(address("change", row), {"state": "due"}).status_code == 403
    assert Message.objects.get().state == "sent"


@pytest.mark.parametrize("who", ["amina", "okafor"])
def test_others_have_no_log(as_user, request, who):
    person = request.getfixturevalue(who).user
    row = message(state="failed", sent_at=None)
    browser = as_user(person)

    answers = [browser.get(reverse(LOG)), browser.get(address("change", row)), browser.post(address("send_again", row))]

    assert {answer.status_code for answer in answers} <= {403, 404}
    assert Message.objects.count() == 1


def test_an_unknown_message_is_not_found(as_user, rosa):
    assert as_user(rosa).post(reverse("admin:clinic_message_send_again", args=[uuid4()])).status_code == 404


def test_the_log_asks_as_often_for_3_rows_as_for_1(as_user, rosa, django_assert_max_num_queries):
    with time_machine.travel(datetime(2026, 11, 23, 9, tzinfo=UTC), tick=False):
        browser = as_user(rosa)
        browser.get(reverse(LOG))
        message()
        with django_assert_max_num_queries(50) as first:
            browser.get(reverse(LOG))
        message(), message()
        with django_assert_max_num_queries(len(first)) as second:
            browser.get(reverse(LOG))

    assert len(second) == len(first)
