"""Staff take a page from its text to its readers, and somebody writes to us, in a real browser."""

import re

from clinic.enquiries.models import Enquiry
from clinic.pages.models import Page
from tests.browser.conftest import DESK, PHONE
from tests.browser.hands import Keyboard, Pointer
from tests.factories.pages import AMBER, GREEN
from tests.factories.pages import page as page_of

CLAIM = "This treatment is proven and safe."
FACT = "Research has not shown that this helps most people. NICE does not recommend THC for long-term pain."


def the_body(page, heading):
    """The box that holds a section's text."""
    section = page.locator(".inline-related").filter(has=page.locator(f'input[value="{heading}"]'))
    return section.locator("textarea")


def save(page):
    with page.expect_navigation():
        page.locator('input[name="_save"]').click()


def test_a_claim_is_refused_mended_previewed_signed_twice_and_read(visit, look, manager, okafor, amina):
    made = page_of("faqs", GREEN, AMBER, live_by=None)
    boss, doctor, reader = Pointer(visit(DESK, manager), look), Pointer(visit(DESK, okafor.user), look), visit(PHONE)

    boss.arrive(f"/admin/clinic/page/{made.pk}/change/")
    the_body(boss.page, AMBER.heading).fill(CLAIM)
    save(boss.page)
    errors = boss.page.locator(".errorlist").all_inner_texts()
    assert any("“proven”: This claims that a treatment works." in each for each in errors)
    assert any("“safe”: This claims that a treatment does no harm." in each for each in errors)
    assert the_body(boss.page, AMBER.heading).input_value() == CLAIM
    look(boss.page)

    the_body(boss.page, AMBER.heading).fill(FACT)
    save(boss.page)
    look(boss.page)
    assert "The clinical signature is missing." in boss.page.locator("#content").inner_text()
    assert reader.goto("/faqs/").status == 404

    boss.follow("See the draft as readers would")
    assert "This is a draft" in boss.page.locator("main").inner_text()
    assert FACT in boss.page.locator("main").inner_text()
    boss.follow("Back to the review")
    boss.follow("Ask for the missing signatures")
    boss.follow("Sign this text")
    assert boss.page.get_by_role("button", name="Put this text live").count() == 0

    doctor.arrive("/admin/clinic/task/")
    doctor.follow("Read and sign the page")
    doctor.follow("Open what this is about")
    doctor.follow("Sign this text")
    assert doctor.page.get_by_role("button", name="Put this text live").count() == 0

    boss.arrive(f"/admin/clinic/page/{made.pk}/review/")
    boss.follow("Put this text live")
    assert "Readers see exactly this text." in boss.page.locator("#content").inner_text()
    assert reader.goto("/faqs/").status == 200
    look(reader)
    assert FACT in reader.locator("main").inner_text()
    version = Page.objects.get(pk=made.pk).live
    assert (version.clinical, version.compliance) == (okafor.user, manager)


def test_somebody_writes_to_us_by_keyboard_alone(visit, look, pages):
    nia = Keyboard(visit(PHONE), look)

    nia.arrive("/")
    nia.follow("Contact us")
    nia.write("Your name", "Nia Example")
    nia.choose("What is it about?", "A question before I book")
    nia.choose("How would you like us to answer?", "By phone")
    nia.write("Your message", "Do you have a quiet room to wait in?")
    nia.follow("Send this message")
    summary = nia.page.locator(".error-summary")
    assert "Enter your phone number, so that we can answer" in summary.inner_text()
    assert nia.page.evaluate("document.activeElement.className") == "error-summary"
    nia.write("Phone number", "01632 960 001")
    nia.follow("Send this message")

    assert nia.page.locator("h1").inner_text() == "We have your message"
    enquiry = Enquiry.objects.get()
    assert (enquiry.phone, enquiry.message) == ("01632 960 001", "Do you have a quiet room to wait in?")


def test_the_trap_cannot_be_seen_or_reached(visit, pages):
    page = visit(PHONE)
    page.goto("/contact/")

    assert not page.locator("#id_website").is_visible()
    assert re.search("Leave this empty", page.content())
