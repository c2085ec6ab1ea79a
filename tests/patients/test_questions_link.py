"""Answering the questions before a review: by the link of a message, and signed in."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from clinic.logs import PlainFormatter
from patients.links import tokens
from patients.links.models import TriedLink
from patients.outcomes import links
from patients.outcomes.models import Questionnaire, Response
from tests.factories import outcomes
from tests.race import race

pytestmark = pytest.mark.django_db
BORN = {"date_of_birth_day": "27", "date_of_birth_month": "3", "date_of_birth_year": "1980"}
WRONG = BORN | {"date_of_birth_year": "1981"}
SLUGS = ["pain-average", "pain-worst", "stiffness", "sleep", "overall"]


@pytest.fixture
def asked(amina, okafor):
    return outcomes.asked(amina, okafor)


def path(asked, slug=""):
    start = links.address(asked).removeprefix(settings.SITE_ORIGIN)
    return f"{start}{slug}/" if slug else start


def opened(client, asked):
    """This browser has said the date of birth."""
    assert client.post(path(asked), BORN)["Location"] == path(asked)
    return client


def give(client, asked, slug, value):
    return client.post(path(asked, slug), {"answer": value} if value is not None else {})


def main(answer):
    return answer.content.decode().split("<main")[1].split("</main>")[0]


def checked(answer):
    """The answer a page shows as chosen."""
    return re.findall(r'value="(\w+)"[^>]*checked', main(answer))


def kept(asked):
    """What the draft holds, by slug."""
    draft = outcomes.now(asked).so_far
    return {page.slug: draft[page.key]["value"] for page in asked.pages if page.key in draft}


class TestTheDoor:
    def test_the_link_is_short_and_holds_no_name(self, asked):
        assert path(asked) == f"/q/{tokens.token('questions', asked.pk)}/"
        assert str(asked.pk) not in path(asked)

    def test_before_the_date_of_birth_nothing_is_shown(self, client, asked):
        page = client.get(path(asked))

        assert "Your date of birth" in main(page)
        for secret in ("Okafor", "Amina", "pain", str(asked.due_on.year), "Start the questions"):
            assert secret not in main(page), secret
        assert "no-store" in page["Cache-Control"]

    @pytest.mark.parametrize("slug", [*SLUGS, "send"])
    def test_no_page_opens_before_it(self, client, asked, slug):
        assert client.get(path(asked, slug))["Location"] == path(asked)
        assert give(client, asked, slug, "1")["Location"] == path(asked)
        assert kept(asked) == {}

    def test_five_wrong_dates_and_the_link_is_dead(self, client, asked):
        answers = [client.post(path(asked), WRONG) for _ in range(5)]
        right = client.post(path(asked), BORN)

        assert [answer.status_code for answer in answers] == [422] * 4 + [410]
        assert "This is not the date of birth we have." in main(answers[0])
        assert 'value="1981"' in main(answers[0])  # what was typed stays
        assert right.status_code == 410
        assert client.get(path(asked, "sleep"))["Location"] == path(asked)
        assert TriedLink.objects.get().wrong == 5

    def test_a_dead_link_kills_no_other(self, client, asked, ben, okafor):
        other = outcomes.asked(ben, okafor)
        for _ in range(5):
            client.post(path(asked), WRONG)

        assert opened(client, other)

    def test_guesses_at_once_are_counted_one_by_one(self, transactional_db, asked):
        statuses = [answer.status_code for answer in race(8, lambda _: Client().post(path(asked), WRONG))]

        assert sorted(statuses) == [410] * 4 + [422] * 4

    @pytest.mark.parametrize("where", [0, 5, 21, 22, 33])
    def test_an_altered_link_is_not_there(self, client, asked, where):
        token = tokens.token("questions", asked.pk)
        altered = token[:where] + ("A" if token[where] != "A" else "B") + token[where + 1 :]

        assert client.get(f"/q/{altered}/").status_code == 404
        assert client.get(f"/q/{altered}/sleep/").status_code == 404

    @pytest.mark.parametrize("text", ["x", "é" * 34, "%00" * 34, "=" * 34, "A" * 34, "A" * 5000])
    def test_no_end_of_an_address_gives_a_500(self, client, text):
        assert client.get(f"/q/{text}/").status_code in {400, 404}
        assert client.get(f"/q/{text}/sleep/").status_code in {400, 404}

    def test_a_token_of_one_purpose_opens_no_other(self, client, asked):
        assert client.get(f"/q/{tokens.token('visit', asked.pk)}/").status_code == 404
        assert client.get(f"/v/{tokens.token('questions', asked.pk)}/").status_code == 404

    def test_a_link_of_questions_that_are_not_there(self, client):
        assert client.get(f"/q/{tokens.token('questions', uuid4())}/").status_code == 404

    @pytest.mark.parametrize("slug", ["", "sleep"])
    def test_no_log_holds_the_link(self, client, asked, caplog, slug):
        if slug:
            opened(client, asked)
        client.post(path(asked, slug), {"answer": "99"} if slug else WRONG)

        [record] = caplog.records
        end = f"{slug}/" if slug else ""
        assert PlainFormatter("%(message)s").format(record) == f"Unprocessable Entity: /q/.../{end}"

    def test_who_is_signed_in_goes_to_their_own_pages(self, as_user, amina, ben, asked):
        assert as_user(amina.user).get(path(asked))["Location"] == "/care/questions/"
        assert as_user(amina.user).get(path(asked, "sleep"))["Location"] == "/care/questions/"
        assert "Your date of birth" in main(as_user(ben.user).get(path(asked)))

    def test_an_open_link_opens_no_other(self, client, asked, ben, okafor):
        other = outcomes.asked(ben, okafor)
        opened(client, asked)

        assert "Your date of birth" in main(client.get(path(other)))
        assert give(client, other, "sleep", "1")["Location"] == path(other)
        assert kept(other) == {}


class TestAnswering:
    def test_one_after_the_other_to_the_end(self, client, asked):
        opened(client, asked)
        places = [give(client, asked, slug, "2")["Location"] for slug in SLUGS]
        last = client.get(path(asked, "send"))
        sent = client.post(path(asked, "send"), {"done_by": "helped"})

        assert places == [path(asked, slug) for slug in [*SLUGS[1:], "send"]]
        assert "2 out of 10" in main(last)
        assert "Much better" in main(last)
        assert sent["Location"] == path(asked)
        assert "We have your answers" in main(client.get(path(asked)))
        assert set(Response.objects.values_list("done_by", flat=True)) == {"helped"}
        assert list(outcomes.now(asked).state_changes.values_list("to_state", "by", "reason")) == [
            ("answered", None, "By the link in a message, with the date of birth")
        ]

    @pytest.mark.parametrize("slug", ["", "send"])
    def test_the_first_and_the_last_page_say_that_nobody_reads_it_now(self, client, asked, slug):
        opened(client, outcomes.answer(asked))

        html = main(client.get(path(asked, slug)))

        assert "Nobody reads this straight away" in html
        assert 'href="tel:999"' in html

    def test_no_answer_is_asked_for_again_beside_the_field(self, client, asked):
        opened(client, asked)

        for value in (None, "11", "x", "\0"):
            answer = give(client, asked, "sleep", value)
            assert answer.status_code == 422
            assert "Choose an answer about sleep" in main(answer)
        assert kept(asked) == {}

    def test_somebody_may_rather_not_answer(self, client, asked):
        opened(client, asked)
        for slug in SLUGS:
            give(client, asked, slug, "none")
        client.post(path(asked, "send"), {"done_by": "self"})

        assert Response.objects.get(instrument="pain_nrs").answers == {"average": None, "worst": None}

    def test_the_last_page_leads_back_to_what_is_left(self, client, asked):
        opened(client, asked)
        give(client, asked, "pain-average", "2")

        assert client.get(path(asked, "send"))["Location"] == path(asked, "pain-worst")
        assert client.post(path(asked, "send"), {"done_by": "self"})["Location"] == path(asked, "pain-worst")
        assert Response.objects.count() == 0

    @pytest.mark.parametrize("done_by", [None, "", "clinician", "\0"])
    def test_who_answered_has_to_be_said(self, client, asked, done_by):
        opened(client, outcomes.answer(asked))

        answer = client.post(path(asked, "send"), {} if done_by is None else {"done_by": done_by})

        assert answer.status_code == 422
        assert Response.objects.count() == 0

    def test_a_page_that_is_not_there(self, client, asked, ben, okafor):
        opened(client, asked)
        assert client.get(path(asked, "mood")).status_code == 404

        untreated = outcomes.asked(ben, okafor, after_treatment=False)
        opened(client, untreated)
        assert client.get(path(untreated, "overall")).status_code == 404

    def test_back_shows_what_was_given_here_and_takes_another(self, client, asked):
        opened(client, asked)
        give(client, asked, "pain-average", "2")

        back = client.get(path(asked, "pain-average"))
        give(client, asked, "pain-average", "4")

        assert checked(back) == ["2"]
        assert kept(asked) == {"pain-average": "4"}

    def test_the_same_again_does_no_harm(self, client, asked):
        opened(client, asked)

        for _ in range(3):
            assert give(client, asked, "sleep", "4").status_code == 302

        assert kept(asked) == {"sleep": "4"}

    def test_two_tabs_keep_each_others_answers(self, transactional_db, asked):
        client = opened(Client(), asked)

        def press(number):
            tab = Client()
            tab.cookies = client.cookies
            return give(tab, asked, SLUGS[number], "1").status_code

        assert race(5, press) == [302] * 5
        assert kept(asked) == dict.fromkeys(SLUGS, "1")

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_a_scanner_that_follows_every_link_changes_nothing(self, client, asked, method):
        before = list(Questionnaire.objects.values_list())
        for each in (Client(), opened(client, asked)):
            for slug in ("", *SLUGS, "send"):
                assert getattr(each, method)(path(asked, slug)).status_code in {200, 302}

        assert list(Questionnaire.objects.values_list()) == before
        assert Response.objects.count() == 0


class TestAnotherOpening:
    def test_another_device_goes_on_and_sees_no_answer(self, client, asked):
        opened(client, asked)
        for slug in SLUGS[:2]:
            give(client, asked, slug, "7")

        other = opened(Client(), asked)
        first, again = other.get(path(asked)), other.get(path(asked, "pain-average"))
        for slug in SLUGS[2:]:
            give(other, asked, slug, "1")
        last = other.get(path(asked, "send"))

        assert "Go on with the questions" in main(first)
        assert path(asked, "stiffness") in main(first)
        assert checked(again) == []
        assert "You answered this before." in main(again)
        assert main(last).count("You answered this before. We do not show it again.") == 2
        assert "7 out of 10" not in main(last)

    def test_an_answer_that_is_kept_may_be_left_or_changed(self, client, asked):
        outcomes.answer(asked)
        opened(client, asked)

        left = give(client, asked, "sleep", None)
        give(client, asked, "stiffness", "1")

        assert left["Location"] == path(asked, "overall")
        assert (kept(asked)["sleep"], kept(asked)["stiffness"]) == ("3", "1")

    def test_what_the_other_device_changed_is_not_shown_here(self, client, asked):
        opened(client, asked)
        give(client, asked, "sleep", "2")
        give(opened(Client(), asked), asked, "sleep", "9")

        assert checked(client.get(path(asked, "sleep"))) == []

    def test_the_same_browser_later_is_another_opening(self, client, asked):
        with time_machine.travel(timezone.now(), tick=False) as clock:
            opened(client, asked)
            give(client, asked, "sleep", "2")
            clock.shift(timedelta(minutes=31))
            shut = client.get(path(asked, "sleep"))
            opened(client, asked)
            later = client.get(path(asked, "sleep"))

        assert shut["Location"] == path(asked)
        assert checked(later) == []

    def test_each_answer_gives_another_half_hour(self, client, asked):
        with time_machine.travel(timezone.now(), tick=False) as clock:
            opened(client, asked)
            for slug in SLUGS:
                clock.shift(timedelta(minutes=29))
                assert give(client, asked, slug, "2")["Location"] != path(asked)
            clock.shift(timedelta(minutes=31))
            assert client.get(path(asked, "send"))["Location"] == path(asked)

        assert len(kept(asked)) == 5

    def test_signed_in_they_are_shown_in_one_session_only(self, as_user, amina, asked):
        client = as_user(amina.user)
        client.post("/care/questions/sleep/", {"answer": "2"})
        here = client.get("/care/questions/sleep/")
        client.logout()
        again = as_user(amina.user).get("/care/questions/sleep/")

        assert (checked(here), checked(again)) == (["2"], [])
        assert kept(asked) == {"sleep": "2"}


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("sent", "We have your answers"),
        ("withdrawn", "There is nothing to answer"),
        ("expired", "The time to answer is over"),
        ("early", "These questions are not open yet"),
        ("discharged", "There is nothing to answer"),
    ],
)
class TestWhatIsOver:
    def test_each_says_so_and_shows_nothing(self, client, asked, how, words):
        opened(client, asked)
        outcomes.over(asked, how)
        before = list(Response.objects.values_list("pk", "completed_at"))

        for slug in ("", *SLUGS, "send"):
            for answer in (
                client.get(path(asked, slug)),
                client.post(path(asked, slug), {"answer": "1", "done_by": "self"}),
            ):
                assert words in main(answer)
                for secret in ("Okafor", "Amina", "out of 10", "pain", "stiffness"):
                    assert secret not in main(answer), secret
        assert list(Response.objects.values_list("pk", "completed_at")) == before

    def test_signed_in_too(self, as_user, amina, asked, how, words):
        outcomes.over(asked, how)

        for slug in ("", "sleep/", "send/"):
            assert words in main(as_user(amina.user).get(f"/care/questions/{slug}"))


class TestSignedIn:
    def test_no_date_of_birth_and_the_name_of_who_sent_it(self, as_user, amina, asked):
        client = as_user(amina.user)
        first = client.get("/care/questions/")
        for slug in SLUGS:
            client.post(f"/care/questions/{slug}/", {"answer": "2"})
        client.post("/care/questions/send/", {"done_by": "self"})

        assert "Start the questions" in main(first)
        assert list(outcomes.now(asked).state_changes.values_list("to_state", "by", "reason")) == [
            ("answered", amina.user.pk, "")
        ]

    def test_another_patient_finds_nothing(self, as_user, ben, asked):
        for slug in ("", "sleep/", "send/"):
            assert as_user(ben.user).get(f"/care/questions/{slug}").status_code == 404
        assert as_user(ben.user).post("/care/questions/sleep/", {"answer": "1"}).status_code == 404
        assert kept(asked) == {}

    def test_presses_at_once_send_one_set(self, transactional_db, as_user, amina, asked):
        outcomes.answer(asked)
        client = as_user(amina.user)

        def press(_):
            tab = Client()
            tab.cookies = client.cookies
            return tab.post("/care/questions/send/", {"done_by": "self"}).status_code

        assert set(race(4, press)) <= {200, 302}
        assert Response.objects.count() == 4
