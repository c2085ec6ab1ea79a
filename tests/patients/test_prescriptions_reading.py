"""What the guards of a prescription are told from the other features: each fact changed where it lives."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from clinic.staff.models import Clinician
from clinic.training.models import Training
from patients.consents.actions import give_consents
from patients.consents.enums import Purpose
from patients.prescriptions import actions, reading
from patients.profile.models import Patient
from patients.safety import actions as safety
from patients.safety.models import HoldProposal
from tests.factories import events, intakes, plans
from tests.factories import prescriptions as rx
from tests.factories.people import NOW
from tests.factories.plans import FLOWER, OIL
from tests.factories.prescriptions import fresh

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def points(found, on=TODAY):
    return reading.open_points(fresh(found), on)


def test_somebody_of_whom_nothing_is_known_has_every_point_open(amina, okafor):
    plans.active(amina, okafor)
    draft = actions.open_draft(amina, okafor, key=uuid4(), at=NOW)
    actions.save_draft(draft, rx.written(), by=okafor.user, at=NOW)

    assert [words[:44] for words in points(draft)] == [
        "The patient has not sent the form before a f",
        "The patient’s medical records are not here. ",
        "The patient has not said whether we may writ",
        "The patient has not chosen a pharmacy. They ",
        "Dr Ada Okafor has no private CD prescriber n",
    ]


def hold(amina, okafor):
    event = events.serious(amina)
    safety.decide_on_hold(event.holds.get(), okafor, is_held=True, reason="Look first", by=okafor.user, at=NOW)


def proposed_only(amina, okafor):
    events.serious(amina)


CHANGES = {
    "records": (lambda amina, okafor: Patient.objects.update(records_received_on=None), "medical records are not here"),
    "age": (lambda amina, okafor: Patient.objects.update(date_of_birth=date(2010, 1, 1)), "under 18"),
    "details": (lambda amina, okafor: Patient.objects.update(town="Newtown"), "has changed since this was written"),
    "register": (lambda amina, okafor: Clinician.objects.update(verified_on=TODAY - 91 * DAY), "within 90 days"),
    "training": (
        lambda amina, okafor: Training.objects.create(name="Controlled drugs", roles=["clinician"], months=12),
        "lacks a training: Controlled drugs",
    ),
    "consent": (
        lambda amina, okafor: give_consents(amina, {Purpose.DRIVING: False}, by=amina.user, at=NOW + DAY),
        "has not agreed to: Driving",
    ),
    "hold": (hold, "has put a hold on the next prescription"),
    "hold proposed": (proposed_only, None),
    "team": (
        lambda amina, okafor: plans.decided(amina, okafor, NOW + DAY, outcome="not_supported"),
        "The team’s decision does not support the plan",
    ),
    "team deferred": (lambda amina, okafor: plans.decided(amina, okafor, NOW + DAY, outcome="deferred"), None),
    "paused": (
        lambda amina, okafor: plans.actions.pause(amina.plans.get(), okafor, by=okafor.user, at=NOW, **plans.REASON),
        "The plan is paused",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_fact_comes_from_where_it_lives(amina, okafor, change):
    act, words = CHANGES[change]
    found = rx.drafted(amina, okafor)
    assert points(found) == []

    act(amina, okafor)

    said = points(found)
    assert bool(said) == bool(words)
    assert not words or any(words in each for each in said)


def test_a_hold_that_is_lifted_holds_no_more(amina, okafor):
    found = rx.drafted(amina, okafor)
    hold(amina, okafor)

    safety.lift_hold(HoldProposal.objects.get(), okafor, reason="It was something else", by=okafor.user, at=NOW)

    assert points(found) == []


@pytest.mark.parametrize(("days", "open_words"), [(84, None), (85, "review of the plan is overdue")])
def test_the_review_of_the_plan(amina, okafor, days, open_words):
    found = rx.drafted(amina, okafor)

    said = points(found, TODAY + days * DAY)

    assert any("overdue" in words for words in said) == bool(open_words)


@pytest.mark.parametrize(("days", "is_over"), [(365, False), (366, True)])
def test_a_renewal_after_the_teams_decision_ended(amina, okafor, days, is_over):
    found = rx.drafted(amina, okafor)

    said = points(found, TODAY + days * DAY)

    assert any("Bring the case to the team again before you prescribe on" in words for words in said) == is_over


def test_a_flag_without_an_answer(amina, okafor):
    sent = intakes.in_review(amina, okafor, psychosis_self="yes")
    found = rx.drafted(amina, okafor)
    assert "answer in words: RF01" in points(found)[0]

    intakes.answer_flags(sent, okafor)

    assert points(found) == []


@pytest.mark.parametrize(("starts_in", "is_open"), [(22, True), (23, False)])
def test_an_overlap_with_one_of_the_same_form_of_product(amina, okafor, starts_in, is_open):
    rx.signed(amina, okafor)
    found = rx.drafted(amina, okafor, starts_on=TODAY + starts_in * DAY)

    assert any("It overlaps by 8 days" in words for words in points(found)) == is_open


def test_two_products_of_one_plan_are_prescribed_on_one_day(amina, okafor):
    rx.ready(amina, okafor, lines=[OIL, FLOWER])
    rx.signed(amina, okafor)

    assert points(rx.drafted(amina, okafor, line=1, unit="g", dose="0.1 g twice a day")) == []


def test_a_cancelled_one_is_no_supply(amina, okafor):
    rx.in_state("cancelled", amina, okafor)

    assert points(rx.drafted(amina, okafor)) == []


def test_a_request_says_what_is_open_and_which_supply_lasts(amina, ben, okafor):
    rx.signed(amina, okafor)

    assert reading.request_points(amina, TODAY) == [
        "The supply of AB123456 lasts until Tuesday 22 December 2026, more than 7 days from now."
    ]
    assert reading.request_points(amina, TODAY + 25 * DAY) == []
    assert reading.request_points(ben, TODAY) == ["The patient has no plan that is in force."]
