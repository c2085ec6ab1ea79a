"""A patient's plan: read in plain words, agreed to in their own account, and easy enough to read."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.audit.models import AccessLog
from clinic.outbox.models import Message
from clinic.outbox.registry import NotWanted
from clinic.wording import readability
from patients.consents.actions import give_consents
from patients.consents.enums import Purpose
from patients.treatment import actions, letters, words
from patients.treatment.models import PlanVersion
from tests.easy import hard, spoken
from tests.factories import intakes, plans
from tests.factories.people import NOW
from tests.factories.plans import OIL, SAID, SPRAY, fresh
from tests.loops import browser

pytestmark = pytest.mark.django_db
PAGE = "/care/plan/"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def monday_ten():
    with time_machine.travel(NOW + HOUR, tick=False) as clock:
        yield clock


@pytest.fixture
def me(amina):
    return browser(amina.user)


def agreeing(plan, **changes):
    return {purpose.value: "on" for purpose in plans.all_given(plan)} | {"plan": plan.pk, "name": "Amina"} | changes


def text_of(client):
    return unescape(client.get(PAGE).content.decode())


def test_without_a_plan_it_says_so(me):
    assert "There is no plan for you to read" in text_of(me)


def test_it_reads_step_by_step_in_the_doctors_words(me, amina, okafor):
    plans.supported(amina, okafor)

    page = text_of(me)

    for said in (
        "Days 1 to 7",
        "0.1 ml, once a day",
        "From day 15",
        "0.25 ml, twice a day",
        "Morning and evening.",
        "Never take more than 1 ml in one day",
        "Pain, 0 to 10: from 7 to 5",
        "1 week after you start",
        "You have not reached a goal by week 12",
        "Down by a quarter every 3 days.",
        "not a prescription",
        "No one can say if it will help you",
        "licence for this use",
        amina.full_name,
    ):
        assert said in page
    assert "= 2.5 mg" not in page  # sums are the clinicians'


def test_agreeing_keeps_name_and_consents(me, amina, okafor):
    plan = plans.supported(amina, okafor)

    for _ in range(2):
        assert me.post(PAGE, agreeing(plan)).url == PAGE

    assert (fresh(plan).state, fresh(plan).agreed_name) == ("agreed", "Amina")
    assert amina.consents.filter(given=True).count() == 5
    assert "You agreed to this plan on" in text_of(me)


@pytest.mark.parametrize("missing", ["name", "driving", "unlicensed"])
def test_nothing_is_agreed_to_by_leaving_it_out(me, amina, okafor, missing):
    plan = plans.supported(amina, okafor)
    sent = agreeing(plan)
    del sent[missing]

    answer = me.post(PAGE, sent)

    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert fresh(plan).state == "supported"
    assert not amina.consents.exists()


def test_only_what_is_not_agreed_to_yet_is_asked(me, amina, okafor):
    plan = plans.supported(amina, okafor)
    give_consents(amina, {Purpose.DRIVING: True}, by=amina.user, at=NOW)

    assert 'name="driving"' not in text_of(me)
    me.post(PAGE, agreeing(plan))
    assert fresh(plan).state == "agreed"


def test_a_plan_that_changed_meanwhile_is_read_again(me, amina, okafor):
    plan = plans.supported(amina, okafor)
    plans.actions.discard(plan, okafor, why="Another way was chosen", by=okafor.user, at=NOW)
    newer = plans.supported(amina, okafor)

    answer = me.post(PAGE, agreeing(plan))

    assert answer.status_code == 422
    assert "has changed since you opened this page" in answer.content.decode()
    assert fresh(newer).state == "supported"


@pytest.mark.parametrize("plan", ["", "x", "\0", "00000000-0000-0000-0000-000000000000"])
def test_a_form_that_was_tampered_with_is_refused(me, amina, okafor, plan):
    waits = plans.supported(amina, okafor)

    assert me.post(PAGE, agreeing(waits) | {"plan": plan}).status_code == 422
    assert fresh(waits).state == "supported"


@pytest.mark.parametrize("state", ["draft", "team_pending", "discarded", "superseded"])
def test_what_is_not_theirs_to_read_is_not_shown(me, amina, okafor, state):
    plans.IN_STATE[state](
        amina, okafor, **({} if state == "draft" else {"unsuitable": "Secret words", "taper": "Hidden"})
    )

    assert "Hidden" not in text_of(me)


def test_another_person_sees_nothing_of_it(amina, ben, okafor):
    plan = plans.supported(amina, okafor)

    assert "There is no plan for you to read" in text_of(browser(ben.user))
    assert browser(ben.user).post(PAGE, agreeing(plan)).url == PAGE
    assert fresh(plan).state == "supported"


def test_why_we_do_it_is_the_doctors_record_and_not_on_the_page(me, amina, okafor):
    plans.paused(amina, okafor)

    page = text_of(me)

    assert plans.REASON["told"] in page
    assert plans.REASON["why"] not in page
    assert SAID["unsuitable"] not in page


def test_a_stopped_plan_tells_what_to_do_and_no_dose(me, amina, okafor):
    plans.stopped(amina, okafor)

    page = text_of(me)

    assert plans.REASON["told"] in page
    assert "0.25 ml" not in page


def test_the_front_page_leads_to_it_while_it_waits(me, amina, okafor):
    plan = plans.supported(amina, okafor)
    assert "Read your plan" in unescape(me.get(reverse("care")).content.decode())

    me.post(PAGE, agreeing(plan))

    assert "Read your plan" not in unescape(me.get(reverse("care")).content.decode())


@pytest.mark.parametrize(
    ("made", "said"), [(plans.paused, "Your plan is paused"), (plans.stopped, "Your plan has stopped")]
)
def test_the_front_page_leads_to_what_to_do_when_it_is_paused_or_stopped(me, amina, okafor, made, said):
    made(amina, okafor, at=NOW - 29 * DAY)

    assert said in unescape(me.get(reverse("care")).content.decode())


def test_with_an_active_plan_the_front_page_leads_to_it_and_asks_for_no_visit_yet(me, amina, okafor):
    intakes.in_review(amina, okafor)
    assert me.get(reverse("care")).context["first"].label == "Choose a time"
    plans.active(amina, okafor)

    page = me.get(reverse("care"))

    assert [(line.status, line.url) for line in page.context["tasks"] if line.label == "Your plan"] == [
        ("Active", PAGE)
    ]
    assert page.context["first"] is None
    assert "Book a visit" in page.content.decode()  # below, for whoever wants one

    plans.supported(amina, okafor)
    tasks = {line.label: line.status for line in me.get(reverse("care")).context["tasks"]}
    assert (tasks["Your plan"], tasks["Your new plan"]) == ("Active", "Waits for you")


@pytest.mark.parametrize("made", [plans.paused, plans.stopped])
def test_after_a_month_the_front_page_says_no_more_of_it(me, amina, okafor, made):
    made(amina, okafor, at=NOW - 31 * DAY)

    assert "Read what to do" not in unescape(me.get(reverse("care")).content.decode())


def test_a_plan_that_goes_on_is_not_paused_on_the_front_page(me, amina, okafor):
    plan = plans.paused(amina, okafor)
    actions.activate(plan, okafor, by=okafor.user, at=NOW)

    assert "Read what to do" not in unescape(me.get(reverse("care")).content.decode())


def test_each_reading_is_written_down(me, amina, okafor):
    plan = plans.supported(amina, okafor)

    text_of(me)

    assert AccessLog.objects.filter(about=plan.pk, actor=amina.user).exists()


def test_ten_versions_take_as_many_queries_as_one(me, amina, okafor):
    plans.active(amina, okafor)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            text_of(me)
        return len(seen)

    queries()
    one = queries()
    for _ in range(9):
        plans.active(amina, okafor)

    assert queries() == one


@pytest.mark.parametrize("state", ["supported", "paused", "stopped"])
@pytest.mark.parametrize("lines", [[OIL], [SPRAY]])
def test_our_own_words_are_easy_to_read(me, amina, okafor, state, lines):
    """What the doctor typed is left out: a person's own words are theirs. The words of consents have their own test."""
    everything = {
        "lines": lines,
        "indications": ["ms_spasticity"],
        "contraception": "given",
        "stop": list(words.PLAIN_STOP),
    }
    plans.IN_STATE[state](amina, okafor, **everything)
    plain = spoken(text_of(me))

    assert len(readability.paragraphs([("", plain)])) > (2 if state == "stopped" else 20)
    assert readability.grade(plain) <= readability.GOAL
    assert hard(plain) == []


def message(plan, rule):
    return Message.objects.get(rule=rule, about=plan.pk)


def test_the_mails_say_only_that_there_is_an_update(amina, okafor):
    plan = plans.active(amina, okafor)

    sent = letters.plan_changed(message(plan, "plan_changed"))

    assert sent.subject == "There is an update in your account"
    assert not re.search("plan|oil|pain|medicine", (sent.subject + sent.text).replace("/care/", ""), re.IGNORECASE)


def test_they_are_not_sent_when_they_no_longer_fit(amina, okafor):
    plan = plans.active(amina, okafor)

    assert isinstance(letters.plan_released(message(plan, "plan_released")), NotWanted)
    plans.active(amina, okafor)
    assert isinstance(letters.plan_changed(message(plan, "plan_changed")), NotWanted)
    assert PlanVersion.objects.count() == 2
