"""Closing one's account, and having it opened again."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from bookings.appointments.models import Appointment
from bookings.waitlist.models import WaitingEntry
from clinic.accounts.actions import NotAllowed, close_own, reopen_patient
from clinic.accounts.models import User
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted, compose
from clinic.worklist.models import Task
from patients.details.actions import close_account
from patients.profile.models import Patient
from tests.factories import diary, people, waiting
from tests.factories.people import NOW, PASSWORD

pytestmark = pytest.mark.django_db
PAGE = "/care/close/"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def hers(client, amina):
    """Amina's browser, in which she has just entered her password."""
    client.force_login(amina.user, backend=BACKEND)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.fixture
def visits(amina, okafor):
    kind = diary.kind(okafor)
    return [diary.appointment(amina, okafor, kind, NOW + timedelta(days=days)) for days in (9, 16)]


def press(client, **sent):
    page = client.get(PAGE)
    return client.post(PAGE, {"key": page.context["form"]["key"].value(), "seen": page.context["mark"]} | sent)


def states():
    return list(Appointment.objects.order_by("starts_at").values_list("state", flat=True))


def test_it_asks_for_the_password(client, amina):
    client.force_login(amina.user, backend=BACKEND)

    for answer in (client.get(PAGE), client.post(PAGE)):
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert User.objects.get(pk=amina.user.pk).is_active


def test_it_says_what_ends_and_what_is_kept_how_long(hers):
    html = hers.get(PAGE).content.decode()

    for words in ("Nobody can sign in", "8 years after we last had contact", "We can open your account again"):
        assert words in html
    assert "What about your visits?" not in html


def test_it_ends_sign_in_and_every_session_and_keeps_the_record(hers, amina, client):
    elsewhere = Client()
    elsewhere.force_login(amina.user, backend=BACKEND)
    before = Session.objects.count()

    answer = press(hers)

    assert (before, Session.objects.count()) == (2, 0)
    assert (answer.status_code, answer["Location"]) == (302, "/care/closed/")
    assert "Your account is closed" in hers.get(answer["Location"]).content.decode()
    assert elsewhere.get("/care/").status_code == 302
    assert Patient.objects.get(pk=amina.pk).full_name == "Amina Example"
    login = Client().post(reverse("account_login"), {"login": "amina@example.com", "password": PASSWORD})
    assert login["Location"] == reverse("account_inactive")


def test_staff_get_a_task_and_the_address_a_mail(hers, amina):
    press(hers)

    assert list(Task.objects.values_list("kind", "about", "role")) == [("account_closed", amina.pk, "reception")]
    message = Message.objects.get(rule="account_closed")
    letter = compose(message)
    assert isinstance(letter, Letter)
    assert (message.channel, letter.to, letter.subject) == ("email", "amina@example.com", "Your account is closed")
    assert "Amina" not in letter.text + letter.html


def test_visits_have_to_be_kept_or_cancelled(hers, visits):
    answer = press(hers)

    assert (answer.status_code, answer.context["form"].errors) == (
        422,
        {"visits": ["Choose whether to keep your visits or to cancel them"]},
    )
    assert User.objects.get(email="amina@example.com").is_active


@pytest.mark.parametrize(("chosen", "left"), [("keep", ["booked"] * 2), ("cancel", ["cancelled_by_patient"] * 2)])
def test_visits_are_kept_or_cancelled(hers, visits, chosen, left):
    answer = press(hers, visits=chosen)

    assert (answer.status_code, states()) == (302, left)
    assert Message.objects.filter(rule="booking_cancelled").count() == left.count("cancelled_by_patient")
    assert not User.objects.get(email="amina@example.com").is_active


def test_another_refund_than_was_shown_asks_again(hers, visits):
    page = hers.get(PAGE)
    sent = {"key": page.context["form"]["key"].value(), "seen": page.context["mark"], "visits": "cancel"}
    Appointment.objects.filter(pk=visits[0].pk).update(fee_pence=100)

    answer = hers.post(PAGE, sent)

    assert (answer.status_code, states()) == (422, ["booked"] * 2)
    assert "Read this page again" in answer.content.decode()
    assert User.objects.get(email="amina@example.com").is_active


def test_who_waits_comes_off_the_list_and_nobody_else(hers, amina, ben, okafor):
    kind = diary.kind(okafor)
    own, other = waiting.entry(amina, kind), waiting.entry(ben, kind)

    press(hers)

    found = dict(WaitingEntry.objects.values_list("pk", "state"))
    assert (found[own.pk], found[other.pk]) == ("withdrawn", "waiting")


def test_another_persons_visits_are_not_shown_nor_cancelled(hers, ben, okafor):
    diary.appointment(ben, okafor, diary.kind(okafor), NOW + timedelta(days=9))

    press(hers, visits="cancel")

    assert states() == ["booked"]


def test_somebody_without_details_can_close_it_too(client, db):
    client.force_login(people.user("new@example.com"), backend=BACKEND)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    assert press(client).status_code == 302
    assert (Task.objects.count(), Message.objects.get().person) == (0, None)


def test_closed_twice_is_closed_once(amina):
    for _ in range(2):
        close_account(amina.user, at=NOW)

    assert (Task.objects.count(), Message.objects.count()) == (1, 1)


def test_staff_accounts_are_a_managers_to_close(rosa):
    with pytest.raises(NotAllowed):
        close_own(rosa, at=NOW)


# Opened again ----------------------------------------------------------------------------------------


def test_reception_opens_it_again(as_user, amina, rosa):
    close_account(amina.user, at=NOW)
    page = f"/admin/patients/patient/{amina.pk}/change/"
    before = as_user(rosa).get(page).content.decode()

    answer = as_user(rosa).post(reverse("desk_reopen", args=[amina.pk]))

    assert ("They have closed their account" in before, answer["Location"]) == (True, page)
    assert User.objects.get(pk=amina.user.pk).is_active
    assert "They have closed their account" not in as_user(rosa).get(page).content.decode()
    assert list(Task.objects.values_list("state", flat=True)) == ["done"]
    assert dict(Message.objects.values_list("rule", "state")) == {
        "account_closed": "cancelled",
        "security_notice": "due",
    }


def test_a_mail_that_would_not_be_true_any_more_is_not_sent(amina):
    close_account(amina.user, at=NOW)
    User.objects.filter(pk=amina.user.pk).update(is_active=True)

    assert compose(Message.objects.get()) == NotWanted("the account is open again")


def test_opening_what_is_open_changes_nothing(as_user, amina, rosa):
    as_user(rosa).post(reverse("desk_reopen", args=[amina.pk]))

    assert Message.objects.count() == 0


def test_only_who_runs_the_diary_opens_it(as_user, amina, ben, okafor):
    close_account(amina.user, at=NOW)

    for who in (ben.user, okafor.user):
        assert as_user(who).post(reverse("desk_reopen", args=[amina.pk])).status_code in {403, 404}
    assert not User.objects.get(pk=amina.user.pk).is_active
    with pytest.raises(NotAllowed):
        reopen_patient(amina.user, by=okafor.user, at=NOW)


# The address of the account --------------------------------------------------------------------------


def test_a_new_email_address_asks_for_the_password_and_tells_the_old_one(client, amina, mailoutbox):
    client.force_login(amina.user, backend=BACKEND)
    page, sent = reverse("account_email"), {"email": "new@example.com", "action_add": ""}

    asked = client.post(page, sent)
    client.post(asked["Location"], {"password": PASSWORD})
    code = next(word for word in mailoutbox[-1].body.split() if "-" in word and word.replace("-", "").isalnum())
    client.post(reverse("account_email_verification_sent"), {"code": code})

    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert User.objects.get(pk=amina.user.pk).email == "new@example.com"
    told = mailoutbox[-1]
    assert (told.to, told.subject) == (["amina@example.com"], "Your email address was changed")
    assert "new@example.com" not in told.body
