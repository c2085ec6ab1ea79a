"""Questionnaires of unclear licence over HTTP: asked, kept and shown only where the clinic's setting says so."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from patients.intake import actions as intake_actions
from patients.intake.models import Intake
from patients.outcomes import actions
from patients.outcomes.enums import DoneBy
from patients.outcomes.models import Questionnaire, Response
from tests.factories import intakes, outcomes
from tests.factories.people import NOW
from tests.patients.filling import fill_in, send

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=2)
UNCLEAR = {"peg_pain": "7", "peg_enjoyment": "8", "peg_activity": "7", "bni": "4"}


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(LATER, tick=False):
        yield


def kept():
    """The answers that are kept, by instrument."""
    return {row.instrument: row.answers for row in Response.objects.all()}


@pytest.mark.parametrize("is_on", [False, True])
def test_the_form_asks_them_only_where_the_clinic_says_so(amina, as_user, settings, is_on):
    settings.OUTCOMES_UNCLEAR_LICENCES = is_on
    asked = {"main_reason": "tn"} | UNCLEAR
    client = as_user(amina.user)
    intake_actions.start(amina, at=NOW)

    met = [address.split("/")[2] for address in fill_in(client, **asked)]
    send(client)

    assert {"pain-effects", "face-now"} & set(met) == ({"pain-effects", "face-now"} if is_on else set())
    assert {name: answers for name, answers in kept().items() if name in {"peg", "bni"}} == (
        {"peg": {"pain": 7, "enjoyment": 8, "activity": 7}, "bni": {"grade": 4}} if is_on else {}
    )
    record = Intake.objects.get().versions.get()
    assert any(name in record.answers for name in UNCLEAR) is is_on


def test_the_scale_for_facial_pain_is_asked_of_nobody_else(amina, settings):
    settings.OUTCOMES_UNCLEAR_LICENCES = True

    intakes.sent(amina, main_reason="ms_pain", **UNCLEAR)

    assert "peg" in kept()
    assert "bni" not in kept()


def test_answers_sent_in_for_what_is_off_are_not_kept(amina, as_user):
    intakes.draft(amina, main_reason="tn")
    client = as_user(amina.user)

    pages = [client.post(reverse("intake_section", args=[slug]), UNCLEAR) for slug in ("pain-effects", "face-now")]
    send(client)

    assert all(page.status_code in {302, 404} for page in pages)
    assert not {"peg", "bni"} & set(kept())
    assert not set(UNCLEAR) & set(Intake.objects.get().versions.get().answers)


@pytest.mark.parametrize("is_on", [False, True])
def test_the_questions_before_a_review_ask_them_only_where_the_clinic_says_so(amina, okafor, as_user, settings, is_on):
    settings.OUTCOMES_UNCLEAR_LICENCES = is_on
    asked = outcomes.asked(amina, okafor)
    slugs = {"peg-pain", "peg-enjoyment", "peg-activity"}
    client = as_user(amina.user)

    statuses = {client.get(reverse("care_questions_page", args=[slug])).status_code for slug in slugs}

    assert {page.slug for page in asked.pages} & slugs == (slugs if is_on else set())
    assert statuses == ({200} if is_on else {404})


@pytest.mark.parametrize("is_on", [False, True])
def test_what_was_answered_is_shown_to_nobody_once_it_is_off(amina, okafor, as_user, settings, is_on):
    settings.OUTCOMES_UNCLEAR_LICENCES = True
    intakes.in_review(amina, okafor, main_reason="tn", **UNCLEAR)
    settings.OUTCOMES_UNCLEAR_LICENCES = is_on

    html = as_user(okafor.user).get(reverse("review_questions", args=[amina.pk])).content.decode()

    assert ("PEG" in html, "7.3 of 10" in html, "4: I have some pain" in html) == (is_on,) * 3


def test_switched_off_in_the_middle_nobody_is_held_up(amina, okafor, as_user, settings):
    settings.OUTCOMES_UNCLEAR_LICENCES = True
    asked = outcomes.asked(amina, okafor)
    for page in asked.pages:
        value = "2" if page.slug == "overall" else "5"
        actions.keep(Questionnaire.objects.get(), page, value, opening="one", at=LATER)

    settings.OUTCOMES_UNCLEAR_LICENCES = False
    actions.send(Questionnaire.objects.get(), DoneBy.SELF, by=amina.user, at=LATER)

    assert set(kept()) == {"pain_nrs", "spasticity_nrs", "sleep_nrs", "pgic"}
