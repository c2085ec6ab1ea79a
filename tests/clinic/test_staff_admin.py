"""The admin as a house: who gets in, what each role sees, and what no address can bring out."""

from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.appointments.models import Appointment
from clinic.accounts.enums import Role
from clinic.accounts.staff_admin import StaffAdmin
from clinic.audit.models import AccessLog
from clinic.staff.models import Clinician
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind, TaskState
from clinic.worklist.models import Task
from patients.intake.models import Intake
from patients.profile.models import Patient
from tests.factories import diary, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
LISTS = {
    # address: roles that may open it
    "bookings/appointment": {"reception", "manager", "clinician"},
    "bookings/appointmentkind": {"reception", "manager"},
    "bookings/hoursexception": {"reception", "manager"},
    "bookings/offer": {"reception", "manager"},
    "bookings/skip": {"reception", "manager"},
    "bookings/waitingentry": {"reception", "manager"},
    "bookings/weeklyhours": {"reception", "manager"},
    "clinic/accesslog": {"manager"},
    "clinic/clinician": {"reception", "manager"},
    "clinic/enquiry": {"reception", "manager"},
    "clinic/message": {"reception", "manager"},
    "clinic/page": {"clinician", "manager"},
    "clinic/stoppedaddress": {"reception", "manager"},
    "clinic/task": {"reception", "manager", "clinician"},
    "clinic/training": {"manager"},
    "clinic/trainingdone": {"reception", "manager", "clinician"},
    "clinic/user": {"manager"},
    "patients/carerelationship": {"manager"},
    "patients/datarequest": {"manager"},
    "patients/incident": {"manager", "clinician"},
    "patients/intake": {"reception", "manager"},
    "patients/patient": {"reception", "manager"},
    "patients/questionnaire": {"reception", "manager"},
}
NONSENSE = [
    "day__year=99999999999",
    "starts_at__year=99999999999",
    "day=99999999-99-99",
    "day=9999-12-31",
    "day=0001-01-01",
    "day=",
    "p=99999999999999999999",
    "p=x",
    "o=99999999999999999999.x",
    "q=" + "%27%22%3C" * 50,
    "q=" + "a" * 3000,
    "clinician__id__exact=x",
    "clinician=" + "9" * 3000,
    "state__exact=x",
    "is_active__exact=x",
    "weekday__exact=99999999999999999999",
    "id__in=x",
    "unknown=1",
    "_to_field=password",
    "_popup=1",
    "e=1",
    "password__startswith=a",
    "answers__icontains=epilepsy",
    "all=",
    "_facets=True",
]


def url(name):
    return f"/admin/{name}/"


@pytest.fixture
def staff(rosa, manager, okafor):
    return {"reception": rosa, "manager": manager, "clinician": okafor.user}


@pytest.fixture
def house(amina, okafor, rosa):
    """A row in every table."""
    kind = diary.kind(okafor)
    diary.hours(okafor, weekdays=[0])
    diary.appointment(amina, okafor, kind, NOW + timedelta(days=9))
    Intake.objects.create(patient=amina, form_version="1", answers={"q": "epilepsy"}, started_at=NOW, saved_at=NOW)
    worklist.ask(
        TaskKind.MESSAGE_FAILED,
        "A message could not be sent",
        key="1",
        about=uuid4(),
        role=Role.RECEPTION,
        due_at=NOW,
        at=NOW,
    )


def test_every_table_is_in_the_list_and_ours():
    assert {f"{model._meta.app_label}/{model._meta.model_name}" for model in admin.site._registry} == set(LISTS)
    assert all(isinstance(page, StaffAdmin) for page in admin.site._registry.values())


@pytest.mark.parametrize("name", LISTS)
def test_lists_open_for_their_roles_only(name, staff, as_user, client, amina, house):
    assert client.get(url(name)).url == f"/accounts/login/?next={url(name)}"
    assert as_user(amina.user).get(url(name)).status_code == 404
    assert {role for role, user in staff.items() if as_user(user).get(url(name)).status_code == 200} == LISTS[name]
    assert {role for role, user in staff.items() if as_user(user).get(url(name)).status_code == 403} == set(
        staff
    ) - LISTS[name]


@pytest.mark.parametrize("name", LISTS)
def test_nothing_can_be_deleted(name, staff, as_user, house):
    key = uuid4()

    assert as_user(staff["manager"]).post(f"{url(name)}{key}/delete/", {"post": "yes"}).status_code in {403, 404}
    assert as_user(staff["manager"]).post(
        url(name), {"action": "delete_selected", "_selected_action": str(key), "index": 0}
    ).status_code in {200, 302}
    assert Patient.objects.count() == 1


@pytest.mark.parametrize("name", LISTS)
def test_nonsense_in_the_address_is_never_a_500(name, manager, as_user, house):
    client = as_user(manager)
    for query in NONSENSE:
        assert client.get(f"{url(name)}?{query}", follow=True).status_code in {200, 400}, query


@pytest.mark.parametrize("name", LISTS)
def test_nonsense_for_a_key_is_never_a_500(name, manager, as_user):
    client = as_user(manager)
    for part in ("x", "0", "9" * 300, "%27", "..", "None"):
        assert client.get(f"{url(name)}{part}/change/").status_code in {302, 403, 404}, part


@pytest.mark.parametrize(
    "query", ["q=epilepsy", "answers__icontains=epilepsy", "answers=epilepsy", "versions__answers__icontains=epilepsy"]
)
def test_reception_cannot_ask_for_answers(query, rosa, as_user, house):
    response = as_user(rosa).get(f"/admin/patients/intake/?{query}", follow=True)

    assert "Amina" not in response.content.decode()
    assert response.status_code == (200 if query.startswith("q=") else 400)


@pytest.mark.parametrize(
    "query", ["intakes__answers__icontains=epilepsy", "user__password__startswith=a", "care__reason=booked"]
)
def test_lookups_through_other_tables_are_refused(query, rosa, as_user, house):
    assert as_user(rosa).get(f"/admin/patients/patient/?{query}").status_code == 400


def test_intakes_show_status_only(rosa, as_user, house):
    intake = Intake.objects.get()

    html = as_user(rosa).get(f"/admin/patients/intake/{intake.pk}/change/").content.decode()

    assert "Not sent yet" in html
    assert "epilepsy" not in html
    assert as_user(rosa).post(f"/admin/patients/intake/{intake.pk}/change/", {"state": "decided"}).status_code == 403


@pytest.mark.parametrize("role", ["reception", "manager", "clinician"])
def test_autocomplete_is_off(staff, as_user, house, role):
    asked = "app_label=patients&model_name=intake&field_name=patient&term="

    assert as_user(staff[role]).get(f"/admin/autocomplete/?{asked}").status_code == 403


def test_changing_a_password_is_left_to_the_account_pages(rosa, as_user):
    assert as_user(rosa).get("/admin/password_change/").url == "/accounts/password/change/"


def test_the_admins_own_sign_in_leads_to_ours(client, rosa, as_user, amina):
    assert client.get("/admin/login/").url.startswith("/accounts/login/")
    assert client.post("/admin/login/", {"username": "rosa@example.com", "password": "x"}).url.startswith(
        "/accounts/login/"
    )
    assert as_user(rosa).post("/admin/login/", {"username": "manager@example.com", "password": "x"}).url == "/admin/"
    assert as_user(amina.user).get("/admin/login/").status_code == 403


class TestFrontPage:
    def test_leads_to_the_days_work(self, staff, as_user):
        pages = {role: as_user(user).get("/admin/").content.decode() for role, user in staff.items()}

        assert {role for role, html in pages.items() if "/admin/diary/" in html} == set(staff)
        assert {role for role, html in pages.items() if "/admin/book/" in html} == {"reception", "manager"}
        assert "/admin/clinic/accesslog/" not in pages["reception"]


class TestPatients:
    def sent(self, **fields):
        return {
            "first_names": "Amina",
            "family_name": "Example",
            "preferred_name": "",
            "date_of_birth": "1980-03-27",
            "phone": "07700 900124",
            "postcode": "AA1 1AA",
            "gp_practice": "Exampleton Surgery",
        } | fields

    def change(self, amina):
        return f"/admin/patients/patient/{amina.pk}/change/"

    def test_are_changed_through_the_action(self, rosa, as_user, amina):
        response = as_user(rosa).post(self.change(amina), self.sent(email="stolen@example.com"))

        amina.refresh_from_db()
        assert response.status_code == 302
        assert (amina.phone, amina.email, amina.reach) == ("+447700900124", "", "amina@example.com")

    @pytest.mark.parametrize(
        "fields",
        [{"phone": "x"}, {"date_of_birth": "2020-01-01"}, {"family_name": ""}, {"records_received_on": "2999-01-01"}],
    )
    def test_bad_details_are_form_errors(self, rosa, as_user, amina, fields):
        response = as_user(rosa).post(self.change(amina), self.sent(**fields))

        assert response.status_code == 422
        assert Patient.objects.get().phone == "+447700900123"

    def test_reading_is_written_down(self, rosa, as_user, amina):
        as_user(rosa).get(self.change(amina))

        assert list(AccessLog.objects.values_list("what", "about_type", "about", "role")) == [
            ("read", "patient", amina.pk, "reception")
        ]

    def test_the_admins_log_holds_no_values(self, rosa, as_user, amina):
        as_user(rosa).post(self.change(amina), self.sent(first_names="Secret"))

        entry = LogEntry.objects.get()
        assert entry.object_repr == f"patient {amina.pk}"
        assert "Secret" not in entry.change_message
        assert "First names" in entry.change_message

    @pytest.mark.parametrize("asked", ["amina", "Example", "amina@example.com", "07700 900123", "+44 7700 900123"])
    def test_are_found(self, rosa, as_user, amina, ben, asked):
        html = as_user(rosa).get("/admin/patients/patient/", {"q": asked}).content.decode()

        assert "Amina" in html
        assert ("Ben" in html) == (
            asked in {"07700 900123", "+44 7700 900123", "Example"}
        )  # his address ends in example.com

    def test_one_can_be_added(self, rosa, as_user):
        assert as_user(rosa).post("/admin/patients/patient/add/", self.sent(email="")).status_code == 302
        assert Patient.objects.get().user is None


@pytest.mark.parametrize(
    "name",
    [
        "clinic/clinician",
        "clinic/task",
        "clinic/user",
        "clinic/accesslog",
        "patients/patient",
        "patients/intake",
        "bookings/weeklyhours",
    ],
)
def test_same_queries_for_one_and_three(name, manager, as_user):
    def add(count):
        for _ in range(count):
            patient = people.patient()
            Intake.objects.create(patient=patient, form_version="1", started_at=NOW, saved_at=NOW)
            diary.hours(people.clinician(), weekdays=[0])
            worklist.ask(
                TaskKind.DECISION_DUE,
                "A form waits",
                key=str(uuid4()),
                about=uuid4(),
                role=Role.CLINICIAN,
                due_at=NOW,
                at=NOW,
            )
            AccessLog.objects.create(at=NOW, actor=manager, what="read", about_type="intake", about=uuid4())

    client = as_user(manager)
    add(1)
    client.get(url(name))
    with CaptureQueriesContext(connection) as one:
        client.get(url(name))
    add(2)

    with CaptureQueriesContext(connection) as three:
        client.get(url(name))

    assert len(one) == len(three)


class TestWorklist:
    @pytest.fixture
    def task(self, db):
        return worklist.ask(
            TaskKind.MESSAGE_FAILED,
            "A message could not be sent",
            key="1",
            about=uuid4(),
            role=Role.RECEPTION,
            due_at=NOW,
            at=NOW,
        )

    def press(self, client, task, name, **sent):
        return client.post(reverse(f"admin:clinic_task_{name}", args=[task.pk]), sent, follow=True)

    def test_shows_what_waits_for_ones_role(self, staff, as_user, task):
        seen = {
            role
            for role, user in staff.items()
            if str(task.pk) in as_user(user).get("/admin/clinic/task/").content.decode()
        }

        assert seen == {"reception", "manager"}

    def test_take_and_finish(self, rosa, as_user, task):
        client = as_user(rosa)

        self.press(client, task, "take")
        self.press(client, task, "finish", outcome="Called, arranged a new time")

        task.refresh_from_db()
        assert (task.state, task.taken_by, task.outcome) == (TaskState.DONE, rosa, "Called, arranged a new time")
        assert str(task.pk) not in client.get("/admin/clinic/task/").content.decode()
        assert str(task.pk) in client.get("/admin/clinic/task/?state=done").content.decode()

    def test_taken_twice_is_refused_on_the_page(self, rosa, manager, as_user, task):
        self.press(as_user(manager), task, "take")

        assert "changed since" in self.press(as_user(rosa), task, "take").content.decode()

    @pytest.mark.parametrize("outcome", ["", "  ", "x" * 501, "a\0b"])
    def test_a_bad_outcome_is_a_form_error(self, rosa, as_user, task, outcome):
        response = self.press(as_user(rosa), task, "finish", outcome=outcome)

        assert response.status_code == 422
        assert Task.objects.get().state == TaskState.OPEN

    def test_wrong_role_method_and_key(self, staff, as_user, client, task, amina):
        take = reverse("admin:clinic_task_take", args=[task.pk])

        assert client.post(take).url.startswith("/accounts/login/")
        assert as_user(amina.user).post(take).status_code == 404
        assert as_user(staff["clinician"]).post(take).status_code == 404
        assert as_user(staff["reception"]).get(take).status_code == 405
        assert as_user(staff["reception"]).post(reverse("admin:clinic_task_take", args=[uuid4()])).status_code == 404


class TestClinicians:
    def test_a_manager_writes_an_entry(self, manager, as_user):
        person = people.user("new@example.com", role="clinician")
        sent = {
            "user": person.pk,
            "name": "Dr New",
            "gmc_number": "7654321",
            "cd_number": "612345",
            "specialty": "Neurology",
            "languages": "English",
            "verified_on": "",
            "is_active": "on",
        }

        assert as_user(manager).post("/admin/clinic/clinician/add/", sent).status_code == 302
        assert Clinician.objects.get().user == person
        assert Clinician.objects.get().cd_number == "612345"

    @pytest.mark.parametrize(
        "fields",
        [
            {"cd_number": "12345"},
            {"gmc_number": "12"},
            {"gmc_number": "9" * 5000},
            {"name": ""},
            {"user": "x"},
            {"verified_on": "31/02/2026"},
        ],
    )
    def test_bad_entries_are_form_errors(self, manager, as_user, fields):
        person = people.user("new@example.com", role="clinician")
        sent = {
            "user": person.pk,
            "name": "Dr New",
            "gmc_number": "7654321",
            "specialty": "Neurology",
            "is_active": "on",
        }

        assert as_user(manager).post("/admin/clinic/clinician/add/", sent | fields).status_code == 422

    def test_only_clinicians_accounts_are_offered(self, manager, as_user, okafor, amina):
        html = as_user(manager).get("/admin/clinic/clinician/add/").content.decode()

        assert "okafor@example.com" in html
        assert "amina@example.com" not in html


STAFF_PAGES = [
    "/admin/",
    "/admin/login/",
    "/admin/diary/",
    "/admin/diary/week/",
    "/admin/diary/list/",
    "/admin/book/",
    "/admin/book/new-patient/",
    "/admin/duplicates/",
    *(url(name) for name in LISTS),
    "/review/",
    "/",
]


class TestSecondFactor:
    @pytest.fixture(autouse=True)
    def asked_for(self, settings):
        settings.STAFF_SECOND_FACTOR = True

    @pytest.mark.parametrize("page", STAFF_PAGES)
    def test_without_one_leads_to_setting_it_up(self, page, rosa, as_user):
        response = as_user(rosa).get(page)

        assert (response.status_code, response.url) == (302, reverse("mfa_index"))

    @pytest.mark.parametrize("page", STAFF_PAGES)
    def test_not_passed_in_this_session_leads_to_passing_it(self, page, rosa, as_user):
        Authenticator.objects.create(user=rosa, type=Authenticator.Type.TOTP, data={})

        response = as_user(rosa).get(page)

        assert response.status_code == 302
        assert response.url.startswith(reverse("mfa_reauthenticate") + "?next=")

    def test_a_post_does_nothing_either(self, rosa, as_user, house):
        visit = Appointment.objects.get()
        as_user(rosa).post(
            reverse("desk_cancel", args=[visit.pk]), {"who": "clinic", "refund": 0, "reason": "x", "key": str(uuid4())}
        )

        assert Appointment.objects.get().state == "booked"

    def test_passed_opens_the_pages(self, rosa, as_user):
        Authenticator.objects.create(user=rosa, type=Authenticator.Type.TOTP, data={})
        client = as_user(rosa)
        session = client.session
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "type": "totp", "at": 0}]
        session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(rosa.pk)
        session.save()

        assert client.get("/admin/diary/").status_code == 200
