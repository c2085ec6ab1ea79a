"""The list of the people in a clinician's care, as a specialist uses it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.workspace import views
from patients.monitoring import actions as checks
from patients.safety import actions as events
from patients.treatment import actions as treatment
from tests.factories import diary, people, plans, prescriptions
from tests.factories import events as reports

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LIST = reverse("review_caseload")


@pytest.fixture
def now():
    return timezone.now()


def rows(client, query=""):
    return {row["patient"].pk: row for row in client.get(LIST + query).context["rows"]}


def test_shows_plan_prescription_and_what_comes_next(amina, okafor, lind, as_user, now):
    diary.appointment(amina, okafor, diary.kind(okafor), now + 3 * DAY)
    prescriptions.posted(amina, okafor, at=now - 2 * DAY)
    checks.sweep(at=now)

    client = as_user(okafor.user)
    (row,) = rows(client).values()

    assert (row["plan"], row["paper"], row["is_held"], row["is_late"]) == (
        "Active",
        "Posted to the pharmacy",
        False,
        False,
    )
    assert "" not in (row["check"], row["visit"])
    page = client.get(LIST).content.decode()
    assert reverse("review_person", args=[amina.pk]) in page
    assert client.get(reverse("review")).content.decode().count(LIST) == 1


def test_what_holds_counts_before_a_newer_version_that_is_written(amina, okafor, lind, as_user, now):
    prescriptions.open_care_of(amina, okafor)
    plans.active(amina, okafor, at=now)
    plans.draft(amina, okafor, at=now)

    assert rows(as_user(okafor.user))[amina.pk]["plan"] == "Active"


def test_a_check_that_is_late_and_a_hold_are_said(amina, okafor, lind, as_user, now):
    prescriptions.drafted(amina, okafor, at=now - 30 * DAY)
    checks.sweep(at=now - 30 * DAY)
    reports.assessed(reports.reported(amina, at=now), okafor, at=now, grade=3)
    hold = amina.hold_proposals.get()
    events.decide_on_hold(hold, okafor, is_held=True, reason="Fell twice", by=okafor.user, at=now)

    (row,) = rows(as_user(okafor.user)).values()

    assert (row["is_held"], row["is_late"], row["paper"]) == (True, True, "Written, not checked")


def test_can_be_those_on_a_plan_alone(amina, ben, okafor, lind, as_user, now):
    plans.active(amina, okafor, at=now)
    for person in (amina, ben):
        prescriptions.open_care_of(person, okafor)

    client = as_user(okafor.user)

    assert len(rows(client)) == len(rows(client, "?what=nothing")) == 2
    assert list(rows(client, "?what=plan")) == [amina.pk]
    assert [each["text"] for each in client.get(LIST).context["choices"]] == [
        "Everybody in your care (2)",
        "On a plan (1)",
    ]
    plan = amina.plans.get()
    treatment.stop(plan, okafor, by=okafor.user, at=now, **plans.REASON)
    assert rows(client, "?what=plan") == {}
    assert rows(client)[amina.pk]["plan"] == "Stopped"


def test_names_nobody_who_is_not_in_care(amina, okafor, lind, as_user, now):
    prescriptions.drafted(amina, okafor, at=now)

    page = as_user(lind.user).get(LIST)

    assert page.context["rows"] == []
    assert "Nobody here" in page.content.decode()


def test_pages_ask_the_same_number_of_queries(okafor, lind, as_user, now, monkeypatch):
    monkeypatch.setattr(views, "A_PAGE", 3)
    client, asked = as_user(okafor.user), []
    for many in (1, 4):
        for _ in range(many):
            person = people.patient()
            prescriptions.drafted(person, okafor, at=now)
        checks.sweep(at=now)
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        asked.append(len(queries))

    assert asked[0] == asked[1] <= 14
    assert len(rows(client)) == 3
    assert len(rows(client, "?page=2")) == 2
