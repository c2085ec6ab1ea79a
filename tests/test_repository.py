"""What the repository itself must look like."""

import re
import subprocess
from pathlib import Path

import pytest

LISTED = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=True)
TRACKED = sorted(path for path in set(LISTED.stdout.splitlines()) if Path(path).exists())
FIXED = {"manage.py", "clinic", "patients", "bookings", "templates", "static", "requirements.txt", "tests", "README.md"}
NORMAL = {
    "pyproject.toml",
    "Makefile",
    "docs",
    ".ci",
    ".gitignore",
    ".env.example",
    "requirements-dev.txt",
    "requirements-local.txt",
    "LICENSE",
}
LONGEST_FILE = 300
# Each with its reason.
LONGER = {
    "clinic/settings.py",  # one file, read top to bottom
}


def text_of(path):
    return Path(path).read_text(encoding="utf-8")


def test_the_top_level_holds_what_the_customer_fixed_and_little_else():
    top = {path.split("/")[0] for path in TRACKED}

    assert top >= FIXED
    assert top - FIXED <= NORMAL


def test_files_are_short():
    sources = [
        path
        for path in TRACKED
        if path.endswith(".py") and not path.startswith("tests/") and "/migrations/" not in path
    ]

    assert [path for path in sources if path not in LONGER and len(text_of(path).splitlines()) > LONGEST_FILE] == []


@pytest.mark.parametrize("path", [path for path in TRACKED if path.endswith(".html")])
def test_templates_hold_no_inline_script_or_style(path):
    html = re.sub(r"<script[^>]*(\bsrc=|application/(?:ld\+)?json)[^>]*>", "", text_of(path))  # data is no script

    assert "<script" not in html
    assert path.startswith("templates/emails/") or not re.search(r"\sstyle=|<style|\son\w+=", html)
    # crispy hands its layouts what it has rendered already; a hint is our own words with markup
    assert path.startswith("templates/clinic/layout/") or not re.search(r"\|\s*safe\b", html)


def test_requirements_are_pinned_with_hashes():
    for name in ("requirements.txt", "requirements-local.txt", "requirements-dev.txt"):
        pins = [line for line in text_of(name).splitlines() if line and not line.startswith((" ", "#"))]
        assert all("==" in pin and pin.endswith("\\") for pin in pins), name
        assert "://" not in text_of(name)


@pytest.mark.parametrize(("package", "floor"), [("django", (5, 2, 19)), ("django-allauth", (65, 21, 1))])
def test_pins_stand_at_or_above_the_security_floor(package, floor):
    pin = re.search(rf"^{package}==([\d.]+)", text_of("requirements.txt"), re.M)[1]

    assert tuple(map(int, pin.split("."))) >= floor


def test_each_direct_dependency_says_why():
    wanted = text_of("pyproject.toml").split("[tool.")[0]

    assert [line for line in wanted.splitlines() if re.match(r'\s+"[\w\[\]-]+==', line) and "#" not in line] == []


def test_telephone_numbers_are_for_drama_or_for_help():
    """Ofcom's drama ranges, or the help lines of the one place that holds them."""
    number = re.compile(r"(?:\+44|\b0)7\d{3}[ ]?\d{6}\b|\+447\d{9}")
    strange = []
    for path in TRACKED:
        if path.endswith((".py", ".html", ".txt", ".md")) and "/migrations/" not in path:
            found = number.findall(text_of(path))
            strange += [
                f"{path}: {each}"
                for each in found
                if "7700900" not in each.replace(" ", "") and path not in NOT_NUMBERS
            ]
    assert strange == []


NOT_NUMBERS = {
    "tests/patients/profile/test_policy.py",
    "tests/patients/test_profile_policy.py",
}  # the wrong numbers a form must refuse
