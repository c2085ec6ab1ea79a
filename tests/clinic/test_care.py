"""The patient's own front page."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients.suitability.enums import Outcome
from tests.factories import diary, intakes, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def kind(okafor):
    return diary.kind(okafor)


def tasks(page):
    return [(task.label, task.status, task.url) for task in page.context["tasks"]]


def test_a_newcomer_is_led_to_their_details_and_the_form(as_user, db):
    page = as_user(people.user("new@example.com")).get(reverse("care"))

    assert (page.status_code, tasks(page)) == (
        200,
        [("Your details", "Not finished", "/care/details/"), ("Your form", "Not started", "/intake/")],
    )
    assert "You have no visit booked" in page.content.decode()


@pytest.mark.parametrize(("reach", "status"), [(intakes.draft, "Started"), (intakes.sent, "Sent")])
def test_the_form_says_how_far_it_is(amina, as_user, reach, status):
    reach(amina)

    assert tasks(as_user(amina.user).get(reverse("care"))) == [
        ("Your details", "Done", "/care/details/"),
        ("Your form", status, "/intake/"),
    ]


def test_a_form_in_review_and_a_decision(amina, okafor, as_user):
    intake = intakes.in_review(amina, okafor)
    client = as_user(amina.user)
    before = client.get(reverse("care"))

    said = {"reasons": "Zebra reasons of some length", "message": "Call us.\nAsk for Ada."}
    intakes.decide(intake, okafor, Outcome.DECLINE, **said)
    after = client.get(reverse("care"))

    assert (tasks(before)[1][1], before.context["decisions"]) == ("Sent", [])
    assert after.context["decisions"] == [
        {"when": "Monday 23 November 2026", "who": "Dr Ada Okafor", "message": "Call us.\nAsk for Ada."}
    ]
    text = after.content.decode()
    assert ("A specialist has read your form" in text, "Call us.<br>Ask for Ada." in text) == (True, True)
    assert [word for word in ("Zebra", "Not able to help", "decline") if word in text] == []


def test_visits_to_come_and_past_ones(amina, ben, okafor, kind, as_user):
    coming = diary.appointment(amina, okafor, kind, NOW + timedelta(days=2))
    soon = diary.appointment(amina, okafor, kind, NOW + timedelta(days=1), state="checked_in")
    past = diary.appointment(amina, okafor, kind, NOW - timedelta(days=30), state="completed")
    unclosed = diary.appointment(amina, okafor, kind, NOW - timedelta(days=2))
    cancelled = diary.appointment(amina, okafor, kind, NOW + timedelta(days=3), state="cancelled_by_patient")
    diary.appointment(ben, okafor, kind, NOW + timedelta(days=4))
    diary.appointment(
        amina,
        okafor,
        kind,
        NOW + timedelta(days=5),
        state="held",
        held_until=NOW + timedelta(minutes=5),
        booked_at=None,
    )

    page = as_user(amina.user).get(reverse("care"))

    assert [visit["pk"] for visit in page.context["coming"]] == [soon.pk, coming.pk]
    assert page.context["coming"][1] == {
        "pk": coming.pk,
        "kind": "First assessment",
        "when": "Wednesday 25 November 2026 at 9am, UK time",
        "who": "Dr Ada Okafor",
        "mode": "Video call",
        "state": "Booked",
    }
    assert [(visit["pk"], visit["state"]) for visit in page.context["past"]] == [
        (cancelled.pk, "Cancelled by you"),
        (unclosed.pk, ""),
        (past.pk, "Completed"),
    ]
    assert reverse("appointment", args=[coming.pk]) in page.content.decode()


@pytest.mark.parametrize(("received", "status"), [(None, "Not here yet"), (NOW.date(), "Done")])
def test_who_has_a_visit_sees_whether_the_records_are_here(amina, ben, okafor, kind, as_user, received, status):
    """What the mail about something missing leads to."""
    diary.appointment(amina, okafor, kind, NOW + timedelta(days=2))
    amina.records_received_on = received
    amina.save()

    assert tasks(as_user(amina.user).get(reverse("care")))[2:] == [("Your GP records", status, "")]
    assert tasks(as_user(ben.user).get(reverse("care")))[2:] == []


def test_a_visit_that_is_under_way_is_not_past(amina, okafor, kind, as_user):
    visit = diary.appointment(amina, okafor, kind, NOW - timedelta(minutes=10), state="in_progress")

    page = as_user(amina.user).get(reverse("care"))

    assert ([one["pk"] for one in page.context["coming"]], page.context["past"]) == ([visit.pk], [])


def test_as_many_questions_of_the_database_for_3_visits_as_for_1(amina, okafor, kind, as_user):
    client = as_user(amina.user)

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("care"))
        return len(queries)

    def fill(days):
        diary.appointment(amina, okafor, kind, NOW + timedelta(days=days))
        diary.appointment(amina, okafor, kind, NOW - timedelta(days=days))

    fill(1)
    count()
    one = count()
    fill(2)
    fill(3)

    assert count() == one


def test_it_is_the_patients_own(rosa, manager, okafor, as_user, client):
    assert [as_user(user).get(reverse("care")).status_code for user in (rosa, manager, okafor.user)] == [403] * 3
    client.logout()
    assert client.get(reverse("care"))["Location"] == "/accounts/login/?next=/care/"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_other_methods_are_refused(amina, as_user, method):
    assert getattr(as_user(amina.user), method)(reverse("care")).status_code == 405


def test_nothing_of_it_is_kept_by_the_browser(amina, as_user):
    assert as_user(amina.user).get(reverse("care"))["Cache-Control"] == "no-store, private"
