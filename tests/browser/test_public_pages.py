"""The public pages in a real browser: axe on each, what travels over the wire, zoom, forced colours, paper."""

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.nextfree import actions as nextfree
from clinic.pages.models import Page
from clinic.website.shown import address
from tests.browser.conftest import DESK, PHONE
from tests.test_access import PUBLIC

MOST_BYTES = 75_000
WITH_FORMS = {"/contact/"}
NARROW = {"width": 320, "height": 568}
ZOOMED = {"width": 640, "height": 450}  # a window of 1280 px at 200 %
COLOURS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "contrast": {"contrast": "more"},
}


@pytest.fixture
def addresses(pages, kind):
    """Every public page: the pages out of the database, and every other public address of the resolver."""
    nextfree.look(at=timezone.now())
    nothing_to_look_at = {
        *("demo_letter", "healthz", "mail_events", "page", "readyz", "robots", "sitemap", "write_to_us"),
        *("visit_answer", "visit_cannot_come", "questions", "questions_page"),  # tests/browser/test_pages_axe.py
    }
    others = [
        reverse(name, args=[kind.slug] if name == "book_kind" else []) for name in sorted(PUBLIC - nothing_to_look_at)
    ]
    return sorted({*others, *(address(page) for page in Page.objects.live())})


def test_axe_finds_nothing_on_a_phone(visit, look, addresses):
    page = visit(PHONE)

    for url in addresses:
        assert page.goto(url).status == 200
        look(page)
    assert len(addresses) >= 22


@pytest.mark.proof
@pytest.mark.parametrize("colours", COLOURS)
@pytest.mark.parametrize("size", [PHONE, DESK, NARROW, ZOOMED], ids=["360", "1280", "320", "200 %"])
def test_axe_finds_nothing_in_any_colours_at_any_width(visit, look, addresses, colours, size):
    page = visit(size, **COLOURS[colours])

    for url in addresses:
        page.goto(url)
        look(page)


def test_nothing_is_lost_at_320_pixels(visit, look, addresses):
    page = visit(NARROW)

    for url in addresses:
        page.goto(url)
        look.shape(page)
        hidden = page.evaluate(
            """() => [...document.querySelectorAll('main p, main li, main td, main th, main h1, main h2, main a')]
                .filter(e => e.checkVisibility() && !e.closest('.hidden-text') && e.getBoundingClientRect().right > innerWidth + 1)
                .map(e => e.outerHTML.slice(0, 80))"""
        )
        assert hidden == [], url


def test_a_first_visit_is_light_and_asks_nobody_else(visit, addresses, web):
    for url in ("/", "/ms-pain/", "/facial-pain/", "/about-treatments/"):
        page = visit(PHONE)
        network, took = page.context.new_cdp_session(page), []
        network.send("Network.enable")
        network.on("Network.loadingFinished", lambda event, took=took: took.append(event["encodedDataLength"]))
        asked = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))

        page.goto(url, wait_until="networkidle")

        assert sum(took) <= MOST_BYTES, (url, sum(took))
        assert len(took) == len(asked) >= 6
        assert [each for each in asked if not each.startswith(f"{web.origin}/")] == []
        assert page.context.cookies() == []


def test_no_other_cookie_than_those_of_the_cookies_page_is_ever_set(visit, addresses, amina, kind):
    page, seen = visit(DESK), set()
    for url in (*addresses, "/accounts/login/", "/accounts/signup/", f"/book/{kind.slug}/"):
        page.goto(url)
        seen |= {each["name"] for each in page.context.cookies()}
    page.goto(f"/book/{kind.slug}/")
    page.locator("button[name=slot]").first.click()
    page.wait_for_load_state()
    own = visit(DESK, amina.user)
    own.goto("/care/")
    seen |= {each["name"] for window in (page, own) for each in window.context.cookies()}

    page.goto("/cookies/")
    told = {heading.strip() for heading in page.locator("main h3").all_inner_texts()}
    assert seen == told


def test_nothing_moves_while_a_page_loads(visit, addresses):
    page = visit(PHONE)
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach(e => { window.moved += e.value }))"
        ".observe({type: 'layout-shift', buffered: true})"
    )

    for url in addresses:
        page.goto(url)
        assert page.evaluate("document.fonts.ready.then(() => window.moved)") < 0.01, url


def test_no_script_stands_in_the_way(visit, addresses):
    page = visit(PHONE)

    for url in set(addresses) - WITH_FORMS:
        page.goto(url)
        assert page.locator("script[src]:not([type=module])").count() == 0, url


def test_home_answers_on_one_desktop_screen(visit, addresses):
    page = visit(DESK)
    page.goto("/")

    box = page.locator(".glance").bounding_box()

    assert box["y"] + box["height"] <= DESK["height"]


def test_on_paper_the_words_stay_and_the_menus_go(visit, addresses):
    page = visit(DESK)
    page.goto("/facial-pain/")
    page.emulate_media(media="print")

    assert not page.locator(".nav").is_visible()
    assert not page.locator(".contents").is_visible()
    assert page.get_by_role("heading", name="Call 999 or go to A&E now if").is_visible()
    assert page.get_by_text("Last reviewed").is_visible()


def test_who_wants_less_motion_gets_none(visit, addresses):
    page = visit(DESK, reduced_motion="reduce")

    for url in ("/", "/ms-pain/", "/book/"):
        page.goto(url)
        moving = page.evaluate(
            """() => [...document.querySelectorAll('*')].filter(e => {
                const s = getComputedStyle(e);
                return s.animationName !== 'none' || parseFloat(s.transitionDuration) > 0 || s.scrollBehavior === 'smooth';
            }).length"""
        )
        assert moving == 0, url
