"""A session ends: a while after the last page, and on the same day in any case."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from clinic.accounts import policy, tasks
from clinic.accounts.policy import PATIENT_SESSION, STAFF_SESSION
from tests.factories.people import PASSWORD

BEGAN = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("role", "limits"), [("patient", PATIENT_SESSION), ("manager", STAFF_SESSION)])
def test_staff_have_less_time_than_patients(role, limits):
    user = SimpleNamespace(is_authenticated=True, is_staff=role != "patient")

    assert policy.session_limits(user) == limits
    assert STAFF_SESSION.idle < PATIENT_SESSION.idle
    assert STAFF_SESSION.whole < PATIENT_SESSION.whole


@pytest.mark.parametrize(
    ("after", "ends_after"),
    [
        (timedelta(0), timedelta(minutes=20)),
        (timedelta(hours=5), timedelta(hours=5, minutes=20)),
        (timedelta(hours=11, minutes=39), timedelta(hours=11, minutes=59)),
        (timedelta(hours=11, minutes=40), timedelta(hours=12)),
        (timedelta(hours=11, minutes=59), timedelta(hours=12)),
    ],
)
def test_the_end_moves_with_each_page_up_to_the_whole_time(after, ends_after):
    assert policy.session_end(PATIENT_SESSION, began=BEGAN, at=BEGAN + after) == BEGAN + ends_after


@pytest.mark.parametrize(
    ("method", "mode", "counts"),
    [
        ("GET", "navigate", True),
        ("GET", "", True),  # a browser that does not say
        ("HEAD", "", True),
        ("GET", "cors", False),
        ("GET", "same-origin", False),
        ("GET", "no-cors", False),
        ("POST", "cors", True),
        ("POST", "navigate", True),
    ],
)
def test_what_a_page_fetches_by_itself_does_not_count(method, mode, counts):
    assert policy.keeps_signed_in(method, mode) is counts


@pytest.fixture
def clock(time_machine):
    """Let time pass: ``clock(minutes=19)``."""
    time_machine.move_to(BEGAN, tick=False)
    return lambda **length: time_machine.shift(timedelta(**length))


@pytest.fixture
def amina_here(client, clock, amina):
    """Amina, signed in at BEGAN."""
    client.post(reverse("account_login"), {"login": amina.user.email, "password": PASSWORD})
    assert is_in(client)
    return client


def is_in(client, **headers):
    """Whether they get a page of theirs, which is activity."""
    return client.get(reverse("care"), **headers).status_code == 200


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("away", "still_in"), [(20 * 60 - 1, True), (20 * 60, False), (21 * 60, False)])
def test_a_patient_is_signed_out_20_minutes_after_the_last_page(amina_here, clock, away, still_in):
    clock(minutes=15)
    assert is_in(amina_here)

    clock(seconds=away)

    assert is_in(amina_here) is still_in


@pytest.mark.parametrize(("away", "still_in"), [(15 * 60 - 1, True), (15 * 60, False)])
def test_staff_after_15(as_user, rosa, clock, away, still_in):
    client = as_user(rosa)
    client.get(reverse("admin:index"))

    clock(seconds=away)

    assert (client.get(reverse("admin:index")).status_code == 200) is still_in


@pytest.mark.parametrize(("hours", "who"), [(12, "amina"), (10, "rosa")])
def test_nobody_stays_beyond_the_whole_time(as_user, amina, rosa, clock, hours, who):
    client = as_user(amina.user if who == "amina" else rosa)
    page = reverse("care" if who == "amina" else "admin:index")

    for _ in range(hours * 6 - 1):  # every ten minutes, by any means
        assert client.get(page).status_code == 200
        clock(minutes=10)
        client.post(reverse("stay_signed_in"), {"keepalive": "1", "skip_timeout": "1"})
    clock(minutes=9, seconds=59)
    assert client.get(page).status_code == 200
    clock(seconds=1)

    assert client.get(page).status_code == 302


def test_signing_in_again_begins_a_new_day(amina_here, amina, clock):
    clock(hours=13)
    assert not is_in(amina_here)

    amina_here.post(reverse("account_login"), {"login": amina.user.email, "password": PASSWORD})

    assert is_in(amina_here)
    clock(minutes=19)
    assert is_in(amina_here)


@pytest.mark.parametrize("query", ["", "?keepalive=1", "?skip_timeout_reset=1&poll=1"])
def test_case_23_a_page_that_polls_keeps_nobody_signed_in(amina_here, clock, query):
    for _ in range(4):
        clock(minutes=4, seconds=59)
        answer = amina_here.get(reverse("care") + query, headers={"Sec-Fetch-Mode": "cors"})
        assert answer.status_code == 200

    clock(seconds=4)

    assert not is_in(amina_here)


def test_a_poll_that_changes_the_session_does_not_move_its_end(amina_here, clock):
    clock(minutes=19)
    session = amina_here.session
    session["messages"] = "x"
    session.save()

    assert row_of(amina_here).expire_date == BEGAN + timedelta(minutes=20)


def test_staying_moves_the_end_and_says_how_long_there_is(amina_here, clock):
    clock(minutes=19)

    answer = amina_here.post(reverse("stay_signed_in"))

    assert answer.json() == {"seconds_left": 20 * 60, "can_stay": True}
    assert answer["Cache-Control"] == "no-store, private"
    clock(minutes=19)
    assert is_in(amina_here)


def test_staying_needs_a_post(amina_here, clock):
    clock(minutes=19)

    answer = amina_here.get(reverse("stay_signed_in"), headers={"Sec-Fetch-Mode": "cors"})

    assert answer.status_code == 405
    clock(minutes=1)
    assert not is_in(amina_here)


def test_staying_after_the_end_leads_to_sign_in(amina_here, clock):
    clock(minutes=20)

    assert amina_here.post(reverse("stay_signed_in"))["Location"].startswith(reverse("account_login"))


def test_the_last_20_minutes_of_the_day_cannot_be_made_longer(amina_here, clock):
    for _ in range(47):
        clock(minutes=15)
        assert is_in(amina_here)
    clock(minutes=10)

    answer = amina_here.post(reverse("stay_signed_in"))

    assert answer.json() == {"seconds_left": 5 * 60, "can_stay": False}


def test_a_page_writes_the_end_only(amina_here, clock):
    """What another request put into the session at the same moment stays."""
    before = row_of(amina_here).session_data
    clock(minutes=5)

    assert is_in(amina_here)

    assert row_of(amina_here).session_data == before
    assert row_of(amina_here).expire_date == BEGAN + timedelta(minutes=25)


def test_who_is_not_signed_in_keeps_what_they_told_for_12_hours(client, clock):
    session = client.session
    session["carried"] = "x"
    session.save()
    clock(hours=11)

    client.get(reverse("book"))

    assert client.session["carried"] == "x"


def test_ended_sessions_are_cleared_away(amina_here, client, clock, ben):
    clock(minutes=19)
    other = type(client)()
    other.force_login(ben.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    other.get(reverse("care"))
    clock(minutes=2)

    tasks.clear_sessions()

    assert list(Session.objects.values_list("session_key", flat=True)) == [other.session.session_key]


def test_pages_tell_the_script_how_long_there_is(amina_here, client, clock):
    clock(minutes=1)

    html = amina_here.get(reverse("care")).content.decode()

    assert 'data-left="1200"' in html
    assert 'data-left="' not in type(client)().get(reverse("book")).content.decode()


def test_the_desk_tells_it_too(as_user, rosa):
    html = as_user(rosa).get(reverse("admin:index")).content.decode()

    assert 'data-left="900"' in html
    assert "15 minutes" in html


def row_of(client):
    return Session.objects.get(session_key=client.session.session_key)


def test_a_session_of_before_this_rule_begins_when_it_is_first_seen(as_user, amina):
    client = as_user(amina.user)
    assert row_of(client).expire_date > timezone.now() + timedelta(hours=11)

    client.get(reverse("care"))

    assert row_of(client).expire_date <= timezone.now() + PATIENT_SESSION.idle
