"""Writing pages: who may, and what the wording rules refuse beside which field."""

from datetime import date

import pytest
from django.urls import reverse

from clinic.pages import actions
from clinic.pages.models import Page, Section

ADD = "admin:clinic_page_add"


def fields(sections, sources=(), **page):
    """The admin's form as a browser sends it."""
    parts = {"sections": sections, "sources": sources}
    posted = {
        "slug": "about-us",
        "title": "About us",
        "summary": "Who we are and how to reach us.",
        "is_live": "on",
        "reviewed_on": "2026-11-22",
        "review_due": "2027-11-22",
    } | page
    for name, rows in parts.items():
        first = sum("id" in row for row in rows)
        posted |= {
            f"{name}-TOTAL_FORMS": len(rows),
            f"{name}-INITIAL_FORMS": first,
            f"{name}-MIN_NUM_FORMS": 0,
            f"{name}-MAX_NUM_FORMS": 1000,
        }
        posted |= {f"{name}-{number}-{key}": value for number, row in enumerate(rows) for key, value in row.items()}
    return posted


def section(position=1, heading="Who we are", body="We are a clinic.", risk="green", card="", **more):
    return {"position": position, "heading": heading, "body": body, "risk": risk, "card": card} | more


def errors(response):
    """What stands beside which field."""
    found = {f"page.{name}": list(said) for name, said in response.context["adminform"].form.errors.items()}
    for formset in response.context["inline_admin_formsets"]:
        for number, form in enumerate(formset.formset.forms):
            found |= {f"{formset.formset.prefix}.{number}.{name}": list(said) for name, said in form.errors.items()}
    return found


def test_a_manager_writes_a_page(as_user, manager, client):
    response = as_user(manager).post(
        reverse(ADD),
        fields(
            [section(), section(2, "Where", "In a town.")],
            [{"name": "NICE", "address": "https://www.nice.org.uk/", "read_on": "2026-11-22"}],
        ),
    )

    page = Page.objects.get()
    assert response.status_code == 302
    assert list(page.sections.values_list("heading", flat=True)) == ["Who we are", "Where"]
    assert page.sources.count() == 1
    assert client.get("/about-us/").status_code == 200


@pytest.mark.parametrize(
    ("page", "parts", "place", "phrase"),
    [
        ({"title": "Cannabis for you"}, [section()], "page.title", "Cannabis"),
        ({"summary": "We prescribe."}, [section()], "page.summary", "prescribe"),
        ({}, [section(heading="Our medicines")], "sections.0.heading", "medicines"),
        ({}, [section(body="It contains THC.")], "sections.0.body", "THC"),
        ({}, [section(), section(2, body="It is guaranteed.", risk="amber")], "sections.1.body", "guaranteed"),
    ],
)
def test_words_that_may_not_be_said_are_refused_beside_their_field(as_user, manager, page, parts, place, phrase):
    response = as_user(manager).post(reverse(ADD), fields(parts, **page))

    assert response.status_code == 422
    assert list(errors(response)) == [place]
    assert errors(response)[place][0].startswith(f"“{phrase}”: ")
    assert Page.objects.count() == 0


def test_amber_text_may_say_what_green_may_not(as_user, manager):
    assert (
        as_user(manager).post(reverse(ADD), fields([section(body="It contains THC.", risk="amber")])).status_code == 302
    )


@pytest.mark.parametrize(
    ("parts", "place", "words"),
    [
        ([section(body="[Book](/book/)", risk="amber")], "sections.0.body", "Take out the booking link"),
        (
            [section(2, body="[Book](/book/)"), section(1, body="Text", risk="amber")],
            "sections.0.body",
            "Take out the booking link",
        ),
        ([section(card="urgent", body="Not a list")], "sections.0.body", "A care card is a list"),
    ],
)
def test_the_order_and_shape_of_sections(as_user, manager, parts, place, words):
    response = as_user(manager).post(reverse(ADD), fields(parts))

    assert [(name, words in said[0]) for name, said in errors(response).items()] == [(place, True)]


def test_a_live_page_was_reviewed(as_user, manager):
    response = as_user(manager).post(reverse(ADD), fields([section()], reviewed_on=""))

    assert list(errors(response)) == ["page.reviewed_on"]


def test_sections_can_change_places_and_go(as_user, manager):
    page = actions.seed(today=date(2026, 11, 23))[0]
    first, second, *rest = page.sections.all()
    rows = [as_posted(second, position=1), as_posted(first, position=2), *(as_posted(part) for part in rest)]
    rows[-1]["DELETE"] = "on"

    response = as_user(manager).post(
        reverse("admin:clinic_page_change", args=[page.pk]),
        fields(
            rows,
            [
                {
                    "id": source.pk,
                    "page": page.pk,
                    "name": source.name,
                    "address": source.address,
                    "read_on": source.read_on,
                }
                for source in page.sources.all()
            ],
        ),
    )

    assert response.status_code == 302, errors(response)
    assert list(page.sections.values_list("pk", flat=True)) == [second.pk, first.pk, *(part.pk for part in rest[:-1])]
    assert Page.objects.get(pk=page.pk).slug == page.slug


def as_posted(part, **changes):
    return (
        section(part.position, part.heading, part.body, part.risk, part.card, id=part.pk, page=part.page_id) | changes
    )


@pytest.mark.parametrize("who", ["rosa", "okafor", "amina"])
def test_only_managers_write_pages(as_user, request, who):
    person = request.getfixturevalue(who)
    browser = as_user(getattr(person, "user", person))

    assert browser.post(reverse(ADD), fields([section()])).status_code in {403, 404}
    assert Page.objects.count() == 0


def test_every_change_is_in_the_history(as_user, manager):
    page = actions.seed(today=date(2026, 11, 23))[0]
    part = page.sections.first()

    Section.objects.filter(pk=part.pk).update(heading="Changed")

    assert [event.heading for event in part.events.order_by("pgh_id")] == [part.heading, "Changed"]
