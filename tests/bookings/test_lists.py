"""The desk's lists: today, what is missing before a visit, and who did not come."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.attendance import actions as attendance
from clinic.audit.models import AccessLog
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind
from clinic.worklist.models import Task
from patients.intake.actions import start
from patients.profile.models import Patient
from tests.factories import diary, intakes, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
URL = "/admin/lists/"
FRIDAY = datetime(2026, 11, 27, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def kind(okafor, lind):
    return diary.kind(okafor, lind)


def rows(client, name):
    """The names in one list, in order, and what each row's last column says."""
    context = client.get(URL).context
    return [(line.name, line.missing or line.state) for line in context[name]]


def names(client, name):
    return [who for who, _ in rows(client, name)]


class TestAccess:
    def test_who_may(self, as_user, client, amina, rosa, manager, okafor):
        assert client.get(URL).url == f"/accounts/login/?next={URL}"
        assert as_user(amina.user).get(URL).status_code == 404
        assert [as_user(user).get(URL).status_code for user in (rosa, manager, okafor.user)] == [200] * 3

    def test_only_reading(self, as_user, rosa):
        assert [getattr(as_user(rosa), method)(URL).status_code for method in ("post", "put", "delete")] == [405] * 3

    def test_a_clinician_sees_their_own_visits_only(self, as_user, kind, okafor, lind, amina, ben):
        for patient, clinician in ((amina, okafor), (ben, lind)):
            diary.appointment(patient, clinician, kind, NOW + timedelta(hours=1))
            late = diary.appointment(patient, clinician, kind, NOW - timedelta(days=3))
            attendance.mark_did_not_attend(late, by=clinician.user, at=NOW)

        client = as_user(okafor.user)

        assert [names(client, each) for each in ("today", "missing", "missed")] == [["Amina Example"]] * 3
        html = client.get(URL).content.decode()
        assert "Waits for reception" in html
        assert "/admin/clinic/task/" not in html.split('id="content"')[1]

    def test_who_stands_on_it_is_written_down_once(self, as_user, rosa, kind, okafor, amina, ben):
        diary.appointment(amina, okafor, kind, NOW + timedelta(hours=1))
        diary.appointment(amina, okafor, kind, NOW + timedelta(hours=3))
        diary.appointment(ben, okafor, kind, NOW + timedelta(days=9))

        as_user(rosa).get(URL)

        assert list(AccessLog.objects.values_list("what", "about_type", "about", "actor")) == [
            ("read", "patient", amina.pk, rosa.pk)
        ]

    def test_the_front_page_leads_there(self, as_user, rosa):
        assert f'href="{URL}"' in as_user(rosa).get("/admin/").content.decode()


class TestToday:
    def test_in_order_of_time_with_their_states(self, as_user, rosa, kind, okafor, lind, amina, ben):
        diary.appointment(ben, lind, kind, NOW + timedelta(hours=3), "cancelled_by_patient")
        diary.appointment(amina, okafor, kind, NOW + timedelta(hours=1), "checked_in")
        diary.appointment(amina, okafor, kind, NOW + timedelta(days=1))
        diary.appointment(ben, lind, kind, NOW, "held", held_until=NOW + timedelta(minutes=5))

        client = as_user(rosa)

        assert rows(client, "today") == [
            ("Amina Example", "Arrived"),
            ("Ben Sample", "Cancelled by the patient"),
        ]
        html = client.get(URL).content.decode()
        assert "Today, Monday 23 November 2026: 2" in html
        assert "07700 900123" in html

    @pytest.mark.parametrize(
        ("now", "first", "last"),
        [
            (datetime(2026, 3, 29, 12, tzinfo=UTC), (29, 0, 0), (29, 22, 59)),
            (datetime(2026, 10, 25, 12, tzinfo=UTC), (24, 23, 0), (25, 23, 59)),
        ],
    )
    def test_the_day_is_the_uk_day_when_the_clocks_change(
        self, as_user, rosa, kind, okafor, amina, monday_morning, now, first, last
    ):
        monday_morning.move_to(now)
        inside = [now.replace(day=day, hour=hour, minute=minute) for day, hour, minute in (first, last)]
        for starts_at in (inside[0] - timedelta(hours=1), *inside, inside[1] + timedelta(hours=1)):
            diary.appointment(amina, okafor, kind, starts_at)

        assert len(rows(as_user(rosa), "today")) == 2


class TestMissing:
    def test_form_and_records(self, as_user, rosa, kind, okafor, amina, ben):
        cho, dan = people.patient(family_name="Cho"), people.patient(family_name="Dan")
        intakes.sent(ben)
        intakes.sent(cho)
        start(dan, at=NOW)
        Patient.objects.filter(pk__in=[cho.pk, dan.pk]).update(records_received_on=NOW.date())
        for hour, patient in enumerate((amina, ben, cho, dan), 1):
            diary.appointment(patient, okafor, kind, NOW + timedelta(hours=hour))

        assert rows(as_user(rosa), "missing") == [
            ("Amina Example", "Form and GP records"),
            ("Ben Sample", "GP records"),
            ("Pat Dan", "Form"),
        ]

    @pytest.mark.parametrize(
        ("starts_at", "state", "listed"),
        [
            (NOW + timedelta(hours=48), "booked", 1),
            (NOW + timedelta(hours=48, minutes=1), "booked", 0),
            (NOW - timedelta(minutes=29), "confirmed", 1),
            (NOW - timedelta(minutes=30), "booked", 0),
            (NOW + timedelta(hours=1), "checked_in", 0),
            (NOW + timedelta(hours=1), "cancelled_by_clinic", 0),
        ],
    )
    def test_the_window(self, as_user, rosa, kind, okafor, amina, starts_at, state, listed):
        diary.appointment(amina, okafor, kind, starts_at, state)

        assert len(rows(as_user(rosa), "missing")) == listed

    def test_48_hours_elapse_over_a_change_of_the_clocks(self, as_user, rosa, kind, okafor, amina, ben, monday_morning):
        saturday = datetime(2026, 10, 24, 11, tzinfo=UTC)  # noon in BST
        monday_morning.move_to(saturday)
        diary.appointment(amina, okafor, kind, datetime(2026, 10, 26, 11, tzinfo=UTC))  # 11am in GMT, 48 hours later
        diary.appointment(ben, okafor, kind, datetime(2026, 10, 26, 12, tzinfo=UTC))

        assert names(as_user(rosa), "missing") == ["Amina Example"]


class TestDidNotAttend:
    @pytest.fixture
    def missed(self, kind, okafor, amina, rosa):
        visit = diary.appointment(amina, okafor, kind, FRIDAY)
        attendance.mark_did_not_attend(visit, by=rosa, at=FRIDAY + timedelta(minutes=30))
        return visit

    def test_asks_reception_by_the_end_of_the_next_working_day(self, missed):
        task = Task.objects.get()

        assert (task.kind, task.role, task.about, task.title, task.due_at) == (
            "did_not_attend",
            "reception",
            missed.pk,
            "Did not come on Friday 27 November 2026: get in touch",
            datetime(2026, 11, 30, 17, tzinfo=UTC),
        )

    def test_oldest_first_until_it_is_finished(self, as_user, rosa, missed, kind, okafor, ben):
        earlier = diary.appointment(ben, okafor, kind, NOW)
        attendance.mark_did_not_attend(earlier, by=rosa, at=FRIDAY)
        client = as_user(rosa)
        assert names(client, "missed") == ["Ben Sample", "Amina Example"]
        task = Task.objects.get(about=earlier.pk)
        assert f'href="/admin/clinic/task/{task.pk}/change/"' in client.get(URL).content.decode()

        client.post(f"/admin/clinic/task/{task.pk}/finish/", {"outcome": "Called, arranged a new time"})

        assert names(client, "missed") == ["Amina Example"]

    def test_the_task_leads_to_the_visit(self, as_user, rosa, missed):
        html = as_user(rosa).get(f"/admin/clinic/task/{Task.objects.get().pk}/change/").content.decode()

        assert f'href="/admin/bookings/appointment/{missed.pk}/change/"' in html

    def test_asked_anew_it_stands_in_the_list_again(self, as_user, rosa, kind, okafor, amina):
        visit = diary.appointment(amina, okafor, kind, FRIDAY)
        fact = {"key": f"did_not_attend:{visit.pk}", "about": visit.pk, "role": "reception", "due_at": NOW, "at": NOW}
        before = worklist.ask(TaskKind.DID_NOT_ATTEND, "Did not come", **fact)
        worklist.finish(before, "It was a mistake", by=rosa, at=NOW)

        attendance.mark_did_not_attend(visit, by=rosa, at=FRIDAY)

        assert names(as_user(rosa), "missed") == ["Amina Example"]
        assert Task.objects.count() == 2


class TestThePage:
    def test_says_where_there_is_nothing(self, as_user, rosa):
        html = as_user(rosa).get(URL).content.decode()

        for words in ("No visits today.", "Nothing is missing for the visits", "Nobody is left to follow up."):
            assert words in html
        assert "<table" not in html

    @pytest.mark.parametrize("query", ["x=%00", "day=2026-02-30", "page=9" * 50])
    def test_a_query_changes_nothing(self, as_user, rosa, query):
        assert as_user(rosa).get(f"{URL}?{query}").status_code in {200, 400}

    def test_same_queries_for_one_and_three(self, as_user, rosa, kind, okafor):
        def add(hour):
            patient = people.patient()
            diary.appointment(patient, okafor, kind, NOW + timedelta(hours=hour))
            late = diary.appointment(patient, okafor, kind, NOW - timedelta(days=3, hours=hour))
            attendance.mark_did_not_attend(late, by=rosa, at=NOW)

        client = as_user(rosa)
        client.get(URL)
        add(1)
        with CaptureQueriesContext(connection) as one:
            client.get(URL)
        add(2)
        add(3)

        with CaptureQueriesContext(connection) as three:
            page = client.get(URL)

        assert [len(page.context[name]) for name in ("today", "missing", "missed")] == [3, 3, 3]
        assert len(one) == len(three)


class TestRecords:
    SENT = {
        "family_name": "Example",
        "date_of_birth": "1980-03-27",
        "phone": "07700 900123",
        "postcode": "AA1 1AA",
        "gp_practice": "Exampleton Surgery",
    }

    def test_staff_write_down_when_they_came(self, as_user, rosa, amina):
        url = f"/admin/patients/patient/{amina.pk}/change/"

        answer = as_user(rosa).post(url, self.SENT | {"records_received_on": "2026-11-20"})

        amina.refresh_from_db()
        assert (answer.status_code, str(amina.records_received_on)) == (302, "2026-11-20")

    @pytest.mark.parametrize("day", ["2026-11-24", "1899-12-31", "9999-12-31", "2026-02-30", "x"])
    def test_not_in_the_future(self, as_user, rosa, amina, day):
        url = f"/admin/patients/patient/{amina.pk}/change/"

        answer = as_user(rosa).post(url, self.SENT | {"records_received_on": day})

        amina.refresh_from_db()
        assert (answer.status_code, amina.records_received_on) == (422, None)

    def test_nobody_is_added_with_records(self, as_user, rosa):
        html = as_user(rosa).get("/admin/book/new-patient/").content.decode()

        assert "records" not in html.split('id="content"')[1]
