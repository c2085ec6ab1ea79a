"""A person's own details, over HTTP and in the database."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.profile import actions
from patients.profile.models import Patient
from tests.factories import people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db

DETAILS = {
    "first_names": "Amina",
    "family_name": "O’Neill-Ó Súilleabháin",
    "preferred_name": "Mina",
    "date_of_birth_day": "27",
    "date_of_birth_month": "March",
    "date_of_birth_year": "1984",
    "phone": "07700 900 982",
    "postcode": "aa1 1aa",
    "gp_practice": "Exampleton Surgery, Exampleton",
}


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def newcomer(db):
    return people.user("new@example.com")


def post(client, path=None, **changes):
    return client.post(path or reverse("profile"), DETAILS | changes)


def test_only_a_newcomer_is_asked_for_a_claim_code(newcomer, as_user, amina):
    asked = ["Use your code" in as_user(who).get(reverse("profile")).content.decode() for who in (newcomer, amina.user)]

    assert asked == [True, False]


def test_a_newcomer_saves_their_details(newcomer, as_user):
    response = post(as_user(newcomer))

    saved = Patient.objects.get(user=newcomer)
    assert (response.status_code, response["Location"]) == (302, "/care/")
    assert (saved.full_name, saved.called, saved.date_of_birth) == (
        "Amina O’Neill-Ó Súilleabháin",
        "Mina",
        date(1984, 3, 27),
    )
    assert (saved.phone, saved.postcode, saved.gp_practice) == (
        "+447700900982",
        "AA1 1AA",
        "Exampleton Surgery, Exampleton",
    )
    assert saved.created_at == NOW


def test_sent_twice_it_changes_nothing_more(amina, as_user):
    response = post(as_user(amina.user), family_name="Changed")

    assert (response.status_code, response["Location"]) == (302, "/care/")
    assert list(Patient.objects.values_list("pk", "family_name", "created_at")) == [(amina.pk, "Example", NOW)]


def test_it_asks_no_more_than_a_visit_needs(newcomer, as_user):
    form = as_user(newcomer).get(reverse("profile")).context["form"]

    assert [name for name, field in form.fields.items() if field.required] == [
        "family_name",
        "date_of_birth",
        "phone",
        "postcode",
        "gp_practice",
    ]


def test_boxes_know_what_a_browser_may_fill_in(newcomer, as_user):
    form = as_user(newcomer).get(reverse("profile")).context["form"]

    boxes = {
        name: form.fields[name].widget.attrs.get("autocomplete") for name in form.fields if name != "date_of_birth"
    }
    assert boxes == {
        "first_names": "given-name",
        "family_name": "family-name",
        "preferred_name": "nickname",
        "phone": "tel",
        "postcode": "postal-code",
        "gp_practice": "off",
        "access_needs": None,
    }
    parts = [box.attrs["autocomplete"] for box in form.fields["date_of_birth"].widget.widgets]
    assert parts == ["bday-day", "bday-month", "bday-year"]


def test_the_database_knows_the_answers_about_sex(amina):
    with pytest.raises(IntegrityError, match="patient_sex_known"), transaction.atomic():
        Patient.objects.filter(pk=amina.pk).update(sex="other")


def test_one_name_is_enough(newcomer, as_user):
    response = post(as_user(newcomer), first_names="", preferred_name="", family_name="李")

    assert (response.status_code, Patient.objects.get().called) == (302, "李")


YOUNG = "We see adults of 18 and over. Call us on 01632 960 100 and we will tell you who can help."
PHONE = "Enter a UK phone number, like 01632 960 001 or 07700 900 982"


def born(day):
    return {
        "date_of_birth_day": str(day.day),
        "date_of_birth_month": str(day.month),
        "date_of_birth_year": str(day.year),
    }


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"family_name": ""}, "family_name", "Enter your family name, or your only name"),
        ({"family_name": "  \t "}, "family_name", "Enter your family name, or your only name"),
        (
            {"family_name": "a\0b"},
            "family_name",
            "“Family name or only name” holds a character that cannot be saved. Type it again.",
        ),
        (
            {"family_name": "x" * 10_000},
            "family_name",
            "“Family name or only name” must be 100 characters or fewer. You typed 10,000.",
        ),
        ({"first_names": "x" * 101}, "first_names", "“First names” must be 100 characters or fewer. You typed 101."),
        ({"phone": "😀"}, "phone", PHONE),
        ({"phone": ""}, "phone", PHONE),
        ({"phone": "0906 123 4567"}, "phone", PHONE),
        ({"phone": "07700\0900982"}, "phone", "“Phone number” holds a character that cannot be saved. Type it again."),
        ({"postcode": "nowhere"}, "postcode", "Enter a full UK postcode, like AA1 1AA"),
        ({"postcode": "😀"}, "postcode", "Enter a full UK postcode, like AA1 1AA"),
        ({"gp_practice": ""}, "gp_practice", "Enter the name of your GP practice"),
        (
            born(date(1990, 2, 1)) | {"date_of_birth_day": "31"},
            "date_of_birth",
            "Your date of birth must be a real date, like 27 3 1984",
        ),
        (
            born(NOW.date() + timedelta(days=1)),
            "date_of_birth",
            "Your date of birth must be 23 November 2026 or earlier",
        ),
        (born(date(1899, 12, 31)), "date_of_birth", "Your date of birth must be 1 January 1900 or later"),
        (
            {"date_of_birth_year": "9" * 5000},
            "date_of_birth",
            "Your date of birth must have a year of 4 numbers, like 1984",
        ),
        (born(date(2008, 11, 24)), "date_of_birth", YOUNG),
        (
            {f"date_of_birth_{part}": "" for part in ("day", "month", "year")},
            "date_of_birth",
            "Enter your date of birth, like 27 3 1984",
        ),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_typed_is_lost(newcomer, as_user, changes, field, message):
    response = post(as_user(newcomer), **changes)

    form = response.context["form"]
    assert (response.status_code, form.errors) == (422, {field: [message]})
    assert {name: form.data[name] for name in DETAILS} == DETAILS | changes
    assert response.content.decode().count(message.replace("'", "&#x27;")) == 2  # in the summary and beside the field
    assert Patient.objects.count() == 0


def test_18_today_is_old_enough(newcomer, as_user):
    assert post(as_user(newcomer), **born(date(2008, 11, 23))).status_code == 302


def test_an_empty_post_is_not_a_success(newcomer, as_user):
    response = as_user(newcomer).post(reverse("profile"))

    assert (response.status_code, len(response.context["form"].errors)) == (422, 5)


def test_real_numbers_only_in_production(newcomer, as_user, settings):
    settings.PRODUCTION = True

    response = post(as_user(newcomer))

    assert (response.status_code, response.context["form"].errors) == (422, {"phone": [PHONE]})


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("/book/first-assessment/?day=2026-12-02", "/book/first-assessment/?day=2026-12-02"),
        ("//evil.example", "/care/"),
        ("/\\evil.example", "/care/"),
        ("https://evil.example/", "/care/"),
        ("https:evil", "/care/"),
        ("javascript:alert(1)", "/care/"),
        ("\t//evil.example", "/care/"),
        ("intake", "/care/"),
        ("/" + "a" * 2000, "/care/"),
        ("", "/care/"),
    ],
)
def test_afterwards_only_local_paths(newcomer, as_user, wanted, got):
    response = as_user(newcomer).post(reverse("profile", query={"next": wanted}), DETAILS)

    assert (response.status_code, response["Location"]) == (302, got)


def test_only_patients_have_one(rosa, manager, okafor, as_user):
    for user in (rosa, manager, okafor.user):
        client = as_user(user)
        assert (client.get(reverse("profile")).status_code, post(client).status_code) == (403, 403)
    assert Patient.objects.count() == 0


def test_signed_out_leads_to_sign_in(client, db):
    response = client.get(reverse("profile"))

    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/care/details/")


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(amina, as_user, method):
    assert getattr(as_user(amina.user), method)(reverse("profile")).status_code == 405


def test_a_child_is_refused_below_the_form_too(newcomer):
    details = {"family_name": "Example", "date_of_birth": date(2008, 11, 24)}

    with pytest.raises(actions.TooYoung, match="We see adults of 18 and over"):
        actions.save_profile(newcomer, details, at=NOW)


def test_care_is_opened_once(amina, okafor):
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)
    open_care(amina, okafor, CareRelationship.Reason.CLAIMED, at=NOW + timedelta(days=1))

    assert list(CareRelationship.objects.values_list("reason", "started_at")) == [("booked", NOW)]


def test_care_that_ended_is_opened_anew(amina, okafor):
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)
    CareRelationship.objects.update(ended_at=NOW)

    open_care(amina, okafor, CareRelationship.Reason.CLAIMED, at=NOW)

    assert set(CareRelationship.objects.values_list("reason", "ended_at")) == {("booked", NOW), ("claimed", None)}


@pytest.mark.parametrize("number", ["", "9990000018"])
def test_the_database_keeps_ten_digits_or_none(amina, number):
    Patient.objects.filter(pk=amina.pk).update(nhs_number=number)

    assert Patient.objects.get().nhs_number == number


@pytest.mark.parametrize("number", ["999000001", "999 000001", "999000001x", "٩٩٩٠٠٠٠٠١٨"])
def test_the_database_refuses_other_nhs_numbers(amina, number):
    with pytest.raises(IntegrityError, match="nhs_number_has_ten_digits"), transaction.atomic():
        Patient.objects.filter(pk=amina.pk).update(nhs_number=number)


def test_an_nhs_number_is_shown_in_groups(as_user, rosa, amina):
    Patient.objects.filter(pk=amina.pk).update(nhs_number="9990000018")

    assert 'value="999 000 0018"' in as_user(rosa).get(f"/admin/patients/patient/{amina.pk}/change/").content.decode()
