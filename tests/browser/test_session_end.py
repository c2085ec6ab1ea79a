"""The end of a session in a real browser: the warning on its clock, and what was typed after it, scripts on and off."""

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from clinic.accounts.policy import PATIENT_SESSION
from clinic.keeping.models import KeptTyping
from tests.browser.conftest import DESK, PHONE
from tests.browser.hands import Keyboard, Pointer
from tests.factories import intakes
from tests.factories.people import PASSWORD

PAGE = "/intake/goals/"
FIELD = "goals"
STORY = "Burning at night, worse in the cold"
MINUTES = 60_000  # milliseconds


@pytest.fixture
def at_the_form(visit, look, amina):
    """Amina at a page of the form, on a phone, whose clock stands still but for ``page.clock``."""

    def open_it(page=PAGE, user=amina.user, viewport=PHONE, **way):
        window = visit(viewport, user=user, **way)
        window.clock.install()
        window.goto(page)
        stop(window)
        return window

    return open_it


def stop(page):
    """Stop the page's clock."""
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)  # seconds


def looked_at(page, look):
    """Look at the page while its clock runs, as axe waits for timers."""
    page.clock.resume()
    look(page)
    stop(page)


def asked(page):
    return page.get_by_role("alertdialog")


def ends_at(user):
    [row] = [row for row in Session.objects.all() if row.get_decoded().get("_auth_user_id") == str(user.pk)]
    return row.expire_date


@pytest.mark.parametrize("light", ["light", "dark"])
def test_she_is_asked_at_18_minutes_and_stays(at_the_form, look, amina, light):
    page = at_the_form(color_scheme=light)
    box = page.locator(f"[name={FIELD}]")
    box.fill(STORY)
    page.clock.run_for(int(17.5 * MINUTES))
    assert not asked(page).is_visible()
    Session.objects.update(expire_date=timezone.now() + PATIENT_SESSION.idle / 10)

    page.clock.run_for(int(0.5 * MINUTES))

    assert page.get_by_role("alertdialog", name="You will be signed out in 2 minutes").is_visible()
    looked_at(page, look)
    button = page.get_by_role("button", name="Stay signed in")
    assert button.evaluate("e => e === document.activeElement")
    for pressed in (button, asked(page).get_by_role("link", name="Sign out")):
        size = pressed.bounding_box()
        assert min(size["width"], size["height"]) >= 44
    page.clock.run_for(int(1 * MINUTES))
    assert page.get_by_role("alertdialog", name="You will be signed out in 1 minute").is_visible()
    with page.expect_response("**/signed-in/stay/") as answer:
        page.keyboard.press("Enter")
    assert answer.value.status == 200

    asked(page).wait_for(state="hidden")
    assert box.evaluate("e => e === document.activeElement")
    assert box.input_value() == STORY
    assert ends_at(amina.user) > timezone.now() + PATIENT_SESSION.idle * 0.9
    page.clock.run_for(int(17.9 * MINUTES))
    assert not asked(page).is_visible()
    page.clock.run_for(int(0.2 * MINUTES))
    assert asked(page).is_visible()


def test_tab_stays_inside_and_escape_means_that_somebody_is_there(at_the_form, amina):
    page = at_the_form()
    page.locator(f"[name={FIELD}]").focus()
    page.clock.run_for(int(18 * MINUTES))
    Session.objects.update(expire_date=timezone.now() + PATIENT_SESSION.idle / 10)

    for _ in range(5):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    with page.expect_response("**/signed-in/stay/"):
        page.keyboard.press("Escape")

    asked(page).wait_for(state="hidden")
    assert page.locator(f"[name={FIELD}]").evaluate("e => e === document.activeElement")
    assert ends_at(amina.user) > timezone.now() + PATIENT_SESSION.idle * 0.9


def test_time_over_is_said_and_hides_nothing(at_the_form, look, amina):
    page = at_the_form()
    page.locator(f"[name={FIELD}]").fill(STORY)

    page.clock.run_for(int(20 * MINUTES))

    assert page.get_by_role("alertdialog", name="You have been signed out").is_visible()
    looked_at(page, look)
    page.get_by_role("button", name="Go back to the page").click()
    assert page.locator(f"[name={FIELD}]").input_value() == STORY
    assert page.locator(f"[name={FIELD}]").is_visible()


def test_signing_in_again_brings_back_what_was_typed(at_the_form, look, amina):
    page = at_the_form()
    page.locator(f"[name={FIELD}]").fill(STORY)
    page.clock.run_for(int(20 * MINUTES))
    Session.objects.all().delete()

    page.clock.resume()  # for axe
    hand = Pointer(page, look)
    page.get_by_role("link", name="Sign in again").click()
    page.wait_for_url("**/accounts/login/**")
    she_signs_in(hand, amina)

    assert page.locator(f"[name={FIELD}]").input_value() == STORY


def test_an_untouched_page_leads_straight_to_sign_in(at_the_form, amina):
    page = at_the_form()
    page.clock.run_for(int(20 * MINUTES))
    Session.objects.all().delete()

    page.get_by_role("link", name="Sign in again").click()
    page.wait_for_url("**/accounts/login/?next=*")

    assert not KeptTyping.objects.exists()


def test_the_server_having_ended_it_first_is_said(at_the_form):
    page = at_the_form()
    page.clock.run_for(int(18 * MINUTES))
    Session.objects.all().delete()

    page.get_by_role("button", name="Stay signed in").click()

    page.get_by_role("alertdialog", name="You have been signed out").wait_for()


def test_without_a_connection_the_question_stays(at_the_form):
    page = at_the_form()
    page.clock.run_for(int(18 * MINUTES))
    page.context.set_offline(True)

    page.get_by_role("button", name="Stay signed in").click()

    asked(page).get_by_text("We could not reach our server").wait_for()
    assert page.get_by_role("button", name="Stay signed in").is_visible()
    page.context.set_offline(False)


def test_the_last_two_minutes_of_the_day_say_that_there_are_no_more(at_the_form, look, amina):
    page = at_the_form()
    [row] = Session.objects.all()
    store = row.get_session_store_class()(row.session_key)
    store["began"] = timezone.now().timestamp() - (PATIENT_SESSION.whole.total_seconds() - 5 * 60)
    store.save()
    page.reload()
    page.clock.run_for(int(3.1 * MINUTES))

    assert asked(page).get_by_text("cannot be made longer").is_visible()
    assert not page.get_by_role("button", name="Stay signed in").is_visible()
    looked_at(page, look)
    page.keyboard.press("Escape")
    asked(page).wait_for(state="hidden")
    page.clock.run_for(int(1 * MINUTES))
    assert not asked(page).is_visible()
    page.clock.run_for(int(1 * MINUTES))
    assert page.get_by_role("alertdialog", name="You have been signed out").is_visible()


def test_another_tab_knows(at_the_form, amina):
    page = at_the_form()
    page.clock.run_for(int(18 * MINUTES))
    assert asked(page).is_visible()

    other = page.context.new_page()
    other.clock.install(time=page.evaluate("Date.now()") / 1000)
    other.goto("/care/")

    asked(page).wait_for(state="hidden")
    page.clock.run_for(int(17 * MINUTES))
    assert not asked(page).is_visible()
    other.get_by_role("button", name="Sign out").click()
    page.get_by_role("alertdialog", name="You have been signed out").wait_for()


@pytest.mark.parametrize("light", ["light", "dark"])
def test_staff_are_asked_at_13_minutes_in_the_admin_too(at_the_form, look, rosa, light):
    page = at_the_form("/admin/", user=rosa, viewport=DESK, color_scheme=light)
    page.clock.run_for(int(12.9 * MINUTES))
    assert not asked(page).is_visible()

    page.clock.run_for(int(0.2 * MINUTES))

    assert page.get_by_role("alertdialog", name="You will be signed out in 2 minutes").is_visible()
    looked_at(page, look)


def she_signs_in(hand, patient):
    hand.write("Email", patient.user.email)
    hand.page.locator("[name=password]").fill(PASSWORD)
    hand.follow("Sign in")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_what_is_sent_too_late_is_kept_and_saved_after_signing_in(visit, look, amina, scripts):
    intakes.draft(amina)
    hand = (Keyboard if scripts else Pointer)(visit(PHONE, user=amina.user, scripts=scripts), look)
    hand.arrive(PAGE)
    if not scripts:
        assert "We sign you out 20 minutes after" in hand.page.get_by_role("main").inner_text()
    hand.page.locator(f"[name={FIELD}]").fill(STORY)
    Session.objects.all().delete()

    hand.follow("Save and stop for now")
    assert "We have kept what you typed" in hand.page.get_by_role("main").inner_text()
    she_signs_in(hand, amina)
    assert "This is not saved yet" in hand.page.get_by_role("main").inner_text()
    assert hand.page.locator(f"[name={FIELD}]").input_value() == STORY
    hand.follow("Save and stop for now")

    assert amina.intakes.get().answers[FIELD] == STORY
    assert not KeptTyping.objects.exists()


def test_ben_signs_in_on_her_browser_and_sees_nothing_of_it(visit, look, amina, ben):
    intakes.draft(amina)
    intakes.draft(ben)
    hand = Pointer(visit(PHONE, user=amina.user, scripts=False), look)
    hand.arrive(PAGE)
    hand.page.locator(f"[name={FIELD}]").fill(STORY)
    Session.objects.all().delete()
    hand.follow("Save and continue")

    she_signs_in(hand, ben)

    assert hand.page.url.endswith(PAGE)
    assert "not saved yet" not in hand.page.content()
    assert STORY not in hand.page.content()
