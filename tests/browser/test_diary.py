"""The diary on paper and under the keyboard."""

import re
from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from clinic.db.clock import UK
from tests.factories import diary, people

VISITS_A_DOCTOR = 8


@pytest.fixture
def full_day(rosa):
    """Tomorrow, with four doctors whose visits begin at different minutes."""
    day = timezone.now().astimezone(UK).date() + timedelta(days=1)
    doctors = [people.clinician() for _ in range(4)]
    kind = diary.kind(*doctors, minutes=45, buffer_after=10)
    for number, doctor in enumerate(doctors):
        diary.hours(doctor, weekdays=range(7))
        for hour in range(VISITS_A_DOCTOR):
            starts_at = datetime.combine(day, time(9 + hour, 5 * number), tzinfo=UK)
            diary.appointment(people.patient(account=False), doctor, kind, starts_at)
    return day


def test_a_full_day_fits_on_one_sheet_of_a4_landscape(visit, rosa, full_day):
    page = visit(user=rosa)
    page.goto(f"/admin/diary/?day={full_day}")

    paper = page.pdf(prefer_css_page_size=True)

    assert len(re.findall(rb"/Type\s*/Page[^s]", paper)) == 1
    width, height = map(float, re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper).groups())
    assert (round(width), round(height)) == (842, 595)


def test_the_keyboard_skips_into_the_day_and_goes_from_visit_to_visit(visit, rosa, full_day):
    page = visit(user=rosa)
    page.goto(f"/admin/diary/?day={full_day}")
    page.get_by_role("link", name="Skip to the day").focus()
    page.keyboard.press("Enter")

    page.keyboard.press("Tab")

    focused = page.evaluate("document.activeElement.closest('td').className + ' ' + document.activeElement.href")
    assert re.fullmatch(r"is-visit .*/admin/bookings/appointment/[-0-9a-f]+/change/", focused)


def test_a_free_time_leads_to_a_booking_page_with_that_time(visit, rosa, okafor, amina):
    day = timezone.now().astimezone(UK).date() + timedelta(days=9)
    diary.hours(okafor, weekdays=range(7), starts=600, ends=720)
    diary.kind(okafor)
    page = visit(user=rosa)
    page.goto(f"/admin/diary/?day={day}")

    page.get_by_role("link", name=re.compile("Free ?, 11am to 12pm, Dr Ada Okafor ?: book here")).press("Enter")
    page.locator("[name=name]").fill("amina")
    page.locator("[name=phone]").fill("07700 900123")
    page.get_by_role("button", name="Find the patient").press("Enter")
    page.get_by_role("link", name="Book for Amina Example").press("Enter")

    assert page.get_by_role("button", name="Choose 11am with Dr Ada Okafor").count() == 1


# Links, buttons and boxes that a finger can hardly hit: below 24 by 24 px (WCAG 2.5.8), those in a sentence left out.
SMALL = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]
  .filter(e => e.checkVisibility() && !e.closest('.visually-hidden, [aria-hidden=true]'))
  .map(e => [e, ['radio', 'checkbox'].includes(e.type) && e.labels.length ? e.closest('label, .choice, li') || e.labels[0] : e])
  .filter(([e, target]) => !(e.localName === 'a' && getComputedStyle(e).display === 'inline' && e.closest('p, li')))
  .map(([e, target]) => [e.outerHTML.slice(0, 90), target.getBoundingClientRect()])
  .filter(([, box]) => box.width < 23.5 || box.height < 23.5).map(([html, box]) => [html, box.width, box.height])"""


def test_a_finger_can_hit_what_the_desk_has_to_press(visit, rosa, amina, okafor, kind):
    soon = timezone.now() + timedelta(days=9)
    booked = diary.appointment(amina, okafor, kind, soon.replace(hour=10, minute=0, second=0, microsecond=0))
    page = visit(user=rosa)
    for address in (
        "/admin/",
        f"/admin/diary/?day={booked.starts_at.date()}",
        f"/admin/diary/week/?day={booked.starts_at.date()}",
        f"/admin/bookings/appointment/{booked.pk}/change/",
        f"/admin/book/{amina.pk}/",
        f"/admin/hours/{okafor.pk}/",
        "/admin/lists/",
        "/admin/time-off/",
        "/admin/charges/",
    ):
        page.goto(address)
        assert page.evaluate(SMALL) == [], address
