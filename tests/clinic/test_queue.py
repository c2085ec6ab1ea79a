"""The clinicians' queue: what it lists, in which order, and what can be asked of it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.workspace.queue import Asked, Order, What, Who, age_text
from patients.suitability.enums import Outcome
from tests.factories import diary, intakes, people
from tests.factories.people import NOW

NOON = NOW + timedelta(hours=3)


@pytest.fixture(autouse=True)
def monday_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ({}, Asked()),
        ({"what": "records", "who": "mine", "order": "visit"}, Asked(What.RECORDS, Who.MINE, Order.VISIT)),
        ({"what": "records ", "who": "", "order": "\0", "page": "2"}, Asked()),
    ],
)
def test_what_an_address_asks(sent, asked):
    assert Asked.of(sent) == asked


def test_the_filters_keep_each_other():
    counts = {**dict.fromkeys(What, 3), Who.MINE: 1, Who.ALL: 3}

    groups = Asked(What.RECORDS, Who.MINE, Order.URGENT).choices(counts)

    assert [
        (group["label"], [(link["text"], link["query"], link["is_on"]) for link in group["links"]]) for group in groups
    ] == [
        (
            "Which forms",
            [
                ("Everything open (3)", "who=mine", False),
                ("Waiting for a specialist (3)", "what=waiting&who=mine", False),
                ("Being read (3)", "what=review&who=mine", False),
                ("Waiting for records (3)", "what=records&who=mine", True),
                ("More information asked (3)", "what=asked&who=mine", False),
            ],
        ),
        ("Whose", [("Everybody’s (3)", "what=records", False), ("Yours (1)", "what=records&who=mine", True)]),
        (
            "Order",
            [
                ("Urgent first", "what=records&who=mine", True),
                ("Longest waiting first", "what=records&who=mine&order=age", False),
                ("Next visit first", "what=records&who=mine&order=visit", False),
            ],
        ),
    ]


@pytest.mark.parametrize(
    ("hours", "text"),
    [(0, "0 hours"), (1, "1 hour"), (23.9, "23 hours"), (24, "1 day"), (71, "2 days"), (-1, "0 hours")],
)
def test_for_how_long_something_waits(hours, text):
    assert age_text(NOW, NOW + timedelta(hours=hours)) == text


@pytest.fixture
def five(db, okafor, lind):
    """A form in each place: their people's family names say which."""
    names = ["Old", "Urgent", "Mine", "Theirs", "Asked"]
    who = {name: people.patient(f"{name.lower()}@example.com", family_name=name, first_names="") for name in names}
    intakes.sent(who["Old"], at=NOW - timedelta(days=2))
    intakes.sent(who["Urgent"], at=NOW - timedelta(hours=1), stroke_signs="yes")
    for minutes, (name, clinician) in enumerate([("Asked", okafor), ("Mine", okafor), ("Theirs", lind)]):
        intakes.taken(intakes.sent(who[name], at=NOW + timedelta(minutes=minutes)), clinician)
    intakes.decide(who["Asked"].intakes.get(), okafor, Outcome.MORE_INFORMATION)
    decided = people.patient("decided@example.com", family_name="Decided")
    intakes.decide(intakes.in_review(decided, okafor), okafor)
    kind = diary.kind(okafor, lind)
    diary.appointment(who["Old"], okafor, kind, NOW + timedelta(days=9))
    diary.appointment(who["Asked"], okafor, kind, NOW + timedelta(days=2))
    diary.appointment(who["Urgent"], lind, kind, NOW + timedelta(days=1))
    intakes.save_details(who["Theirs"], {"records_received_on": NOW.date()}, by=lind.user, at=NOW)
    return who


class TestLists:
    @pytest.fixture
    def names(self, five, okafor, as_user):
        def ask(**query):
            page = as_user(okafor.user).get(reverse("review"), query)
            return [row.name for row in page.context["rows"]]

        return ask

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({}, ["Urgent", "Old", "Asked", "Mine", "Theirs"]),
            ({"order": "age"}, ["Old", "Urgent", "Asked", "Mine", "Theirs"]),
            ({"order": "visit"}, ["Asked", "Old", "Urgent", "Mine", "Theirs"]),
            ({"what": "waiting"}, ["Urgent", "Old"]),
            ({"what": "review"}, ["Mine", "Theirs"]),
            ({"what": "asked"}, ["Asked"]),
            ({"what": "records"}, ["Urgent", "Old", "Asked", "Mine"]),
            ({"who": "mine"}, ["Old", "Asked", "Mine"]),
            ({"who": "mine", "what": "review"}, ["Mine"]),
        ],
    )
    def test_as_asked(self, names, query, found):
        assert names(**query) == found

    def test_counts_are_of_what_each_link_shows(self, five, okafor, as_user):
        client = as_user(okafor.user)
        groups = client.get(reverse("review"), {"who": "mine"}).context["filters"]

        for link in [*groups[0]["links"], *groups[1]["links"]]:
            page = client.get(f"{reverse('review')}?{link['query']}")
            assert link["text"].endswith(f"({len(page.context['rows'])})"), link

    def test_a_row_says_where_it_is_and_what_can_be_done(self, five, okafor, as_user):
        rows = {row.name: row for row in as_user(okafor.user).get(reverse("review")).context["rows"]}

        facts = {
            name: (row.state, row.reviewer, row.is_mine, row.may_open, row.may_claim, row.is_urgent, row.has_records)
            for name, row in rows.items()
        }
        assert facts == {
            "Old": ("Waiting for a specialist", "", False, False, True, False, False),
            "Urgent": ("Waiting for a specialist", "", False, False, True, True, False),
            "Mine": ("A specialist is reading it", "Dr Ada Okafor", True, True, False, False, False),
            "Theirs": ("A specialist is reading it", "Dr Erik Lind", False, False, False, False, True),
            "Asked": ("Waiting for the patient’s answer", "Dr Ada Okafor", True, True, True, False, False),
        }
        assert (rows["Old"].since, rows["Old"].age, rows["Old"].visit) == (
            "Sat 21 Nov 2026, 9am",
            "2 days",
            "Wed 2 Dec 2026, 9am",
        )

    def test_pages_keep_the_filter(self, okafor, as_user, monkeypatch):
        monkeypatch.setattr("clinic.workspace.views.A_PAGE", 2)
        for number in range(3):
            intakes.sent(people.patient(), at=NOW + timedelta(minutes=number))
        client = as_user(okafor.user)

        first = client.get(reverse("review"), {"what": "waiting"})
        second = client.get(reverse("review"), {"what": "waiting", "page": "2"})
        beyond = client.get(reverse("review"), {"what": "waiting", "page": "99"})

        assert (len(first.context["rows"]), len(second.context["rows"]), len(beyond.context["rows"])) == (2, 1, 1)
        assert 'href="?what=waiting&amp;page=2"' in first.content.decode()


def test_the_worklist_stands_beside_it(amina, okafor, lind, as_user):
    intakes.in_review(amina, lind)
    mine = intakes.sent(people.patient("other@example.com"), chest_signs="yes")

    page = as_user(okafor.user).get(reverse("review"))

    assert [(each["task"].kind, each["task"].about) for each in page.context["tasks"]] == [
        ("urgent_answers", mine.pk),
        ("decision_due", mine.pk),
    ]
    assert page.context["more_tasks"] is False


def test_it_shows_no_answer(amina, okafor, as_user):
    intakes.sent(amina, medicines=[intakes.entry("Zebra tablets")], psychosis_self="yes")

    text = as_user(okafor.user).get(reverse("review")).content.decode()

    assert [word for word in ("Zebra", "sychosis", "RF01", "Baclofen") if word in text] == []


def test_people_to_call_are_listed_without_their_answers(amina, okafor, as_user):
    intakes.draft(amina, chest_signs="yes", medicines=[intakes.entry("Zebra tablets")])

    page = as_user(okafor.user).get(reverse("review"))

    assert [(one["name"], one["phone"]) for one in page.context["to_call"]] == [("Amina Example", "07700 900123")]
    assert "Zebra" not in page.content.decode()


def test_it_asks_as_many_questions_of_the_database_for_3_as_for_1(okafor, as_user):
    client = as_user(okafor.user)
    kind = diary.kind(okafor)

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("review"))
        return len(queries)

    def fill(days):
        intakes.sent(people.patient(), chest_signs="yes")
        intakes.draft(people.patient(), chest_signs="yes")
        patient = people.patient()
        intakes.in_review(patient, okafor)
        diary.appointment(patient, okafor, kind, NOW + timedelta(days=days))

    fill(1)
    count()  # warm: session, content types
    one = count()
    fill(2)
    fill(3)

    assert count() == one
