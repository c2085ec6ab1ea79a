"""Filling in the form over HTTP, as a browser does: one page after the other, wherever each leads."""

from django.urls import resolve, reverse

from patients.intake.form.whole import PAGES
from tests.factories.intakes import ANSWERS, SIGNED, page_of

MOST_STEPS = 150


def url(page):
    return reverse("intake_section", args=[page.slug])


def entry_url(page, key):
    return reverse("intake_entry", args=[page.slug, key])


def typed(page, answers=None):
    """What a browser sends for one page."""
    return page_of(page, answers)


def save(client, page, **changes):
    return client.post(url(page), page_of(page) | changes)


def go_on(client, address, answers, sent):
    """Open ``address``, answer what it asks, and return where that leads. ``sent`` are the entries sent so far."""
    shown = client.get(address)
    if shown.status_code == 302:
        return shown["Location"]
    match = resolve(address)
    page = PAGES.get(match.kwargs.get("section", ""))
    if match.url_name == "intake_urgent":
        return client.post(address)["Location"]
    if match.url_name == "intake_entry":
        left = [entry for entry in answers[page.list_of.name] if entry["id"] not in sent]
        sent.add(left[0]["id"])
        given = {name: value for name, value in left[0].items() if name != "id"}
        return led_to(client.post(address, given | {"opened": shown.context["opened"]}))
    if page.list_of:
        left = [entry for entry in answers[page.list_of.name] if entry["id"] not in sent]
        return shown.context["new_url"] if left else client.post(address)["Location"]
    given = page_of(page, answers) | {"opened": shown.context["opened"]}
    return led_to(client.post(address, given))


def led_to(response):
    assert response.status_code == 302, response.context["form"].errors
    return response["Location"]


def fill_in(client, **answers):
    """Go through the form from the task list to the check; return the addresses that were met."""
    answers, sent, met = ANSWERS | answers, set(), []
    address = client.get(reverse("intake")).context["next_url"]
    while address != reverse("intake_check"):
        met.append(address)
        assert len(met) < MOST_STEPS, met[-5:]
        address = go_on(client, address, answers, sent)
    return met


def send(client):
    return client.post(reverse("intake_check"), {"declared": "on", **SIGNED})
