"""The demo's style page: it shows every part of the site, and no other clinic has it."""

import re
import runpy
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from clinic.demo_styles import COLOURS, ICONS, PARTS, SIZES, TEXT_ON
from clinic.pages.enums import Picture
from tests.clinic.test_templates import MEDICINE, VOICE

pytestmark = pytest.mark.django_db
ROOT = Path(settings.BASE_DIR)
# Parts that the page does not draw, each with its reason.
NOT_SHOWN: dict[str, str] = {}


@pytest.fixture
def answer(client):
    return client.get("/demo/styleguide/")


@pytest.fixture
def html(answer):
    return answer.content.decode()


def test_it_answers_and_search_engines_leave_it_alone(answer, html):
    assert answer.status_code == 200
    assert html.count('<meta name="robots" content="noindex">') == 1
    assert "no-store" in answer["Cache-Control"]
    assert answer.cookies == {}


def test_every_part_of_templates_ui_is_drawn(answer):
    drawn = {template.name for template in answer.templates}
    parts = {f"ui/{path.name}" for path in (ROOT / "templates/ui").iterdir()}

    assert len(parts) > 20
    assert parts - drawn == set(NOT_SHOWN)


def test_each_section_has_its_template_its_heading_and_its_place_in_the_contents(html):
    files = {path.stem for path in (ROOT / "templates/demo/styles").iterdir()}

    assert files - {part.name for part in PARTS} == {"care-card-lines"}
    headings = re.findall(r'id="([\w-]+)">\s*<h2>([^<]+)</h2>', html)
    assert headings == [(part.name, part.title) for part in PARTS]
    assert re.findall(r'<li><a href="#([\w-]+)">', html)[: len(PARTS)] == [part.name for part in PARTS]


def test_every_icon_is_drawn_with_its_name(html):
    source = (ROOT / "templates/ui/icon.html").read_text()
    listed = re.search(r"name: ([^.]+)\.", source)[1].split(", ")

    assert sorted(listed) == sorted({*re.findall(r'name == "(\w+)"', source), "dot"})
    assert sorted(ICONS) == sorted(listed)
    for name in listed:
        drawing = render_to_string("ui/icon.html", {"name": name}).strip()
        assert re.search(rf"{re.escape(drawing)}\s*<code>{name}</code>", html), name


def test_every_colour_and_size_of_the_tokens_is_shown(html):
    tokens = (ROOT / "static/css/tokens.css").read_text()
    rules = (ROOT / "static/css/demo.css").read_text()
    colours = set(re.findall(r"--([\w-]+): #", tokens))

    assert {name for name, _ in COLOURS} == colours
    assert set(SIZES) == set(re.findall(r"--text-(\w+):", tokens))
    for name in colours:
        assert f'class="swatch swatch-{name}"></span>' in html, name
        assert re.search(rf"\.swatch-{name} {{\s+background: var\(--{name}\);", rules), name
    for name in TEXT_ON:
        assert re.search(rf"\.text-{name} {{\s+background: var\(--[\w-]+\);\s+color: var\(--{name}\);", rules), name
    for name in SIZES:
        assert f"font-size: var(--text-{name});" in rules, name


def test_every_drawing_level_tone_and_kind_is_shown(html):
    for picture in filter(None, Picture.values):
        assert re.search(rf"img/{picture}(\.\w+)?\.svg", html), picture
    for start in ("notification-", "tag-", "care-card-", "button-"):
        styles = (ROOT / "static/css/components.css").read_text()
        for name in set(re.findall(rf"\.({start}[\w-]+)", styles)) - {"care-card-body", "notification-title"}:
            assert re.search(rf'class="[^"]*\b{name}\b', html), name


def test_headings_and_ids_are_in_order(html):
    levels = [int(level) for level in re.findall(r"<h(\d)", html)]
    ids = re.findall(r'\sid="([^"]+)"', html)

    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(ids) == len(set(ids))
    assert html.count("<main") == 1
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_its_words_are_ours(html):
    main = html[html.index("<main") : html.index("</main>")]
    words = re.sub(r"<[^>]+>", " ", main)

    assert VOICE.findall(words) == []
    assert MEDICINE.findall(words) == []


def test_only_reading_is_possible(client):
    assert client.post(reverse("demo_styles")).status_code == 405


@pytest.mark.parametrize(
    ("demo", "testing", "is_there"), [(True, False, True), (False, True, True), (False, False, False)]
)
def test_it_is_there_in_the_demo_and_in_tests_only(settings, demo, testing, is_there):
    settings.DEMO, settings.TESTING = demo, testing

    names = {getattr(entry, "name", None) for entry in runpy.run_path(ROOT / "clinic/urls.py")["urlpatterns"]}

    assert ("demo_styles" in names, "healthz" in names) == (is_there, True)
