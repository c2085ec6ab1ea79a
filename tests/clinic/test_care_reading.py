"""The pages about prescriptions and checks are read with ease: reading age 11 as a whole, no paragraph above 14."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.wording import readability
from patients.monitoring import actions
from patients.prescriptions.enums import State
from tests.easy import hard, spoken
from tests.factories import outcomes
from tests.factories import prescriptions as rx

pytestmark = pytest.mark.django_db
ON_PAPER = sorted(set(State) - {State.DRAFTED, State.CHECKED})


def easy(page):
    """The name and address of a pharmacy are not our words, and a date is no long word."""
    text = re.sub(r"\w+day \d+ \w+ \d{4}", "that day", spoken(page.content.decode()))
    for name in ("name", "address"):
        text = text.replace(rx.PHARMACY[name], "it")

    assert len(text.split()) > 40
    assert (readability.grade(text) <= readability.GOAL, hard(text)) == (True, []), readability.grade(text)


@pytest.mark.parametrize("state", [None, *ON_PAPER])
def test_where_a_prescription_is(as_user, amina, okafor, lind, state):
    if state:
        rx.in_state(state, amina, okafor, at=timezone.now() - timedelta(days=1))

    easy(as_user(amina.user).get(reverse("care_prescriptions")))


def test_choosing_a_pharmacy_and_asking_for_the_next(as_user, amina, okafor, lind):
    rx.in_state("delivered", amina, okafor, at=timezone.now())
    hers = as_user(amina.user)

    easy(hers.get(reverse("care_pharmacy")))
    easy(hers.get(reverse("care_prescription_ask")))
    easy(hers.get(reverse("care_prescription_asked", args=[rx.asked(amina, timezone.now()).pk])))


def test_the_checks_with_the_answers_since_the_start(as_user, amina, okafor, lind):
    start = timezone.now() - timedelta(days=40)
    rx.ready(amina, okafor, start)
    outcomes.answered(amina, okafor, at=start)
    actions.sweep(at=timezone.now())

    easy(as_user(amina.user).get(reverse("care_checks")))
