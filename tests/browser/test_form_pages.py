"""Every page of the form as it is when something is wrong: the list is the form's own data.

The pages without a mistake are looked at by the journeys, which walk through all of them.
"""

import pytest

from patients.intake.form.whole import PAGES
from patients.intake.models import Intake
from tests.browser.conftest import PHONE
from tests.browser.hands import Pointer
from tests.factories import intakes
from tests.patients.filling import entry_url, url

# Who is asked everything: pain with MS and in the face, and every answer that makes a page appear.
ALL_OF_IT = {
    "has_face_pain": "yes",
    "has_allergies": "yes",
    "allergies": [{"id": "a1", "substance": "Nuts", "severity": "mild"}],
    "self_harm": "tell",
}
LISTS = [page for page in PAGES.values() if page.list_of]
NEVER_WRONG = {"measured", "pain-effects", "face-now"}  # boxes may all stay empty; the others wait for a setting


@pytest.fixture
def hand(visit, look, amina):
    intakes.draft(amina, **ALL_OF_IT)
    return Pointer(visit(PHONE, user=amina.user), look)


def empty_the_form():
    """Leave only what decides which pages there are."""
    intake = Intake.objects.get()
    keep = {"main_reason", "has_face_pain", "diagnosed", "tried_any", "takes_medicines", "has_allergies", "self_harm"}
    Intake.objects.update(
        answers={name: value for name, value in intake.answers.items() if name in keep | {"face_area"}}
    )


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.proof)], ids=["of a kind", "every one"])
def test_every_page_with_everything_missing(hand, look, every):
    """Axe looks at one page of each kind; `make proof` has it look at every one."""
    empty_the_form()
    wrong, kinds = [], set()
    for page in PAGES.values():
        hand.look = look if every or kind_of(page) not in kinds else look.shape
        kinds.add(kind_of(page))
        hand.page.goto(url(page))
        if not hand.page.url.endswith(url(page)):
            continue  # not asked of her: pages by age and sex have the same parts as these
        hand.page.locator("main input").evaluate_all("boxes => boxes.forEach(box => { box.checked = false; })")
        hand.follow("That is all" if page.list_of else "Save and continue")
        if hand.page.title().startswith("Error: "):
            wrong.append(page.slug)

    missed = set(PAGES) - set(wrong)
    assert missed == NEVER_WRONG | {"what-changed", "symptoms-head", "partner"} | optional_only()


def kind_of(page):
    """What a page is drawn with: two of a kind differ in nothing but their words, and in how many questions there are."""
    return frozenset((question.kind, bool(question.hint), bool(question.asked_if)) for question in page.questions)


def optional_only():
    return {page.slug for page in PAGES.values() if not any(question.required for question in page.questions)}


@pytest.mark.parametrize("page", LISTS, ids=lambda page: page.slug)
def test_an_entry_with_everything_missing(hand, page):
    hand.page.goto(entry_url(page, "new1"))

    hand.follow(f"Save this {page.list_of.one}")

    assert hand.page.title().startswith("Error: ")


@pytest.mark.parametrize(
    ("slug", "box", "text"),
    [
        ("measured", "height", "tall"),
        ("measured", "bloods_on", "31 December 9999"),
        ("goals", "goals", "x" * 2001),
    ],
)
def test_a_page_with_something_that_cannot_be(hand, slug, box, text):
    hand.page.goto(url(PAGES[slug]))
    hand.page.locator(f"[name={box}]").fill(text)

    hand.follow("Save and continue")

    assert hand.page.title().startswith("Error: ")
    assert hand.page.locator(f"[name={box}]").input_value() == text


def test_a_list_with_an_entry_that_is_not_whole(hand):
    answers = Intake.objects.get().answers | {"medicines": [{"id": "m1", "name": "Half"}]}
    Intake.objects.update(answers=answers)
    hand.page.goto(url(PAGES["medicines"]))

    hand.follow("That is all")

    assert hand.page.title().startswith("Error: ")
    assert "Finish “Half”" in hand.page.locator(".error-summary").inner_text()


def test_a_question_appears_when_it_applies(hand):
    hand.page.goto(url(PAGES["taking-more"]))
    more = hand.page.get_by_role("textbox", name="What do you take?")
    there = [more.is_visible()]

    hand.choose("Do you take anything herbal", "Yes")
    there.append(more.is_visible())
    hand.choose("Do you take anything herbal", "Not sure")
    there.append(more.is_visible())

    assert there == [False, True, False]


def test_an_emergency_of_dark_thoughts_is_looked_at(hand):
    hand.page.goto(url(PAGES["health-safe"]))
    hand.choose("Have you ever hurt yourself", "Yes")
    hand.choose("Was that in the past 12 months", "Yes")

    hand.follow("Save and continue")

    assert hand.page.url.endswith("/intake/urgent/")
    assert hand.page.get_by_role("heading", name="Talk to somebody now").is_visible()
