"""The page of free times: what it shows, and that its queries do not grow with the clinic."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings.appointments.models import Appointment
from tests.factories import diary, many, people
from tests.factories.people import NOW
from tests.web import main_of

pytestmark = pytest.mark.django_db
MOST_QUERIES = 6


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def kind(okafor, lind):
    diary.hours(okafor)
    diary.hours(lind, weekdays=[1], starts=17 * 60, ends=18 * 60)
    return diary.kind(okafor, lind)


def page(client, query=""):
    return client.get(reverse("book_kind", args=["first-assessment"]) + query)


def shown(answer):
    return answer.context["times"]


def test_without_a_query_it_shows_the_first_day_with_free_times(client, kind):
    answer = page(client)

    assert shown(answer).day == date(2026, 11, 24)
    assert answer.content.count(b'name="slot"') == 16 + 2
    assert [(part, len(found)) for part, found in shown(answer).groups] == [
        ("Morning", 6),
        ("Afternoon", 10),
        ("Evening", 2),
    ]


def test_days_carry_their_counts(client, kind):
    days = shown(page(client)).days

    assert [(day.day, day.count) for day in days[:3]] == [
        (date(2026, 11, 24), 18),
        (date(2026, 11, 25), 16),
        (date(2026, 11, 26), 16),
    ]
    assert "18 times" in page(client).content.decode()


@pytest.mark.parametrize("query", ["?day=2026-11-22", "?day=2026-11-28", "?day=1999-01-01", "?day=nonsense"])
def test_a_day_without_times_shows_the_next_best_not_nothing(client, kind, query):
    assert shown(page(client, query)).day is not None


def test_later_days_go_on_to_the_horizon_and_back(client, kind):
    first = shown(page(client))
    second = shown(page(client, f"?start={first.later}"))

    assert (first.earlier, second.later) == (None, None)
    assert second.days[-1].day <= NOW.date() + timedelta(days=56)
    assert shown(page(client, f"?start={second.earlier}")).days[0].day == first.days[0].day


def test_when_the_first_weeks_are_full_it_goes_to_the_first_free_day(client, okafor):
    diary.hours(okafor, valid_from=date(2027, 1, 4))
    diary.kind(okafor)

    assert shown(page(client)).day == date(2027, 1, 4)


def test_with_no_time_at_all_it_says_what_to_do(client, okafor, settings):
    diary.kind(okafor)

    answer = page(client)

    assert b'name="slot"' not in answer.content
    assert settings.CLINIC["phone"] in main_of(answer.content.decode())


def test_case_17_at_half_past_ten_in_summer_ten_o_clock_is_past(client, okafor):
    diary.hours(okafor)
    diary.kind(okafor, notice_hours=0)

    with time_machine.travel(datetime(2026, 7, 6, 9, 30, tzinfo=UTC), tick=False):
        first = shown(page(client)).groups[0][1][0]

    assert first.clock == "10:30am"


def test_one_own_hold_stays_on_offer_to_oneself_and_nobody_else(client, as_user, kind, amina, ben):
    answer = page(as_user(amina.user))
    key, slot = answer.context["form"]["key"].value(), shown(answer).groups[0][1][0].value
    client.post(reverse("book_kind", args=["first-assessment"]), {"key": key, "slot": slot})

    assert shown(page(client)).days[0].count == 18
    assert shown(page(as_user(ben.user))).days[0].count == 17


@pytest.mark.parametrize(
    "slot",
    [
        "",
        "x",
        "20261124T0900Z",
        "20261124T0900Z.zz",
        "20261399T0900Z." + "0" * 32,
        "20261124T0900Z." + "0" * 32 + "\0",
        "٢٠261124T0900Z." + "0" * 32,
    ],
)
def test_a_slot_that_makes_no_sense_is_an_error_on_the_page(as_user, kind, amina, slot):
    client = as_user(amina.user)
    key = page(client).context["form"]["key"].value()

    answer = client.post(reverse("book_kind", args=["first-assessment"]), {"key": key, "slot": slot})

    assert answer.status_code == 422
    assert "Choose a time" in answer.content.decode()
    assert Appointment.objects.count() == 0


def test_a_slot_of_a_clinician_who_is_not_there_is_refused_on_the_page(as_user, kind, amina):
    client = as_user(amina.user)
    key = page(client).context["form"]["key"].value()

    answer = client.post(
        reverse("book_kind", args=["first-assessment"]), {"key": key, "slot": "20261124T0900Z." + "0" * 32}
    )

    assert answer.status_code == 422
    assert "We do not offer this time" in answer.content.decode()


@pytest.mark.parametrize("rows", [0, 1_000, pytest.param(100_000, marks=pytest.mark.proof)])
def test_28_days_and_10_clinicians_take_at_most_6_queries(as_user, amina, django_assert_max_num_queries, rows):
    clinicians = [people.clinician() for _ in range(10)]
    for each in clinicians:
        diary.hours(each)
    kind = diary.kind(*clinicians)
    client = as_user(amina.user)
    when_empty = fastest(client)
    if rows:
        many.fill(kind, clinicians, many.patients_for(clinicians), rows, now=NOW)
        assert Appointment.objects.count() == rows

    with django_assert_max_num_queries(MOST_QUERIES) as queries:
        answer = page(client)

    assert len(shown(answer).days) == 20
    assert len(queries) == 6
    assert fastest(client) < 1.5 * when_empty + 0.02  # whatever lies in the past, and though she has never been here


def fastest(client):
    """How long the page takes, in seconds: the best of three."""

    def took():
        began = time.perf_counter()
        page(client)
        return time.perf_counter() - began

    return min(took() for _ in range(3))
