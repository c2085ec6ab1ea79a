"""After the form was sent: a question is answered, something is changed, and what is new is said before a review.

On a phone's width, by keyboard alone, with scripts and without.
"""

import pytest
from django.utils import timezone

from patients.intake.models import Intake, IntakeVersion
from patients.suitability.enums import Outcome
from tests.browser.conftest import PHONE
from tests.browser.form import fill_in
from tests.browser.hands import Keyboard
from tests.factories import intakes, outcomes
from tests.factories.intakes import ANSWERS

REASONS = "Reasons long enough to be understood."


@pytest.fixture(params=[pytest.param(True, marks=pytest.mark.proof), False], ids=["scripts on", "scripts off"])
def hand(request, visit, look, amina):
    """Amina's phone with a keyboard."""
    return Keyboard(visit(PHONE, user=amina.user, scripts=request.param), look)


def decided(intake, clinician, outcome, message="Come in and see us."):
    intakes.decide(intake, clinician, outcome, message=message, at=timezone.now())


def sign(hand):
    hand.write("Your full name", "Amina Example")
    hand.choose("Who filled in this form?", "I did, on my own")


def test_a_question_is_answered_with_a_change(hand, amina, okafor):
    decided(intakes.in_review(amina, okafor), okafor, Outcome.MORE_INFORMATION, "Since when do you have it?")

    hand.arrive("/care/")
    hand.follow("Answer the question")
    hand.follow("Change my form first")
    hand.arrive("/intake/goals/")
    hand.write("What do you want", "Walk to the park")
    hand.follow("Save and continue")
    hand.follow("Go to the question")
    hand.write("Your answer", "Since May")
    sign(hand)
    hand.follow("Send my answer")

    version = IntakeVersion.objects.latest("number")
    assert hand.page.get_by_role("heading", level=1).inner_text() == "We have your form"
    assert (version.number, version.answers["goals"]) == (2, "Walk to the park")
    assert version.record[-2]["rows"][0]["value"] == "Since May"  # the last part is the declaration


def test_what_is_new_is_said_before_a_review_and_nothing_typed_twice(hand, amina, okafor):
    intake = intakes.in_review(amina, okafor)
    decided(intake, okafor, Outcome.PROCEED)
    outcomes.asked(amina, okafor)

    hand.arrive("/care/")
    hand.follow("Start")
    hand.follow("Start")
    answers = {name: value for name, value in ANSWERS.items() if name not in KEPT}
    met = fill_in(hand, given=lambda: answers, changed=["measured"], weight="66")
    sign(hand)
    hand.tick("These answers are true")
    hand.follow("Send my answers")

    version = Intake.objects.latest("started_at").versions.get()
    assert hand.page.get_by_role("heading", level=1).inner_text() == "We have your form"
    assert met == ["what-changed", "symptoms", "symptoms-new", "health-safe", "pregnancy", "mood", "measured"]
    assert (version.answers["weight"], version.answers["height"]) == ("66", ANSWERS["height"])


KEPT = {"height"}  # stands there from the form before
