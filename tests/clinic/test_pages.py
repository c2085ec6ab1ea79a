"""Public pages: what they say, where they may not say it, and that Markdown stays plain markup."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest

from clinic.pages import actions, policy
from clinic.pages.content import PAGES
from clinic.pages.markdown import render_markdown
from clinic.pages.models import Page, Section
from clinic.wording.enums import Place
from clinic.wording.policy import check
from tests.factories import diary

CONTENT = [pytest.param(page, id=page.slug) for page in PAGES]
TODAY = date(2026, 11, 23)
SLUGS = [page.slug for page in PAGES]
VOICE = re.compile(r"\b(please|simply|unfortunately|journey|hope|solution)\b", re.I)


@pytest.fixture
def pages(db):
    return actions.seed(today=TODAY)


# The text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", CONTENT)
def test_titles_headings_and_description_are_green(text):
    for words in (text.title, text.summary, *(part.heading for part in text.sections)):
        assert [str(hit) for hit in policy.problems_of_title(words)] == []


@pytest.mark.parametrize("text", CONTENT)
def test_every_section_says_only_what_its_colour_allows(text):
    for part in text.sections:
        assert [str(hit) for hit in policy.problems_of_body(part.body, part.risk)] == [], part.heading
        assert VOICE.findall(part.body) == []


@pytest.mark.parametrize("text", CONTENT)
def test_amber_sections_come_last_and_hold_no_way_to_book(text):
    risks = [part.risk for part in text.sections]

    assert "amber" in risks
    assert risks == sorted(risks, reverse=True)
    assert policy.booking_too_near([(part.risk, part.body) for part in text.sections]) == []


@pytest.mark.parametrize("text", CONTENT)
def test_care_cards_are_lists_and_every_page_has_both(text):
    cards = [part for part in text.sections if part.card]

    assert {part.card for part in cards} == {"urgent", "emergency"}
    assert [part.heading for part in cards if not part.body.strip().startswith("- ")] == []


@pytest.mark.parametrize("text", CONTENT)
def test_reading_age(text):
    """Short sentences of short words (Flesch-Kincaid grade below 8 over the green parts)."""
    words = "\n".join(re.sub(r"[*#\[\]]", "", part.body) for part in text.sections if part.risk == "green")
    sentences = [line for line in re.split(r"[.:?!]\s|\n", words) if re.search(r"\w", line)]
    tokens = re.findall(r"[A-Za-z']+", words)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", token.lower().removesuffix("e")))) for token in tokens)
    grade = 0.39 * len(tokens) / len(sentences) + 11.8 * syllables / len(tokens) - 15.59

    assert grade < 5
    assert len(tokens) / len(sentences) < 12


@pytest.mark.parametrize("text", CONTENT)
def test_sources_have_an_address_and_a_date(text):
    assert len(text.sources) >= 3
    assert [
        source.name
        for source in text.sources
        if not source.address.startswith("https://") or source.read_on > text.reviewed_on
    ] == []
    assert text.review_due > text.reviewed_on


@pytest.mark.parametrize(
    ("parts", "places"),
    [
        ([("green", "[Book](/book/)"), ("amber", "x")], []),
        ([("amber", "[Book](/book/)")], [0]),
        ([("amber", "x"), ("green", "[Book]( /book/)")], [1]),
        ([("amber", "x"), ("green", "x"), ("green", "[Book](/book/first/)")], []),
    ],
)
def test_a_way_to_book_keeps_its_distance_from_amber(parts, places):
    assert policy.booking_too_near(parts) == places


# Seeding -------------------------------------------------------------------------------------------


def test_seeding_writes_what_is_missing_and_leaves_the_rest(db):
    Page.objects.create(slug="ms-pain", title="Changed by staff", summary="Text.")

    written = actions.seed(today=TODAY)

    assert [page.slug for page in written] == ["facial-pain"]
    assert Page.objects.get(slug="ms-pain").title == "Changed by staff"
    assert actions.seed(today=TODAY) == []


def test_a_text_whose_review_is_overdue_comes_in_as_a_draft(db):
    actions.seed(today=date(2027, 11, 23))

    assert set(Page.objects.values_list("is_live", flat=True)) == {False}


def test_seeded_pages_pass_the_models_own_checks(pages):
    for page in pages:
        page.full_clean()
        for part in (*page.sections.all(), *page.sources.all()):
            part.full_clean()


# As rendered ---------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Collects text by where it stands: title, description, buttons and links, and each section's risk."""

    def __init__(self):
        super().__init__()
        self.parts, self.stack, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "meta" and ("description" in attrs.get("name", "") or attrs.get("property", "").startswith("og:")):
            self.parts.append(("description", attrs.get("content", "")))
        if tag in {"meta", "link", "img", "path", "circle", "rect", "input", "br", "source"}:
            return
        self.stack.append((tag, attrs.get("data-risk")))
        if tag == "a":
            self.links.append((attrs.get("href"), self.risk()))

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tags = {tag for tag, _ in self.stack}
        place = next((name for name in ("title", "h1", "h2", "nav", "button") if name in tags), None)
        self.parts.append((place or self.risk() or "plain", data))

    def risk(self):
        return next((risk for _, risk in reversed(self.stack) if risk), None)


def read(client, address):
    response = client.get(address)
    assert response.status_code == 200
    reader = Reader()
    reader.feed(response.content.decode())
    return reader


@pytest.mark.parametrize("slug", SLUGS)
def test_the_rendered_page_obeys_the_wording_rules(client, pages, slug, settings):
    reader = read(client, f"/{slug}/")

    for place, text in reader.parts:
        allowed = {"amber": Place.AMBER_BODY, "green": Place.PUBLIC_BODY, "plain": Place.AMBER_BODY}.get(
            place, Place.TITLE
        )
        assert [str(hit) for hit in check(text, allowed)] == [], place
    assert any(place == "amber" for place, _ in reader.parts)


@pytest.mark.parametrize("slug", SLUGS)
def test_one_button_leads_to_booking_and_none_from_amber(client, pages, slug):
    links = read(client, f"/{slug}/").links

    assert [risk for href, risk in links if href.startswith("/book") and risk] == []
    html = client.get(f"/{slug}/").content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    assert len(re.findall(r'href="/book/"', main)) == 1
    assert main.index('href="/book/"') < main.index("data-risk")


@pytest.mark.parametrize("slug", SLUGS)
def test_the_contents_list_leads_to_every_section(client, pages, slug):
    html = client.get(f"/{slug}/").content.decode()

    anchors = re.findall(r'href="#(part-\d+)"', html)
    assert anchors == [f"part-{number}" for number in range(1, len(anchors) + 1)]
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in html] == []
    assert len(anchors) == Section.objects.filter(page__slug=slug).count()


def test_the_page_ends_with_its_sources_and_review_date(client, pages):
    html = client.get("/ms-pain/").content.decode()

    assert "Last reviewed: 22 November 2026" in html
    assert html.index("NG144") < html.index("Last reviewed")
    assert html.rindex("data-risk") < html.index("Where these facts come from")


def test_the_front_page_names_no_medicine(client, pages, okafor):
    diary.kind(okafor)

    reader = read(client, "/")

    assert [str(hit) for _, text in reader.parts for hit in check(text, Place.HOME)] == []
    assert {"/ms-pain/", "/facial-pain/", "/book/"} <= {href for href, _ in reader.links}
    assert "£180" in "".join(text for _, text in reader.parts)


def test_a_draft_is_there_for_managers_alone(client, as_user, manager):
    Page.objects.create(slug="draft", title="Draft", summary="Text.", reviewed_on=date(2026, 11, 1))

    assert client.get("/draft/").status_code == 404
    assert as_user(manager).get("/draft/").status_code == 200


@pytest.mark.parametrize("slug", ["nothing-here", "MS-PAIN", "a" * 300])
def test_an_unknown_page_is_not_found(client, db, slug):
    assert client.get(f"/{slug}/").status_code == 404


def test_the_number_of_queries_does_not_grow_with_sections(client, pages, django_assert_num_queries):
    with django_assert_num_queries(3):
        client.get("/ms-pain/")
    Section.objects.bulk_create(
        Section(page=pages[0], position=100 + number, heading=f"More {number}", body="Text.") for number in range(20)
    )
    with django_assert_num_queries(3):
        client.get("/ms-pain/")


# Markdown ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "planted",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "<img src=x onerror=alert(1)>",
        "![x](https://example.com/x.png)",
        '<a href="https://example.com" onclick="alert(1)">x</a>',
        "<iframe src=//example.com></iframe>",
        "<style>body{display:none}</style>",
        "<svg onload=alert(1)>",
    ],
)
def test_markdown_stays_plain_markup(planted):
    html = render_markdown(f"Before {planted} after\n\n{planted}")

    assert re.findall(r"<(?:script|img|iframe|style|svg)|href=\"(?:javascript|data)|<[^>]+\son\w+=", html, re.I) == []
    assert "Before" in html


def test_markdown_keeps_what_writers_need():
    html = render_markdown("**Bold** [link](https://example.com)\n\n- one\n- two\n\n1. first")

    assert html == (
        '<p><strong>Bold</strong> <a href="https://example.com" rel="noopener">link</a></p>\n'
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n<ol>\n<li>first</li>\n</ol>\n"
    )
