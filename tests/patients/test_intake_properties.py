"""Any order of pages, Back, two tabs, replayed and crossed posts, injected answers, a draft of an earlier form.

Whatever somebody does, nothing they were told is saved is lost, no answer to what is not asked counts, and nothing breaks.
"""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from patients.intake import actions, walk
from patients.intake.form.whole import FORM, PAGES, QUESTIONS
from patients.intake.models import Intake, IntakeVersion
from patients.intake.questions import ALONE, Kind
from patients.intake.refusals import (
    NothingNew,
)
from patients.intake.rules.table import found
from patients.intake.upgrades import OUR_OWN, accepts
from tests.factories import intakes
from tests.factories.intakes import ANSWERS
from tests.factories.people import NOW
from tests.patients.filling import entry_url, fill_in, send, url
from tests.patients.test_intake_walk import SHORT

JUNK = [
    "",
    "\u0000",
    "9" * 5000,
    "-1",
    "yes\u202eno",
    "O'Neill-Ó Súilleabháin",
    "李",
    "e" + "\u0301" * 200,
    "<b>",
    "2024",
]
LISTS = [page for page in PAGES.values() if page.list_of]
PLAIN = [page for page in PAGES.values() if not page.list_of]
TRIGGERS = [PAGES[slug] for slug in ("problem", "symptoms", "health-safe", "mood", "taking", "treatments", "cannabis")]


def answer_to(question):
    """An answer that may be given, or junk."""
    if question.kind == Kind.SEVERAL:
        return st.lists(st.sampled_from([code for code, _ in question.choices] + ["junk"]), max_size=4, unique=True)
    if question.has_choices:
        return st.sampled_from([code for code, _ in question.choices] * 3 + JUNK)
    return st.sampled_from(["3", "150", "2021", "May 2020", "Baclofen and Tegretol", *JUNK])


def given_to(questions):
    return st.fixed_dictionaries({}, optional={question.name: answer_to(question) for question in questions})


class Tab:
    """One window: what it opened last, and what it sent."""

    def __init__(self, client):
        self.client, self.opened, self.sent = client, {}, []

    def open(self, page):
        shown = self.client.get(url(page))
        assert shown.status_code in {200, 302}
        if shown.status_code == 200 and not page.list_of:
            self.opened[page.slug] = shown.context["opened"]

    def save(self, page, given):
        post = given | {"opened": self.opened.get(page.slug, "")}
        self.sent.append((page, post))
        return self.post(page, post)

    def post(self, page, post):
        before = Intake.objects.first()
        response = self.client.post(url(page), post)
        assert response.status_code in {302, 422}
        nothing_else_changed(before, page, response, post)
        return response


def nothing_else_changed(before, page, response, post):
    """Answers of other pages are as they were; of this page each is what was sent, or as it was."""
    was = before.answers_now if before else {}
    now = Intake.objects.get().answers
    own = {question.name for question in page.questions}
    assert {name: value for name, value in now.items() if name not in own | OUR_OWN} == {
        name: value for name, value in was.items() if name not in own | OUR_OWN
    }
    refused = response.status_code == 422 and response.context["form"].non_field_errors()
    for question in page.questions:
        assert accepts(question, now.get(question.name)) or question.name not in now
        if refused:
            assert now.get(question.name) == was.get(question.name)
        elif now.get(question.name) != was.get(question.name):
            sent = post.get(question.name)
            wanted = "yes" if question.kind == Kind.AGREE and sent else cleaned(sent)
            assert now.get(question.name, "") in (wanted, "", sent)


def cleaned(value):
    """What a box makes of what was typed, for the values of this test."""
    return {"May 2020": "2020-05", "yes\u202eno": "yesno", "e" + "\u0301" * 200: "é" + "\u0301" * 199}.get(
        value if isinstance(value, str) else "", value
    )


HOW = settings(
    deadline=None,
    phases=(Phase.generate,),  # to shrink a failure takes minutes
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db
@settings(HOW, max_examples=8, derandomize=True)
@given(data=st.data())
def test_whatever_somebody_does(as_user, amina, data):
    what_somebody_does(as_user, amina, data, most_steps=20)


@pytest.mark.proof
@pytest.mark.django_db
@settings(HOW, max_examples=400)
@given(data=st.data())
def test_whatever_somebody_does_at_length(as_user, amina, data):
    what_somebody_does(as_user, amina, data, most_steps=40)


def what_somebody_does(as_user, amina, data, most_steps):
    with time_machine.travel(NOW, tick=False), transaction.atomic():
        begin(amina, data.draw(st.sampled_from(["nothing", "short", "full", "unknown", "sent"])))
        tabs = [Tab(as_user(amina.user)), Tab(as_user(amina.user))]
        for _ in range(data.draw(st.integers(5, most_steps))):
            a_step(data, data.draw(st.sampled_from(tabs)))
        with time_machine.travel(NOW + timedelta(minutes=5), tick=False):  # not in the moment it was sent before
            the_form_can_still_be_sent(tabs[0].client, amina)
        transaction.set_rollback(True)


def begin(amina, how):
    if how == "full":
        intakes.draft(amina)
    elif how == "sent":
        actions.begin_changes(intakes.sent(amina), at=NOW)
    elif how != "nothing":
        intake = actions.start(amina, at=NOW)
        version, answers = ("2026-11-short", SHORT) if how == "short" else ("1999-01", {"gone": "x", "heart": "angina"})
        Intake.objects.filter(pk=intake.pk).update(form_version=version, answers=answers)


def a_step(data, tab):
    """One thing that somebody does in one window."""
    act = data.draw(
        st.sampled_from(["open", "save", "save", "save", "trigger", "again", "entry", "list", "card", "drop"])
    )
    if act == "card":
        assert tab.client.post(reverse("intake_urgent")).status_code == 302
    elif act == "drop":  # what was changed since it was sent, and begin anew
        for name in ("intake_keep", "intake_change"):
            assert tab.client.post(reverse(name)).status_code == 302
    elif act in {"entry", "list"}:
        in_a_list(data, tab, data.draw(st.sampled_from(LISTS)))
    elif act == "again" and tab.sent:
        tab.post(*data.draw(st.sampled_from(tab.sent)))
    else:
        page = data.draw(st.sampled_from(TRIGGERS if act == "trigger" else PLAIN))
        if act != "save":
            tab.open(page)
        tab.save(page, data.draw(given_to(page.questions)))


def in_a_list(data, tab, page):
    key = data.draw(st.sampled_from(["one", "two", ""]))
    post = data.draw(st.one_of(given_to(page.list_of.columns), st.just({"remove": "1"})))
    response = tab.client.post(entry_url(page, key) if key else url(page), post if key else {})
    assert response.status_code in {302, 422}


def the_form_can_still_be_sent(client, amina):
    """What is left can be filled in, and what is sent is what was asked, with the flags of just that."""
    for name in ("intake", "intake_check"):
        assert client.get(reverse(name)).status_code in {200, 302}
    client.post(reverse("intake_urgent"))
    for page in LISTS:  # entries left unfinished
        for key in ("one", "two", "line0", "line1"):
            client.post(entry_url(page, key), {"remove": "1"})
    fill_in(client, allergies=[intakes.entry("Nuts", substance="Nuts", severity="mild")], **MISSING)
    answer = send(client)
    assert answer.status_code == 302 or answer.context["form"].non_field_errors() == [NothingNew.words]

    version = IntakeVersion.objects.latest("number")
    sent = walk.known(version.answers, age=46, sex=amina.sex)
    assert FORM.asked(sent) == {name: value for name, value in sent.items() if name not in OUR_OWN}
    assert {flag.code: flag.answer for flag in version.flags.all()} == {
        hit.rule.code: hit.answer for hit in found(FORM.asked(sent))
    }
    assert {name for name in version.answers if name not in QUESTIONS} <= OUR_OWN


# What ANSWERS does not say, where other answers make it asked.
MISSING = {
    "self_harm_recent": "no",
    "liver_how": "mild",
    "kidney_how": "mild",
    "cancer_face": "no",
    "ms_treatment_other": "Another",
    "pain_place_other": "Elbow",
    "takes_other_what": "Tea",
    "recent_changes_what": "Less",
    "cannabis_source": "tell",
    "cannabis_often": "tell",
    "other_clinic_name": "A clinic",
    "travel_where": "Wales",
    "head_signs_new": "no",
}


def test_every_question_has_an_answer_to_go_on_with():
    required = {name for name, question in QUESTIONS.items() if question.required}

    assert required - set(ANSWERS) - set(MISSING) == {"allergies"}
    assert {"none", "unsure", "tell"} == ALONE
