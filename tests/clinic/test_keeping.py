"""What was typed when a session had ended: kept sealed, for a day, for who typed it and nobody else."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.holds import actions as holds
from clinic.accounts.models import User
from clinic.keeping import actions, marks, policy, tasks
from clinic.keeping.models import KeptTyping
from patients.profile.models import Patient
from tests.factories import diary, intakes, outcomes
from tests.factories.people import NOW, PASSWORD

PAGE = "/intake/goals/"
FIELD = "goals"
STORY = "Burning at night, worse in the cold; planted-word"
MARK = re.compile(r'name="kept_for" value="([^"]+)"')
DETAILS = {
    "first_names": "Amina",
    "family_name": "Ó Súilleabháin",
    "date_of_birth_day": "27",
    "date_of_birth_month": "thirteen",
    "date_of_birth_year": "1984",
    "gender": "As I said",
}


class TestPolicy:
    def test_fields_are_kept_as_they_were_sent(self):
        assert policy.worth_keeping({"a": ["1", "2"], "b": [""]}) == {"a": ["1", "2"], "b": [""]}

    @pytest.mark.parametrize("name", ["password", "password1", "OldPassword", "csrfmiddlewaretoken", "kept_for"])
    def test_passwords_and_marks_never(self, name):
        assert policy.worth_keeping({name: ["secret"], "a": ["1"]}) == {"a": ["1"]}
        assert policy.worth_keeping({name: ["secret"]}) is None

    def test_no_more_than_so_many_letters(self):
        most = policy.MOST_LETTERS - len("a")

        assert policy.worth_keeping({"a": ["x" * most]})
        assert policy.worth_keeping({"a": ["x" * (most + 1)]}) is None


class TestMark:
    def test_says_whose_page_it_was(self):
        who = uuid4()

        assert marks.whose(marks.mark(who, PAGE), PAGE) == who

    def test_holds_for_its_page_only(self):
        assert marks.whose(marks.mark(uuid4(), PAGE), "/intake/health/") is None

    def test_holds_for_a_week(self, time_machine):
        time_machine.move_to(NOW, tick=False)
        mark = marks.mark(uuid4(), PAGE)

        time_machine.shift(policy.MARK_HOLDS)
        assert marks.whose(mark, PAGE)
        time_machine.shift(timedelta(seconds=1))
        assert marks.whose(mark, PAGE) is None

    @pytest.mark.parametrize(
        "text", ["", "x", "\0", "::", "a" * 5000, "00000000-0000-4000-8000-000000000001:x:y", "ünïcode"]
    )
    def test_is_not_made_up(self, text):
        assert marks.whose(text, PAGE) is None


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_tried():
    cache.clear()


@pytest.fixture
def browser(amina):
    """Amina's browser, which looks for a CSRF token as a real one must have it."""
    browser = Client(enforce_csrf_checks=True)
    sign_in(browser, amina)
    return browser


def sign_in(browser, person, **more):
    browser.get(reverse("account_login"))
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    said = {"login": person.user.email, "password": PASSWORD, "csrfmiddlewaretoken": token} | more
    return browser.post(reverse("account_login"), said)


def open_page(browser, page):
    """What the form of ``page`` sends by itself."""
    html = browser.get(page).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html[html.index("<main") :])[1]
    return {"csrfmiddlewaretoken": token, "kept_for": MARK.search(html)[1]}


def session_ends():
    Session.objects.all().delete()


def late(browser, page=PAGE, **fields):
    """Open a page, let the session end, and send the page's form."""
    hidden = open_page(browser, page)
    session_ends()
    return browser.post(page, hidden | fields)


def test_what_was_typed_is_kept_and_the_way_leads_to_sign_in(browser, amina):
    answer = late(browser, **{FIELD: STORY})

    assert answer["Location"] == f"{reverse('account_login')}?next={PAGE}"
    kept = KeptTyping.objects.get()
    assert (kept.user, kept.page, kept.fields[FIELD]) == (amina.user, PAGE, [STORY])
    assert set(kept.fields).isdisjoint({"csrfmiddlewaretoken", "kept_for"})
    assert "We have kept what you typed" in browser.get(answer["Location"]).content.decode()


def test_it_stands_in_the_form_again_and_goes_when_it_is_saved(browser, amina):
    intakes.draft(amina, **{FIELD: "What was saved before"})
    late(browser, **{FIELD: STORY})

    back = sign_in(browser, amina, next=PAGE)
    page = browser.get(back["Location"]).content.decode()
    assert back["Location"] == PAGE
    assert STORY in page
    assert "This is not saved yet" in page
    assert "What was saved before" in amina.intakes.get().answers[FIELD]
    hidden = open_page(browser, PAGE)
    assert browser.post(PAGE, hidden | {FIELD: STORY, "later": "1"}).status_code == 302

    assert amina.intakes.get().answers[FIELD] == STORY
    assert not KeptTyping.objects.exists()
    assert "This is not saved yet" not in browser.get(PAGE).content.decode()


def test_what_could_not_be_saved_stays_kept(browser, amina):
    late(browser, "/care/details/about-you/", **DETAILS)
    sign_in(browser, amina)

    answer = browser.post("/care/details/about-you/", open_page(browser, "/care/details/about-you/") | DETAILS)

    assert answer.status_code == 422
    assert MARK.search(answer.content.decode())
    assert KeptTyping.objects.exists()


def test_details_come_back_letter_by_letter_also_where_they_are_wrong(browser, amina):
    late(browser, "/care/details/about-you/?next=/intake/", **DETAILS)
    sign_in(browser, amina)

    answer = browser.get("/care/details/about-you/")

    page = answer.content.decode()
    for typed in DETAILS.values():
        assert f'value="{typed}"' in page
    assert answer.status_code == 200
    assert "Error: " not in page
    assert Patient.objects.get(pk=amina.pk).family_name == "Example"


def test_questions_before_a_review_too(browser, amina, okafor):
    outcomes.asked(amina, okafor)
    late(browser, "/care/questions/sleep/", answer="7")
    sign_in(browser, amina)

    page = browser.get("/care/questions/sleep/").content.decode()

    assert re.search(r'<input[^>]*value="7"[^>]*checked', page)


def test_how_we_reach_you_too(browser):
    late(browser, reverse("contact"), way="post", postal_address="1 Planted Street", reminders="on")
    sign_in(browser, Patient.objects.get())

    page = browser.get(reverse("contact")).content.decode()

    assert "1 Planted Street" in page
    assert re.search(r'value="post"[^>]*checked', page)


def test_what_a_visit_needs_too(browser, amina, okafor):
    diary.hours(okafor, weekdays=range(7), starts=0, ends=24 * 60)
    kind, now = diary.kind(okafor), timezone.now()
    moment = (now + timedelta(days=20)).replace(hour=12, minute=0, second=0, microsecond=0)
    held = holds.hold(kind, okafor, moment, patient=amina, own_hold=None, address="", key=uuid4(), at=now)
    page = reverse("appointment_confirm", args=[held.pk])
    late(browser, page, mode="phone", access_needs="A chair by the door")
    sign_in(browser, amina)

    html = browser.get(page).content.decode()

    assert "A chair by the door" in html
    assert re.search(r'value="phone"[^>]*checked', html)


def test_the_waiting_list_too(browser, amina, okafor):
    kind = diary.kind(okafor)
    page = f"{reverse('waiting_list_new')}?kind={kind.slug}"
    answer = late(browser, page, weekdays=["2", "4"], last_day_0="3")
    sign_in(browser, amina)

    html = browser.get(page).content.decode()

    assert answer["Location"].endswith(f"?kind={kind.slug}") or "kind%3D" in answer["Location"]
    assert len(re.findall(r'name="weekdays"[^>]*checked', html)) == 2


def test_the_way_back_keeps_where_the_page_leads(browser):
    answer = late(browser, "/care/details/about-you/?next=/intake/", **DETAILS)

    assert answer["Location"].endswith("next=/care/details/about-you/%3Fnext%3D/intake/")


def test_somebody_else_never_sees_it_nor_that_there_is_something(browser, amina, ben):
    intakes.draft(ben)
    late(browser, **{FIELD: STORY})
    browser.get(reverse("account_login"))
    sign_in(browser, ben)

    pages = [browser.get(page).content.decode() for page in (PAGE, "/care/", "/care/details/about-you/")]

    for page in pages:
        assert "planted-word" not in page
        assert "not saved yet" not in page
        assert "kept what you typed" not in page
    assert KeptTyping.objects.get().user == amina.user


def test_a_form_that_stood_open_while_somebody_else_signed_in_is_kept_for_its_owner(browser, amina, ben):
    intakes.draft(ben, **{FIELD: "Ben's own"})
    hidden = open_page(browser, PAGE)
    session_ends()
    sign_in(browser, ben)

    answer = browser.post(PAGE, hidden | {FIELD: STORY})

    assert answer.status_code == 403
    assert "kept" not in answer.content.decode()
    assert ben.intakes.get().answers[FIELD] == "Ben's own"
    assert KeptTyping.objects.get().user == amina.user


def test_nor_is_it_saved_as_somebody_elses_with_a_token_of_theirs(as_user, amina, ben):
    intakes.draft(ben, **{FIELD: "Ben's own"})

    answer = as_user(ben.user).post(
        PAGE, {"kept_for": marks.mark(amina.user.pk, PAGE), FIELD: STORY}
    )  # no check for CSRF

    assert answer.status_code == 403
    assert ben.intakes.get().answers[FIELD] == "Ben's own"


def test_a_form_that_stood_open_while_she_signed_in_again_is_not_lost(browser, amina):
    """Signing in gives a new CSRF token, and with the old one a form is refused."""
    hidden = open_page(browser, PAGE)
    session_ends()
    sign_in(browser, amina)

    answer = browser.post(PAGE, hidden | {FIELD: STORY})

    assert answer["Location"] == PAGE
    assert STORY in browser.get(PAGE).content.decode()
    assert not amina.intakes.exists()


def test_without_its_token_a_form_is_never_saved(browser, amina):
    hidden = open_page(browser, PAGE)

    answer = browser.post(PAGE, {"kept_for": hidden["kept_for"], FIELD: STORY})

    assert answer["Location"] == PAGE
    assert not amina.intakes.exists()


@pytest.mark.parametrize("mark", ["", "x", "\0", "another page's", "another site's"])
def test_without_a_mark_of_ours_nothing_is_kept(browser, amina, mark):
    texts = {"another page's": marks.mark(amina.user.pk, "/intake/health/"), "another site's": f"{amina.user.pk}:1:x"}

    answer = late(browser, **{FIELD: STORY, "kept_for": texts.get(mark, mark)})

    assert answer["Location"].startswith(reverse("account_login"))
    assert not KeptTyping.objects.exists()
    assert "kept" not in browser.get(answer["Location"]).content.decode()


def test_a_mark_of_a_page_that_does_not_keep_anything_is_worth_nothing(browser, amina):
    page = reverse("care_close")
    hidden = {"kept_for": marks.mark(amina.user.pk, page)}
    session_ends()

    browser.post(page, hidden | {"supporter_name": STORY})

    assert not KeptTyping.objects.exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "reception"}])
def test_nothing_is_kept_for_who_may_not_come_back(browser, amina, change):
    hidden = open_page(browser, PAGE)
    session_ends()
    User.objects.filter(pk=amina.user.pk).update(**change)

    answer = browser.post(PAGE, hidden | {FIELD: STORY})

    assert not KeptTyping.objects.exists()
    assert "could not keep what you typed" in browser.get(answer["Location"]).content.decode()


def test_too_much_is_not_kept_and_said_so(browser):
    answer = late(browser, **{FIELD: "x" * (policy.MOST_LETTERS + 1)})

    assert not KeptTyping.objects.exists()
    assert "could not keep what you typed" in browser.get(answer["Location"]).content.decode()


def test_the_newest_of_a_page_wins(browser):
    hidden = open_page(browser, PAGE)
    session_ends()

    for words in ("first", "second"):
        browser.post(PAGE, hidden | {FIELD: words})

    assert KeptTyping.objects.get().fields[FIELD] == ["second"]


def test_a_flood_is_bounded(browser, amina):
    hidden = open_page(browser, PAGE)
    session_ends()
    most = int(settings.ACCOUNT_RATE_LIMITS["keep_typing"].split("/")[0])

    for number in range(most + 2):
        browser.post(PAGE, hidden | {FIELD: str(number)})

    assert KeptTyping.objects.get().fields[FIELD] == [str(most - 1)]
    for number in range(policy.MOST_PAGES + 3):
        actions.keep(amina.user.pk, f"/{number}/", {"a": ["b"]}, at=NOW + timedelta(seconds=number))
    assert KeptTyping.objects.filter(user=amina.user).count() == policy.MOST_PAGES
    assert not KeptTyping.objects.filter(page__in=["/0/", "/1/", "/2/", "/3/"]).exists()


@pytest.mark.parametrize(
    ("after", "is_there"), [(timedelta(hours=24) - timedelta(seconds=1), True), (timedelta(hours=24), False)]
)
def test_it_is_kept_for_24_hours(as_user, amina, time_machine, after, is_there):
    time_machine.move_to(NOW, tick=False)
    actions.keep(amina.user.pk, PAGE, {FIELD: [STORY]}, at=NOW)

    time_machine.shift(after)

    assert (STORY in as_user(amina.user).get(PAGE).content.decode()) is is_there
    tasks.forget_old()
    assert KeptTyping.objects.exists() is is_there


def test_it_is_sealed(browser):
    late(browser, **{FIELD: STORY})

    with connection.cursor() as cursor:
        cursor.execute("select row(kept.*)::text from clinic_kepttyping as kept")
        [(row,)] = cursor.fetchall()
        cursor.execute("select session_data from django_session")
        sessions = str([Session(session_data=data).get_decoded() for (data,) in cursor.fetchall()])
    assert PAGE in row
    assert "planted-word" not in row + sessions


def test_nothing_of_it_is_logged(browser, caplog):
    with caplog.at_level("DEBUG"):
        answer = late(browser, **{FIELD: STORY})

    assert "planted-word" not in caplog.text + str(answer.headers)


class TestThrowAway:
    @pytest.fixture
    def kept(self, amina):
        intakes.draft(amina, **{FIELD: "What was saved before"})
        actions.keep(amina.user.pk, PAGE, {FIELD: [STORY]}, at=timezone.now())

    def test_shows_what_was_saved(self, as_user, amina, kept):
        client = as_user(amina.user)
        assert reverse("throw_away_typing") in client.get(PAGE).content.decode()

        answer = client.post(reverse("throw_away_typing"), {"page": PAGE}, follow=True)

        assert answer.redirect_chain == [(PAGE, 302)]
        assert "What was saved before" in answer.content.decode()
        assert not KeptTyping.objects.exists()

    @pytest.mark.parametrize(
        "page", ["", "//evil.example/", "https://evil.example/", "/intake/health/", "\0", "a" * 999]
    )
    def test_leads_nowhere_else(self, as_user, amina, kept, page):
        answer = as_user(amina.user).post(reverse("throw_away_typing"), {"page": page})

        assert answer["Location"] == reverse("care")
        assert KeptTyping.objects.exists()

    def test_is_for_ones_own_only(self, as_user, ben, kept):
        answer = as_user(ben.user).post(reverse("throw_away_typing"), {"page": PAGE})

        assert answer["Location"] == reverse("care")
        assert KeptTyping.objects.exists()


def test_without_scripts_a_page_says_how_long_there_is(browser):
    html = browser.get(PAGE).content.decode()

    said = re.search(r"<noscript>(.*?)</noscript>", html, re.DOTALL)[1]
    assert "20 minutes" in said
    assert "24 hours" in said
