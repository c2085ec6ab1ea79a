"""Asking for a copy with the password, opening it for 24 hours, and who has looked at one's record."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted, compose
from patients.profile.models import Patient
from patients.rights.actions import make_copy
from patients.rights.models import DataCopy
from tests.factories import intakes, people
from tests.factories.people import NOW, PASSWORD
from tests.web import main_of

pytestmark = pytest.mark.django_db
ASK = "/care/copy/"
SEEN = "/care/seen/"
DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def nobody_has_tried_before(db):
    cache.clear()


@pytest.fixture
def at_nine():
    """The clock stands."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def page_of(copy):
    return reverse("care_copy_page", args=[copy.pk])


def file_of(copy):
    return reverse("care_copy_file", args=[copy.pk])


# Asking ---------------------------------------------------------------------------------------------


def test_the_right_password_opens_a_copy_is_written_down_and_told(amina, as_user, at_nine):
    client = as_user(amina.user)

    answer = client.post(ASK, {"password": PASSWORD})

    copy = DataCopy.objects.get()
    assert answer["Location"] == page_of(copy)
    assert (copy.patient, copy.made_at, copy.expires_at) == (amina, NOW, NOW + DAY)
    log = AccessLog.objects.get()
    assert (log.what, log.about, log.actor) == ("exported", amina.pk, amina.user)
    assert Message.objects.get(rule="copy_made").person == amina.pk
    assert f'href="{page_of(copy)}"' in client.get(ASK).content.decode()


@pytest.mark.parametrize(("password", "words"), [("wrong", "Incorrect password."), ("", "Enter your password.")])
def test_a_wrong_password_is_said_beside_the_box_and_opens_nothing(amina, as_user, password, words):
    answer = as_user(amina.user).post(ASK, {"password": password})

    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors["password"])
    assert not DataCopy.objects.exists()
    assert not Message.objects.exists()


def test_who_has_just_signed_in_is_asked_all_the_same(amina, client):
    client.post("/accounts/login/", {"login": amina.user.email, "password": PASSWORD})

    assert client.post(ASK).status_code == 422
    assert not DataCopy.objects.exists()


def test_after_ten_tries_in_an_hour_the_right_password_is_not_looked_at(amina, ben, as_user):
    client = as_user(amina.user)
    for _ in range(10):
        client.post(ASK, {"password": "wrong"})

    answer = client.post(ASK, {"password": PASSWORD})

    assert answer.status_code == 422
    assert "Wait an hour" in str(answer.context["form"].errors)
    assert not DataCopy.objects.exists()
    assert as_user(ben.user).post(ASK, {"password": PASSWORD}, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_looking_at_the_page_makes_no_copy(amina, as_user):
    page = main_of(as_user(amina.user).get(ASK).content.decode())

    assert not DataCopy.objects.exists()
    assert "Data Protection Act 2018" in page


@pytest.mark.parametrize("address", [ASK, SEEN])
def test_first_come_the_details(as_user, db, address):
    newcomer = people.user("new@example.com")

    assert as_user(newcomer).get(address)["Location"] == reverse("profile")
    assert not Patient.objects.exists()


# Opening --------------------------------------------------------------------------------------------


@pytest.fixture
def copy(amina, at_nine):
    return make_copy(amina, by=amina.user, at=NOW)


def test_the_page_says_it_all_and_what_is_missing(amina, okafor, as_user, copy):
    intakes.in_review(amina, okafor)

    page = main_of(as_user(amina.user).get(page_of(copy)).content.decode())

    for words in (
        "Amina Example",
        "Exampleton Surgery",
        "Walk to the shop",
        "What is not in it",
        "The file holds more",
    ):
        assert words in page
    assert f'href="{file_of(copy)}"' in page


def test_the_file_is_json_to_save_and_is_not_stored(amina, as_user, copy):
    answer = as_user(amina.user).get(file_of(copy))

    whole = json.loads(answer.content)
    assert whole["name"] == "Amina Example"
    assert whole["parts"][0]["rows"][0]["town or city"] == "Exampleton"
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert answer["Content-Type"].startswith("application/json")
    assert answer["Cache-Control"] == "no-store, private"


def test_what_was_changed_since_it_was_made_is_read_as_it_is_now(amina, as_user, copy):
    Patient.objects.filter(pk=amina.pk).update(town="Newtown")

    assert "Newtown" in as_user(amina.user).get(page_of(copy)).content.decode()


@pytest.mark.parametrize("address", [page_of, file_of])
def test_after_24_hours_it_says_so_and_leads_to_a_new_one(amina, as_user, at_nine, copy, address):
    client = as_user(amina.user)
    at_nine.move_to(NOW + DAY - timedelta(seconds=1))
    last = as_user(amina.user).get(address(copy))
    at_nine.move_to(NOW + DAY)

    over = as_user(amina.user).get(address(copy))

    assert (last.status_code, over.status_code) == (200, 410)
    assert f'href="{ASK}"' in main_of(over.content.decode())
    assert "Exampleton" not in main_of(over.content.decode())
    assert page_of(copy) not in client.get(ASK).content.decode()


@pytest.mark.parametrize("address", [page_of, file_of])
def test_somebody_elses_is_not_there_and_the_try_is_written_down(ben, as_user, copy, address):
    assert as_user(ben.user).get(address(copy)).status_code == 404

    assert AccessLog.objects.filter(what="refused", about=copy.pk, actor=ben.user).count() == 1


def test_the_mail_says_nothing_of_what(amina, copy):
    message = Message.objects.get(rule="copy_made")

    letter = compose(message)

    assert isinstance(letter, Letter)
    assert (letter.to, letter.subject) == (amina.user.email, "A copy of your data was made")
    assert "Amina" not in letter.text
    Patient.objects.update(user=None)
    assert compose(message) == NotWanted("no email address")


# Who has looked -------------------------------------------------------------------------------------


def look(about, by, at=NOW, what=AccessLog.What.READ, kind="patient"):
    audit.record(what, kind, about.pk, by=by, at=at)


def seen(client, query=""):
    return [(row["who"], row["what"]) for row in client.get(SEEN + query).context["rows"]]


def test_each_look_is_shown_newest_first_by_role_without_a_name(amina, okafor, rosa, as_user):
    intake = intakes.sent(amina)
    look(amina, rosa)
    look(intake, okafor.user, NOW + timedelta(hours=1), kind="intake")

    client = as_user(amina.user)

    assert seen(client) == [
        ("A specialist", "Your form"),
        ("Reception", "Your details or list of documents"),
    ]
    page = main_of(client.get(SEEN).content.decode())
    assert "Mon 23 Nov 2026, 10am" in page
    assert "Okafor" not in page
    assert rosa.email not in page


def test_own_looks_refusals_and_other_peoples_records_are_not_shown(amina, ben, rosa, as_user):
    look(amina, amina.user, what=AccessLog.What.EXPORTED)
    look(amina, ben.user, what=AccessLog.What.REFUSED)
    look(ben, rosa)

    client = as_user(amina.user)

    assert seen(client) == []
    assert "Nobody has opened your record yet." in client.get(SEEN).content.decode()


def test_a_look_over_http_comes_into_the_list(amina, manager, as_user):
    as_user(manager).get(f"/admin/patients/patient/{amina.pk}/change/")

    assert seen(as_user(amina.user)) == [("Manager", "Your details or list of documents")]


def test_fifty_stand_on_a_page_and_the_queries_are_the_same_however_many(amina, rosa, as_user):
    client = as_user(amina.user)
    look(amina, rosa)
    client.get(SEEN)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(SEEN)
    for number in range(60):
        look(amina, rosa, NOW + timedelta(minutes=number))
    with CaptureQueriesContext(connection) as many:
        page = client.get(SEEN)

    assert len(page.context["rows"]) == 50
    assert len(seen(client, "?page=2")) == 11
    assert len(many) == len(few)
    assert 'href="?page=2"' in page.content.decode()


@pytest.mark.parametrize("page", ["x", "0", "-1", "99999999999999999999"])
def test_nonsense_for_a_page_shows_a_page(amina, as_user, page):
    assert as_user(amina.user).get(f"{SEEN}?page={page}").status_code == 200


def test_a_kind_of_record_we_have_no_words_for_is_shown_all_the_same(amina, rosa, as_user):
    look(amina, rosa, kind="something new")

    assert seen(as_user(amina.user)) == [("Reception", "Your record")]


def test_nobodys_copy_is_a_404(amina, as_user):
    assert as_user(amina.user).get(reverse("care_copy_page", args=[uuid4()])).status_code == 404
