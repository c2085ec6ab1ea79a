"""The first text of the public pages: what it says, how hard it reads, and that every link leads somewhere."""

import re

import pytest
from django.urls import resolve

from clinic.pages import policy
from clinic.pages.content import FIRST_TEXTS, read
from clinic.pages.enums import CARE_CARDS, Linked, Risk, Shape
from clinic.pages.markdown import render_markdown
from clinic.pages.text import PageText
from clinic.wording import readability
from clinic.wording.enums import Place
from clinic.wording.policy import check

BY_KEY = {first.key: first for first in FIRST_TEXTS}
CONTENT = [pytest.param(first, id=first.key) for first in FIRST_TEXTS]
VOICE = re.compile(r"\b(please|simply|unfortunately|journey|hope|solution)\b", re.I)
# What the site must have, with the shape of the section that each cannot do without.
WANTED = {
    "about-treatments": Shape.PLAIN,
    "accessibility": Shape.PLAIN,
    "complaints": Shape.PLAIN,
    "contact": Shape.MESSAGE,
    "cookies": Shape.COOKIES,
    "driving": Shape.PLAIN,
    "facial-pain": Shape.EMERGENCY,
    "faqs": Shape.QUESTION,
    "fees": Shape.FEES,
    "home": Shape.GLANCE,
    "how-it-works": Shape.STEPS,
    "is-it-legal": Shape.PLAIN,
    "ms-pain": Shape.EMERGENCY,
    "our-specialists": Shape.SPECIALISTS,
    "privacy": Shape.COMPANY,
    "safety": Shape.EMERGENCY,
    "terms": Shape.COMPANY,
    "who-we-can-see": Shape.PLAIN,
}


def words_of(text):
    return [text.title, text.summary, *(part.heading for part in text.sections), *(part.body for part in text.sections)]


def test_every_page_is_there_with_what_it_is_for():
    assert {first.key for first in FIRST_TEXTS} == set(WANTED)
    assert [
        key for key, shape in WANTED.items() if shape not in {part.shape for part in BY_KEY[key].text.sections}
    ] == []


@pytest.mark.parametrize("first", CONTENT)
def test_nothing_stands_between_a_first_text_and_its_readers(first):
    assert policy.problems(first.text, first.key) == []
    assert policy.problems_of_title(first.label) == []


@pytest.mark.parametrize("first", CONTENT)
def test_it_speaks_in_our_voice(first):
    assert [VOICE.findall(words) for words in words_of(first.text) if VOICE.search(words)] == []


@pytest.mark.parametrize("first", CONTENT)
def test_reading_age(first):
    """A page reads at the age of 11 or below, its hardest paragraph at 14 or below."""
    grades = {each.text: readability.grade(without_names_of_medicines(each.text)) for each in first.text.paragraphs}

    assert first.text.grade <= readability.GOAL
    assert {text: grade for text, grade in grades.items() if grade > readability.MEDICAL_GOAL} == {}


def without_names_of_medicines(text):
    """A list of names is long words, whatever is said about them."""
    for hit in check(text, Place.PUBLIC_BODY):
        text = text.replace(hit.phrase, "this")
    return text


@pytest.mark.parametrize("first", CONTENT)
def test_it_fits_where_search_engines_and_menus_show_it(first):
    assert len(first.text.title) <= 70
    assert 50 <= len(first.text.summary) <= 160
    assert len(first.label) <= 28


@pytest.mark.parametrize("first", [each for each in FIRST_TEXTS if each.text.invites], ids=lambda first: first.key)
def test_on_a_page_that_leads_to_booking_amber_comes_last(first):
    risks = [part.risk for part in first.text.sections]

    assert risks == sorted(risks, reverse=True)


@pytest.mark.parametrize("first", [each for each in FIRST_TEXTS if each.text.risk == Risk.AMBER], ids=lambda x: x.key)
def test_amber_pages_name_their_sources_and_are_looked_at_again(first):
    text = first.text

    assert first.key in policy.AMBER_PAGES
    assert len(text.sources) >= 2
    assert [
        each.name for each in text.sources if not each.address.startswith("https://") or each.read_on > text.reviewed_on
    ] == []
    assert 0 < (text.review_due - text.reviewed_on).days <= 366


@pytest.mark.parametrize("key", ["ms-pain", "facial-pain", "safety"])
def test_pages_about_symptoms_have_both_cards(key):
    assert {Shape.URGENT, Shape.EMERGENCY} <= {part.shape for part in BY_KEY[key].text.sections}


@pytest.mark.parametrize("first", CONTENT)
def test_care_cards_say_who(first):
    """Each bullet stands alone: it does not need the one before it."""
    cards = [part for part in first.text.sections if part.shape in CARE_CARDS]
    bullets = [line for part in cards for line in part.body.splitlines() if line.startswith("- ")]

    assert [line for line in bullets if not re.search(r"\b(you|your|someone|somebody)\b", line)] == []


@pytest.mark.parametrize("first", CONTENT)
def test_every_link_leads_to_a_page_of_ours_or_to_an_address_in_the_open(first):
    html = "".join(render_markdown(part.body) for part in first.text.sections)
    links = re.findall(r'href="([^"]*)"', html)

    ours = [link.split("#")[0] for link in links if link.startswith("/")]
    assert [link for link in ours if resolve(link).view_name == "page" and link.strip("/") not in BY_KEY] == []
    assert [link for link in links if not re.match(r"/|https://|tel:|mailto:", link)] == []


def test_the_balanced_page_stays_out_of_sight():
    about = BY_KEY["about-treatments"]

    assert (about.text.invites, about.text.is_indexed) == (False, False)
    assert about.linked != Linked.HEADER


def test_the_strict_pages_do_not_speak_of_medicines_even_in_general():
    assert [key for key in policy.STRICT_PAGES if BY_KEY[key].text.risk != Risk.GREEN] == []


def test_reading_a_file():
    first = read(
        "x",
        "title: T\nsummary: S\nlabel: L\nlinked: care 3\ninvites: no\nindexed: no\nreviewed on: 2026-11-24\n"
        "review due: 2027-05-24\nsource: N | https://example.com | 2026-11-22\n\n## One\n\nText.\n\n## Two {amber, urgent}\n\n- a\n",
    )

    assert (first.linked, first.order, first.text.is_indexed) == ("care", 3, False)
    assert [(part.heading, part.risk, part.shape) for part in first.text.sections] == [
        ("One", "green", ""),
        ("Two", "amber", "urgent"),
    ]
    assert PageText.from_json(first.text.as_json()) == first.text


def test_a_mark_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="No such mark: purple"):
        read(
            "x",
            "title: T\nsummary: S\nlabel: L\nlinked: nowhere\ninvites: no\nreviewed on: 2026-11-24\n\n## A {purple}\n",
        )


# How hard it reads -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("The cat sat on the mat.", -2, 1),
        ("We read your form. Then you meet the doctor.", -2, 3),
        (
            "Notwithstanding considerable heterogeneity, methodologically rigorous investigations demonstrated negligible improvement.",
            20,
            50,
        ),
        ("", 0, 0),
        ("| When | What |\n|---|---|\n| You cancel | All of the fee |", -2, 4),
    ],
)
def test_the_grade_rises_with_long_words_and_sentences(text, low, high):
    assert low <= readability.grade(text) <= high


def test_a_link_is_read_by_its_words():
    assert readability.grade("[Our fees](/fees/very/long/internationalisation/)") == readability.grade("Our fees")
