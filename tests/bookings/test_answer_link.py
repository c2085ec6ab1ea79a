"""The link in a reminder: "I will be there" and "I cannot come", without signing in."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from bookings.appointments import links
from bookings.appointments.models import Appointment
from clinic.logs import PlainFormatter
from clinic.outbox.models import Message
from patients.links import tokens
from patients.links.models import TriedLink
from tests.factories import diary, people
from tests.race import race

BORN = {"date_of_birth_day": "27", "date_of_birth_month": "3", "date_of_birth_year": "1980"}
PAST = timezone.now() - timedelta(minutes=1)
WRONG = BORN | {"date_of_birth_year": "1981"}


@pytest.fixture
def visit(amina, okafor):
    return diary.appointment(amina, okafor, diary.kind(okafor), timezone.now() + timedelta(days=2))


def path(visit):
    return links.address(visit).removeprefix("http://localhost:8000")


def states(visit):
    return list(Appointment.objects.get(pk=visit.pk).state_changes.values_list("to_state", "by", "reason"))


def opened(client, visit):
    """This browser has said the date of birth."""
    assert client.post(path(visit), BORN)["Location"] == path(visit)
    return client


def test_the_link_is_short_enough_for_a_text_and_holds_no_name(visit):
    assert path(visit) == f"/v/{tokens.token('visit', visit.pk)}/"
    assert len(path(visit)) == 38
    assert str(visit.pk) not in path(visit)


def test_before_the_date_of_birth_nothing_is_shown(client, visit):
    page = client.get(path(visit))

    html = page.content.decode()
    assert page.status_code == 200
    assert "Your date of birth" in html
    for secret in ("Okafor", "Amina", str(visit.pk), f"{visit.starts_at.year}", "First assessment"):
        assert secret not in html.split("<main")[1].split("</main>")[0], secret
    assert "no-store" in page["Cache-Control"]


def test_i_will_be_there(client, visit):
    opened(client, visit)
    page = client.get(path(visit))
    answer = client.post(path(visit), {"will_come": "yes"})
    client.post(path(visit), {"will_come": "yes"})

    assert "Will you come?" in page.content.decode()
    assert "Dr Ada Okafor" in page.content.decode()
    assert answer["Location"] == path(visit)
    assert states(visit) == [("confirmed", None, "By the link in a message, with the date of birth")]
    assert "We know that you will be there." in client.get(path(visit)).content.decode()


def test_i_cannot_come(client, visit):
    opened(client, visit)
    page = client.get(f"{path(visit)}cancel/")
    sent = {"key": uuid4(), "refund": page.context["form"]["refund"].value(), "sequence": "0", "reason": "Away"}
    answer = client.post(f"{path(visit)}cancel/", sent)

    assert "Your money, if you cancel now" in page.content.decode()
    assert answer["Location"] == path(visit)
    assert states(visit) == [("cancelled_by_patient", None, "Away (By the link in a message, with the date of birth)")]
    assert list(Message.objects.values_list("rule", flat=True)) == ["booking_cancelled"]
    assert "Your appointment is cancelled" in client.get(path(visit)).content.decode()


def test_another_refund_than_the_one_shown_is_asked_about_again(client, visit):
    opened(client, visit)

    answer = client.post(
        f"{path(visit)}cancel/", {"key": uuid4(), "refund": "1", "sequence": "0", "reason": "Away, sorry"}
    )

    assert answer.status_code == 422
    assert "Away, sorry" in answer.content.decode()
    assert states(visit) == []


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_scanner_that_follows_every_link_changes_nothing(client, visit, method):
    for each in (client, opened(client, visit)):
        for address in (path(visit), f"{path(visit)}cancel/"):
            assert getattr(each, method)(address).status_code in {200, 302}

    assert states(visit) == []
    assert Appointment.objects.get(pk=visit.pk).state == "booked"


def test_without_the_date_of_birth_a_post_changes_nothing(client, visit):
    assert client.post(path(visit), {"will_come": "yes"}).status_code == 422
    assert client.post(f"{path(visit)}cancel/", {"key": uuid4(), "refund": "18000"}).status_code == 302

    assert states(visit) == []


def test_five_wrong_dates_and_the_link_is_dead(client, visit):
    answers = [client.post(path(visit), WRONG) for _ in range(5)]
    right = client.post(path(visit), BORN)

    assert [answer.status_code for answer in answers] == [422] * 4 + [410]
    assert "This is not the date of birth we have." in answers[0].content.decode()
    assert 'value="1981"' in answers[0].content.decode()  # what was typed stays
    assert right.status_code == 410
    assert "tried too often" in right.content.decode()
    assert TriedLink.objects.get().wrong == 5
    assert states(visit) == []


def test_guesses_at_once_are_counted_one_by_one(transactional_db, client, visit):
    statuses = [answer.status_code for answer in race(8, lambda _: Client().post(path(visit), WRONG))]

    assert sorted(statuses) == [410] * 4 + [422] * 4
    assert TriedLink.objects.get().wrong == 5


def test_one_address_may_not_try_many_links(client, okafor, amina, db):
    kind = diary.kind(okafor)
    visits = [
        diary.appointment(amina, okafor, kind, timezone.now() + timedelta(days=2, hours=number)) for number in range(21)
    ]

    statuses = [client.post(path(each), WRONG).status_code for each in visits]

    assert statuses == [422] * 20 + [429]


def test_a_link_that_is_open_here_is_shut_elsewhere_and_after_half_an_hour(client, visit):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        opened(client, visit)
        clock.shift(timedelta(minutes=29))
        still = client.get(path(visit)).content.decode()
        elsewhere = Client().get(path(visit)).content.decode()
        clock.shift(timedelta(minutes=2))
        later = client.get(path(visit)).content.decode()

    assert "Will you come?" in still
    assert "Your date of birth" in elsewhere
    assert "Your date of birth" in later


def test_an_open_link_opens_no_other_visit(client, visit, okafor, ben):
    other = diary.appointment(ben, okafor, visit.kind, visit.starts_at + timedelta(hours=1))
    opened(client, visit)

    assert "Your date of birth" in client.get(path(other)).content.decode()
    assert client.post(f"{path(other)}cancel/", {"key": uuid4(), "refund": "18000"})["Location"] == path(other)


def test_who_is_signed_in_goes_to_the_visits_own_page(as_user, amina, ben, visit):
    assert as_user(amina.user).get(path(visit))["Location"] == f"/appointments/{visit.pk}/"
    assert as_user(amina.user).get(f"{path(visit)}cancel/")["Location"] == f"/appointments/{visit.pk}/cancel/"
    assert "Your date of birth" in as_user(ben.user).get(path(visit)).content.decode()


def test_somebody_without_an_account_can_answer(client, okafor):
    nobody = people.patient(account=False, date_of_birth=date(1950, 1, 2), email="post@example.com")
    visit = diary.appointment(nobody, okafor, diary.kind(okafor), timezone.now() + timedelta(days=2))
    client.post(path(visit), {"date_of_birth_day": "2", "date_of_birth_month": "1", "date_of_birth_year": "1950"})
    client.post(path(visit), {"will_come": "yes"})

    assert [state for state, _, _ in states(visit)] == ["confirmed"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "cancelled_by_patient"}, "Your appointment is cancelled"),
        ({"sequence": 1}, "This link is of an earlier time of your appointment."),
        ({"starts_at": PAST, "busy_from": PAST}, "This appointment has started, or is over."),
        ({"state": "did_not_attend"}, "This appointment has started, or is over."),
    ],
)
def test_a_link_that_is_over_says_so_and_shows_nothing(client, visit, fields, words):
    link = path(visit)
    opened(client, visit)
    Appointment.objects.filter(pk=visit.pk).update(**fields)

    page, answer = client.get(link), client.post(link, {"will_come": "yes"})

    assert words in page.content.decode()
    assert "Okafor" not in page.content.decode()
    assert words in answer.content.decode()
    assert states(visit) == []


@pytest.mark.parametrize("where", [0, 5, 21, 22, 33])
def test_an_altered_link_is_not_there(client, visit, where):
    token = tokens.token("visit", visit.pk)
    altered = token[:where] + ("A" if token[where] != "A" else "B") + token[where + 1 :]

    assert client.get(f"/v/{altered}/").status_code == 404


@pytest.mark.parametrize("text", ["x", "é" * 34, "%00" * 34, "=" * 34, "A" * 34, "A" * 5000])
def test_no_end_of_an_address_gives_a_500(client, db, text):
    assert client.get(f"/v/{text}/").status_code in {400, 404}


def test_a_token_of_one_purpose_opens_no_other(client, visit):
    assert client.get(f"/v/{tokens.token('questions', visit.pk)}/").status_code == 404


def test_a_held_time_has_no_link(client, okafor, amina):
    until = timezone.now() + timedelta(hours=1)
    held = diary.appointment(amina, okafor, diary.kind(okafor), until, state="held", held_until=until)

    assert client.get(path(held)).status_code == 404


def test_no_log_holds_the_link(client, visit, caplog):
    client.post(path(visit), WRONG)

    [record] = caplog.records
    assert PlainFormatter("%(message)s").format(record) == "Unprocessable Entity: /v/.../"
