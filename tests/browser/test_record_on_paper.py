"""A record printed: whose it is stands on every page."""

import pypdfium2
import pytest
from django.urls import reverse

from tests.factories import intakes, notes, plans


def pages_of(paper):
    document = pypdfium2.PdfDocument(paper)
    return [page.get_textpage().get_text_range() for page in document]


@pytest.mark.parametrize("what", ["review_record", "review_note"])
def test_name_and_date_of_birth_stand_on_every_printed_page(visit, amina, okafor, what):
    intake = intakes.in_review(amina, okafor, psychosis_self="yes")
    note = notes.signed(amina, okafor, history="A long story. " * 900)
    page = visit(user=okafor.user)
    page.goto(reverse(what, args=[intake.pk if what == "review_record" else note.pk]))

    pages = pages_of(page.pdf(format="A4"))

    assert len(pages) > 2
    for number, text in enumerate(pages, start=1):
        assert amina.full_name in text, number
        assert f"Date of birth: {amina.date_of_birth:%-d %B %Y}" in text.replace("\r\n", " "), number


def test_a_printed_plan_says_whose_it_is_on_every_page(visit, amina, okafor):
    plans.supported(amina, okafor, slowly="A long story. " * 300, lines=[plans.OIL, plans.FLOWER])
    page = visit(user=amina.user)
    page.goto(reverse("care_plan"))
    assert not page.get_by_text("Date of birth:").is_visible()  # on paper only

    pages = pages_of(page.pdf(format="A4"))

    whole = " ".join(pages)
    assert len(pages) > 2
    for number, text in enumerate(pages, start=1):
        assert amina.full_name in text, number
        assert f"Date of birth: {amina.date_of_birth:%-d %B %Y}" in text.replace("\r\n", " "), number
    assert "Never take more than 1 ml in one day" in whole
    assert "I agree to this plan" not in whole
