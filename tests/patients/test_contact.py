"""How we reach somebody: what they choose, who may choose it, and what is written down."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from patients.consents.models import Consent
from patients.contact.models import ContactChoice, choice_of, reaches
from patients.contact.policy import is_mobile
from patients.profile.models import Patient
from tests.factories import people

pytestmark = pytest.mark.django_db
PAGE = "/care/contact/"
PLAIN = {"way": "email", "reminders": "on"}
FULL = {
    "way": "post",
    "postal_address": "1 Example Street\nExampleton",
    "texts": "on",
    "copies_name": "Sam Carer",
    "copies_email": "sam@example.com",
}


def chosen(patient):
    return ContactChoice.objects.filter(patient=patient).values_list(
        "way", "postal_address", "texts", "reminders", "copies_name", "copies_email"
    )


def test_everything_chosen_is_kept_and_shown_again(as_user, amina):
    answer = as_user(amina.user).post(PAGE, FULL)
    page = as_user(amina.user).get(PAGE)

    assert answer["Location"] == "/care/messages/"
    assert list(chosen(amina)) == [
        ("post", "1 Example Street\nExampleton", True, False, "Sam Carer", "sam@example.com")
    ]
    assert page.context["form"].initial["copies_name"] == "Sam Carer"
    assert ContactChoice.objects.get().changed_by == amina.user


def test_who_chose_nothing_gets_email_and_reminders(as_user, amina):
    page = as_user(amina.user).get(PAGE)

    assert page.context["form"].initial == {
        "way": "email",
        "postal_address": "1 Example Street\nExampleton\nAA1 1AA",
        "texts": False,
        "reminders": True,
        "copies_name": "",
        "copies_email": "",
    }
    assert list(chosen(amina)) == []


def test_what_is_agreed_to_and_taken_back_is_a_consent_each(as_user, amina):
    for sent in (FULL, FULL, PLAIN, PLAIN):
        as_user(amina.user).post(PAGE, sent)

    assert sorted(Consent.objects.values_list("purpose", "given", "by__email")) == [
        ("copies", False, "amina@example.com"),
        ("copies", True, "amina@example.com"),
        ("texts", False, "amina@example.com"),
        ("texts", True, "amina@example.com"),
    ]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"postal_address": ""}, "postal_address", "Enter your address, so that we can post letters to you"),
        ({"copies_name": ""}, "copies_name", "Enter the name of the person who should get copies"),
        ({"copies_email": ""}, "copies_email", "Enter their email address, or leave the name empty"),
        (
            {"copies_email": "sam"},
            "copies_email",
            "Enter an email address in the correct format, like name@example.com",
        ),
        ({"way": "pigeon"}, "way", "Select a valid choice. pigeon is not one of the available choices."),
        ({"postal_address": "x" * 301}, "postal_address", None),
        ({"copies_name": "a\0b"}, "copies_name", None),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_typed_is_lost(as_user, amina, changes, field, words):
    page = as_user(amina.user).post(PAGE, FULL | changes)

    errors = page.context["form"].errors
    assert page.status_code == 422
    assert list(errors) == [field]
    assert words is None or errors[field] == [words]
    assert page.context["form"]["copies_name"].value() == (FULL | changes)["copies_name"]
    assert list(chosen(amina)) == []


def test_texts_need_a_mobile(as_user, amina):
    Patient.objects.filter(pk=amina.pk).update(phone="+441632960001")

    page = as_user(amina.user).post(PAGE, PLAIN | {"texts": "on"})

    assert page.status_code == 422
    assert "We have no mobile number of yours" in str(page.context["form"].errors["texts"])


def test_without_a_carrier_texts_are_not_offered(as_user, amina, settings):
    settings.SMS_GATEWAY = ""

    page = as_user(amina.user).get(PAGE)
    as_user(amina.user).post(PAGE, PLAIN | {"texts": "on"})

    assert "texts" not in page.context["form"].fields
    assert ContactChoice.objects.get().texts is False


def test_without_details_they_come_first(as_user):
    assert as_user(people.user("new@example.com")).get(PAGE)["Location"] == "/care/details/"


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("+447700900123", True),
        ("+441632960001", False),
        (f"+44{76}00900123", False),
        (f"+44{70}00900123", False),
        ("+447700900123"[:-1], False),
        ("+447700900123" + "4", False),
        ("", False),
    ],
)
def test_a_mobile_number(phone, expected):
    assert is_mobile(phone) is expected


@pytest.mark.parametrize(
    ("fields", "channels", "by_hand"),
    [
        ({}, set(), None),
        ({"texts": True}, {"sms"}, None),
        ({"copies_name": "Sam", "copies_email": "sam@example.com"}, {"copy"}, None),
        ({"way": "phone"}, set(), "phone"),
        ({"way": "post", "postal_address": "1 Example Street"}, set(), "post"),
    ],
)
def test_how_somebody_may_be_reached(amina, ben, fields, channels, by_hand):
    ContactChoice.objects.create(patient=amina, changed_at=timezone.now(), changed_by=amina.user, **fields)

    found = reaches([amina.pk, ben.pk])

    assert (found[amina.pk].channels, found[amina.pk].by_hand) == (channels, by_hand)
    assert (found[ben.pk].channels, found[ben.pk].by_hand) == (set(), None)


def test_asking_of_many_is_one_query(amina, ben, django_assert_num_queries):
    with django_assert_num_queries(1):
        reaches([amina.pk, ben.pk])


@pytest.mark.parametrize(
    "fields",
    [{"copies_name": "Sam"}, {"copies_email": "sam@example.com"}, {"way": "post"}],
)
def test_the_database_refuses_half_an_answer(amina, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactChoice.objects.create(patient=amina, changed_at=timezone.now(), changed_by=amina.user, **fields)


@pytest.mark.parametrize(("who", "count"), [("amina", 1), ("ben", 0), ("rosa", 1), ("manager", 1), ("okafor", 0)])
def test_who_sees_choices(request, amina, who, count):
    ContactChoice.objects.create(patient=amina, changed_at=timezone.now(), changed_by=amina.user)
    person = request.getfixturevalue(who)

    assert ContactChoice.objects.visible_to(getattr(person, "user", person)).count() == count


def test_a_choice_is_one_row_a_person(as_user, amina):
    as_user(amina.user).post(PAGE, FULL)
    as_user(amina.user).post(PAGE, PLAIN)

    assert [row[0] for row in chosen(amina)] == ["email"]
    assert choice_of(Patient.objects.get(pk=amina.pk)).way == "email"
