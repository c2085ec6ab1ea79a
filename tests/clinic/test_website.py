"""The public website as rendered: what it says where, what it costs, and what search engines are told."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise

import pytest
import time_machine
from django.urls import URLResolver, get_resolver, resolve, reverse
from django.utils import timezone

from bookings.appointments import policy as bookings
from bookings.nextfree import actions as nextfree
from bookings.nextfree.models import NextFree
from clinic.db.workdays import CLOSES, OPENING_HOURS, OPENS
from clinic.enquiries import actions as enquiries
from clinic.pages import actions, policy
from clinic.pages.content import FIRST_TEXTS
from clinic.pages.markdown import render_markdown
from clinic.pages.models import Page, Section
from clinic.website.shown import address
from clinic.wording.enums import Place
from clinic.wording.policy import check
from tests.factories import diary
from tests.factories import pages as factory
from tests.web import main_of

KEYS = [first.key for first in FIRST_TEXTS]
ADDRESSES = ["/" if key == "home" else f"/{key}/" for key in KEYS]
NOW = datetime(2026, 11, 25, 9, 5, tzinfo=UTC)
# Public addresses that are no page out of the database, and what stands for their arguments.
OTHERS = {"book": [], "book_kind": ["first-assessment"], "precheck": [], "written_to_us": [], "care_closed": []}
NOT_FOR_READING = {
    "mail_events",
    "healthz",
    "readyz",
    "robots",
    "sitemap",
    "write_to_us",
    "demo_mail",
    "demo_letter",
    "demo_styles",
    "visit_answer",
    "questions",
    "questions_page",
    "visit_cannot_come",
    "page",
    "home",
}


@pytest.fixture
def kind(okafor):
    diary.hours(okafor)
    return diary.kind(okafor)


@pytest.fixture
def site(pages, kind):
    """All pages live, something to book, and a next free time."""
    nextfree.look(at=timezone.now())
    return pages


class Reader(HTMLParser):
    """Collects text by where it stands: head, titles, buttons, menus, data, or a section's colour."""

    VOID = {"meta", "link", "img", "path", "circle", "rect", "input", "br", "source", "hr"}
    TITLES = ("title", "h1", "h2", "h3", "nav", "button", "caption")

    def __init__(self, html):
        super().__init__()
        self.parts, self.stack, self.links, self.data = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        about = attrs.get("name", "") + attrs.get("property", "")
        if tag == "meta" and ("description" in about or about.startswith("og:")):
            self.parts.append(("head", attrs.get("content", "")))
        if tag in self.VOID:
            self.parts.append((self.risk() or "plain", attrs.get("alt", "")))
            return
        kind = attrs.get("type", "") if tag == "script" else attrs.get("class", "")
        self.stack.append((tag, attrs.get("data-risk"), kind))
        if tag == "a":
            self.links.append((attrs.get("href"), self.risk()))

    def handle_startendtag(self, tag, attrs):
        if tag in self.VOID:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self.stack and self.stack[-1][2] == "application/ld+json":
            self.data.append(json.loads(data))
            self.parts += [("data", value) for value in strings(self.data[-1])]
            return
        tags = {tag for tag, _, _ in self.stack}
        is_button = any(kind.startswith("button") for _, _, kind in self.stack)
        place = next((name for name in self.TITLES if name in tags), "button" if is_button else None)
        self.parts.append((place or self.risk() or "plain", data))

    def risk(self):
        return next((risk for _, risk, _ in reversed(self.stack) if risk), None)


def strings(value):
    """Every text in plain data."""
    if isinstance(value, str):
        return [value]
    each = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for one in each for text in strings(one)]


def read(client, url):
    response = client.get(url)
    assert response.status_code == 200, url
    return Reader(response.content.decode())


@pytest.fixture
def htmls(client, site):
    """Every page out of the database, as it is sent."""
    return {url: client.get(url).content.decode() for url in ADDRESSES}


def public_names(patterns=None):
    """Every URL name that anybody may read, from the resolver."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            if entry.app_name not in {"admin"} and "allauth" not in str(entry.urlconf_name):
                yield from public_names(entry.url_patterns)
        elif not getattr(entry.callback, "login_required", True):
            yield entry.name


# What it says ----------------------------------------------------------------------------------------


def test_the_list_of_public_pages_is_the_resolvers():
    assert set(public_names()) == set(OTHERS) | NOT_FOR_READING


def every_address():
    return [*ADDRESSES, *(reverse(name, args=args) for name, args in OTHERS.items())]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/accounts/login/", 200),
        ("/accounts/signup/", 200),
        ("/accounts/password/reset/", 200),
        ("/nothing-here/", 404),
        ("/?x=%00", 400),
    ],
)
def test_pages_for_signing_in_and_of_errors_name_no_medicine(client, site, url, status):
    answer = client.get(url)

    words = [words for _, words in Reader(answer.content.decode()).parts]
    assert answer.status_code == status
    assert [str(hit) for each in words for hit in check(each, Place.HOME)] == []


def strictest(url, place):
    """Which rules hold at ``place`` of the page at ``url``."""
    if place in Reader.TITLES or place in {"head", "data"}:
        return Place.TITLE
    if place == "amber":
        return Place.AMBER_BODY
    return Place.HOME if url.strip("/") in policy.STRICT_PAGES | {""} or url.startswith("/book") else Place.PUBLIC_BODY


def test_every_public_page_says_only_what_the_law_allows_where_it_stands(client, site):
    for url in every_address():
        reader = read(client, url)

        found = [(place, str(hit)) for place, words in reader.parts for hit in check(words, strictest(url, place))]
        assert found == [], url
        assert len(reader.parts) > 20, url


def test_amber_pages_do_speak_of_medicines_in_amber_sections(htmls):
    """The test above would pass on empty pages."""
    for key in policy.AMBER_PAGES:
        amber = " ".join(words for place, words in Reader(htmls[f"/{key}/"]).parts if place == "amber")
        assert check(amber, Place.PUBLIC_BODY) != [], key


def test_no_way_to_book_and_no_free_time_in_or_after_amber(htmls):
    for url, html in htmls.items():
        sections = re.split(r'(?=data-risk=")', main_of(html))
        for before, here in pairwise(sections):
            if 'data-risk="amber"' in here[:20] or 'data-risk="amber"' in before[:20]:
                assert "/book" not in here, url
                assert "next-free" not in here, url
        assert "/book" not in html[html.index('<footer class="footer"') :], url


def test_a_page_that_invites_has_one_button_before_its_first_section(htmls):
    for url, html in htmls.items():
        invites = resolve_page(url).live.text().invites
        main = main_of(html)
        assert len(re.findall(r'class="button[^"]*" href="/book/"', main)) == invites, url
        assert main[: main.index("data-risk")].count('href="/book/"') == invites, url


def test_pages_about_medicines_lead_to_booking_nowhere_not_even_in_the_header(htmls):
    assert [key for key in policy.NO_INVITATION if "/book" in htmls[f"/{key}/"]] == []


def resolve_page(url):
    return Page.objects.live().get(key="home" if url == "/" else resolve(url).kwargs["slug"])


def test_home_answers_in_one_place(client, site):
    html = client.get("/").content.decode()
    glance = html[html.index('class="glance"') : html.index('class="doors"')]

    for words in ("For whom:", "Who sees you:", "What happens next:", "What it costs:", "£180 in total"):
        assert words in glance
    links = {href for href, _ in Reader(html).links}
    assert {"/ms-pain/", "/facial-pain/", "/book/", "/accounts/login/"} <= links


def test_the_contents_list_leads_to_every_section_once(htmls):
    for url, html in htmls.items():
        anchors = re.findall(r'id="([^"]+)" data-risk', html)
        listed = re.findall(r'href="#([^"]+)"', main_of(html))
        assert listed == ([] if url == "/" or len(anchors) < 4 else anchors), url
        assert len(anchors) == len(set(anchors)) == len(resolve_page(url).live.text().sections), url


def test_the_page_ends_with_its_sources_and_review_date(client, site):
    html = client.get("/ms-pain/").content.decode()

    assert "Last reviewed: 22 November 2026" in html
    assert "Next review due: 24 May 2027" in html
    assert html.index("NG144") < html.index("Last reviewed")


@time_machine.travel(datetime(2027, 5, 25, 9, tzinfo=UTC))
def test_a_page_past_its_review_says_so(client, pages):
    assert "The next review was due on 24 May 2027." in client.get("/ms-pain/").content.decode()


def test_a_care_card_says_its_urgency_in_words(client, site):
    html = client.get("/ms-pain/").content.decode()

    for level in ("emergency", "urgent"):
        words = re.search(rf'care-card-{level}">(.*?)</h2>', html, re.DOTALL)[1]
        assert f'<span class="hidden-text">{level.capitalize()}: </span>' in words


# What the clinic's own records add ---------------------------------------------------------------------


def test_fees_come_from_the_kinds_that_can_be_booked(client, site, kind):
    diary.kind(slug="gone", name="Old kind", fee_pence=99900, is_active=False)

    html = client.get("/fees/").content.decode()

    assert ("First assessment" in html, "£180" in html, "Old kind" in html) == (True, True, False)


def test_specialists_come_from_those_who_practise(client, site, okafor, lind):
    lind.verified_on = None
    lind.save()

    html = client.get("/our-specialists/").content.decode()

    assert f'href="https://www.gmc-uk.org/registrants/{okafor.gmc_number}"' in html
    assert (okafor.name in html, lind.name in html) == (True, False)
    assert "Declared interests" not in html  # nobody has asked yet


def test_interests_are_shown_with_the_day_they_were_declared(client, site, okafor):
    okafor.interests_declared_on = date(2026, 11, 20)
    okafor.save()

    assert "None, on 20 November 2026" in client.get("/our-specialists/").content.decode()


def test_the_cookies_page_names_the_cookies_of_the_settings(client, site, settings):
    settings.SESSION_COOKIE_NAME = "__Host-sessionid"

    html = client.get("/cookies/").content.decode()

    assert "__Host-sessionid" in html
    assert settings.CSRF_COOKIE_NAME in html


@time_machine.travel(NOW)
def test_the_next_free_time_is_a_snapshot_with_its_time(client, site, kind):
    NextFree.objects.filter(kind=kind).update(starts_at=datetime(2026, 12, 3, 10, 30, tzinfo=UTC), looked_at=NOW)

    html = client.get("/facial-pain/").content.decode()

    assert "Next first assessment: <strong>Thursday 3 December, 10:30am</strong>" in html
    assert "As it was at 9:05am on Wednesday 25 November 2026." in html


@pytest.mark.parametrize(
    "changes",
    [
        {"looked_at": NOW - timedelta(minutes=21)},
        {"starts_at": NOW},
        {"starts_at": None},
    ],
)
@time_machine.travel(NOW)
def test_an_old_snapshot_is_not_shown(client, site, kind, changes):
    NextFree.objects.filter(kind=kind).update(**{"starts_at": NOW + timedelta(days=3), "looked_at": NOW} | changes)

    assert "Next first assessment" not in client.get("/facial-pain/").content.decode()


def test_the_next_time_of_a_later_visit_is_not_offered_to_new_people(client, site, kind, okafor):
    diary.kind(okafor, slug="review", name="Review", position=9)
    nextfree.look(at=timezone.now())
    NextFree.objects.filter(kind=kind).update(starts_at=None)

    assert "next-free" not in client.get("/facial-pain/").content.decode()


def test_home_leads_to_booking_only_where_it_says_so(client, site, manager):
    Page.objects.filter(key="home").update(invites=False)
    actions.put_live(Page.objects.get(key="home"), by=manager, at=timezone.now())

    assert "Choose an appointment" not in client.get("/").content.decode()


def test_what_texts_say_of_the_clinics_rules_is_what_the_rules_are():
    """Figures typed into pages, beside the settings they speak of."""
    said = {first.key: " ".join(part.body for part in first.text.sections) for first in FIRST_TEXTS}

    assert bookings.CUT_OFF_MINUTE == 17 * 60
    assert all("5pm UK time on the last working day before your visit" in said[key] for key in ("fees", "terms"))
    standard = bookings.Terms()
    assert (standard.cut_off_minute, standard.before, standard.after) == (17 * 60, "all of the fee", "none of the fee")
    assert "| You cancel before the cut-off | All of the fee |" in said["fees"]
    assert "| You cancel after the cut-off | None of the fee," in said["fees"]
    assert "Before the cut-off, you get all of the fee back." in said["terms"]
    assert "After the cut-off, you get none of it back" in said["terms"]
    assert bookings.COOLING_OFF_DAYS == 14
    assert all("within 14 days of booking" in said[key] for key in ("fees", "terms"))
    assert f"within {enquiries.DAYS_TO_ANSWER} working days" in said["contact"]
    assert timedelta(days=183) == enquiries.KEPT_FOR
    assert all("6 months" in said[key] for key in ("contact", "privacy"))
    assert (OPENS, CLOSES, OPENING_HOURS.split(",")[1]) == (9 * 60, 17 * 60, " 9am to 5pm")


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("company", "Exampleton Care Ltd", "Exampleton Care Ltd"),
        ("regulator", "Care Quality Commission", "Regulated by the Care Quality Commission"),
        ("ico_number", "ZA000000", "Information Commissioner"),
    ],
)
def test_what_the_law_has_us_show_is_shown_only_where_it_is_set(client, site, settings, setting, value, words):
    footer = lambda: client.get("/complaints/").content.decode().split('<footer class="footer"')[1]  # noqa: E731
    assert words not in footer()

    settings.CLINIC = settings.CLINIC | {setting: value}

    assert words in footer()


# Addresses ---------------------------------------------------------------------------------------------


def test_an_old_address_leads_on_for_good(client, site, manager):
    page = Page.objects.get(key="fees")
    page.slug = "what-it-costs"
    actions.save_page(page, changed=[], removed=[], by=manager, at=NOW)

    answer = client.get("/fees/")

    assert (answer.status_code, answer["Location"]) == (301, "/what-it-costs/")
    assert client.get("/what-it-costs/").status_code == 200
    assert 'href="/what-it-costs/"' in client.get("/complaints/").content.decode()


def test_the_front_page_has_one_address(client, site):
    assert client.get("/home/")["Location"] == "/"


def test_a_draft_is_not_found_and_is_in_no_menu(client, site, manager):
    page = Page.objects.get(key="complaints")
    actions.take_down(page, by=manager, at=NOW)

    assert client.get("/complaints/").status_code == 404
    assert "/complaints/" not in client.get("/cookies/").content.decode().split('<footer class="footer"')[1]


def test_readers_see_what_is_live_and_not_what_is_being_written(client, site):
    Section.objects.filter(page__key="cookies").update(body="Half a sentence, half a")

    assert "Half a sentence" not in client.get("/cookies/").content.decode()


def test_before_the_front_page_is_live_we_can_be_reached(client, db, settings):
    html = client.get("/").content.decode()

    assert settings.CLINIC["phone"] in html
    assert "noindex" in html


@pytest.mark.parametrize("slug", ["nothing-here", "MS-PAIN", "a" * 300])
def test_an_unknown_page_is_not_found(client, db, slug):
    assert client.get(f"/{slug}/").status_code == 404


# A preview ---------------------------------------------------------------------------------------------


def test_a_preview_shows_the_draft_to_who_writes_and_signs(as_user, pages, manager, okafor, rosa, amina):
    page = Page.objects.get(key="cookies")
    Section.objects.filter(page=page).update(body="Not live yet")
    url = reverse("page_preview", args=[page.pk])

    for person in (manager, okafor.user):
        answer = as_user(person).get(url)
        assert "Not live yet" in answer.content.decode()
        assert 'name="robots" content="noindex"' in answer.content.decode()
    assert as_user(rosa).get(url).status_code == 403
    assert as_user(amina.user).get(url).status_code == 404


def test_an_earlier_version_can_be_read_again(as_user, pages, manager):
    page = Page.objects.get(key="cookies")
    Section.objects.filter(page=page).update(body="New words")
    actions.put_live(page, by=manager, at=NOW)
    browser = as_user(manager)

    first, second = (browser.get(reverse("page_version", args=[page.pk, number])) for number in (1, 2))

    assert "New words" not in first.content.decode()
    assert "New words" in second.content.decode()
    assert browser.get(reverse("page_version", args=[page.pk, 3])).status_code == 404


# What it costs a reader and the server -------------------------------------------------------------------


def test_a_page_without_a_form_sets_no_cookie_and_runs_no_script(client, site):
    for url in set(ADDRESSES) - {"/contact/"}:
        answer = client.get(url)

        assert answer.cookies == {}, url
        assert "<script src" not in answer.content.decode().replace('type="module" ', ""), url
    assert set(client.get("/contact/").cookies) == {"csrftoken"}


def test_an_unchanged_page_is_not_sent_again(client, site):
    for url in set(ADDRESSES) - {"/contact/"}:  # its form has a new token each time
        first = client.get(url, headers={"accept-encoding": "gzip"})
        assert (first["Content-Encoding"], first["Cache-Control"]) == ("gzip", "no-cache"), url

        again = client.get(url, headers={"accept-encoding": "gzip", "if-none-match": first["ETag"]})

        assert (again.status_code, again.content) == (304, b""), url


def test_a_changed_page_is(client, site, manager):
    first = client.get("/cookies/")
    Section.objects.filter(page__key="cookies").update(body="New words")
    actions.put_live(Page.objects.get(key="cookies"), by=manager, at=NOW)

    assert client.get("/cookies/", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_at_most_six_queries(client, site, django_assert_max_num_queries):
    for url in ADDRESSES:
        with django_assert_max_num_queries(6):
            client.get(url)


def test_the_number_of_queries_does_not_grow_with_the_content(client, site, manager, django_assert_num_queries):
    with django_assert_num_queries(3):
        client.get("/ms-pain/")
    page = Page.objects.get(key="ms-pain")
    page.sections.filter(risk="amber").delete()
    page.sources.all().delete()
    Section.objects.bulk_create(
        Section(page=page, position=100 + number, heading=f"More {number}", body="Text.") for number in range(40)
    )
    actions.put_live(page, by=manager, at=NOW)
    for number in range(20):
        factory.page(None, live_by=manager, slug=f"more-{number}", label=f"More {number}", linked="care")
    with django_assert_num_queries(3):
        client.get("/ms-pain/")


# Search engines ------------------------------------------------------------------------------------------


def test_what_search_engines_and_previews_read(htmls, settings):
    for url, html in htmls.items():
        text = resolve_page(url).live.text()

        assert f"<title>{text.title} · {settings.CLINIC['name']}</title>" in html, url
        assert f'<meta name="description" content="{text.summary}">' in html.replace("&#x27;", "'"), url
        assert f'<link rel="canonical" href="{settings.SITE_ORIGIN}{url}">' in html, url
        for name in ("title", "description", "type", "url", "site_name", "locale", "image", "image:alt"):
            assert f'property="og:{name}"' in html, url
        assert ('content="noindex"' in html) == (url == "/about-treatments/"), url


def graph(client, url):
    return {each["@type"]: each for each in read(client, url).data[0]["@graph"]}


def test_structured_data_says_what_kind_of_page_it_is(client, site, okafor, settings):
    home, ms, people = graph(client, "/"), graph(client, "/ms-pain/"), graph(client, "/our-specialists/")

    assert home["MedicalClinic"]["telephone"] == settings.CLINIC["phone"]
    assert home["MedicalClinic"]["openingHours"] == "Mo-Fr 09:00-17:00"
    assert ms["MedicalWebPage"]["about"] == [{"@type": "MedicalCondition", "name": "Pain in multiple sclerosis"}]
    assert ms["MedicalWebPage"]["lastReviewed"] == "2026-11-22"
    assert [step["name"] for step in ms["BreadcrumbList"]["itemListElement"]] == ["Home", "MS pain"]
    assert people["Physician"]["identifier"]["value"] == okafor.gmc_number


def test_structured_questions_carry_green_answers_only(client, site):
    text = Page.objects.get(key="faqs").live.text()
    told = [each["name"] for each in graph(client, "/faqs/")["FAQPage"]["mainEntity"]]

    green = [part for part in text.sections if part.risk == "green" and part.shape == "question"]
    assert told == [part.heading for part in green if not check(part.body, Place.TITLE)]
    assert 3 <= len(told) < len(green) < len(text.sections)


def test_no_structured_data_of_a_medicine(htmls):
    for url, html in htmls.items():
        kinds = set(re.findall(r'"@type": "(\w+)"', html))

        assert kinds, url
        assert kinds & {"Drug", "Product", "Offer", "Review", "AggregateRating", "MedicalTherapy"} == set(), url


def test_text_cannot_end_the_data(client, site, manager):
    page = Page.objects.get(key="cookies")
    page.title = "</script><script>alert(1)</script>"
    page.save()
    actions.put_live(page, by=manager, at=NOW)

    html = client.get("/cookies/").content.decode()

    assert "<script>alert" not in html
    assert graph(client, "/cookies/")["WebPage"]["name"] == "</script><script>alert(1)</script>"


def test_the_sitemap_lists_what_may_be_indexed(client, site, settings):
    xml = client.get("/sitemap.xml").content.decode()
    listed = re.findall(r"<loc>([^<]+)</loc>", xml)

    wanted = [url for url in ADDRESSES if url != "/about-treatments/"] + ["/book/"]
    assert sorted(listed) == sorted(f"{settings.SITE_ORIGIN}{url}" for url in wanted)
    assert xml.count("<lastmod>") == len(wanted) - 1


def test_robots_may_not_ask_for_what_is_private(client, db, settings):
    told = client.get("/robots.txt").content.decode().splitlines()

    assert "Disallow: /care/" in told
    assert "Disallow: /" not in told
    assert told[-1] == f"Sitemap: {settings.SITE_ORIGIN}/sitemap.xml"


@pytest.mark.parametrize(
    ("host", "hidden"), [("localhost:8000", False), ("127.0.0.1", False), ("clinic.example", True)]
)
def test_the_demonstration_is_found_on_its_own_machine_only(client, site, settings, host, hidden):
    settings.DEMO, settings.ALLOWED_HOSTS = True, ["*"]

    html = client.get("/cookies/", headers={"host": host}).content.decode()
    told = client.get("/robots.txt", headers={"host": host}).content.decode().splitlines()

    assert ('<meta name="robots" content="noindex">' in html) == hidden
    assert ("Disallow: /" in told) == hidden


def test_the_address_of_a_page_is_where_it_is_read(pages):
    assert sorted(address(page) for page in pages) == sorted(ADDRESSES)


# Markdown ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "planted",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "<img src=x onerror=alert(1)>",
        "![x](https://example.com/x.png)",
        '<a href="https://example.com" onclick="alert(1)">x</a>',
        "<iframe src=//example.com></iframe>",
        "<style>body{display:none}</style>",
        "<svg onload=alert(1)>",
    ],
)
def test_markdown_stays_plain_markup(planted):
    html = render_markdown(f"Before {planted} after\n\n{planted}")

    assert re.findall(r"<(?:script|img|iframe|style|svg)|href=\"(?:javascript|data)|<[^>]+\son\w+=", html, re.I) == []
    assert "Before" in html


def test_markdown_keeps_what_writers_need():
    html = render_markdown("**Bold** [link](https://example.com)\n\n- one\n- two\n\n1. first")

    assert html == (
        '<p><strong>Bold</strong> <a href="https://example.com" rel="noopener">link</a></p>\n'
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n<ol>\n<li>first</li>\n</ol>\n"
    )
