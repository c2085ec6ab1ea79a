"""A patient without an account claims their record with a code from staff and their date of birth."""

import contextlib
from datetime import date, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.audit.models import AccessLog
from clinic.worklist.models import Task
from patients.profile import policy
from patients.profile.actions import HasAccount, HasProfile, WrongCode, claim_record, give_claim_code
from patients.profile.models import ClaimCode, Patient
from tests.factories import people
from tests.factories.people import NOW
from tests.race import race

pytestmark = pytest.mark.django_db
BORN = date(1970, 5, 1)
URL = "/care/claim/"


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def no_tries_yet(db):
    cache.clear()


@pytest.fixture
def cho(db):
    made = people.patient(account=False, family_name="Cho", date_of_birth=BORN)
    Patient.objects.filter(pk=made.pk).update(email="cho@example.com")
    return fresh(made)


@pytest.fixture
def account(db):
    return people.user("new@example.com")


@pytest.fixture
def code(cho, rosa):
    return give_claim_code(cho, by=rosa, at=NOW)


def send(client, code, born=BORN):
    parts = {f"date_of_birth_{name}": getattr(born, name) for name in ("day", "month", "year")}
    return client.post(URL, {"code": code} | parts)


def fresh(record):
    record.refresh_from_db()
    return record


class TestGiving:
    def test_a_code_is_easy_to_read_and_kept_as_a_hash(self, code, rosa, cho):
        assert len(code) == 9
        assert set(code) <= set(policy.CLAIM_LETTERS) | {"-"}
        kept = ClaimCode.objects.get()
        assert code.replace("-", "") not in kept.digest
        assert (kept.patient, kept.made_by, kept.expires_at) == (cho, rosa, NOW + timedelta(days=14))

    def test_a_newer_one_ends_the_older(self, cho, rosa, account, code):
        newer = give_claim_code(cho, by=rosa, at=NOW)

        with pytest.raises(WrongCode):
            claim_record(code, BORN, by=account, at=NOW)
        claim_record(newer, BORN, by=account, at=NOW)
        assert fresh(cho).user == account

    def test_not_to_somebody_with_an_account(self, amina, rosa):
        with pytest.raises(HasAccount):
            give_claim_code(amina, by=rosa, at=NOW)

    def test_is_shown_once_at_the_desk(self, as_user, rosa, cho):
        client = as_user(rosa)
        page = f"/admin/patients/patient/{cho.pk}/change/"

        shown = client.post(reverse("desk_claim_code", args=[cho.pk]))

        assert "Give a claim code" in client.get(page).content.decode()
        code = shown.context["code"]
        assert code in shown.content.decode()
        assert "Monday 7 December 2026 at 9am, UK time" in shown.content.decode()
        assert shown["Cache-Control"] == "no-store, private"
        assert code not in client.get(page).content.decode()

    def test_for_somebody_with_an_account_leads_back(self, as_user, rosa, amina):
        response = as_user(rosa).post(reverse("desk_claim_code", args=[amina.pk]), follow=True)

        assert "has an account already" in response.content.decode()
        assert "Give a claim code" not in response.content.decode()

    def test_who_may(self, as_user, client, rosa, manager, okafor, amina, cho):
        url = reverse("desk_claim_code", args=[cho.pk])

        assert client.post(url).url == f"/accounts/login/?next={url}"
        assert as_user(amina.user).post(url).status_code == 404
        assert as_user(okafor.user).post(url).status_code == 403
        assert as_user(rosa).get(url).status_code == 405
        assert as_user(rosa).post(reverse("desk_claim_code", args=[rosa.pk])).status_code == 404
        assert as_user(manager).post(url).status_code == 200

    @pytest.mark.parametrize(
        "fields", [{"used_at": NOW}, {"tries": policy.CLAIM_TRIES + 1}], ids=["used by nobody", "tried too often"]
    )
    def test_the_database_keeps_a_code_in_shape(self, code, fields):
        with pytest.raises(IntegrityError), transaction.atomic():
            ClaimCode.objects.update(**fields)

    def test_the_database_keeps_one_open_code_a_patient(self, cho, rosa, code):
        with pytest.raises(IntegrityError, match="one_open_claim_code"), transaction.atomic():
            ClaimCode.objects.create(patient=cho, digest="x", made_at=NOW, made_by=rosa, expires_at=NOW)


class TestClaiming:
    @pytest.mark.parametrize(
        "typed", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code[:3]} {code[3:]} "]
    )
    def test_joins_the_account_to_the_record(self, as_user, account, cho, code, typed):
        response = send(as_user(account), typed(code))

        assert response.url == "/care/"
        assert (fresh(cho).user, cho.email, cho.reach) == (account, "", "new@example.com")
        assert ClaimCode.objects.values_list("used_by", "used_at").get() == (account.pk, NOW)
        assert list(AccessLog.objects.values_list("what", "about_type", "about", "actor")) == [
            ("claimed", "patient", cho.pk, account.pk)
        ]
        assert b"Your visits now show in this account." in as_user(account).get(response.url).content

    def test_the_two_wrong_answers_are_the_same(self, as_user, account, code):
        client = as_user(account)
        client.get(reverse("claim"))  # a session's first page writes when it began
        answers = []
        for typed, born in ((code, date(1971, 5, 1)), ("AAAA-AAAA", BORN)):
            with CaptureQueriesContext(connection) as seen:
                answer = send(client, typed, born)
            answers.append((answer.status_code, str(answer.context["form"].non_field_errors()), len(seen)))

        assert answers[0] == answers[1]
        assert answers[0][0] == 422
        assert AccessLog.objects.filter(what="refused", about_type="claim", actor=account).count() == 2

    def test_five_wrong_dates_end_a_code(self, account, code, cho):
        for _ in range(5):
            with pytest.raises(WrongCode):
                claim_record(code, date(1971, 1, 1), by=account, at=NOW)

        with pytest.raises(WrongCode):
            claim_record(code, BORN, by=account, at=NOW)
        assert fresh(cho).user is None
        assert ClaimCode.objects.get().tries == 5

    def test_four_do_not(self, account, code, cho):
        for _ in range(4):
            with pytest.raises(WrongCode):
                claim_record(code, date(1971, 1, 1), by=account, at=NOW)

        claim_record(code, BORN, by=account, at=NOW)

        assert fresh(cho).user == account

    @pytest.mark.parametrize(("days", "joined"), [(timedelta(days=14, seconds=-1), True), (timedelta(days=14), False)])
    def test_until_14_days(self, account, code, cho, days, joined):
        with contextlib.suppress(WrongCode):
            claim_record(code, BORN, by=account, at=NOW + days)

        assert (fresh(cho).user == account) is joined

    def test_works_once(self, account, code, cho):
        claim_record(code, BORN, by=account, at=NOW)

        with pytest.raises(WrongCode):
            claim_record(code, BORN, by=people.user("second@example.com"), at=NOW)
        assert fresh(cho).user == account

    def test_ten_tries_an_hour_an_account(self, as_user, account, code, monday_morning):
        client = as_user(account)

        answers = [send(client, "AAAA-AAAA").status_code for _ in range(11)]

        assert answers == [422] * 10 + [429]
        assert send(client, code).status_code == 429
        monday_morning.shift(timedelta(minutes=61))
        assert send(client, code).status_code == 302

    def test_an_account_with_a_record_is_not_joined_and_staff_look(self, as_user, amina, cho, code):
        response = send(as_user(amina.user), code)

        assert response.status_code == 422
        assert "we cannot add the other ones by ourselves" in response.content.decode()
        assert (fresh(cho).user, cho.email) == (None, "cho@example.com")
        assert Task.objects.values_list("kind", "about", "role").get() == ("two_records", cho.pk, "reception")
        assert ClaimCode.objects.live(NOW).count() == 1

    def test_and_a_wrong_code_tells_such_an_account_nothing(self, amina, cho, code):
        with pytest.raises(WrongCode):
            claim_record(code, date(1971, 1, 1), by=amina.user, at=NOW)
        assert Task.objects.count() == 0

    @pytest.mark.parametrize(
        ("sent", "says"),
        [
            ({}, "Enter your code"),
            ({"code": "x" * 21}, "20 characters"),
            ({"code": "a\0b"}, "cannot be saved"),
            ({"code": "ABCD-EFGH", "date_of_birth_day": "31", "date_of_birth_month": "2"}, "must include a year"),
        ],
    )
    def test_bad_input_stands_beside_its_field(self, as_user, account, sent, says):
        response = as_user(account).post(URL, sent)

        assert response.status_code == 422
        assert says in response.content.decode()

    def test_the_details_page_leads_there(self, as_user, account):
        assert URL in as_user(account).get("/care/details/").content.decode()

    def test_the_patient_sees_their_record_then(self, as_user, account, code):
        send(as_user(account), code)

        assert "Cho" in as_user(account).get("/care/details/").content.decode()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_two_accounts_with_one_code_give_one_winner(self, cho, code):
        accounts = [people.user(f"racer{number}@example.com") for number in range(6)]

        results = race(6, lambda number: claim_record(code, BORN, by=accounts[number], at=NOW))

        assert sorted(type(result).__name__ for result in results) == ["NoneType"] + ["WrongCode"] * 5
        assert fresh(cho).user == accounts[results.index(None)]

    def test_one_account_with_two_codes_gets_one_record(self, cho, code, rosa, account):
        other = people.patient(account=False, date_of_birth=BORN)
        codes = [code, give_claim_code(other, by=rosa, at=NOW)]

        results = race(2, lambda number: claim_record(codes[number], BORN, by=account, at=NOW))

        assert sorted(type(result).__name__ for result in results) == ["HasProfile", "NoneType"]
        assert Patient.objects.filter(user=account).count() == 1
        assert HasProfile in {type(result) for result in results}

    def test_wrong_dates_at_once_end_at_five(self, cho, code, account):
        results = race(8, lambda number: claim_record(code, date(1971, 1, 1), by=account, at=NOW))

        assert {type(result) for result in results} == {WrongCode}
        assert ClaimCode.objects.get().tries == 5
