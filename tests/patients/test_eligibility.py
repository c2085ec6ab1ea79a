"""The questions before anybody signs up: what they lead to, and that nothing is kept unless the person goes on."""

import logging
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from clinic.wording.enums import Place
from clinic.wording.policy import check
from patients.eligibility import policy
from patients.eligibility.forms import PrecheckForm
from patients.eligibility.policy import ASKED, CARRIED, NONE_OF_THESE, POINTS, URGENT, Next, next_step
from patients.intake.form.problem import REASON as PROBLEM
from patients.intake.form.whole import QUESTIONS
from patients.intake.models import Intake
from tests.factories.people import NOW

FITS = {
    "adult": "yes",
    "lives_in_uk": "yes",
    "has_gp": "yes",
    "main_reason": "tn",
    "diagnosed": "yes",
    "tried_number": "two_or_more",
    "psychosis_self": "no",
    "psychosis_family": "no",
    "expecting": "no",
    "trying_both": "no",
    "organs": "no",
}
SENT = FITS | {"signs": [NONE_OF_THESE]}
HEADINGS = {
    Next.BOOK: "You can book an assessment",
    Next.TALK: "Talk to us before you book",
    Next.ELSEWHERE: "We may not be the right service for you",
}
ASK_AGAIN = "Some questions before you book"


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


def h1(response):
    return unescape(response.content.decode().split("<h1>")[1].split("</h1>")[0])


def send(client, **changes):
    return client.post(reverse("precheck"), SENT | changes)


# What the answers lead to: pure ---------------------------------------------------------------------


def test_every_answer_of_every_question_is_decided_here():
    """A new answer to a question needs a line in this table, or a point."""
    books = {
        "adult": {"yes"},
        "lives_in_uk": {"yes"},
        "has_gp": {"yes"},
        "main_reason": {"ms_pain", "ms_spasm", "tn", "jaw", "other_face"},
        "diagnosed": {"yes"},
        "tried_number": {"two_or_more"},
        "psychosis_self": {"no"},
        "psychosis_family": {"no"},
        "expecting": {"no"},
        "trying_both": {"no"},
        "organs": {"no"},
    }
    steps = {
        (question.name, answer): next_step(FITS | {question.name: answer}).step
        for question in ASKED
        for answer, _ in question.choices
    }

    assert {
        name: {answer for (each, answer), step in steps.items() if each == name and step == Next.BOOK} for name in books
    } == books
    assert {key for key, step in steps.items() if step == Next.ELSEWHERE} == {
        ("adult", "no"),
        ("lives_in_uk", "no"),
        ("main_reason", "other"),
    }


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_each_point_says_what_was_answered_and_what_it_means(point):
    answer = sorted(point.answers)[0]
    found = next_step(FITS | {point.name: answer})

    question = next(each for each in ASKED if each.name == point.name)
    assert found.points == [(f"{question.label} {dict(question.choices)[answer]}", point.means)]


def test_another_service_comes_before_a_talk_and_all_points_are_told():
    found = next_step(FITS | {"adult": "no", "expecting": "tell"})

    assert (found.step, len(found.points)) == (Next.ELSEWHERE, 2)


def test_questions_of_the_form_have_its_words_and_its_answers():
    assert [question for question in ASKED if question.name in QUESTIONS] == [QUESTIONS[name] for name in CARRIED]
    assert set(CARRIED) == {"main_reason", "diagnosed", "psychosis_self", "psychosis_family"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, {"tried_any": "yes", "pregnant": "no", "breastfeeding": "no", "trying": "no", "partner_trying": "no"}),
        ({"tried_number": "none", "expecting": "yes", "trying_both": "unsure"}, {"tried_any": "no"}),
    ],
)
def test_a_clear_answer_says_what_the_form_asks_more_closely(changes, told):
    same = {"main_reason": "tn", "diagnosed": "yes", "psychosis_self": "no", "psychosis_family": "no"}

    assert policy.carried(FITS | changes) == same | told
    assert set(told) <= set(QUESTIONS)


def test_nothing_it_says_is_a_verdict_or_a_promise():
    words = [point.means for point in POINTS] + [question.label for question in ASKED] + list(URGENT.values())

    assert [hit for text in words for hit in check(text, Place.HOME)] == []


# Over HTTP ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "step"), [({}, Next.BOOK), ({"expecting": "tell"}, Next.TALK), ({"adult": "no"}, Next.ELSEWHERE)]
)
def test_each_next_step_has_a_person_to_talk_to(db, client, settings, changes, step):
    response = send(client, **changes)

    page = response.content.decode()
    assert (response.status_code, h1(response)) == (200, HEADINGS[step])
    assert f"tel:{settings.CLINIC['phone'].replace(' ', '')}" in page.split("<main")[1].split("</main>")[0]
    assert 'href="/contact/"' in page.split("<main")[1]
    assert ("Go on to the form" in page) == (step != Next.ELSEWHERE)


def test_nothing_is_stored_and_nothing_stands_in_an_address_cookie_or_log(db, client, caplog):
    caplog.set_level(logging.DEBUG)
    asked, told = client.get(reverse("precheck")), send(client, psychosis_self="tell")

    assert set(client.cookies) <= {"csrftoken"}
    assert Session.objects.count() == 0
    assert Intake.objects.count() == 0
    assert 'method="post"' in asked.content.decode()
    assert 'method="get"' not in asked.content.decode().split("<main")[1]
    assert "psychosis" not in caplog.text
    for response in (asked, told):
        assert "no-store" in response["Cache-Control"]


def test_answers_in_the_address_are_not_read(db, client):
    response = client.get(reverse("precheck"), SENT)

    assert h1(response) == ASK_AGAIN
    assert "checked" not in response.content.decode()


@pytest.mark.parametrize("sign", URGENT)
@pytest.mark.parametrize("rest", [FITS, {}], ids=["whole", "nothing else answered"])
def test_a_sign_of_something_urgent_stops_everything_else(db, client, sign, rest):
    response = client.post(reverse("precheck"), rest | {"signs": [sign], "go_on": "1"})

    page = unescape(response.content.decode())
    assert (response.status_code, h1(response)) == (200, "Get help now")
    assert ("dark thoughts" if sign in policy.CRISIS else URGENT[sign]) in page
    assert "tel:999" in page
    assert "Go on to the form" not in page
    assert Session.objects.count() == 0


def test_what_is_missing_is_said_beside_it_and_nothing_chosen_is_lost(db, client):
    response = client.post(reverse("precheck"), {"main_reason": "jaw", "signs": [NONE_OF_THESE]})

    form, page = response.context["form"], response.content.decode()
    assert (response.status_code, h1(response)) == (422, ASK_AGAIN)
    assert set(form.errors) == set(FITS) - {"main_reason"}
    assert form.errors["adult"] == ["Choose an answer about your age"]
    assert page.count(" checked") == 2


def test_none_of_these_beside_a_sign_still_shows_where_to_get_help(db, client):
    assert h1(send(client, signs=[NONE_OF_THESE, next(iter(URGENT))])) == "Get help now"


@pytest.mark.parametrize("signs", [[NONE_OF_THESE], list(URGENT)])
def test_answers_can_be_changed_and_all_are_still_chosen(db, client, signs):
    response = send(client, signs=signs, expecting="unsure", change="1")

    assert (response.status_code, h1(response)) == (200, ASK_AGAIN)
    assert response.content.decode().count(" checked") == len(FITS) + len(signs)
    assert response.context["form"].errors == {}


@pytest.mark.parametrize(
    "junk",
    [
        {"adult": "maybe"},
        {"signs": ["RF99"]},
        {"adult": "\0"},
        {"main_reason": "x" * 100_000},
        {"go_on": "1", "adult": ""},
    ],
)
def test_what_no_page_offers_is_an_error_beside_the_field(db, client, junk):
    assert send(client, **junk).status_code == 422
    assert Session.objects.count() == 0


def test_another_method_is_refused(db, client):
    assert client.put(reverse("precheck")).status_code == 405


# Going on -------------------------------------------------------------------------------------------


def test_going_on_leads_to_an_account_and_then_to_the_form(db, client):
    response = send(client, go_on="1")

    assert response["Location"] == f"{reverse('account_signup')}?next=%2Fintake%2F"
    assert Intake.objects.count() == 0


def test_what_was_answered_need_not_be_answered_again(client, as_user, amina):
    send(client, go_on="1", expecting="unsure")
    as_user(amina.user)  # signing in keeps the session of the same browser

    page = client.get(reverse("intake_section", args=[PROBLEM.slug]))
    assert "We have filled in what you told us" in page.content.decode()
    assert page.context["form"]["main_reason"].value() == "tn"
    assert Intake.objects.count() == 0  # it is saved when the person saves it

    client.post(
        reverse("intake_section", args=[PROBLEM.slug]), {"main_reason": "jaw", "diagnosed": "yes", "has_ms": "no"}
    )
    again = client.get(reverse("intake_section", args=[PROBLEM.slug]))
    assert again.context["form"]["main_reason"].value() == "jaw"
    assert "We have filled in" not in again.content.decode()


def test_a_patient_who_is_signed_in_goes_straight_to_the_form(as_user, amina):
    assert send(as_user(amina.user), go_on="1")["Location"] == reverse("intake")


def test_staff_leave_nothing_behind(as_user, rosa):
    client = as_user(rosa)

    assert send(client, go_on="1")["Location"] == reverse("home_after_sign_in")
    assert "carried" not in client.session


@pytest.mark.parametrize(
    ("later", "value"), [(timedelta(hours=11, minutes=59), "tn"), (timedelta(hours=12), None)], ids=str
)
def test_it_is_kept_sealed_and_for_12_hours(client, as_user, amina, later, value):
    send(client, go_on="1")

    assert "main_reason" not in client.session["carried"]
    with time_machine.travel(NOW + later, tick=False):
        as_user(amina.user)
        page = client.get(reverse("intake_section", args=[PROBLEM.slug]))
        assert page.context["form"]["main_reason"].value() == value
        assert ("carried" in client.session) == (value is not None)


def test_a_broken_seal_is_nothing(client, as_user, amina):
    send(client, go_on="1")
    as_user(amina.user)
    session = client.session
    session["carried"] = "x$y"
    session.save()

    assert client.get(reverse("intake_section", args=[PROBLEM.slug])).context["form"]["main_reason"].value() is None


def test_nobody_else_at_the_same_computer_sees_it(client, as_user, amina, ben):
    send(client, go_on="1")
    as_user(amina.user)
    client.post(reverse("account_logout"))
    as_user(ben.user)

    assert client.get(reverse("intake_section", args=[PROBLEM.slug])).context["form"]["main_reason"].value() is None


def test_the_form_asks_all_questions_once():
    assert list(PrecheckForm().fields) == ["signs", *(question.name for question in policy.ASKED)]


def test_it_cannot_be_sent_from_another_site(db):
    assert Client(enforce_csrf_checks=True).post(reverse("precheck"), SENT).status_code == 403
