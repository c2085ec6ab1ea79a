"""Choosing a time: whoever is free first or one clinician, what suits, and one's own clinician first (booking case 3)."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.refusals import Taken
from bookings.appointments.slots import Slot
from bookings.choosing.forms import slot_value
from bookings.choosing.listing import Wish, free_then, nearest, times
from bookings.holds import actions as holds
from tests.factories import diary, people
from tests.factories.people import NOW
from tests.race import race
from tests.web import main_of

pytestmark = pytest.mark.django_db
CHOOSE = "/book/first-assessment/"


def at(day, hour, minute=0):
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


WEDNESDAY = at(2, 10)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def kind(okafor, lind):
    """Dr Okafor, a woman, works Monday to Friday from 9 to 5 and by video only in the morning; Dr Lind, a man, from 4 to 8."""
    okafor.sex, lind.sex = "female", "male"
    okafor.save()
    lind.save()
    diary.hours(okafor, starts=9 * 60, ends=12 * 60, modes=["video"])
    diary.hours(okafor, starts=12 * 60, ends=17 * 60)
    diary.hours(lind, starts=16 * 60, ends=20 * 60, modes=["phone", "in_person"])
    return diary.kind(okafor, lind, modes=["video", "phone", "in_person"])


def listed(kind, **wish):
    """Each start of 2 December that fits, with its clinician's family name, each once."""
    shown = times(kind, now=NOW, start=None, day=date(2026, 12, 2), wish=Wish(**wish), together=True)
    assert shown.day == date(2026, 12, 2)
    return [(time.clock, time.clinician.name.split()[-1]) for _, group in shown.groups for time in group]


def seen(patient, clinician, kind):
    return diary.appointment(patient, clinician, kind, NOW - timedelta(days=20), state="completed")


class TestWishes:
    def test_each_start_is_shown_once_with_whoever_is_less_busy_that_day(self, kind, okafor, lind, amina):
        diary.appointment(amina, okafor, kind, at(2, 12))

        found = listed(kind)

        assert found[-9:] == [
            ("3:30pm", "Okafor"),
            ("4pm", "Lind"),
            ("4:30pm", "Lind"),
            ("5pm", "Lind"),
            ("5:30pm", "Lind"),
            ("6pm", "Lind"),
            ("6:30pm", "Lind"),
            ("7pm", "Lind"),
            ("7:30pm", "Lind"),
        ]

    def test_of_two_alike_the_one_with_the_lower_key(self, kind, okafor, lind):
        first = min((okafor, lind), key=lambda clinician: clinician.pk)

        assert dict(listed(kind))["4pm"] == first.name.split()[-1]

    @pytest.mark.parametrize(
        ("wish", "first", "last", "count"),
        [
            ({"part": "morning"}, ("9am", "Okafor"), ("11:30am", "Okafor"), 6),
            ({"part": "evening"}, ("5pm", "Lind"), ("7:30pm", "Lind"), 6),
            ({"mode": "in_person", "part": "afternoon"}, ("12noon", "Okafor"), ("4:30pm", None), 10),
            ({"mode": "video"}, ("9am", "Okafor"), ("4:30pm", "Okafor"), 16),
            ({"sex": "male"}, ("4pm", "Lind"), ("7:30pm", "Lind"), 8),
            ({"sex": "female", "mode": "phone"}, ("12noon", "Okafor"), ("4:30pm", "Okafor"), 10),
        ],
    )
    def test_only_what_suits_is_shown(self, kind, wish, first, last, count):
        found = listed(kind, **wish)

        assert len(found) == count
        assert found[0][0] == first[0].replace("12noon", "12pm")
        assert found[0][1] == first[1]
        assert found[-1][0] == last[0]
        assert last[1] in (None, found[-1][1])

    def test_one_clinician(self, kind, lind):
        assert {name for _, name in listed(kind, clinician=lind.pk)} == {"Lind"}

    def test_who_is_free_then_comes_least_busy_first(self, kind, okafor, lind, amina):
        diary.appointment(amina, lind, kind, at(2, 18))

        found = free_then(kind, at(2, 16), date(2026, 12, 2), wish=Wish(), now=NOW)

        assert found == [okafor, lind]
        assert free_then(kind, at(2, 16), date(2026, 12, 2), wish=Wish(mode="video"), now=NOW) == [okafor]

    def test_the_nearest_times_begin_where_the_lost_one_was(self, kind, amina, okafor):
        diary.appointment(amina, okafor, kind, at(2, 10))

        found = nearest(kind, at(2, 10), date(2026, 12, 2), now=NOW)

        assert [time.clock for time in found] == ["10:30am", "11am", "11:30am"]

    def test_near_the_horizon_there_are_fewer(self, kind):
        last = NOW.date() + timedelta(days=kind.horizon_days)

        found = nearest(kind, datetime(last.year, last.month, last.day, 19, 30, tzinfo=UTC), last, now=NOW)

        assert [time.clock for time in found] == ["7:30pm"]


class TestPage:
    def test_the_questions_are_those_that_make_a_difference(self, client, kind, okafor):
        assert list(client.get(CHOOSE).context["filters"].fields) == ["who", "part", "mode", "sex", "day"]

        diary.kind(okafor, slug="alone", modes=["video"])

        assert list(client.get("/book/alone/").context["filters"].fields) == ["part", "day"]

    def test_what_suits_goes_along_to_other_days_and_with_the_choice(self, client, kind):
        html = client.get(f"{CHOOSE}?part=evening&sex=male").content.decode()

        assert "?day=2026-11-25&amp;part=evening&amp;sex=male#times" in html
        assert 'action="?day=2026-11-24&amp;part=evening&amp;sex=male"' in html

    @pytest.mark.parametrize(
        "query",
        ["?who=x", "?who=" + "0" * 32, "?part=night", "?mode=post", "?sex=", "?who=" + "f" * 400, "?part=%F0%9F%98%80"],
    )
    def test_a_wish_that_makes_no_sense_never_breaks_the_page(self, client, kind, query):
        assert client.get(CHOOSE + query).status_code == 200

    def test_a_wish_nobody_fits_says_what_to_do(self, client, kind, okafor):
        answer = client.get(f"{CHOOSE}?who={okafor.pk.hex}&part=evening")

        assert answer.context["times"].days == []
        assert "No free time fits what you chose" in answer.content.decode()
        assert "See all free times" in answer.content.decode()

    def test_ones_own_clinician_comes_first_with_the_honest_alternative(self, as_user, kind, lind, amina):
        seen(amina, lind, kind)

        answer = as_user(amina.user).get(CHOOSE)

        html = answer.content.decode()
        assert {time.clinician for _, group in answer.context["times"].groups for time in group} == {lind}
        assert "Their first free time is <strong>Tuesday 24 November 2026 at 4pm, UK time</strong>" in html
        assert "Another specialist could see you on Tuesday 24 November 2026 at 9am, UK time" in html

    def test_anybody_may_be_asked_for_instead(self, as_user, kind, lind, okafor, amina):
        seen(amina, lind, kind)

        answer = as_user(amina.user).get(f"{CHOOSE}?who=any")

        assert {time.clinician for _, group in answer.context["times"].groups for time in group} == {lind, okafor}
        assert (
            "See Dr Erik Lind&#x27;s times" in answer.content.decode()
            or "See Dr Erik Lind's times" in answer.content.decode()
        )

    def test_of_an_own_clinician_with_times_much_later_it_is_not_said_that_there_are_none(
        self, as_user, lind, okafor, amina
    ):
        kind = diary.kind(okafor, lind)
        diary.hours(okafor)
        diary.hours(lind, valid_from=date(2027, 1, 4))  # in week 6
        diary.appointment(amina, lind, kind, at(2, 10) - timedelta(days=60), state="completed")

        html = as_user(amina.user).get(f"{CHOOSE}?who=any").content.decode()

        assert "They have no free time" not in html
        assert f'href="?who={lind.pk.hex}"' in html

    def test_an_own_clinician_who_has_left_is_not_waited_for(self, as_user, kind, lind, okafor, amina):
        seen(amina, lind, kind)
        lind.is_active = False
        lind.save()

        answer = as_user(amina.user).get(CHOOSE)

        assert answer.context["times"].day == date(2026, 11, 24)
        assert "You saw" not in answer.content.decode()

    def test_with_wishes_the_page_asks_the_database_no_more(
        self, as_user, kind, lind, amina, django_assert_max_num_queries
    ):
        seen(amina, lind, kind)
        client = as_user(amina.user)
        client.get(CHOOSE)  # a session's first page writes when it began

        with django_assert_max_num_queries(9):  # session, its end and user, and six of its own
            client.get(f"{CHOOSE}?part=evening&sex=male&who=any")


class TestWhoever:
    def choose(self, client, clinician, **fields):
        sent = {"slot": slot_value(Slot(at(2, 16), clinician.pk)), "key": uuid4(), "whoever": "on"}
        return client.post(CHOOSE, sent | fields)

    def test_a_clinician_who_was_just_taken_is_replaced_and_that_is_said(self, as_user, kind, okafor, lind, amina, ben):
        diary.appointment(ben, okafor, kind, at(2, 16))
        client = as_user(amina.user)

        answer = self.choose(client, okafor)

        assert Appointment.objects.get(state=State.HELD).clinician == lind
        page = client.get(answer["Location"])
        assert "Somebody was quicker. Dr Erik Lind is free at the same time" in page.content.decode()

    def test_a_named_clinician_is_never_replaced(self, as_user, kind, okafor, amina, ben):
        diary.appointment(ben, okafor, kind, at(2, 16))

        assert self.choose(as_user(amina.user), okafor, whoever="").status_code == 422
        assert not Appointment.objects.filter(state=State.HELD).exists()

    def test_nobody_unwelcome_takes_their_place(self, as_user, kind, okafor, amina, ben):
        diary.appointment(ben, okafor, kind, at(2, 16))
        sent = {"slot": slot_value(Slot(at(2, 16), okafor.pk)), "key": uuid4(), "whoever": "on"}

        assert as_user(amina.user).post(f"{CHOOSE}?sex=female", sent).status_code == 422

    def test_sent_twice_it_is_one_hold(self, as_user, kind, okafor, lind, amina):
        client, key = as_user(amina.user), uuid4()

        addresses = {self.choose(client, okafor, key=key)["Location"] for _ in range(2)}

        assert len(addresses) == 1
        assert Appointment.objects.filter(state=State.HELD).count() == 1

    def test_who_differs_from_before_is_said_on_the_last_page(self, as_user, kind, okafor, lind, amina):
        seen(amina, lind, kind)
        client = as_user(amina.user)

        page = client.get(self.choose(client, okafor)["Location"])

        assert "You saw Dr Erik Lind before. This time is with Dr Ada Okafor." in page.content.decode()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("gap", [0, 0.01])
def test_case_03_ten_for_whoever_is_free_give_two_visits_with_two_clinicians(kind, okafor, lind, gap):
    racers = [people.patient() for _ in range(10)]

    def act(number):
        who = {"patient": racers[number], "own_hold": None, "address": "", "key": uuid4(), "at": NOW}
        held = holds.hold_with_whoever(kind, [okafor, lind], at(2, 16), **who)
        return holds.confirm(
            held, patient=racers[number], mode="phone", early_start=True, key=uuid4(), by=racers[number].user, at=NOW
        )

    results = race(10, act, gap)

    booked = [result for result in results if isinstance(result, Appointment)]
    assert {visit.clinician_id for visit in booked} == {okafor.pk, lind.pk}
    assert (len(booked), sum(isinstance(result, Taken) for result in results)) == (2, 8)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_same_press_twice_at_once_is_one_hold(kind, okafor, lind, amina):
    who = {"patient": None, "own_hold": None, "visitor": "v", "address": "", "key": uuid4(), "at": NOW}

    results = race(
        6,
        lambda number: holds.hold_with_whoever(
            kind, [(okafor, lind)[number % 2], (lind, okafor)[number % 2]], at(2, 16), **who
        ),
    )

    assert len({result.pk for result in results}) == 1
    assert Appointment.objects.filter(state=State.HELD).count() == 1


class TestWhoMayBook:
    def test_a_review_is_explained_to_people_who_are_new(self, as_user, okafor, amina):
        diary.hours(okafor)
        kind = diary.kind(okafor, audience="returning")

        page = as_user(amina.user).get(CHOOSE)
        answer = as_user(amina.user).post(CHOOSE, {"slot": slot_value(Slot(WEDNESDAY, okafor.pk)), "key": uuid4()})

        assert "for people who have had a visit with us" in page.content.decode()
        assert b'name="slot"' not in page.content
        assert answer.status_code == 200
        assert not Appointment.objects.filter(kind=kind).exists()

    def test_after_a_completed_visit_it_can_be_booked(self, as_user, okafor, amina):
        diary.hours(okafor)
        kind = diary.kind(okafor, audience="returning")
        seen(amina, okafor, kind)

        answer = as_user(amina.user).post(CHOOSE, {"slot": slot_value(Slot(WEDNESDAY, okafor.pk)), "key": uuid4()})

        assert answer.status_code == 302

    @pytest.mark.parametrize("state", ["did_not_attend", "cancelled_by_patient", "booked"])
    def test_a_visit_that_was_not_completed_does_not_count(self, as_user, okafor, amina, state):
        diary.hours(okafor)
        kind = diary.kind(okafor, audience="returning")
        diary.appointment(amina, okafor, kind, NOW - timedelta(days=20), state=state)

        assert "for people who have had a visit" in as_user(amina.user).get(CHOOSE).content.decode()

    def test_signed_out_one_is_asked_to_sign_in(self, client, okafor):
        diary.kind(okafor, audience="returning")

        html = client.get(CHOOSE).content.decode()

        assert f'href="{reverse("account_login")}?next=/book/first-assessment/"' in html

    def test_what_the_clinic_books_itself_says_to_call(self, client, okafor, settings):
        diary.kind(okafor, audience="clinic")

        assert settings.CLINIC["phone"] in main_of(client.get(CHOOSE).content.decode())
        assert "We book this visit together with you" in client.get("/book/").content.decode()
        assert "See free times" not in client.get("/book/").content.decode()


def test_the_time_one_has_is_not_among_those_to_move_to(as_user, kind, lind, okafor, amina):
    visit = diary.appointment(amina, lind, kind, at(2, 16), mode="phone")

    answer = as_user(amina.user).get(f"{reverse('appointment_reschedule', args=[visit.pk])}?day=2026-12-02")

    shown = [time.clock for _, group in answer.context["times"].groups for time in group]
    assert shown[:2] == ["4:30pm", "5pm"]
