"""A patient's own scores through time, the totals a clinician shows them, and the clinician's table of the same."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.audit.models import AccessLog
from clinic.charts.drawing import BOTTOM, NARROW, TOP
from patients.access.actions import open_care
from patients.outcomes import actions
from patients.outcomes.models import Response, ScoreRelease
from patients.outcomes.policy import Measured
from tests.factories import intakes, outcomes
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db

URL = "/care/scores/"
LOW_MOOD = {f"phq9_{item}": "2" for item in range(1, 9)} | {"phq9_9": "0"}  # 16 of 27
MONTH = timedelta(days=30)
TODAY = NOW + 4 * MONTH
VERDICTS = re.compile(
    r"\b(mild|moderate|severe|minimal|normal|abnormal|depress\w*|anxi\w*|better|worse\w*|improv\w*|respon\w*|work(s|ing|ed)"
    r"|success\w*|good|bad|effective|treatment)\b",
    re.IGNORECASE,
)


@pytest.fixture(autouse=True)
def later():
    with time_machine.travel(TODAY, tick=False):
        yield


def questions_url(patient):
    return f"/review/people/{patient.pk}/questions/"


def text_of(html):
    main = html[html.index("<main") : html.index("</main>")]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)))


def sections(html):
    """By heading: the numbers in the table, oldest first, and the heights of the points in the chart as numbers."""
    found = {}
    for part in re.findall(r"<section aria-labelledby.*?</section>", html, re.DOTALL):
        title = re.search(r"<h2[^>]*>(.*?)</h2>", part)[1]
        cells = re.findall(r'<td class="table-number">(.*?)</td>', part)[::-1]
        heights = re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', part)
        floor = NARROW.height - BOTTOM
        found[title] = (cells, [(floor - float(height)) / (floor - TOP) * 10 for height in heights])
    return found


def totals(client):
    return {each.title: [row["value"] for row in each.rows] for each in client.get(URL).context["totals"]}


def show(client, patient, is_shown="yes", seen=None):
    page = client.get(questions_url(patient))
    sent = {"is_shown": is_shown, "seen": page.context["totals"].mark if seen is None else seen}
    return client.post(f"{questions_url(patient)}scores/", sent, follow=True)


@pytest.fixture
def clients(amina, ben, okafor, lind):
    """Each with a browser of their own."""

    def of(user):
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return {
        name: of(person.user) for name, person in (("amina", amina), ("okafor", okafor), ("lind", lind), ("ben", ben))
    }


class TestThePatientsOwnPage:
    def test_the_chart_has_the_numbers_of_the_table(self, as_user, amina, okafor):
        intakes.sent(amina, pain_average="7", pain_worst="10", sleep="0", stiffness="3")
        outcomes.answered(amina, okafor, at=NOW + MONTH, pain_average="5", pain_worst="none", stiffness="4", sleep="2")
        outcomes.answered(amina, okafor, at=NOW + 3 * MONTH, pain_average="6", pain_worst="8", stiffness="0", sleep="9")

        found = sections(as_user(amina.user).get(URL).content.decode())

        assert {title: cells for title, (cells, _) in found.items()} == {
            "Pain on average": ["7", "5", "6"],
            "Pain at its worst": ["10", "Not answered", "8"],
            "Muscle stiffness or spasm": ["3", "4", "0"],
            "Sleep": ["0", "2", "9"],
        }
        for title, (cells, points) in found.items():
            assert points == pytest.approx([float(each) for each in cells if each.isdigit()], abs=0.05), title

    def test_a_gap_stays_a_gap(self, as_user, amina, okafor):
        for month, value in enumerate(("6", "none", "8"), 1):
            outcomes.answered(amina, okafor, at=NOW + month * MONTH, pain_worst=value)

        html = as_user(amina.user).get(URL).content.decode()
        [worst] = re.findall(r'<section aria-labelledby="pain-worst".*?</section>', html, re.DOTALL)

        assert (worst.count("<circle"), worst.count("<polyline")) == (2, 0)

    def test_each_row_has_its_day_and_who_answered(self, as_user, amina, okafor):
        intakes.sent(amina)
        asked = outcomes.answer(outcomes.asked(amina, okafor, at=NOW + MONTH), at=NOW + MONTH)
        actions.send(asked, "helped", by=amina.user, at=NOW + MONTH)

        page = as_user(amina.user).get(URL)

        assert page.context["charts"][0].rows == [
            {"when": "23 Dec 2026", "value": "6", "by": "You, with help"},
            {"when": "23 Nov 2026", "value": "6", "by": "You, on your own"},
        ]

    def test_a_chart_says_itself_in_words(self, as_user, amina, okafor):
        intakes.sent(amina, pain_average="7")
        outcomes.answered(amina, okafor, at=NOW + MONTH, pain_average="5")

        html = as_user(amina.user).get(URL).content.decode()

        assert "Pain on average: from 5 to 7; last, 23 Dec 2026, 5." in html
        assert 'role="img" aria-labelledby="pain-average-title pain-average-text"' in html

    def test_without_any_answer_the_page_says_so(self, as_user, amina):
        intakes.draft(amina)

        page = as_user(amina.user).get(URL)

        assert (page.status_code, page.context["charts"]) == (200, [])
        assert "No scores yet" in page.content.decode()

    def test_where_nothing_was_answered_there_is_a_table_and_no_chart(self, as_user, amina, okafor):
        outcomes.answered(amina, okafor, at=NOW, sleep="none")

        assert sections(as_user(amina.user).get(URL).content.decode())["Sleep"] == (["Not answered"], [])

    def test_of_a_form_that_was_sent_again_the_last_counts(self, as_user, amina):
        intake = intakes.sent(amina, pain_average="7")
        again = {"form": intake.pk, "done_by": "self", "at": NOW + MONTH}
        actions.keep_baseline(amina, Measured("baseline", {"pain_nrs": {"average": 4, "worst": 4}}), **again)

        assert sections(as_user(amina.user).get(URL).content.decode())["Pain on average"][0] == ["4"]

    def test_nobody_sees_anybody_elses(self, clients, amina, ben, okafor):
        outcomes.answered(amina, okafor, at=NOW, pain_average="9")

        assert clients["ben"].get(URL).context["charts"] == []
        assert [clients[name].get(URL).status_code for name in ("okafor", "lind")] == [403, 403]

    def test_no_verdict_stands_on_it(self, clients, amina, okafor):
        intakes.sent(amina, **LOW_MOOD)
        outcomes.answered(amina, okafor, at=NOW + MONTH)
        show(clients["okafor"], amina)

        text = text_of(clients["amina"].get(URL).content.decode())

        assert "16 of 27" in text
        assert VERDICTS.findall(text) == []

    def test_own_page_has_the_link(self, as_user, amina):
        assert f'href="{URL}"' in as_user(amina.user).get("/care/").content.decode()


class TestTheTotals:
    @pytest.fixture(autouse=True)
    def form(self, amina, okafor):
        open_care(amina, okafor, "booked", at=NOW)
        return intakes.sent(amina, **LOW_MOOD)

    def test_are_hidden_until_shown_and_again_after(self, clients, amina):
        before = totals(clients["amina"])
        show(clients["okafor"], amina)
        shown = totals(clients["amina"])
        show(clients["okafor"], amina, is_shown="no")

        assert before == {}
        assert shown == {"GAD-7 (worry)": ["7 of 21"], "PHQ-9 (mood)": ["16 of 27"]}
        assert totals(clients["amina"]) == {}
        assert "16" not in text_of(clients["amina"].get(URL).content.decode())

    def test_that_came_later_wait_for_the_clinician(self, clients, amina, form):
        show(clients["okafor"], amina)
        again = {"form": form.pk, "done_by": "self", "at": TODAY + timedelta(minutes=1)}
        with time_machine.travel(TODAY + timedelta(minutes=2), tick=False):
            newer = Measured("review_form", {"phq9": {str(item): 3 for item in range(1, 10)}})
            actions.keep_baseline(amina, newer, **again | {"form": amina.pk})
            before = totals(clients["amina"])
            words = text_of(clients["okafor"].get(questions_url(amina)).content.decode())
            show(clients["okafor"], amina)

            assert before["PHQ-9 (mood)"] == ["16 of 27"]
            assert "There are newer totals, which they do not see." in words
            assert totals(clients["amina"])["PHQ-9 (mood)"] == ["27 of 27", "16 of 27"]

    def test_the_clinician_has_not_read_are_not_shown(self, clients, amina):
        """The page was opened before the answers came."""
        answer = show(clients["okafor"], amina, seen="of an earlier page")

        assert "There are newer answers. Read them first." in answer.content.decode()
        assert ScoreRelease.objects.count() == 0

    def test_can_be_hidden_whatever_came_since(self, clients, amina):
        show(clients["okafor"], amina)

        show(clients["okafor"], amina, is_shown="no", seen="of an earlier page")

        assert totals(clients["amina"]) == {}

    @pytest.mark.parametrize("said", ["", "x", "YES"])
    def test_nothing_that_was_not_offered_is_done(self, clients, amina, said):
        assert show(clients["okafor"], amina, is_shown=said).status_code == 200
        assert ScoreRelease.objects.count() == 0

    def test_are_shown_by_a_clinician_in_whose_care_they_are(self, clients, amina):
        url = f"{questions_url(amina)}scores/"

        assert [clients[name].post(url, {"is_shown": "yes"}).status_code for name in ("lind", "ben", "amina")] == [
            403,
            404,
            404,
        ]
        assert clients["okafor"].get(url).status_code == 405
        assert ScoreRelease.objects.count() == 0
        assert AccessLog.objects.filter(about=amina.pk, what="refused").count() == 3

    def test_who_showed_them_is_kept_for_good(self, clients, amina, okafor):
        show(clients["okafor"], amina)

        row = ScoreRelease.objects.get()
        assert (row.patient, row.clinician, row.is_shown, row.at) == (amina, okafor, True, TODAY)
        assert "Shown by Dr Ada Okafor on 23 March 2027" in text_of(
            clients["okafor"].get(questions_url(amina)).content.decode()
        )
        for change in (lambda: ScoreRelease.objects.update(is_shown=False), ScoreRelease.objects.all().delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()

    def test_of_a_mood_that_was_not_asked_whole_there_is_none(self, clients, amina, form):
        short = Measured("baseline", {"phq9": {"1": 1, "2": 0}})
        actions.keep_baseline(amina, short, form=form.pk, done_by="self", at=NOW + MONTH)
        show(clients["okafor"], amina)

        assert totals(clients["amina"]) == {"PHQ-9 (mood)": ["Not complete"]}
        assert "Not complete (PHQ-2: 1 of 6)" in clients["okafor"].get(questions_url(amina)).content.decode()


class TestTheCliniciansTable:
    @pytest.fixture
    def results(self, amina, okafor, clients):
        """The table's rows by what they are about."""

        def rows():
            found = clients["okafor"].get(questions_url(amina)).context["results"]
            return {row.about: row for row in found.rows}

        open_care(amina, okafor, "booked", at=NOW)
        return rows

    def test_the_baseline_stands_beside_the_answers_since(self, amina, okafor, results):
        intakes.sent(amina, pain_average="8", stiffness="5", **LOW_MOOD)
        outcomes.answered(amina, okafor, at=NOW + MONTH, pain_average="4", stiffness="5")
        outcomes.answered(amina, okafor, at=NOW + 3 * MONTH, pain_average="6", stiffness="4")

        pain, stiffness = results()["pain on average"], results()["muscle stiffness or spasm"]

        assert [(cell.value, cell.when, cell.by) for cell in (pain.baseline, pain.before, pain.now)] == [
            ("8", "23 Nov 2026", "by the patient alone"),
            ("4", "23 Dec 2026", "by the patient alone"),
            ("6", "21 Feb 2027", "by the patient alone"),
        ]
        assert (pain.since_baseline, pain.since_before) == ("Down 2 points (25.0%)", "Up 2 points (50.0%)")
        assert (stiffness.since_baseline, stiffness.since_before) == ("Down 1 point (20.0%)", "Down 1 point (20.0%)")

    def test_at_the_first_review_the_time_before_is_the_baseline(self, amina, okafor, results, clients):
        intakes.sent(amina, pain_average="8")
        outcomes.answered(amina, okafor, at=NOW + MONTH, pain_average="4")

        found = clients["okafor"].get(questions_url(amina)).context["results"]

        assert (found.has_baseline, found.has_before, found.has_now) == (True, False, True)
        assert results()["pain on average"].since_baseline == "Down 4 points (50.0%)"

    def test_totals_have_their_range_and_their_items(self, amina, results, clients):
        intakes.sent(amina, **LOW_MOOD)

        page = clients["okafor"].get(questions_url(amina))

        assert [results()[name].baseline.value for name in ("GAD-7 (worry)", "PHQ-9 (mood)")] == ["7 of 21", "16 of 27"]
        items = page.context["results"].items[-1]
        assert (items.about, items.days, len(items.rows)) == ("PHQ-9 (mood)", ["23 Nov 2026"], 9)
        assert items.rows[8][1] == ["0: Not at all"]
        assert "<details>" in page.content.decode()

    def test_how_they_are_overall_is_never_compared(self, amina, okafor, results):
        outcomes.answered(amina, okafor, at=NOW + MONTH, overall="6")
        outcomes.answered(amina, okafor, at=NOW + 3 * MONTH, overall="2")

        overall = results()["change overall"]

        assert (overall.before.value, overall.now.value) == ("6: Much worse", "2: Much better")
        assert (overall.since_baseline, overall.since_before) == ("", "")

    def test_it_says_change_and_never_what_that_means(self, amina, okafor, clients):
        intakes.sent(amina, **LOW_MOOD)
        outcomes.answered(amina, okafor, at=NOW + MONTH)

        html = clients["okafor"].get(questions_url(amina)).content.decode()
        table = html[html.index('id="results"') :]

        assert "Change on this questionnaire since the baseline" in table
        assert re.findall(r"treatment is working|treatment works|responder|severe|moderate", table) == []

    def test_on_the_record_it_is_the_same(self, amina, okafor, clients):
        record = intakes.in_review(amina, okafor)

        page = clients["okafor"].get(f"/review/{record.pk}/")

        assert "pain on average" in {row.about for row in page.context["results"].rows}


def test_as_many_queries_with_thirty_answers_as_with_one(amina, okafor, clients):
    open_care(amina, okafor, "booked", at=NOW)
    outcomes.answered(amina, okafor, at=NOW)

    def queries(who, url):
        with CaptureQueriesContext(connection) as seen:
            assert clients[who].get(url).status_code == 200
        return len(seen)

    pages = (("amina", URL), ("okafor", questions_url(amina)))
    for page in pages:
        queries(*page)  # what is asked once only
    few = [queries(*page) for page in pages]
    for number in range(1, 31):
        at = NOW + timedelta(days=number)
        measured = Measured("review_form", {"pain_nrs": {"average": number % 11, "worst": 3}})
        actions.keep_baseline(amina, measured, form=uuid4(), done_by="self", at=at)

    assert Response.objects.count() == 34
    assert [queries(*page) for page in pages] == few
