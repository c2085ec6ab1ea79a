"""Writing pages in the admin: who may, what is refused beside which field, and the way to readers."""

import re
from datetime import date

import pytest
from django.urls import reverse

from clinic.pages import actions
from clinic.pages.models import Page, PageAddress, Section
from clinic.worklist.models import Task
from tests.factories.pages import AMBER, FORM, GREEN, NOW
from tests.factories.pages import page as page_of

ADD = "admin:clinic_page_add"


def fields(sections, sources=(), **page):
    """The admin's form as a browser sends it."""
    parts = {"sections": sections, "sources": sources}
    posted = {
        "slug": "about-us",
        "label": "About us",
        "linked": "clinic",
        "order": 1,
        "title": "About us",
        "summary": "Who we are and how to reach us.",
        "picture": "",
        "is_indexed": "on",
        "reviewed_on": "2026-11-22",
        "review_due": "2027-11-22",
        "clinical_owner": "",
        "compliance_owner": "",
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


def section(position=1, heading="Who we are", body="We are a clinic.", risk="green", shape="", **more):
    return {"position": position, "heading": heading, "body": body, "risk": risk, "shape": shape} | more


def as_posted(part, **changes):
    sent = section(part.position, part.heading, part.body, part.risk, part.shape, id=part.pk, page=part.page_id)
    return sent | changes


def change(page, rows, **frame):
    """What is posted to change ``page``, its frame as it stands but for ``frame``."""
    kept = {name: getattr(page, name) for name in ("slug", "label", "linked", "order", "title", "summary")}
    return fields(rows, **kept | frame)


def errors(response):
    """What stands beside which field."""
    found = {f"page.{name}": list(said) for name, said in response.context["adminform"].form.errors.items()}
    for formset in response.context["inline_admin_formsets"]:
        for number, form in enumerate(formset.formset.forms):
            found |= {f"{formset.formset.prefix}.{number}.{name}": list(said) for name, said in form.errors.items()}
    return found


def test_a_manager_writes_a_page_and_puts_it_live(as_user, manager, client):
    source = {"name": "NICE", "address": "https://www.nice.org.uk/", "read_on": "2026-11-22"}
    browser = as_user(manager)

    response = browser.post(reverse(ADD), fields([section(), section(2, "Where", "In a town.")], [source]))

    page = Page.objects.get()
    assert response["Location"] == reverse("admin:clinic_page_review", args=[page.pk])
    assert list(page.sections.values_list("heading", flat=True)) == ["Who we are", "Where"]
    assert page.sources.count() == 1
    assert client.get("/about-us/").status_code == 404
    press(browser, page, "live")
    assert client.get("/about-us/").status_code == 200


@pytest.mark.parametrize(
    ("page", "parts", "place", "phrase"),
    [
        ({"title": "Cannabis for you"}, [section()], "page.title", "Cannabis"),
        ({"summary": "We prescribe."}, [section()], "page.summary", "prescribe"),
        ({"label": "Our pills"}, [section()], "page.label", "pills"),
        ({}, [section(heading="Our medicines")], "sections.0.heading", "medicines"),
        ({}, [section(body="It contains THC.")], "sections.0.body", "THC"),
        ({}, [section(), section(2, body="It is guaranteed.")], "sections.1.body", "guaranteed"),
    ],
)
def test_words_that_may_not_be_said_are_refused_beside_their_field(as_user, manager, page, parts, place, phrase):
    response = as_user(manager).post(reverse(ADD), fields(parts, **page))

    assert response.status_code == 422
    assert list(errors(response)) == [place]
    assert errors(response)[place][0].startswith(f"“{phrase}”: ")
    assert Page.objects.count() == 0


@pytest.mark.parametrize(
    ("key", "part", "place"),
    [
        ("faqs", section(body="It contains THC.", risk="amber"), None),
        ("complaints", section(body="It contains THC.", risk="amber"), "sections.0.risk"),
        ("faqs", section(body="A medicine may be one option."), None),
        ("fees", section(body="A medicine may be one option."), "sections.0.body"),
        ("fees", section(body="Guaranteed relief, best clinic.", risk="red"), None),
    ],
)
def test_which_page_may_say_what(as_user, manager, key, part, place):
    page = page_of(key)
    row = part | {"id": page.sections.get().pk, "page": page.pk}

    response = as_user(manager).post(reverse("admin:clinic_page_change", args=[page.pk]), change(page, [row]))

    assert (response.status_code, place and list(errors(response))) == (422 if place else 302, place and [place])


@pytest.mark.parametrize(
    ("parts", "place", "words"),
    [
        ([section(body="[Book](/book/)", risk="amber")], "sections.0.body", "Take out the booking link"),
        (
            [section(2, "B", body="[Book](/book/)"), section(1, "A", body="Text", risk="amber")],
            "sections.0.body",
            "Take out the booking link",
        ),
        ([section(shape="urgent", body="Not a list")], "sections.0.body", "This is drawn as a list"),
    ],
)
def test_the_order_and_shape_of_sections(as_user, manager, parts, place, words):
    page = page_of("faqs")
    page.sections.all().delete()

    response = as_user(manager).post(reverse("admin:clinic_page_change", args=[page.pk]), change(page, parts))

    assert [(name, words in said[0]) for name, said in errors(response).items()] == [(place, True)]


@pytest.mark.parametrize("slug", ["book", "admin", "care", "intake", "review", "UPPER", "two words"])
def test_an_address_of_another_part_of_the_site_is_refused(as_user, manager, slug):
    response = as_user(manager).post(reverse(ADD), fields([section()], slug=slug))

    assert list(errors(response)) == ["page.slug"]


def test_sections_can_change_places_and_go(as_user, manager):
    page = page_of("faqs", GREEN, AMBER, section_text("Third"))
    first, second, third = page.sections.all()
    rows = [as_posted(second, position=1), as_posted(first, position=2), as_posted(third, DELETE="on")]

    response = as_user(manager).post(reverse("admin:clinic_page_change", args=[page.pk]), change(page, rows))

    assert response.status_code == 302, errors(response)
    assert list(page.sections.values_list("pk", flat=True)) == [second.pk, first.pk]


def section_text(heading):
    return type(GREEN)(heading, "Text.", "green")


def test_a_new_address_is_taken_and_the_old_one_kept(as_user, manager, client):
    page = page_of("faqs", live_by=manager)

    as_user(manager).post(
        reverse("admin:clinic_page_change", args=[page.pk]),
        change(page, [as_posted(page.sections.get())], slug="answers"),
    )

    assert client.get("/faqs/")["Location"] == "/answers/"


@pytest.mark.parametrize("who", ["rosa", "okafor", "amina"])
def test_only_managers_write_pages(as_user, request, who):
    person = request.getfixturevalue(who)
    page, browser = page_of("faqs"), as_user(getattr(person, "user", person))

    answers = [browser.post(reverse(ADD), fields([section()]))]
    answers.append(
        browser.post(
            reverse("admin:clinic_page_change", args=[page.pk]),
            change(page, [as_posted(page.sections.get(), heading="Changed")]),
        )
    )
    answers += [browser.post(reverse(f"admin:clinic_page_{name}", args=[page.pk])) for name in ("live", "ask", "down")]

    assert {answer.status_code for answer in answers} <= {403, 404}
    assert list(Page.objects.values_list("label", "live")) == [("Answers", None)]
    assert page.sections.get().heading == GREEN.heading


@pytest.mark.parametrize(("who", "status"), [("rosa", 403), ("amina", 404), ("okafor", 200), ("manager", 200)])
def test_who_reads_the_review(as_user, request, who, status):
    person = request.getfixturevalue(who)

    answer = as_user(getattr(person, "user", person)).get(
        reverse("admin:clinic_page_review", args=[page_of("faqs").pk])
    )

    assert answer.status_code == status


def test_every_change_is_in_the_history(db):
    part = page_of().sections.get()

    Section.objects.filter(pk=part.pk).update(heading="Changed")

    assert [event.heading for event in part.events.order_by("pgh_id")] == [part.heading, "Changed"]


# The review ----------------------------------------------------------------------------------------------


def review(browser, page):
    return browser.get(reverse("admin:clinic_page_review", args=[page.pk])).content.decode()


def press(browser, page, button):
    """Press a button of the review as a browser does, with the fingerprint the page was drawn with."""
    html = review(browser, page)
    found = re.search(r'name="fingerprint" value="(\w+)"', html)
    sent = {"fingerprint": found[1]} if found else {}
    return browser.post(reverse(f"admin:clinic_page_{button}", args=[page.pk]), sent, follow=True).content.decode()


def test_amber_goes_to_readers_by_two_signatures(as_user, manager, okafor, client):
    page = page_of("faqs", GREEN, AMBER)

    html = review(as_user(manager), page)
    assert "The clinical signature is missing." in html
    assert "Put this text live" not in html
    assert "on the worklists" in press(as_user(manager), page, "ask")
    assert Task.objects.waiting().count() == 2
    assert "You have signed" in press(as_user(okafor.user), page, "sign")
    assert "You have signed" in press(as_user(manager), page, "sign")
    assert Task.objects.waiting().count() == 0
    assert "Readers see this text now." in press(as_user(manager), page, "live")
    client.logout()
    assert "NICE does not recommend THC" in client.get("/faqs/").content.decode()


def test_a_text_changed_meanwhile_is_not_signed(as_user, manager, okafor):
    page = page_of("faqs", GREEN, AMBER)
    browser = as_user(okafor.user)
    drawn_with = page.text().fingerprint
    Section.objects.filter(page=page, risk="amber").update(body="Something else about THC.")

    answer = browser.post(reverse("admin:clinic_page_sign", args=[page.pk]), {"fingerprint": drawn_with}, follow=True)

    assert "The text has changed since you opened this page." in answer.content.decode()
    assert page.sign_offs.count() == 0


def test_the_review_says_what_differs_and_how_hard_it_reads(as_user, manager):
    page = page_of("faqs", live_by=manager)
    hard = "Notwithstanding considerable heterogeneity, investigations demonstrated negligible improvement in participants."
    Section.objects.create(page=page, position=2, heading="New", body=hard)

    html = review(as_user(manager), page)

    assert "Changed or new: New" in html
    assert "Who we are" not in html.split("What differs")[1].split("How it reads")[0]
    assert "Notwithstanding considerable" in html.split("The hardest paragraphs")[1]
    assert "Version 1" in html


def test_taking_down(as_user, manager, client):
    page = page_of("faqs", live_by=manager)

    press(as_user(manager), page, "down")

    assert client.get("/faqs/").status_code == 404


@pytest.mark.parametrize("sent", [{}, {"fingerprint": ""}, {"fingerprint": "x"}])
def test_signing_and_putting_live_say_which_text(as_user, manager, sent):
    page = page_of("faqs")

    for name in ("sign", "live"):
        answer = as_user(manager).post(reverse(f"admin:clinic_page_{name}", args=[page.pk]), sent, follow=True)
        assert "The text has changed since you opened this page." in answer.content.decode()
    assert (page.sign_offs.count(), page.versions.count()) == (0, 0)


def test_who_has_signed_in_another_role_is_not_offered_to_sign(as_user, okafor):
    page = page_of("faqs", GREEN, AMBER)
    actions.sign(page, by=okafor.user, at=NOW)
    okafor.user.role = "manager"
    okafor.user.save()

    assert "Sign this text" not in review(as_user(okafor.user), page)


def test_an_older_form_does_not_undo_a_newer_text(as_user, manager):
    page = page_of("faqs")
    drawn = page.text().fingerprint
    Section.objects.filter(page=page).update(body="Corrected by a colleague.")

    answer = as_user(manager).post(
        reverse("admin:clinic_page_change", args=[page.pk]),
        change(page, [as_posted(page.sections.get(), body="Old words.")], drawn_with=drawn),
    )

    assert answer.status_code == 422
    assert "This has changed since you opened it." in answer.content.decode()
    assert page.sections.get().body == "Corrected by a colleague."


@pytest.mark.parametrize(
    ("slug", "words"),
    [("cannabis-shop", "names a medicine"), ("fees", "led to another page once"), ("static", "another part")],
)
def test_addresses_that_are_not_to_be_had(as_user, manager, slug, words):
    PageAddress.objects.create(slug="fees", page=page_of("contact", FORM, slug="write"))

    response = as_user(manager).post(reverse(ADD), fields([section()], slug=slug))

    assert list(errors(response)) == ["page.slug"]
    assert words in errors(response)["page.slug"][0]


def test_characters_nobody_sees_are_not_kept(as_user, manager):
    as_user(manager).post(reverse(ADD), fields([section(body="In\u202e a town.")], title="About\u2066 us"))

    page = Page.objects.get()
    assert (page.title, page.sections.get().body) == ("About us", "In a town.")


def test_buttons_answer_to_post_alone(as_user, manager):
    page = page_of("faqs")

    for name in ("sign", "ask", "live", "down"):
        assert as_user(manager).get(reverse(f"admin:clinic_page_{name}", args=[page.pk])).status_code == 405


def test_the_list_says_what_is_live_and_what_is_overdue(as_user, manager):
    page_of("faqs", live_by=manager)
    late = page_of("fees", live_by=manager, label="Fees", reviewed_on=date(2025, 1, 1), review_due=date(2026, 1, 1))
    Section.objects.filter(page=late).update(body="Changed.")
    page_of("safety", label="Safety")

    html = as_user(manager).get("/admin/clinic/page/").content.decode()

    assert re.findall(r'field-state">([^<]+)<', html) == ["Live", "Live, with changes not live yet", "Draft"]
    assert "01 January 2026 (overdue)" in html
    page_html = review(as_user(manager), late)
    assert "The review was due on 1 January 2026. Readers are told so." in page_html
    overdue = as_user(manager).get("/admin/clinic/page/?review=overdue").content.decode()
    assert re.findall(r'field-slug">([^<]+)<', overdue) == ["fees"]


def test_the_list_asks_as_often_for_many_pages_as_for_one(as_user, manager, django_assert_num_queries):
    page_of("faqs", live_by=manager)
    browser = as_user(manager)
    browser.get("/admin/clinic/page/")
    with django_assert_num_queries(8):
        browser.get("/admin/clinic/page/")
    for number in range(3):
        page_of(None, live_by=manager, slug=f"more-{number}")
    with django_assert_num_queries(8):
        browser.get("/admin/clinic/page/")


def test_a_task_about_a_page_leads_to_its_review(as_user, manager):
    page = page_of("faqs", live_by=manager, review_due=date(2026, 11, 25))
    actions.remind_of_reviews(today=date(2026, 11, 25), at=NOW)

    html = as_user(manager).get(reverse("admin:clinic_task_change", args=[Task.objects.get().pk])).content.decode()

    assert f'href="{reverse("admin:clinic_page_review", args=[page.pk])}"' in html
