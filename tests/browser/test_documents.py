"""Adding documents in a browser: several at once, with the script and without."""

import pytest

from patients.documents.models import Document
from tests.browser.conftest import PHONE
from tests.browser.hands import Keyboard, Pointer
from tests.factories import documents


@pytest.fixture
def chosen(tmp_path):
    """Three files on Amina's phone: two good ones, and notes that are no PDF."""
    files = {
        "letter.pdf": documents.pdf(2),
        "photo.jpg": documents.picture(size=(400, 300)),
        "notes.docx": b"PK\x03\x04 words",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return [tmp_path / name for name in files]


def names():
    return {document.name for document in Document.objects.all()}


def test_without_scripts(visit, look, amina, chosen):
    hand = Pointer(visit(PHONE, amina.user, scripts=False), look)
    hand.arrive("/care/documents/")
    hand.choose("What are you adding?", "A letter from a clinic or hospital")
    hand.page.get_by_label("Files").set_input_files(chosen)

    hand.follow("Add these files")

    assert names() == {"letter.pdf", "photo.jpg"}
    assert "“notes.docx” was not added." in hand.page.locator(".error-summary").inner_text()
    assert "We have “letter.pdf”, “photo.jpg”." in hand.page.locator("main").inner_text()


def test_with_the_script_each_file_says_how_it_went(visit, look, amina, chosen):
    hand = Pointer(visit(PHONE, amina.user), look)
    hand.arrive("/care/documents/")
    hand.choose("What are you adding?", "A letter from a clinic or hospital")
    hand.page.get_by_label("Files").set_input_files(chosen)

    hand.page.get_by_role("button", name="Add these files").click()
    hand.page.get_by_text("was not added").wait_for()

    said = hand.page.locator(".uploads li")
    assert [said.nth(number).inner_text().split("\n")[-1][:7] for number in (0, 1)] == ["Added", "Added"]
    assert "“notes.docx” was not added. It is not a PDF" in said.nth(2).inner_text()
    hand.page.get_by_role("link", name="Remove photo.jpg").wait_for()
    assert names() == {"letter.pdf", "photo.jpg"}
    assert {document.kind for document in Document.objects.all()} == {"letter"}
    look(hand.page)


def test_by_keyboard_all_good_ones_lead_to_the_list(visit, look, amina, chosen):
    hand = Keyboard(visit(PHONE, amina.user), look)
    hand.arrive("/care/documents/")
    hand.choose("What are you adding?", "A summary from your GP")
    hand.page.get_by_label("Files").set_input_files(chosen[:2])  # the system's own window to choose files
    hand.to("Add these files", roles=("button",))

    with hand.page.expect_navigation():
        hand.page.keyboard.press("Enter")

    assert "letter.pdf" in hand.page.locator("main ul.tasks").inner_text()
    hand.follow("Remove letter.pdf")
    hand.follow("Remove it")
    assert "“letter.pdf” is removed." in hand.page.locator("main").inner_text()


def test_signed_out_meanwhile_leads_to_sign_in(visit, look, amina, chosen):
    hand = Pointer(visit(PHONE, amina.user), look)
    hand.arrive("/care/documents/")
    hand.page.get_by_label("Files").set_input_files(chosen[:1])
    hand.page.context.clear_cookies(name="sessionid")

    with hand.page.expect_navigation():
        hand.page.get_by_role("button", name="Add these files").click()

    assert "/accounts/login/" in hand.page.url
    assert names() == set()
