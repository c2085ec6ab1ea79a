"""The managers' report: who may, which period, what stands on the page and in the CSV files, and how fast."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.appointments.models import Appointment, AppointmentStateChange
from bookings.appointments.policy import Terms
from bookings.figures.policy import Period
from clinic.audit.models import AccessLog
from clinic.db.clock import instant
from clinic.workspace.report import WHOLE_CLINIC
from tests.factories import diary, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
URL, EXPORT = "/admin/report/", "/admin/report/export/"
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
WEEK = {"first": "2026-11-16", "last": "2026-11-22"}
TABLES = ["first-assessment", "utilisation", "utilisation-by-clinician", "did-not-attend", "cancelled"]
BOM = b"\xef\xbb\xbf"


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def week(okafor, lind, rosa):
    """A week of Dr Okafor's: five came, one did not, one cancelled late, and one was cancelled by the clinic."""
    diary.hours(okafor)
    kind = diary.kind(okafor, lind)
    states = [*["completed"] * 5, "did_not_attend", "cancelled_by_patient", "cancelled_by_clinic"]
    made = [
        diary.appointment(
            people.patient(), okafor, kind, MONDAY + timedelta(hours=hour), state, booked_at=MONDAY - timedelta(days=3)
        )
        for hour, state in enumerate(states)
    ]
    AppointmentStateChange.objects.create(
        record=made[6], from_state="booked", to_state="cancelled_by_patient", at=MONDAY, by=rosa
    )
    return made


def test_the_cut_off_is_named_as_the_terms_have_it(as_user, manager, week, settings):
    settings.REFUND_TERMS = Terms(cut_off_minute=12 * 60)

    html = as_user(manager).get(URL, WEEK).content.decode()

    assert "Late is from the cut-off on: 12pm on" in html


class TestAccess:
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_managers_only(self, method, as_user, client, amina, rosa, okafor, manager):
        url = {"get": URL, "post": EXPORT}[method]

        assert getattr(client, method)(url).url.startswith("/accounts/login/")
        assert getattr(as_user(amina.user), method)(url).status_code == 404
        assert [getattr(as_user(user), method)(url).status_code for user in (rosa, okafor.user)] == [403, 403]
        assert getattr(as_user(manager), method)(url).status_code == {"get": 200, "post": 422}[method]
        assert not AccessLog.objects.exists()

    def test_methods(self, as_user, manager):
        client = as_user(manager)

        assert [client.post(URL).status_code, client.get(EXPORT).status_code, client.put(EXPORT).status_code] == [
            405
        ] * 3

    def test_the_front_page_leads_managers_there(self, as_user, rosa, manager):
        assert f'href="{URL}"' not in as_user(rosa).get("/admin/").content.decode()
        assert f'href="{URL}"' in as_user(manager).get("/admin/").content.decode()


class TestPeriod:
    def test_the_last_twelve_whole_weeks_unless_asked(self, as_user, manager):
        html = as_user(manager).get(URL).content.decode()

        assert "Monday 31 August 2026 to Sunday 22 November 2026" in html
        assert 'value="2026-08-31"' in html

    @pytest.mark.parametrize(
        ("asked", "says"),
        [
            ({"first": "2026-02-30"}, "Enter the first day, like 3/8/2026"),
            ({"first": ""}, "Enter the first day"),
            ({"last": "x" * 500}, "Enter the last day, like 25/10/2026"),
            ({"last": "2026-11-24"}, "Enter a last day that is not in the future"),
            ({"last": "9999-12-31"}, "Enter a last day that is not in the future"),
            ({"first": "0001-01-01"}, "Enter a day from Wednesday 1 January 2020 on"),
            ({"first": "2026-11-23"}, "Enter a last day that is not before the first"),
            ({"first": "2024-11-20"}, "at most 2 years after it"),
            ({"clinician": "x"}, "is not a valid UUID"),
            ({"clinician": "00000000-0000-0000-0000-000000000000"}, "Choose a clinician from the list"),
        ],
    )
    def test_what_makes_no_sense_is_said_beside_the_form(self, as_user, manager, asked, says):
        answer = as_user(manager).get(URL, WEEK | asked)

        assert answer.status_code == 422
        assert says in answer.content.decode()
        assert "<table" not in answer.content.decode()

    @pytest.mark.parametrize("asked", [{"last": "2026-11-23"}, {"first": "2024-11-22"}, {"first": "2026-11-22"}])
    def test_the_edges_are_accepted(self, as_user, manager, week, asked):
        assert as_user(manager).get(URL, WEEK | asked).status_code == 200

    def test_weeks_in_which_the_clocks_change(self, as_user, manager, okafor):
        diary.hours(okafor, weekdays=range(7), starts=0, ends=24 * 60)
        client = as_user(manager)

        for first, last, minutes in (("2026-03-23", "2026-03-29", 10020), ("2026-10-19", "2026-10-25", 10140)):
            assert part(client, "utilisation", first=first, last=last).table.rows[0][2:] == (0, minutes, 0.0)


class TestPage:
    def test_figures_of_a_week(self, as_user, manager, week, okafor):
        client = as_user(manager)

        rows = {slug: part(client, slug).table.rows for slug in TABLES}

        monday = date(2026, 11, 16)
        assert rows == {
            "first-assessment": [(monday, 7, 0, None, None)],
            "utilisation": [(monday, 7, 180, 2400, 7.5)],
            "utilisation-by-clinician": [("Dr Ada Okafor", monday, 7, 180, 2400, 7.5)],
            "did-not-attend": [(monday, 7, 1, 6, 16.7)],
            "cancelled": [(monday, 7, 0, 1, 1, 8, 0.0, 12.5, 12.5)],
        }
        booked = part(client, "first-assessment", first="2026-11-09", last="2026-11-15").table.rows
        assert booked == [(date(2026, 11, 9), 7, 6, 3.0, 3)]

    def test_one_of_two_is_a_count_without_a_share_or_a_line(self, as_user, manager, okafor):
        kind = diary.kind(okafor)
        for hour, state in enumerate(["completed", "did_not_attend"]):
            diary.appointment(people.patient(), okafor, kind, MONDAY + timedelta(hours=hour), state)
        client = as_user(manager)

        missed = part(client, "did-not-attend")

        assert missed.table.shown == [["16 November 2026", "7", "1", "2", "fewer than 5"]]
        assert missed.chart.lines == []
        assert "Not enough to draw" in client.get(URL, WEEK).content.decode()

    def test_of_one_clinician(self, as_user, manager, week, okafor, lind):
        client = as_user(manager)

        assert part(client, "did-not-attend", clinician=okafor.pk).table.rows[0][2:4] == (1, 6)
        assert part(client, "did-not-attend", clinician=lind.pk).table.rows[0][2:4] == (0, 0)

    def test_of_an_empty_clinic(self, as_user, manager):
        html = as_user(manager).get(URL).content.decode()

        assert "Nothing was open and nothing was booked" in html
        assert 'class="chart"' not in html

    def test_draws_without_script_or_style(self, as_user, manager, week):
        html = as_user(manager).get(URL, WEEK).content.decode().split('id="content"')[1].split("<dialog")[0]

        assert html.count('<svg class="chart"') == 3
        assert "style=" not in html
        assert "<script" not in html

    def test_names_no_patient(self, as_user, manager, week):
        html = as_user(manager).get(URL, WEEK).content.decode()

        assert [each.patient.family_name for each in week if each.patient.family_name in html] == []


def part(client, slug, **asked):
    """One figure of the page."""
    context = client.get(URL, WEEK | asked).context
    return next(part for part in context["parts"] if part.slug == slug)


class TestExport:
    def test_holds_what_the_page_shows(self, as_user, manager, week):
        answer = as_user(manager).post(EXPORT, WEEK | {"table": "did-not-attend"})

        assert answer.content == BOM + (
            b'"Week from Monday","Days counted","Did not attend","Of visits","Share, %"\r\n"2026-11-16",7,1,6,16.7\r\n'
        )
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert answer["Content-Disposition"] == 'attachment; filename="did-not-attend-2026-11-16-2026-11-22.csv"'
        assert answer["Cache-Control"] == "no-store, private"

    @pytest.mark.parametrize("table", TABLES)
    def test_each_table_has_the_rows_of_the_page(self, as_user, manager, week, table):
        client = as_user(manager)

        lines = client.post(EXPORT, WEEK | {"table": table}).content.decode("utf-8-sig").splitlines()

        shown = part(client, table).table
        assert len(lines) == 1 + len(shown.rows)
        assert lines[0] == ",".join(f'"{name}"' for name in shown.head)

    def test_a_share_of_too_few_is_an_empty_cell(self, as_user, manager, okafor):
        diary.appointment(people.patient(), okafor, diary.kind(okafor), MONDAY, "did_not_attend")

        answer = as_user(manager).post(EXPORT, WEEK | {"table": "did-not-attend"})

        assert answer.content.splitlines()[1] == b'"2026-11-16",7,1,1,""'

    @pytest.mark.parametrize(
        ("name", "cell"),
        [
            ('=HYPERLINK("https://evil.example")', '"\'=HYPERLINK(""https://evil.example"")"'),
            ("+44", '"\'+44"'),
            ("Łukasz, Dr", '"Łukasz, Dr"'),
        ],
    )
    def test_a_clinicians_name_runs_nothing(self, as_user, manager, name, cell):
        diary.hours(people.clinician(name=name))

        answer = as_user(manager).post(EXPORT, WEEK | {"table": "utilisation-by-clinician"})

        assert answer.content.decode("utf-8-sig").splitlines()[1] == f'{cell},"2026-11-16",7,0,2400,0.0'

    def test_is_written_down(self, as_user, manager, okafor):
        client = as_user(manager)

        client.post(EXPORT, WEEK | {"table": "cancelled"})
        client.post(EXPORT, WEEK | {"table": "cancelled", "clinician": okafor.pk})

        logged = AccessLog.objects.values_list("what", "about_type", "about", "actor", "role")
        assert set(logged) == {
            ("exported", "report cancelled", about, manager.pk, "manager") for about in (WHOLE_CLINIC, okafor.pk)
        }

    @pytest.mark.parametrize(
        "sent",
        [
            {"table": "users"},
            {"table": ""},
            {"first": "2026-02-30"},
            {"last": ""},
            {"clinician": "\0"},
            {"table": "\0"},
        ],
    )
    def test_what_makes_no_sense_exports_nothing(self, as_user, manager, sent):
        answer = as_user(manager).post(EXPORT, WEEK | {"table": "cancelled"} | sent)

        assert answer.status_code == 422
        assert answer["Content-Type"].startswith("text/html")
        assert not AccessLog.objects.exists()


class TestSpeed:
    @pytest.mark.parametrize("visits", [1_000, pytest.param(10_000, marks=pytest.mark.proof)])
    def test_same_queries_for_one_and_for_many_and_under_half_a_second(self, as_user, manager, okafor, lind, visits):
        kind = diary.kind(okafor, lind)
        for clinician in (okafor, lind):
            diary.hours(clinician)
        diary.appointment(people.patient(), okafor, kind, MONDAY)
        client = as_user(manager)
        client.get(URL)
        with CaptureQueriesContext(connection) as one:
            client.get(URL)
        many(Period(date(2026, 8, 31), date(2026, 11, 15)), kind, [okafor, lind], visits)
        with CaptureQueriesContext(connection) as many_visits:
            client.get(URL)

        took = min(timed(client) for _ in range(3))

        assert len(one) == len(many_visits)
        assert took < 0.5


def timed(client):
    began = time.perf_counter()
    assert client.get(URL).status_code == 200
    return time.perf_counter() - began


def many(period, kind, clinicians, number):
    """Visits of 5 minutes of 500 patients over the period, a tenth of them cancelled by the patient."""
    patients = [people.patient(account=False) for _ in range(500)]
    start, step = instant(period.first, 0), (period.ends_at - period.starts_at) / (number // 2)
    made = []
    for place in range(number):
        starts_at = start + step * (place // 2)
        ends_at = starts_at + timedelta(minutes=5)
        made.append(
            Appointment(
                kind=kind,
                clinician=clinicians[place % 2],
                patient=patients[place % 500],
                state="cancelled_by_patient" if place % 10 == 0 else "completed",
                mode="video",
                starts_at=starts_at,
                ends_at=ends_at,
                busy_from=starts_at,
                busy_until=ends_at,
                fee_pence=100,
                created_at=starts_at - timedelta(days=9),
                booked_at=starts_at - timedelta(days=9),
            )
        )
    Appointment.objects.bulk_create(made, batch_size=1000)
    AppointmentStateChange.objects.bulk_create(
        AppointmentStateChange(
            record=each, from_state="booked", to_state=each.state, at=each.starts_at - timedelta(days=1)
        )
        for each in made
        if each.state == "cancelled_by_patient"
    )
    with (
        connection.cursor() as cursor
    ):  # as the database does by itself after a while: without it plans are wild guesses
        cursor.execute("reset role")
        cursor.execute("analyze bookings_appointment, bookings_appointmentstatechange")
        cursor.execute("set role clinic_app")
