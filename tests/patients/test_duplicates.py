"""Records that may be of one person: listed, told apart by staff, never joined by themselves."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.audit.models import AccessLog
from clinic.db.refusal import Refusal
from patients.profile import policy
from patients.profile.actions import tell_apart
from patients.profile.models import NotSamePerson, Patient
from tests.factories import people
from tests.factories.people import NOW

URL = "/admin/duplicates/"
BOTH = ("name and date of birth", "phone number")


@dataclass(frozen=True)
class Known:
    first_names: str = "Mary Ann"
    family_name: str = "Núñez"
    preferred_name: str = ""
    date_of_birth: date = date(1980, 3, 27)
    phone: str = "+447700900123"
    nhs_number: str = ""
    pk: UUID = field(default_factory=uuid4)


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        ({}, BOTH),
        ({"first_names": "MARYANN", "family_name": "nunez", "phone": "+447700900124"}, BOTH[:1]),
        ({"family_name": "Nunez-", "phone": "+447700900124"}, BOTH[:1]),
        ({"first_names": "Ben"}, BOTH[1:]),
        ({"date_of_birth": date(1981, 3, 27)}, BOTH[1:]),
        ({"first_names": "Mary", "phone": "+447700900124"}, None),
        ({"date_of_birth": date(1981, 3, 27), "phone": "+447700900124"}, None),
    ],
)
def test_which_records_look_alike(other, shared):
    pairs = policy.possible_duplicates([Known(), Known(**other)], set())

    assert [pair.shared for pair in pairs] == ([shared] if shared else [])


def test_every_pair_is_named_once_and_those_told_apart_not():
    one, two, three = (Known() for _ in range(3))

    pairs = policy.possible_duplicates([one, two, three], {policy.in_order(one.pk, two.pk)})

    assert {frozenset((pair.one.pk, pair.other.pk)) for pair in pairs} == {
        frozenset((one.pk, three.pk)),
        frozenset((two.pk, three.pk)),
    }


@pytest.fixture
def twins(db):
    """Two records of one name and date of birth."""
    return [
        people.patient(first_names="Sam", family_name=name, phone=f"+4477009001{number}", account=False)
        for number, name in enumerate(["Cho", "CHÓ"], 10)
    ]


def press(client, one, other):
    return client.post(reverse("desk_tell_apart", args=[one.pk, other.pk]), follow=True)


@pytest.mark.django_db
class TestPage:
    def test_lists_pairs_and_joins_nothing(self, as_user, rosa, twins):
        html = as_user(rosa).get(URL).content.decode()

        assert html.count("/change/") == 2
        assert "Name and date of birth" in html
        assert Patient.objects.count() == 2

    def test_who_stands_there_is_written_down(self, as_user, rosa, twins):
        as_user(rosa).get(URL)

        assert set(AccessLog.objects.values_list("what", "about_type", "about", "actor")) == {
            ("read", "patient", person.pk, rosa.pk) for person in twins
        }

    def test_people_who_share_nothing_do_not_stand_there(self, as_user, rosa, twins):
        people.patient(first_names="Odd", date_of_birth=date(1999, 1, 1), phone="+447700900999")

        assert "Odd" not in as_user(rosa).get(URL).content.decode()

    def test_told_apart_they_leave_the_list(self, as_user, rosa, twins):
        html = press(as_user(rosa), *twins).content.decode()

        assert "Sam Cho and Sam CHÓ are two persons" in html
        assert "There are none." in html
        assert NotSamePerson.objects.values_list("by", flat=True).get() == rosa.pk

    def test_told_apart_twice_or_the_other_way_round_is_written_once(self, as_user, rosa, twins):
        for pair in (twins, twins, twins[::-1]):
            press(as_user(rosa), *pair)

        assert NotSamePerson.objects.count() == 1

    def test_one_record_is_no_pair(self, as_user, rosa, twins):
        assert "not two records" in press(as_user(rosa), twins[0], twins[0]).content.decode()
        with pytest.raises(Refusal):
            tell_apart(twins[0], twins[0], by=rosa, at=NOW)
        assert NotSamePerson.objects.count() == 0

    def test_same_queries_for_one_and_three(self, as_user, rosa, twins):
        client = as_user(rosa)
        client.get(URL)
        with CaptureQueriesContext(connection) as one:
            client.get(URL)
        people.patient(first_names="Sam", family_name="Cho")

        with CaptureQueriesContext(connection) as three:
            assert client.get(URL).content.count(b"Not the same person<") == 3

        assert len(one) == len(three)

    def test_who_may(self, as_user, client, rosa, manager, okafor, amina, twins):
        pair = reverse("desk_tell_apart", args=[each.pk for each in twins])

        assert client.get(URL).url == f"/accounts/login/?next={URL}"
        assert as_user(amina.user).get(URL).status_code == 404
        assert as_user(okafor.user).get(URL).status_code == 403
        assert as_user(okafor.user).post(pair).status_code == 403
        assert [as_user(user).get(URL).status_code for user in (rosa, manager)] == [200, 200]
        assert as_user(rosa).post(URL).status_code == 405
        assert as_user(rosa).get(pair).status_code == 405
        assert as_user(rosa).post(reverse("desk_tell_apart", args=[uuid4(), twins[0].pk])).status_code == 404

    def test_the_front_page_leads_there(self, as_user, rosa, okafor):
        assert URL in as_user(rosa).get("/admin/").content.decode()
        assert URL not in as_user(okafor.user).get("/admin/").content.decode()


@pytest.mark.django_db
class TestTable:
    def test_the_smaller_key_stands_first(self, rosa, twins):
        first, second = sorted(each.pk for each in twins)

        with pytest.raises(IntegrityError, match="told_apart_in_order"), transaction.atomic():
            NotSamePerson.objects.create(one_id=second, other_id=first, at=NOW, by=rosa)
        NotSamePerson.objects.create(one_id=first, other_id=second, at=NOW, by=rosa)

    def test_a_row_never_changes(self, rosa, twins):
        tell_apart(*twins, by=rosa, at=NOW)

        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            NotSamePerson.objects.all().delete()
