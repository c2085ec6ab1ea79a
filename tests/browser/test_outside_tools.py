"""Lighthouse and an HTML validator on the public pages: tools of others, run by `make proof` where Node is present."""

import json
import os
import statistics
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from bookings.nextfree import actions as nextfree
from clinic.pages.models import Page
from clinic.website.shown import address
from tests.browser.conftest import find_chromium

pytestmark = pytest.mark.proof
JUDGED = ["/", "/ms-pain/", "/facial-pain/", "/fees/"]
RUNS = 3
FLAGS = "--headless --no-sandbox --disable-gpu --disable-background-networking"


@pytest.fixture(scope="module")
def node_tools():
    """The folder of Node's programs. Where there is no Node, or no registry to install from, these tests skip."""
    found = subprocess.run([".ci/node"], capture_output=True, text=True, check=True)
    if not found.stdout.strip():
        pytest.skip(found.stderr.strip() or "No Node")
    return Path(found.stdout.strip())


@pytest.fixture
def site(pages, kind):
    nextfree.look(at=timezone.now())
    return [address(page) for page in Page.objects.live()] + [reverse("book"), reverse("book_kind", args=[kind.slug])]


def lighthouse(node_tools, url):
    """The four scores of one run, 0 to 100."""
    report = Path(settings.DATA_DIR) / "lighthouse.json"
    command = [
        node_tools / "lighthouse",
        url,
        "--quiet",
        f"--chrome-flags={FLAGS}",
        "--output=json",
        f"--output-path={report}",
    ]
    env = os.environ | {"CHROME_PATH": find_chromium() or ""}
    for _ in range(2):  # now and then Chromium does not start under it
        ran = subprocess.run(command, env=env, capture_output=True, text=True, timeout=180)
        if ran.returncode == 0:
            break
    assert ran.returncode == 0, ran.stderr[-2000:]
    return {name: round(each["score"] * 100) for name, each in json.loads(report.read_text())["categories"].items()}


@pytest.mark.parametrize("path", JUDGED)
def test_lighthouse(node_tools, web, site, path):
    runs = [lighthouse(node_tools, web.origin + path) for _ in range(RUNS)]
    medians = {name: statistics.median(run[name] for run in runs) for name in runs[0]}

    print(f"\n{path}: {medians}")
    assert medians.pop("performance") >= 95
    assert medians == {"accessibility": 100, "best-practices": 100, "seo": 100}


def test_the_html_is_valid(node_tools, client, site, tmp_path):
    (tmp_path / ".htmlvalidate.json").write_text('{"root": true, "extends": ["html-validate:standard"]}')
    pages = [*site, "/nothing-here/", "/?x=%00", "/accounts/login/", "/accounts/signup/", "/write-to-us/sent/"]
    for number, path in enumerate(pages):
        (tmp_path / f"{number:02}{path.replace('/', '-')[:30]}.html").write_bytes(client.get(path).content)

    found = subprocess.run(
        [node_tools / "html-validate", *sorted(tmp_path.glob("*.html"))], cwd=tmp_path, capture_output=True, text=True
    )

    assert found.returncode == 0, found.stdout


def test_the_validator_finds_a_planted_fault(node_tools, tmp_path):
    (tmp_path / ".htmlvalidate.json").write_text('{"root": true, "extends": ["html-validate:standard"]}')
    (tmp_path / "page.html").write_text(
        "<!DOCTYPE html><html lang=en><head><title>x</title></head><body><ul><p>x</p></ul></body></html>"
    )

    found = subprocess.run([node_tools / "html-validate", "page.html"], cwd=tmp_path, capture_output=True, text=True)

    assert found.returncode == 1
    assert "element-permitted-content" in found.stdout
