"""A first visit from the questions before signing up to the form that was sent: on a phone's width, by keyboard alone,
in one go, and in five sittings on two devices with the session ended in between. Nothing is typed twice.
"""

import pytest
from django.contrib.sessions.models import Session

from patients.intake.form.whole import PAGES
from patients.intake.models import Intake, IntakeVersion
from patients.profile.models import Patient
from tests.browser import mails
from tests.browser.conftest import PHONE
from tests.browser.form import answer, fill_in, slugs
from tests.browser.hands import Keyboard
from tests.factories.intakes import ANSWERS
from tests.factories.people import PASSWORD

NIA = "nia@example.com"
BEFORE = {
    "Are you 18 or over?": "Yes",
    "Do you live in the UK?": "Yes",
    "Are you registered with a GP?": "Yes",
    "What is the main reason": "Pain with multiple sclerosis (MS)",
    "Has a doctor told you": "Yes",
    "How many treatments": "2 or more",
    "Have you ever had psychosis": "No",
    "Has a parent, brother": "No",
    "Are you pregnant or breastfeeding?": "No",
    "Are you or your partner": "No",
    "Do you have serious heart": "No",
}
SAID_BEFORE = {
    "main_reason",
    "diagnosed",
    "tried_any",
    "psychosis_self",
    "psychosis_family",
    "pregnant",
    "breastfeeding",
}


@pytest.fixture(params=[pytest.param(True, marks=pytest.mark.proof), False], ids=["scripts on", "scripts off"])
def device(request, visit, look):
    """A new phone with a keyboard."""
    return lambda: Keyboard(visit(PHONE, scripts=request.param), look)


def test_from_the_first_question_to_the_form_that_was_sent_in_one_go(device, pages):
    nia = device()

    she_answers_before_signing_up(nia)
    she_signs_up(nia)
    she_gives_her_details(nia)
    assert set(fill_in_what_is_empty(nia)) >= SAID_BEFORE
    she_sends(nia)


@pytest.mark.proof
def test_the_same_in_five_sittings_on_two_devices(device, pages):
    first, second = device(), device()

    she_answers_before_signing_up(first)
    she_signs_up(first)
    she_gives_her_details(first)
    her_session_ends()

    for hand, until in ((second, "tests"), (first, "medicines"), (second, "scores")):
        she_comes_back(hand)
        fill_in_what_is_empty(hand, until)
        her_session_ends()

    she_types_while_her_session_ends(first)
    fill_in_what_is_empty(first)
    she_sends(first)


# What she does --------------------------------------------------------------------------------------


def she_answers_before_signing_up(nia):
    nia.arrive("/eligibility/")
    nia.mark("Do you have any of these now", ["None of these"])
    for question, said in BEFORE.items():
        nia.choose(question, said)
    nia.follow("See what to do next")
    assert nia.page.get_by_role("heading", level=1).inner_text() == "You can book an assessment"
    nia.follow("Go on to the form")


def she_signs_up(nia):
    nia.write("Email", NIA)
    nia.write("Password", PASSWORD)
    nia.follow("Create my account")
    nia.write("Code", mails.code_for(NIA))
    nia.follow("Continue")
    assert nia.page.url.endswith("/intake/")


def she_gives_her_details(nia):
    nia.follow("Start the form")
    for label, typed in {
        "First names": "Nia",
        "Family name": "Example",
        "Day": "27",
        "Month": "3",
        "Year": "1984",
        "Phone number": "07700 900 982",
        "Postcode": "aa1 1aa",
        "GP practice": "Exampleton Surgery",
    }.items():
        nia.write(label, typed)
    nia.follow("Save my details")
    nia.choose("Sex registered at birth", "Female")
    nia.follow("Save my details")
    nia.write("Address line 1", "1 Example Street")
    nia.write("Town", "Exampleton")
    nia.choose("Country", "England")
    nia.follow("Save my details")
    nia.choose("Are you registered with", "Yes")
    nia.follow("Save my details")
    nia.choose("Do you need an interpreter?", "No")
    nia.choose("May we leave", "Yes")
    nia.follow("Save my details")
    nia.write("Their name", "Sam Example")
    nia.write("Their phone number", "07700 900 124")
    nia.follow("Save my details")
    assert slugs(nia) == ["symptoms"]
    assert Patient.objects.get().emergency_name == "Sam Example"


def fill_in_what_is_empty(nia, until="check"):
    """Answer what has no answer yet; what she has said before stands there, and is only saved."""
    told = []

    def fill():
        box = nia.page.locator("main input:checked").evaluate_all("boxes => boxes.map(box => box.name)")
        told.extend(box)
        return {name: value for name, value in ANSWERS.items() if name not in box}

    fill_in(nia, until=until, given=fill)
    return told


def her_session_ends():
    Session.objects.all().delete()


def she_comes_back(nia):
    nia.arrive("/intake/")
    nia.write("Email", NIA)
    nia.write("Password", PASSWORD)
    nia.follow("Sign in")
    nia.follow("Go on with the form")


def she_types_while_her_session_ends(nia):
    """She has the page open, types, and sends it after the end: it is there again when she has signed in."""
    she_comes_back(nia)
    page = PAGES[slugs(nia)[0]]
    answer(nia, page.questions, ANSWERS)
    her_session_ends()
    nia.follow("Save and continue")
    assert "We have kept what you typed" in nia.page.locator("body").inner_text()
    nia.write("Email", NIA)
    nia.write("Password", PASSWORD)
    nia.follow("Sign in")
    assert slugs(nia) == [page.slug]
    assert "This is not saved yet" in nia.page.locator("body").inner_text()
    nia.follow("Save and continue")
    assert {question.name for question in page.questions} <= set(Intake.objects.get().answers)


def she_sends(nia):
    nia.write("Your full name", "Nia Example")
    nia.choose("Who filled in this form?", "I did, on my own")
    nia.tick("These answers are true")
    nia.follow("Send my answers")
    assert nia.page.get_by_role("heading", level=1).inner_text() == "We have your form"
    sent = IntakeVersion.objects.get().answers
    assert {name: sent[name] for name in SAID_BEFORE} == {name: ANSWERS[name] for name in SAID_BEFORE}
