"""The questions before a review on a phone's width: by keyboard alone, and with scripts off."""

import pytest
from django.conf import settings

from patients.outcomes import links
from patients.outcomes.models import Response
from tests.browser.conftest import PHONE
from tests.browser.hands import Keyboard, Pointer, words
from tests.factories import outcomes

BORN = (("Day", "27"), ("Month", "3"), ("Year", "1980"))


@pytest.fixture(params=["by keyboard alone", "with scripts off"])
def amina_comes(request, visit, look):
    """A new visit of hers, in one of the two ways."""
    if request.param == "with scripts off":
        return lambda: Pointer(visit(PHONE, scripts=False), look)
    return lambda: Keyboard(visit(PHONE), look)


def she_opens(hand, asked):
    hand.arrive(links.address(asked).removeprefix(settings.SITE_ORIGIN))
    for part, value in BORN:
        hand.write(part, value)
    hand.follow("Continue")
    return hand


def test_amina_answers_on_two_devices(amina_comes, amina, okafor):
    asked = outcomes.asked(amina, okafor)

    first = she_opens(amina_comes(), asked)
    first.follow("Start the questions")
    first.choose("Over the past 7 days, how bad was your pain on average", "4")
    first.follow("Save and continue")
    first.choose("Over the past 7 days, how bad was your pain at its worst", "8")
    first.follow("Save and continue")
    first.follow("Back")
    assert first.page.get_by_role("radio", name="8", exact=True).is_checked()

    second = she_opens(amina_comes(), asked)
    second.follow("Go on with the questions")
    second.choose("Over the past 24 hours", "5")
    second.follow("Save and continue")
    second.follow("Back")
    second.follow("Back")
    assert "We have kept that answer" in words(second)
    assert not second.page.get_by_role("radio", name="8", exact=True).is_checked()
    for _ in range(2):
        second.follow("Save and continue")
    second.choose("Over the past 7 days, how well did you sleep", "2")
    second.follow("Save and continue")
    second.choose("How have you been overall", "Much better")
    second.follow("Save and continue")
    assert "Nobody reads this straight away" in words(second)
    second.choose("Who answered these questions?", "I did, on my own")
    second.follow("Send my answers")
    assert "We have your answers" in words(second)

    first.follow("Save and continue")  # the page that stood open on the first device
    assert "We have your answers" in words(first)
    assert Response.objects.get(instrument="pain_nrs").answers == {"average": 4, "worst": 8}
