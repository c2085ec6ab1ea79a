"""People at the desk: finding them by two facts, and adding them."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.audit.models import AccessLog
from patients.profile.models import Patient
from tests.factories import diary, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
URL = "/admin/book/"


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def amina(db):
    return people.patient(
        "amina@example.com",
        first_names="Amina Zoë",
        family_name="Example-O’Hara",
        date_of_birth=date(1980, 3, 27),
        phone="+447700900124",
        nhs_number="9990000018",
    )


class TestFind:
    @pytest.mark.parametrize(
        "sent",
        [
            {"name": "amina", "date_of_birth": "1980-03-27"},
            {"name": "EXAMPLE zoe", "phone": "07700 900124"},
            {"name": "ohara am", "nhs_number": "999 000 0018"},
            {"date_of_birth": "27/3/1980", "phone": "+44 7700 900124"},
            {"phone": "07700900124", "nhs_number": "999-000-0018"},
            {"name": "somebody else", "date_of_birth": "1980-03-27", "phone": "07700900124"},
        ],
    )
    def test_by_two_facts(self, as_user, rosa, amina, ben, sent):
        html = as_user(rosa).post(URL, sent).content.decode()

        assert "Book for Amina Zoë Example-O’Hara" in html
        assert "999 000 0018" in html
        assert "1 found" in html

    @pytest.mark.parametrize(
        "sent",
        [
            {"name": "amina", "date_of_birth": "1980-03-28"},
            {"name": "ben", "date_of_birth": "1980-03-27"},
            {"name": "mina", "phone": "07700 900124"},
            {"phone": "07700 900125", "nhs_number": "999 000 0018"},
            {"name": "%", "date_of_birth": "1980-03-27"},
        ],
    )
    def test_not_by_one(self, as_user, rosa, amina, sent):
        response = as_user(rosa).post(URL, sent)

        assert response.status_code == 200
        assert "Nobody of whom two of these match" in response.content.decode()
        assert "Amina" not in response.content.decode().replace(f'value="{sent.get("name")}"', "")

    @pytest.mark.parametrize(
        ("sent", "says"),
        [
            ({"name": "amina"}, "Ask for the date of birth, the phone number or the NHS number as well"),
            ({"nhs_number": "9990000018"}, "Ask for the name, the date of birth or the phone number as well"),
            ({}, "Enter two of these: the name, the date of birth, the phone number or the NHS number"),
            ({"name": "x" * 101, "phone": "07700900124"}, "100 characters or fewer"),
            ({"name": "a\0b", "phone": "07700900124"}, "cannot be saved"),
            ({"name": "amina", "phone": "12"}, "UK phone number"),
            ({"name": "amina", "date_of_birth": "2026-02-30"}, "Enter the date of birth"),
            ({"name": "amina", "nhs_number": "12345"}, "too short"),
        ],
    )
    def test_what_is_missing_or_wrong_is_said(self, as_user, rosa, amina, sent, says):
        response = as_user(rosa).post(URL, sent)

        assert response.status_code == 422
        assert says in response.content.decode()
        assert "Book for Amina" not in response.content.decode()

    def test_who_is_shown_is_written_down(self, as_user, rosa, amina, ben):
        as_user(rosa).post(URL, {"name": "amina", "phone": "07700900124"})

        assert list(AccessLog.objects.values_list("what", "about_type", "about", "actor")) == [
            ("read", "patient", amina.pk, rosa.pk)
        ]

    def test_an_address_finds_nobody(self, as_user, rosa, amina):
        html = as_user(rosa).get(URL, {"name": "amina", "date_of_birth": "1980-03-27"}).content.decode()

        assert "Book for Amina" not in html

    def test_the_pressed_time_goes_along(self, as_user, rosa, amina):
        slot = "20261202T1000Z." + "a" * 32

        html = (
            as_user(rosa)
            .post(f"{URL}?day=2026-12-02&slot={slot}", {"name": "amina", "phone": "07700900124"})
            .content.decode()
        )

        assert f"/admin/book/{amina.pk}/?day=2026-12-02&amp;slot={slot}" in html

    def test_same_queries_for_one_and_three(self, as_user, rosa, amina):
        sent, client = {"date_of_birth": "1980-03-27", "phone": "07700900124"}, as_user(rosa)
        client.post(URL, sent)
        with CaptureQueriesContext(connection) as one:
            client.post(URL, sent)
        for _ in range(2):
            people.patient(phone="+447700900124")

        with CaptureQueriesContext(connection) as three:
            assert b"3 found" in client.post(URL, sent).content

        assert len(one) == len(three)

    def test_who_may(self, as_user, client, okafor, amina):
        sent = {"name": "amina", "phone": "07700900124"}

        assert client.post(URL, sent).url == f"/accounts/login/?next={URL}"
        assert as_user(okafor.user).post(URL, sent).status_code == 403
        assert as_user(amina.user).post(URL, sent).status_code == 404


class TestAdd:
    def test_adds_somebody_without_account_or_email(self, as_user, rosa):
        sent = {
            "family_name": "Cho",
            "date_of_birth": "1970-05-01",
            "phone": "07700 900001",
            "postcode": "aa11aa",
            "gp_practice": "Exampleton Surgery",
        }

        response = as_user(rosa).post("/admin/book/new-patient/?day=2026-12-02", sent)

        cho = Patient.objects.get()
        assert (cho.user, cho.email, cho.phone, cho.postcode) == (None, "", "+447700900001", "AA1 1AA")
        assert response.url == f"/admin/book/{cho.pk}/?day=2026-12-02"

    @pytest.mark.parametrize(
        ("field", "value", "says"),
        [
            ("date_of_birth", "2015-01-01", "adults"),
            ("date_of_birth", "1850-01-01", "since 1900"),
            ("date_of_birth", "2026-02-30", "date of birth"),
            ("phone", "12", "UK phone number"),
            ("postcode", "nowhere", "postcode"),
            ("family_name", "", "family name"),
            ("email", "nonsense", "email address"),
            ("family_name", "a\0b", "cannot be saved"),
            ("nhs_number", "999 000 0019", "One of the digits"),
        ],
    )
    def test_bad_details_are_said_beside_the_field(self, as_user, rosa, field, value, says):
        sent = {
            "family_name": "Cho",
            "date_of_birth": "1970-05-01",
            "phone": "07700 900001",
            "postcode": "aa11aa",
            "gp_practice": "Exampleton Surgery",
        }

        response = as_user(rosa).post("/admin/book/new-patient/", sent | {field: value})

        assert response.status_code == 422
        assert says in response.content.decode()
        assert not Patient.objects.exists()

    SENT = {
        "family_name": "Cho",
        "date_of_birth": "1970-05-01",
        "phone": "07700 900001",
        "postcode": "aa11aa",
        "gp_practice": "Exampleton Surgery",
    }

    def test_keeps_an_nhs_number_as_digits(self, as_user, rosa):
        as_user(rosa).post("/admin/book/new-patient/", self.SENT | {"nhs_number": "999 000 0018"})

        assert Patient.objects.get().nhs_number == "9990000018"

    @pytest.mark.parametrize(
        "same",
        [
            {"first_names": "", "family_name": "Cho", "date_of_birth": date(1970, 5, 1)},
            {"first_names": "Sam", "family_name": "CHO", "phone": "+447700900001"},
            {"date_of_birth": date(1970, 5, 1), "phone": "+447700900001"},
        ],
    )
    def test_who_looks_the_same_is_shown_first(self, as_user, rosa, same):
        known = people.patient(**same)

        response = as_user(rosa).post("/admin/book/new-patient/?day=2026-12-02", self.SENT)

        html = response.content.decode()
        assert response.status_code == 422
        assert f"/admin/book/{known.pk}/?day=2026-12-02" in html
        assert 'value="07700 900001"' in html
        assert 'name="anyway"' in html
        assert Patient.objects.count() == 1

    def test_and_added_all_the_same_where_it_is_another(self, as_user, rosa):
        people.patient(family_name="Cho", date_of_birth=date(1970, 5, 1))

        response = as_user(rosa).post("/admin/book/new-patient/", self.SENT | {"anyway": "on"})

        assert response.status_code == 302
        assert Patient.objects.count() == 2

    def test_one_fact_alone_is_no_reason_to_ask(self, as_user, rosa):
        people.patient(date_of_birth=date(1970, 5, 1))

        assert as_user(rosa).post("/admin/book/new-patient/", self.SENT).status_code == 302

    def test_the_tick_is_not_asked_for_at_first(self, as_user, rosa):
        assert 'name="anyway"' not in as_user(rosa).get("/admin/book/new-patient/").content.decode()


class TestVisitsOfAPatient:
    def test_are_linked_from_their_page_by_key_and_not_by_name(self, as_user, rosa, okafor, amina):
        kind, ben = diary.kind(okafor), people.patient(first_names="Ben", family_name="Sample")
        for hour, who in enumerate((amina, ben)):
            diary.appointment(who, okafor, kind, NOW + timedelta(days=9, hours=hour))
        own, visits = f"/admin/patients/patient/{amina.pk}/change/", "/admin/bookings/appointment/"

        html = as_user(rosa).get(own).content.decode()
        listed = as_user(rosa).get(f"{visits}?patient={amina.pk}&state=all")

        assert f'href="{visits}?patient={amina.pk}&amp;state=all"' in html
        assert [visit.patient for visit in listed.context["cl"].result_list] == [amina]
        assert as_user(rosa).get(f"{visits}?patient=nonsense").url == visits
