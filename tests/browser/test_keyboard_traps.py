"""What people with tremor, a keyboard or a screen reader stumble over, on the pages that ask them something."""

import pytest
from django.utils import timezone

from tests.browser.conftest import DESK, PHONE
from tests.browser.hands import Keyboard
from tests.factories import diary, intakes, outcomes

QUESTION_PAGES = [
    *(f"/intake/{slug}/" for slug in ("symptoms", "problem", "treatments", "taking", "health", "consents", "check")),
    *(f"/care/questions/{slug}/" for slug in ("sleep", "overall", "send")),
    "/care/details/",
    "/book/first-assessment/",
]
# Controls below 44 by 44 px (a label counts with its radio or checkbox), and links in a sentence below 24 px of height.
SMALL = """() => {
  const size = e => { const box = e.getBoundingClientRect(); return [Math.round(box.width), Math.round(box.height)]; };
  const main = document.querySelector('main');
  const found = [];
  for (const e of main.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
    if (!e.checkVisibility()) continue;
    const target = ['radio', 'checkbox'].includes(e.type) && e.labels.length ? e.labels[0] : e;
    const [width, height] = size(target);
    const inline = e.localName === 'a' && getComputedStyle(e).display === 'inline';
    if (inline ? height < 22 : (width < 44 || height < 44)) found.push([e.outerHTML.slice(0, 100), width, height]);
  }
  return found;
}"""
# Pairs of neighbouring buttons, radios and time buttons that are less than 8 px apart.
CROWDED = """() => {
  const boxes = [...document.querySelectorAll('main .choice label, main .button, main .time, main .days a')]
    .filter(e => e.checkVisibility()).map(e => [e, e.getBoundingClientRect()]);
  const found = [];
  for (const [i, [a, p]] of boxes.entries()) for (const [b, q] of boxes.slice(i + 1)) {
    const across = Math.max(p.left, q.left) - Math.min(p.right, q.right);
    const down = Math.max(p.top, q.top) - Math.min(p.bottom, q.bottom);
    if (Math.max(across, down) < 7.5) found.push([a.innerText.slice(0, 30), b.innerText.slice(0, 30), across, down]);
  }
  return found;
}"""
MOVES = """() => [...document.querySelectorAll('*')].filter(e => {
  const style = getComputedStyle(e);
  return [...style.transitionDuration.split(','), ...style.animationDuration.split(',')].some(t => parseFloat(t) > 0);
}).map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture
def amina_starts(amina, okafor):
    """Amina has a form, and questions before a review, that are filled in and not sent."""
    outcomes.answer(outcomes.asked(amina, okafor))
    return intakes.draft(amina)


def test_the_first_tab_stop_leads_past_the_header(visit, look, pages):
    ben = Keyboard(visit(PHONE), look)
    ben.arrive("/ms-pain/")

    ben.page.keyboard.press("Tab")
    assert ben.focus()["inView"]
    assert ben.name() == "Skip to main content"
    ben.page.keyboard.press("Enter")
    ben.page.keyboard.press("Tab")

    assert ben.page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_tab_goes_through_a_page_and_back_without_a_trap(visit, look, amina, amina_starts):
    keys = Keyboard(visit(PHONE, user=amina.user), look)
    keys.arrive("/intake/problem/")

    there = [keys.tab()["html"] for _ in range(12)]
    back = [keys.back()["html"] for _ in range(11)]

    assert len(set(there)) == 12
    assert back == there[-2::-1]


def test_the_summary_of_errors_takes_the_focus_and_leads_to_the_box(visit, look, amina, amina_starts):
    keys = Keyboard(visit(PHONE, user=amina.user), look)
    keys.arrive("/care/details/about-you/")
    keys.write("Day", "31")
    keys.write("Month", "2")
    keys.follow("Save my details")

    assert keys.page.evaluate("document.activeElement.className") == "error-summary"
    keys.to("Your date of birth must be a real date", roles=("link",))
    keys.page.keyboard.press("Enter")

    assert keys.name() == "Day"
    assert keys.page.get_by_label("Day").input_value() == "31"


def test_what_has_just_been_done_takes_the_focus(visit, look, amina, rosa, kind, okafor):
    keys = Keyboard(visit(PHONE, user=amina.user), look)
    keys.arrive("/care/details/other-teams/")
    keys.follow("Save my details")
    said = keys.page.evaluate("document.activeElement.innerText")
    assert "We have saved your details" in said

    booked = diary.appointment(amina, okafor, kind, timezone.now())  # it is today, also shortly before midnight
    at_the_desk = Keyboard(visit(DESK, user=rosa), look)
    at_the_desk.arrive(f"/admin/bookings/appointment/{booked.pk}/change/")
    at_the_desk.follow("Arrived")
    assert at_the_desk.page.evaluate("document.activeElement.className") == "messagelist"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["360", "1280"])
def test_targets_are_large_and_stand_apart(visit, kind, amina, amina_starts, size):
    page = visit(size, user=amina.user)
    for address in QUESTION_PAGES:
        page.goto(address)
        assert page.evaluate(SMALL) == [], address
        assert page.evaluate(CROWDED) == [], address


def test_nothing_moves_for_who_asked_for_that(visit, kind, amina, amina_starts):
    page = visit(PHONE, user=amina.user, reduced_motion="reduce")
    for address in ("/", "/care/", *QUESTION_PAGES):
        page.goto(address)
        assert page.evaluate(MOVES) == [], address
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
