"""The looking itself: a page with a fault is not let through."""

import pytest
from django.conf import settings

from tests.browser.conftest import PHONE

TITLE = "<title>MS pain · {clinic}</title><meta name=viewport content='width=device-width'>"
GOOD = "<main><h1>MS pain</h1><p>Words.</p></main>"
CSP = {"Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'"}


@pytest.mark.parametrize(
    ("html", "said"),
    [
        (GOOD.replace("</main>", "<h1>Again</h1></main>"), "Again"),
        (GOOD.replace("Words.", "<img src='/static/img/favicon.svg'>"), "image-alt"),
        (GOOD.replace("Words.", "<input>"), "label"),
        (GOOD.replace("Words.", "<a href=/ tabindex=3>Home</a>"), "'ahead': 1"),
        (GOOD.replace("Words.", "<table><tr><td>" + "W" * 200 + "</table>"), "'tooWide'"),
        (GOOD + "<script>1</script>", "CSP refused inline"),
    ],
    ids=["two h1", "no alt", "no label", "tabindex", "too wide", "inline script"],
)
def test_a_page_with_a_fault_is_not_let_through(visit, look, html, said):
    page = visit(PHONE)
    page.route("**/ms-pain/", lambda route: route.fulfill(body=document(html), headers=CSP, content_type="text/html"))
    page.goto("/ms-pain/")

    with pytest.raises(AssertionError, match=said):
        look(page)


def test_a_page_without_a_fault_is(visit, look):
    page = visit(PHONE)
    page.route("**/ms-pain/", lambda route: route.fulfill(body=document(GOOD), headers=CSP, content_type="text/html"))
    page.goto("/ms-pain/")

    look(page)


def document(html):
    head = TITLE.format(clinic=settings.CLINIC["name"])
    return f"<!DOCTYPE html><html lang=en-GB><head><meta charset=utf-8>{head}</head><body>{html}</body></html>"
