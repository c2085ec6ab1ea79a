"""The diary at the desk: marks, buffers, the week, the list for an outage, and taking a button back."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.appointments.enums import State
from bookings.appointments.refusals import NotNow
from bookings.appointments.slots import Slot
from bookings.attendance import actions as attendance
from bookings.choosing.forms import slot_value
from clinic.audit.models import AccessLog
from clinic.db.states import StaleState
from clinic.workspace.diary_marks import LEGEND, Facts, marks
from tests.factories import diary, intakes, money, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2026, 12, 2, 10, tzinfo=UTC)
DAY = "/admin/diary/?day=2026-12-02"
WEEK = "/admin/diary/week/?week=2026-W49"
LIST = "/admin/diary/list/?day=2026-12-02"


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def kind(okafor, lind):
    diary.hours(okafor)
    diary.hours(lind)
    return diary.kind(okafor, lind, buffer_before=5, buffer_after=10)


@pytest.fixture
def visit(kind, okafor, amina):
    return diary.appointment(amina, okafor, kind, WEDNESDAY)


def fresh(record):
    record.refresh_from_db()
    return record


def read(client, url):
    return client.get(url).content.decode()


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        client.get(url)
    return len(seen)


class TestMarks:
    @pytest.mark.parametrize(
        ("state", "words"),
        [
            (None, "no form"),
            ("draft", "form started"),
            ("submitted", "form sent"),
            ("in_review", "form sent"),
            ("decided", "form sent"),
        ],
    )
    def test_of_the_form(self, state, words):
        assert [mark.words for mark in marks(Facts(intake=state))] == [words]

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            (Facts(intake="submitted"), ["form sent"]),
            (Facts(intake="submitted", lacks_link=True), ["form sent", "no link"]),
            (Facts(intake="submitted", charge="due"), ["form sent", "to pay"]),
            (Facts(intake="submitted", charge="paid"), ["form sent", "paid"]),
            (Facts(intake="submitted", charge="refund_due"), ["form sent"]),
        ],
    )
    def test_of_the_rest(self, facts, words):
        assert [mark.words for mark in marks(facts)] == words

    def test_all_stand_in_the_legend(self):
        forms = [Facts(intake=state) for state in (None, "draft", "submitted")]
        others = [Facts(lacks_link=True, charge=state) for state in ("due", "paid")]

        assert {mark for facts in [*forms, *others] for mark in marks(facts)} == set(LEGEND)

    def test_needs_and_money_stand_in_the_diary_and_money_not_for_clinicians(self, as_user, rosa, okafor, visit, amina):
        money.charged(visit, "due", by=rosa)
        amina.access_needs = "No steps"
        amina.save()

        desk, own = read(as_user(rosa), DAY), read(as_user(okafor.user), DAY)

        assert ['<span class="desk-mark">to pay' in html for html in (desk, own)] == [True, False]
        assert ['<strong class="needs">Needs: No steps</strong>' in html for html in (desk, own)] == [True, True]

    def test_on_the_day(self, as_user, rosa, okafor, visit, amina):
        assert '<span class="desk-mark">no form' in read(as_user(rosa), DAY)

        intakes.draft(amina)
        assert '<span class="desk-mark">form started' in read(as_user(rosa), DAY)
        assert '<span class="desk-mark">no form' in read(as_user(okafor.user), DAY)  # a draft is its writer's alone


class TestDay:
    def test_what_is_past_is_not_called_free(self, as_user, rosa, visit):
        with time_machine.travel(WEDNESDAY + timedelta(hours=4), tick=False):
            html = read(as_user(rosa), DAY)

        assert '<span class="quiet">Past</span>' in html
        assert html.count("book here") == 6  # from 2pm on, with two clinicians

    def test_draws_buffers_and_marks_in_words(self, as_user, rosa, visit):
        html = read(as_user(rosa), DAY)

        assert html.count('class="is-buffer"') == 2
        assert "Buffer<span" in html
        assert "First assessment, video" in html
        assert "What the marks mean" in html

    @pytest.mark.parametrize("address", [DAY, WEEK])
    def test_a_clinician_sees_their_held_times_without_the_patient(self, as_user, kind, okafor, lind, ben, address):
        for clinician, minutes in ((okafor, 15), (lind, 20)):
            who = people.patient(first_names="Ben") if clinician == lind else ben
            until = NOW + timedelta(minutes=minutes)
            diary.appointment(who, clinician, kind, WEDNESDAY, state="held", held_until=until)

        html = read(as_user(okafor.user), address)

        assert ("Held until 9:15am" in html, "Held until 9:20am" in html, "Ben" in html) == (True, False, False)

    def test_says_until_when_a_time_is_held(self, as_user, rosa, kind, okafor, ben):
        diary.appointment(ben, okafor, kind, WEDNESDAY, state="held", held_until=NOW + timedelta(minutes=15))

        html = read(as_user(rosa), DAY)

        assert "Held until 9:15am" in html
        assert "Ben Sample" not in html

    def test_a_free_time_carries_day_clinician_and_time(self, as_user, rosa, kind, okafor):
        html = read(as_user(rosa), DAY)

        slot = slot_value(Slot(WEDNESDAY, okafor.pk))
        assert f"/admin/book/?day=2026-12-02&amp;clinician={okafor.pk}&amp;slot={slot}" in html
        assert "Free<span" in html
        assert ", 10am to 11am, Dr Ada Okafor</span>" in html

    def test_can_be_skipped_into(self, as_user, rosa, kind):
        html = read(as_user(rosa), DAY)

        assert 'href="#diary"' in html
        assert 'id="diary"' in html

    @pytest.mark.parametrize(
        ("at", "offered"),
        [
            (NOW, []),
            (WEDNESDAY - timedelta(minutes=10), ["check-in"]),
            (WEDNESDAY + timedelta(minutes=1), ["check-in", "did-not-attend"]),
            (WEDNESDAY + timedelta(days=1), ["did-not-attend"]),
        ],
    )
    def test_buttons_that_fit_the_time(self, as_user, rosa, visit, monday_morning, at, offered):
        monday_morning.move_to(at)

        html = read(as_user(rosa), DAY)

        acts = ("check-in", "start", "complete", "did-not-attend")
        assert [act for act in acts if f"/{visit.pk}/{act}/" in html] == offered

    def test_a_button_leads_back_to_its_page(self, as_user, rosa, visit, monday_morning):
        monday_morning.move_to(WEDNESDAY)
        url = reverse("desk_act", args=[visit.pk, "check-in"])

        places = [as_user(rosa).post(url, {"back": back}).url for back in ("day", "week", "https://example.com", "")]

        own = reverse("admin:bookings_appointment_change", args=[visit.pk])
        assert places == [
            f"/admin/diary/?day=2026-12-02#visit-{visit.pk}",
            f"/admin/diary/week/?week=2026-W49&clinician={visit.clinician_id}#visit-{visit.pk}",
            own,
            own,
        ]


class TestWeek:
    def test_shows_seven_days_of_one_clinician(self, as_user, rosa, visit, kind, okafor, lind, ben):
        diary.appointment(ben, lind, kind, WEDNESDAY)
        friday = diary.appointment(ben, okafor, kind, WEDNESDAY + timedelta(days=2))

        html = read(as_user(rosa), f"{WEEK}&clinician={okafor.pk}")

        assert "Week of Monday 30 November 2026, Dr Ada Okafor" in html
        assert html.count('<th scope="col">') == 8
        assert html.count("Ben Sample</strong>") == 1
        assert f"visit-{friday.pk}" in html
        assert "?week=2026-W48&amp;clinician" in html
        assert "?week=2026-W50&amp;clinician" in html

    def test_a_clinician_sees_their_own(self, as_user, visit, okafor, lind):
        mine, theirs = (read(as_user(who.user), f"{WEEK}&clinician={okafor.pk}") for who in (okafor, lind))

        assert "Amina Example" in mine
        assert "Amina Example" not in theirs
        assert "Dr Erik Lind" in theirs
        assert "book here" not in mine

    @pytest.mark.parametrize(
        "query",
        ["week=2026-W54", "week=9999-W52", "week=0000-W01", "week=x", "day=0001-01-01", "day=x", "clinician=x", ""],
    )
    def test_nonsense_is_this_week(self, as_user, rosa, kind, query):
        response = as_user(rosa).get(f"/admin/diary/week/?{query}")

        assert response.status_code == 200
        assert b"Week of Monday 23 November 2026" in response.content

    @pytest.mark.parametrize("number", ["2026-W13", "2026-W43", "2020-W01", "2099-W53", "2026-W53"])
    def test_weeks_with_a_change_of_clocks_and_the_edges(self, as_user, rosa, okafor, number):
        diary.hours(okafor, weekdays=range(7), starts=0, ends=24 * 60)

        assert as_user(rosa).get(f"/admin/diary/week/?week={number}").status_code == 200

    def test_a_day_in_it_will_do(self, as_user, rosa, kind):
        assert "Week of Monday 30 November 2026" in read(as_user(rosa), "/admin/diary/week/?day=2026-12-06")

    def test_without_clinicians_says_so(self, as_user, rosa):
        assert "There is no clinician yet" in read(as_user(rosa), WEEK)

    def test_same_queries_for_one_and_three(self, as_user, rosa, visit, kind, okafor):
        url = f"{WEEK}&clinician={okafor.pk}"
        one = queries(as_user(rosa), url)
        for days in (1, 2):
            diary.appointment(people.patient(), okafor, kind, WEDNESDAY + timedelta(days=days))

        assert queries(as_user(rosa), url) == one


class TestListForAnOutage:
    def test_holds_what_the_desk_needs_without_the_site(self, as_user, rosa, visit, kind, lind, ben):
        diary.appointment(ben, lind, kind, WEDNESDAY, state="held", held_until=NOW + timedelta(minutes=5))

        html = read(as_user(rosa), LIST)

        for words in (
            "10am to 10:30am",
            "Amina Example",
            "27 March 1980",
            "07700 900123",
            "First assessment",
            "Booked",
        ):
            assert f">{words}</" in html
        assert "As it stood on Monday 23 November 2026 at 9am, UK time" in html
        assert "Ben Sample" not in html

    def test_opening_it_is_written_down(self, as_user, rosa, visit, amina):
        read(as_user(rosa), LIST)

        assert list(AccessLog.objects.values_list("what", "about_type", "about", "actor", "role")) == [
            ("exported", "patient", amina.pk, rosa.pk, "reception")
        ]

    def test_is_a_clinicians_own(self, as_user, visit, okafor, lind):
        mine, theirs = (read(as_user(who.user), LIST) for who in (okafor, lind))

        assert "Amina Example" in mine
        assert "Nothing is booked on this day" in theirs

    def test_same_queries_for_one_and_three(self, as_user, rosa, visit, kind, okafor):
        one = queries(as_user(rosa), LIST)
        for hour in (1, 2):
            diary.appointment(people.patient(), okafor, kind, WEDNESDAY + timedelta(hours=hour))

        assert queries(as_user(rosa), LIST) == one


@pytest.mark.parametrize("name", ["desk_week", "desk_list"])
def test_who_may_open_the_pages(name, as_user, client, rosa, manager, okafor, amina, kind):
    url = reverse(name)

    assert client.get(url).url == f"/accounts/login/?next={url}"
    assert as_user(amina.user).get(url).status_code == 404
    assert [as_user(user).get(url).status_code for user in (rosa, manager, okafor.user)] == [200, 200, 200]
    assert as_user(rosa).post(url).status_code == 405


class TestTakingBack:
    def url(self, visit):
        return reverse("desk_take_back", args=[visit.pk])

    @pytest.fixture
    def missed(self, visit, rosa, monday_morning):
        monday_morning.move_to(WEDNESDAY + timedelta(minutes=20))
        attendance.mark_did_not_attend(visit, by=rosa, at=WEDNESDAY + timedelta(minutes=15))
        return visit

    def test_makes_the_visit_booked_again_with_a_reason(self, as_user, rosa, missed):
        response = as_user(rosa).post(self.url(missed), {"reason": "Wrong person"})

        assert response.url == reverse("admin:bookings_appointment_change", args=[missed.pk])
        assert fresh(missed).state == State.BOOKED
        assert missed.state_changes.values_list("to_state", "reason", "by").last() == (
            "booked",
            "Wrong person",
            rosa.pk,
        )

    def test_also_arrived(self, visit, rosa):
        attendance.check_in(visit, by=rosa, at=WEDNESDAY)

        attendance.take_back(visit, reason="Somebody else", by=rosa, at=WEDNESDAY)

        assert fresh(visit).state == State.BOOKED

    def test_is_offered_on_the_day_only(self, as_user, rosa, missed, monday_morning):
        today = read(as_user(rosa), DAY)
        monday_morning.move_to(WEDNESDAY + timedelta(days=1))

        assert self.url(missed) in today
        assert self.url(missed) not in read(as_user(rosa), DAY)
        assert as_user(rosa).post(self.url(missed), {"reason": "Too late"}).status_code == 422
        assert fresh(missed).state == State.DID_NOT_ATTEND

    @pytest.mark.parametrize("state", ["booked", "in_progress", "completed", "cancelled_by_clinic"])
    def test_there_is_nothing_to_take_back(self, visit, rosa, state):
        visit.state = state

        with pytest.raises(StaleState):
            attendance.take_back(visit, reason="x", by=rosa, at=WEDNESDAY)

    def test_on_another_day_is_refused(self, missed, rosa):
        with pytest.raises(NotNow):
            attendance.take_back(missed, reason="x", by=rosa, at=WEDNESDAY + timedelta(days=1))

    @pytest.mark.parametrize("reason", ["", " ", "x" * 301, "a\0b"])
    def test_needs_a_reason(self, as_user, rosa, missed, reason):
        assert as_user(rosa).post(self.url(missed), {"reason": reason}).status_code == 422
        assert fresh(missed).state == State.DID_NOT_ATTEND

    def test_who_may(self, as_user, client, rosa, okafor, lind, amina, missed):
        url = self.url(missed)

        assert client.get(url).url == f"/accounts/login/?next={url}"
        assert as_user(amina.user).get(url).status_code == 404
        assert as_user(lind.user).get(url).status_code == 404
        assert [as_user(user).get(url).status_code for user in (rosa, okafor.user)] == [200, 200]
        assert as_user(rosa).get(reverse("desk_take_back", args=[uuid4()])).status_code == 404
