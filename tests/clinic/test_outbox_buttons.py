"""What staff do to a message by hand: sending again, and stopping, also while a worker sends."""

import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from clinic.addresses import actions as addresses
from clinic.addresses.models import StoppedAddress
from clinic.db.refusal import Refusal
from clinic.outbox import buttons, reasons, sending
from clinic.outbox.enums import MessageState
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted
from clinic.worklist.models import Task
from tests.factories.messages import due, message_now, plain_composers, while_sending
from tests.factories.people import NOW
from tests.race import race

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def composers(monkeypatch):
    return plain_composers(monkeypatch)


def sent(**fields):
    return due(**{"state": MessageState.SENT, "sent_at": Now()} | fields)


# Sending again -------------------------------------------------------------------------------------


def test_send_again_makes_a_new_message_and_finishes_the_task(transactional_db, rosa, composers):
    composers["booking_confirmed"] = lambda message: Letter("", "Subject", "Text")
    message = due()
    sending.drain(5)
    composers["booking_confirmed"] = lambda message: Letter("reader@example.com", "Subject", "Text")

    again = buttons.resend(message_now(message), by=rosa, at=timezone.now())
    sending.drain(5)

    assert message_now(message).state == "failed"
    assert message_now(again).state == "sent"
    assert (again.asked_by, again.key) == (rosa, f"{message.key}:again:{message.pk.hex}")
    assert again.message_id != message.message_id
    assert list(Task.objects.values_list("state", "outcome")) == [("done", "Sent again")]


def test_send_again_acts_once_however_often_it_is_pressed(db, rosa):
    message = due(state=MessageState.SENT, sent_at=NOW)
    buttons.resend(message, by=rosa, at=NOW)

    with pytest.raises(Refusal, match="sent again already"):
        buttons.resend(message, by=rosa, at=NOW)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": MessageState.DUE}, "still on its way"),
        ({"state": MessageState.CANCELLED}, "no longer wanted"),
        ({"state": MessageState.MISSED, "useful_until": NOW - MINUTE}, "too late"),
    ],
)
def test_send_again_is_refused_with_the_reason(db, rosa, fields, words):
    with pytest.raises(Refusal, match=words):
        buttons.resend(due(**fields), by=rosa, at=NOW)


def test_what_was_sent_again_can_be_sent_again_many_times(db, rosa):
    message = sent()

    for _ in range(20):
        message = buttons.resend(message, by=rosa, at=NOW)
        Message.objects.filter(pk=message.pk).update(state=MessageState.SENT, sent_at=NOW)
        message = message_now(message)

    assert Message.objects.count() == 21
    assert len(message.key) < 125


@pytest.mark.parametrize(
    ("letter", "words"),
    [
        (Letter("", "Subject", "Text"), "there is no address to send it to"),
        (Letter("stopped@example.com", "Subject", "Text"), "nothing is sent to this address"),
        (NotWanted("cancelled"), "the visit was cancelled"),
    ],
)
def test_what_would_not_go_out_is_told_before_and_not_by_a_second_failure(as_user, rosa, composers, letter, words):
    addresses.stop("stopped@example.com", StoppedAddress.Why.BOUNCED, at=NOW)
    composers["booking_confirmed"] = lambda message: letter
    message = due(state=MessageState.FAILED)

    page = as_user(rosa).get(reverse("admin:clinic_message_change", args=[message.pk])).content.decode()
    with pytest.raises(Refusal, match=words):
        buttons.resend(message, by=rosa, at=NOW)

    assert f"It would not go out: {words}" in page
    assert "/send-again/" not in page
    assert (reverse("admin:clinic_stoppedaddress_changelist") + '">Stopped addresses</a>: put' in page) == (
        "this address" in words
    )
    assert Message.objects.count() == 1


# Stopping ------------------------------------------------------------------------------------------


def stop_page(message):
    return reverse("admin:clinic_message_stop", args=[message.pk])


def test_stopping_asks_first_and_names_who_did_it(as_user, rosa):
    message, browser = due("reminder_3h", since=-MINUTE), as_user(rosa)

    own = browser.get(reverse("admin:clinic_message_change", args=[message.pk])).content.decode()
    asked = browser.get(stop_page(message)).content.decode()
    before = message_now(message).state
    told = browser.post(stop_page(message), follow=True)

    row = message_now(message)
    assert f'href="{stop_page(message)}"' in own
    assert ("Stop this message" in asked, "The law" in asked, before) == (True, False, "due")
    assert (row.state, row.stopped_by, row.lease_until) == ("cancelled", rosa, None)
    assert row.closed_at is not None
    assert "Stopped. It is not sent." in told.content.decode()
    assert reasons.in_words(row) == "Not sent: rosa@example.com stopped it."


def test_what_the_law_wants_says_so(as_user, rosa):
    assert "The law, or somebody’s safety, wants this message" in as_user(rosa).get(stop_page(due())).content.decode()


def test_what_is_stopped_is_not_sent_and_makes_no_task(transactional_db, rosa, mailoutbox):
    message = due()

    in_hand = buttons.stop(message, by=rosa, at=NOW)
    sending.drain(5)

    assert (in_hand, message_now(message).state, mailoutbox, Task.objects.count()) == (False, "cancelled", [], 0)


def test_what_was_stopped_can_still_be_sent(transactional_db, rosa, mailoutbox):
    message = due()
    buttons.stop(message, by=rosa, at=NOW)

    buttons.resend(message_now(message), by=rosa, at=timezone.now())
    sending.drain(5)

    assert len(mailoutbox) == 1
    assert message_now(message).state == "cancelled"


@pytest.mark.parametrize("state", [state for state in MessageState if state not in {"due", "sending"}])
def test_what_is_not_on_its_way_cannot_be_stopped(as_user, rosa, state):
    message, browser = due(state=state, sent_at=Now()), as_user(rosa)

    page = browser.get(stop_page(message)).content.decode()
    told = browser.post(stop_page(message), follow=True).content.decode()

    assert "not on its way any more" in page
    assert "<button" not in page.split('id="content"')[1].split("<dialog")[0]
    assert "not on its way any more" in told
    assert (message_now(message).state, message_now(message).stopped_by) == (state, None)


def test_stopped_while_a_worker_has_it_and_sent_all_the_same_the_row_says_so(as_user, transactional_db, settings, rosa):
    browser, told, message = as_user(rosa), [], due()

    def stopped_meanwhile():
        told.append(browser.post(stop_page(message), follow=True).content.decode())
        told.append(message_now(message).state)

    while_sending(settings, stopped_meanwhile)
    sending.drain(5)

    row = message_now(message)
    assert "a worker had it in hand" in told[0]
    assert told[1] == "cancelled"
    assert (row.state, row.stopped_by, row.closed_at) == ("sent", rosa, None)
    assert "on its way out when rosa@example.com stopped it" in reasons.in_words(row)


def test_stopped_before_its_try_it_does_not_go(transactional_db, rosa, composers):
    told = []

    def stopped_meanwhile(message):
        told.append(buttons.stop(message, by=rosa, at=NOW))
        return Letter("reader@example.com", "Subject", "Text")

    composers["booking_confirmed"] = stopped_meanwhile
    message = due()
    sending.drain(5)

    assert (message_now(message).state, told, mail.outbox) == ("cancelled", [False], [])


def test_stopped_while_a_worker_has_it_and_refused_it_is_not_tried_again(transactional_db, settings, rosa, composers):
    composers["booking_confirmed"] = lambda message: Letter("reader@example.com", "Subject\n", "Text")
    message = due()
    while_sending(settings, lambda: buttons.stop(message, by=rosa, at=NOW))
    sending.drain(5)

    assert (message_now(message).state, Task.objects.count()) == ("cancelled", 0)


def test_a_stop_while_its_worker_is_gone_says_that_it_may_have_gone_out(as_user, rosa):
    message = due(state=MessageState.SENDING, lease_until=Now() - MINUTE, attempts=1)
    buttons.stop(message, by=rosa, at=NOW)

    page = as_user(rosa).get(reverse("admin:clinic_message_change", args=[message.pk]))

    assert page.context["tries"] == [(1, "", "Stopped while a worker had it in hand: it may have gone out or not")]


class SlowPostman(BaseEmailBackend):
    """A mail server that takes 20 ms for each mail."""

    taken: list = []

    def send_messages(self, messages):
        for message in messages:
            time.sleep(0.02)
            self.taken.append(message.extra_headers["Message-ID"])
        return len(messages)


def test_stop_races_the_drain_and_the_row_tells_the_truth(transactional_db, rosa, settings, monkeypatch):
    """Real threads: two workers send while staff stop. What was taken says "sent", what was not says "cancelled"."""
    settings.EMAIL_BACKEND = f"{__name__}.SlowPostman"
    monkeypatch.setattr(SlowPostman, "taken", [])
    rows = [due(since=timedelta(minutes=60 - number)) for number in range(60)]
    handled_some = threading.Event()

    def act(number):
        if number < 2:
            return sending.drain(10)
        for row in reversed(rows):
            time.sleep(0.012)
            try:
                buttons.stop(row, by=rosa, at=timezone.now())
            except Refusal:
                handled_some.set()
        return None

    results = race(3, act)

    taken = set(SlowPostman.taken)
    states = {row.message_id: message_now(row).state for row in rows}
    assert [result for result in results if isinstance(result, Exception)] == []
    assert len(SlowPostman.taken) == len(taken)
    assert states == {row.message_id: "sent" if row.message_id in taken else "cancelled" for row in rows}
    assert set(states.values()) == {"sent", "cancelled"}
    assert handled_some.is_set()


def test_two_who_stop_at_once_stop_it_once(transactional_db, rosa, manager):
    message = due(since=-MINUTE)

    results = race(2, lambda number: buttons.stop(message, by=(rosa, manager)[number], at=NOW))

    assert sorted(type(result).__name__ for result in results) == ["Refusal", "bool"]
    assert message_now(message).stopped_by in {rosa, manager}


@pytest.mark.parametrize("who", ["amina", "okafor"])
def test_others_stop_nothing(as_user, request, who):
    browser = as_user(request.getfixturevalue(who).user)
    message = due(since=-MINUTE)

    answers = {browser.get(stop_page(message)).status_code, browser.post(stop_page(message)).status_code}

    assert answers == {404 if who == "amina" else 403}
    assert message_now(message).state == "due"


def test_a_stop_needs_a_post_and_a_message(as_user, rosa):
    browser = as_user(rosa)

    assert browser.put(stop_page(due())).status_code == 405
    assert browser.post(reverse("admin:clinic_message_stop", args=[uuid4()])).status_code == 404
    assert browser.get(reverse("admin:clinic_message_stop", args=[uuid4()])).status_code == 404
