"""Every template: it compiles, obeys the strict policy, and speaks in our voice."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template, render_to_string

from clinic.wording.enums import Place
from clinic.wording.policy import check

ROOT = Path(settings.BASE_DIR) / "templates"
FILES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.suffix in {".html", ".txt"})
PAGES = [name for name in FILES if name.endswith(".html") and not name.startswith("emails/")]
MAILS = [name for name in FILES if name.startswith(("emails/", "account/email/", "mfa/email/"))]
SHARED = [
    name for name in FILES if "/" not in name or name.startswith(("ui/", "account/", "mfa/", "emails/", "errors/"))
]
VOICE = re.compile(r"\b(please|simply|unfortunately|journey|hope|solution)\b", re.IGNORECASE)
MEDICINE = re.compile(r"cannab|\bthc\b|\bcbd\b|\bcbpm|prescri", re.IGNORECASE)


def said(name: str) -> str:
    """Return a template without its comments."""
    return re.sub(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", "", (ROOT / name).read_text(), flags=re.DOTALL)


@pytest.mark.parametrize("name", FILES)
def test_it_compiles_and_its_words_are_ours(name: str) -> None:
    get_template(name)

    assert VOICE.findall(said(name)) == []


@pytest.mark.parametrize("name", SHARED)
def test_shared_parts_and_mails_name_no_medicine(name: str) -> None:
    assert MEDICINE.findall(said(name)) == []


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_says_nothing_it_should_not(name: str) -> None:
    words = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", said(name), flags=re.DOTALL)

    assert [str(hit) for hit in check(words, Place.MAIL)] == []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_holds_style_or_script_of_its_own(name: str) -> None:
    text = (ROOT / name).read_text()

    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", text) == []
    # allauth's passkey scripts read a block of data, which no policy runs.
    scripts = re.findall(r"<script[^>]*>", text)
    assert [tag for tag in scripts if " src=" not in tag and "json" not in tag] == []


@pytest.mark.parametrize("name", [name for name in MAILS if name.endswith("_subject.txt")])
def test_a_subject_is_one_short_neutral_line(name: str) -> None:
    subject = render_to_string(name).strip()

    assert 0 < len(subject) <= 60
    assert "\n" not in subject
    assert re.findall(r"(?i)pain|ms\b|clinic|doctor|health", subject) == []


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "500.html", "503.html"])
def test_an_error_page_needs_nothing_and_gives_the_phone_number(name: str) -> None:
    bare = render_to_string(name)
    whole = render_to_string(name, {"clinic": settings.CLINIC})

    assert "<h1>" in bare
    assert settings.CLINIC["phone"] in whole
    assert f"tel:{settings.CLINIC['phone'].replace(' ', '')}" in whole
