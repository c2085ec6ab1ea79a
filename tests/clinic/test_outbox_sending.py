"""The drain against a real Postgres, and the scheduler's tick."""

import smtplib
import threading
import time
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models.functions import Now
from django.utils import timezone

from clinic.outbox import actions, registry, sending, tasks
from clinic.outbox.enums import Answer, MessageState
from clinic.outbox.models import Heartbeat, Message
from clinic.outbox.registry import Letter, NotWanted, record_of
from clinic.worklist.models import Task
from tests.factories.messages import database_now, due, in_own_connection, message_now, plain_composers, while_sending
from tests.factories.people import NOW

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def composers(monkeypatch):
    return plain_composers(monkeypatch)


def test_due_messages_are_sent_once_with_their_message_id(transactional_db):
    message = due()

    handled = sending.drain(5), sending.drain(5)

    row = message_now(message)
    assert handled == (1, 0)
    assert (row.state, row.attempts, row.maybe_repeated, row.lease_until) == ("sent", 1, False, None)
    assert [(sent.to, sent.cc, sent.bcc, sent.extra_headers["Message-ID"]) for sent in mail.outbox] == [
        (["reader@example.com"], [], [], message.message_id)
    ]


def test_nothing_goes_before_its_time(transactional_db):
    due(since=-MINUTE)

    assert sending.drain(5) == 0
    assert mail.outbox == []


def test_the_databases_clock_decides(transactional_db):
    """A worker whose clock is 2 hours fast sends nothing early; one that is slow sends on time."""
    early, on_time = due(since=-60 * MINUTE), due()

    for skew in (2, -2):
        with time_machine.travel(timezone.now() + timedelta(hours=skew)):
            sending.drain(5)

    assert (message_now(early).state, message_now(on_time).state) == ("due", "sent")


def test_case_21_too_late_is_missed_and_not_sent(transactional_db):
    """Hard case 21: the worker was down for 3 days and came back after the visit."""
    message = due("reminder_3h", since=timedelta(days=3), useful_until=Now() - MINUTE)

    sending.drain(5)

    assert (message_now(message).state, message_now(message).why, mail.outbox) == (
        "missed",
        "later than it is of use",
        [],
    )


def test_case_23_the_composer_is_asked_again(transactional_db, composers):
    """Hard case 23: deceased, discharged or moved since it was planned."""
    composers["reminder_3h"] = lambda message: NotWanted("patient is no longer written to")
    composers["reminder_48h"] = lambda message: None
    first, second = due("reminder_3h"), due("reminder_48h")

    sending.drain(5)

    assert [(message_now(row).state, message_now(row).why) for row in (first, second)] == [
        ("cancelled", "patient is no longer written to"),
        ("cancelled", "not wanted any more"),
    ]
    assert mail.outbox == []


class Postman(BaseEmailBackend):
    """A mail server that answers by address."""

    refusals = {
        "bounces@example.com": smtplib.SMTPRecipientsRefused({"bounces@example.com": (550, b"Jane Patient unknown")}),
        "full@example.com": smtplib.SMTPRecipientsRefused({"full@example.com": (452, b"mailbox full")}),
        "drops@example.com": smtplib.SMTPServerDisconnected("Connection unexpectedly closed"),
    }
    taken: list = []

    def send_messages(self, messages):
        for message in messages:
            if error := self.refusals.get(message.to[0]):
                raise error
            message.message()  # as a real one is written: headers are checked here
            self.taken.append(message.to[0])
        return len(messages)


@pytest.fixture
def postman(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Postman"
    monkeypatch.setattr(Postman, "taken", [])
    return Postman


def test_case_22_one_bad_message_never_stops_the_others(transactional_db, composers, postman):
    """Hard case 22: of ten, 3 has no address, 5 bounces, the template of 7 raises, 8 has a broken subject."""
    rows = [due(since=timedelta(minutes=20 - number)) for number in range(10)]
    number = {row.pk: index + 1 for index, row in enumerate(rows)}

    def compose(message):
        match number[message.pk]:
            case 3:
                return Letter("", "Subject", "Text")
            case 5:
                return Letter("bounces@example.com", "Subject", "Text")
            case 7:
                raise ValueError("Jane Patient, MS")
            case 8:
                return Letter("reader@example.com", "Subject\nBcc: x@example.com", "Text")
        return Letter(f"reader{number[message.pk]}@example.com", "Subject", "Text")

    composers["booking_confirmed"] = compose
    sending.drain(5)

    found = {number[row.pk]: (message_now(row).state, message_now(row).why) for row in rows}
    assert {index: state for index, state in found.items() if state != ("sent", "")} == {
        3: ("failed", "no address"),
        5: ("failed", "SMTPRecipientsRefused 550"),
        7: ("failed", "ValueError"),
        8: ("failed", "BadHeaderError"),
    }
    assert sorted(postman.taken) == sorted(f"reader{index}@example.com" for index in (1, 2, 4, 6, 9, 10))
    assert list(Task.objects.values_list("kind", "role")) == [("message_failed", "reception")] * 4


def test_no_field_value_reaches_log_row_or_task(transactional_db, composers, postman, caplog):
    def compose(message):
        raise ValueError("Jane Patient, MS")

    composers["booking_confirmed"] = compose
    composers["booking_moved"] = lambda message: Letter("bounces@example.com", "Subject", "Text")
    due(), due("booking_moved")

    sending.drain(5)

    everything = caplog.text + str(list(Message.objects.values())) + str(list(Task.objects.values()))
    assert "Jane" not in everything
    assert "bounces@" not in everything
    assert "ValueError" in everything


@pytest.mark.parametrize(
    ("address", "answer", "minutes", "maybe_repeated"),
    [("full@example.com", Answer.SLOW, 4, False), ("drops@example.com", Answer.QUICK, 1, True)],
)
def test_a_passing_failure_is_tried_again_later(
    transactional_db, composers, postman, address, answer, minutes, maybe_repeated
):
    composers["booking_confirmed"] = lambda message: Letter(address, "Subject", "Text")
    message = due()
    before = database_now()

    sending.drain(5)

    row = message_now(message)
    assert (row.state, row.last_answer, row.attempts, row.maybe_repeated) == ("due", answer, 1, maybe_repeated)
    assert timedelta(minutes=minutes) <= row.due_at - before < timedelta(minutes=minutes, seconds=5)
    assert Task.objects.count() == 0


def test_giving_up_asks_reception(transactional_db, composers, postman):
    composers["booking_confirmed"] = lambda message: Letter("full@example.com", "Subject", "Text")
    message = due(useful_until=Now() + 2 * MINUTE)

    sending.drain(5)

    task = Task.objects.get()
    assert message_now(message).state == "failed"
    why = "it was refused for now: the mailbox may be full, or our own account has a fault"
    assert (task.title, task.about) == (f"Booking confirmation could not be sent: {why}", message.pk)


def test_an_unknown_rule_fails_alone(transactional_db):
    unknown, known = due("no_such_rule"), due()

    sending.drain(5)

    assert (message_now(unknown).state, message_now(known).state) == ("failed", "sent")


def test_a_lease_that_ran_out_is_taken_again_under_the_same_message_id(transactional_db):
    message = due(state=MessageState.SENDING, attempts=1, lease_until=Now() - MINUTE)

    sending.drain(5)

    row = message_now(message)
    assert (row.state, row.attempts, row.maybe_repeated) == ("sent", 2, True)
    assert mail.outbox[0].extra_headers["Message-ID"] == message.message_id


@pytest.mark.parametrize("state", ["due", "sending"])
def test_a_running_lease_is_left_alone(transactional_db, state):
    due(state=state, attempts=1, lease_until=Now() + MINUTE)

    assert sending.drain(5) == 0


def test_what_was_taken_but_not_begun_is_taken_again_and_cannot_have_gone_twice(transactional_db):
    message = due(lease_until=Now() - MINUTE)  # its worker was killed while another message was on its way

    sending.drain(5)

    row = message_now(message)
    assert (row.state, row.attempts, row.maybe_repeated, len(mail.outbox)) == ("sent", 1, False, 1)


def test_a_worker_whose_message_was_taken_over_changes_nothing(transactional_db, composers):
    message = due()

    def compose_slowly(taken):
        Message.objects.filter(pk=taken.pk).update(lease_until=Now() + MINUTE)  # it ran out: somebody else has it now
        return Letter("reader@example.com", "Subject", "Text")

    composers["booking_confirmed"] = compose_slowly

    assert sending.drain(5) == 0
    assert (message_now(message).state, message_now(message).attempts, mail.outbox) == ("due", 0, [])


def test_a_worker_whose_lease_ran_out_while_it_sent_changes_nothing(transactional_db, settings, composers):
    message = due()
    composers["booking_confirmed"] = lambda message: Letter("reader@example.com", "Subject\n", "Text")
    taken_over = {"attempts": 2, "lease_until": Now() + MINUTE}
    while_sending(settings, lambda: Message.objects.filter(pk=message.pk).update(**taken_over))

    sending.drain(5)

    assert (message_now(message).state, message_now(message).attempts) == ("sending", 2)
    assert ends(message) == [(1, "never", "BadHeaderError")]


@pytest.mark.parametrize("to", ["reader@example.com", ""])
def test_called_off_while_being_written_does_not_go(transactional_db, composers, to):
    def compose(message):
        actions.cancel(message.about, why="cancelled", at=NOW)
        return Letter(to, "Subject", "Text")

    composers["booking_confirmed"] = compose
    message = due()

    assert sending.drain(5) == 0
    assert (message_now(message).state, message_now(message).attempts, mail.outbox) == ("cancelled", 0, [])


def test_called_off_while_the_one_before_is_sent_does_not_go(transactional_db, settings):
    first, second = due(since=2 * MINUTE), due()
    while_sending(settings, lambda: actions.cancel(second.about, why="cancelled", at=NOW))

    sending.drain(5)

    assert [message_now(row).state for row in (first, second)] == ["sent", "cancelled"]
    assert [sent.extra_headers["Message-ID"] for sent in mail.outbox] == [first.message_id]


def test_called_off_while_being_sent_says_what_happened(transactional_db, settings):
    message = due()
    while_sending(settings, lambda: actions.cancel(message.about, why="cancelled", at=NOW))

    sending.drain(5)

    assert (message_now(message).state, len(mail.outbox)) == ("sent", 1)


def test_called_off_while_being_sent_stays_called_off_when_it_fails(transactional_db, settings, composers):
    composers["booking_confirmed"] = lambda message: Letter("reader@example.com", "Subject\n", "Text")
    message = due()
    while_sending(settings, lambda: actions.cancel(message.about, why="cancelled", at=NOW))

    sending.drain(5)

    assert message_now(message).state == "cancelled"


def test_one_message_at_a_time_is_in_doubt(transactional_db, settings, monkeypatch):
    """The next ones are taken, but their tries have not begun: a kill does not repeat them."""
    monkeypatch.setattr(sending, "MANY", 2)
    rows, seen = [due(since=number * MINUTE) for number in (3, 2, 1)], []

    def look():
        seen.extend((row.state, row.attempts, bool(row.lease_until)) for row in map(message_now, rows))

    while_sending(settings, look)
    sending.drain(5)

    assert seen == [("sending", 1, True), ("due", 0, True), ("due", 0, False)]
    assert [message_now(row).state for row in rows] == ["sent"] * 3


def test_the_oldest_goes_first(transactional_db):
    rows = [due(since=number * MINUTE) for number in (3, 1, 4, 2)]

    sending.drain(5)

    oldest_first = [rows[index].message_id for index in (2, 0, 3, 1)]
    assert [sent.extra_headers["Message-ID"] for sent in mail.outbox] == oldest_first


def test_what_had_to_wait_for_a_slow_server_is_read_anew(transactional_db, settings, composers, monkeypatch):
    monkeypatch.setattr(sending, "FRESH", 0.2)
    monkeypatch.setattr(registry, "_records", {"booking_moved": lambda keys: dict.fromkeys(keys, next(reads))})
    first, second, reads = due(since=2 * MINUTE), due("booking_moved"), iter(["as it was", "as it is"])
    composers["booking_moved"] = lambda message: Letter("reader@example.com", "Subject", record_of(message))
    while_sending(settings, lambda: time.sleep(0.4))

    assert sending.drain(5) == 2
    assert [sent.body for sent in mail.outbox] == ["Text", "as it is"]
    assert [(message_now(row).state, ends(row)) for row in (first, second)] == [("sent", [(1, "sent", "")])] * 2


def test_what_many_are_about_is_read_with_one_question(transactional_db, composers, monkeypatch):
    asked, rows = [], [due() for _ in range(3)]

    def records(keys):
        asked.append(set(keys))
        return {key: str(key) for key in keys if key != rows[0].about}

    monkeypatch.setattr(registry, "_records", {"booking_confirmed": records})
    composers["booking_confirmed"] = lambda message: Letter("reader@example.com", "Subject", record_of(message))
    sending.drain(5)

    assert asked == [{row.about for row in rows}]
    assert {sent.body for sent in mail.outbox} == {str(row.about) for row in rows[1:]}
    assert (message_now(rows[0]).state, message_now(rows[0]).why) == ("failed", "LookupError")


def test_case_19_many_drains_at_once_send_each_once(transactional_db, postman, composers):
    """Hard case 19: two schedulers, a redelivered task."""
    composers["booking_confirmed"] = lambda message: Letter(f"{message.pk}@example.com", "Subject", "Text")
    rows = [due() for _ in range(60)]
    threads = [threading.Thread(target=in_own_connection, args=(lambda: sending.drain(10),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(postman.taken) == sorted(f"{row.pk}@example.com" for row in rows)
    assert set(Message.objects.values_list("state", "attempts", "maybe_repeated")) == {("sent", 1, False)}


def test_a_drain_stops_when_its_time_is_up(transactional_db):
    due(), due()

    assert sending.drain(0) == 0
    assert set(Message.objects.values_list("state", flat=True)) == {"due"}


def test_what_went_last_is_written_down_when_the_time_is_up(transactional_db, composers):
    def compose_slowly(message):
        time.sleep(0.2)
        return Letter("reader@example.com", "Subject", "Text")

    composers["booking_confirmed"] = compose_slowly
    first, second = due(since=2 * MINUTE), due()

    assert sending.drain(0.1) == 1
    assert [(message_now(row).state, message_now(row).lease_until, ends(row)) for row in (first, second)] == [
        ("sent", None, [(1, "sent", "")]),
        ("due", None, []),
    ]


def test_each_of_many_is_written_down_once(transactional_db):
    rows = [due() for _ in range(5)]

    sending.drain(5)

    assert [(message_now(row).state, ends(row)) for row in rows] == [("sent", [(1, "sent", "")])] * 5


# The tries, one by one -----------------------------------------------------------------------------


def ends(message):
    return list(message.tries.values_list("number", "outcome", "why"))


def test_each_try_is_written_down_with_its_end(transactional_db, composers, postman):
    message = due(state=MessageState.SENDING, attempts=1, lease_until=Now() - MINUTE)  # a worker was killed
    composers["booking_confirmed"] = lambda message: Letter("full@example.com", "Subject", "Text")
    sending.drain(5)
    Message.objects.update(due_at=Now() - MINUTE)
    composers["booking_confirmed"] = lambda message: Letter("reader@example.com", "Subject", "Text")
    sending.drain(5)

    assert ends(message) == [(2, "slow", "SMTPRecipientsRefused 452"), (3, "sent", "")]


def test_what_is_refused_for_good_has_one_try(transactional_db, composers, postman):
    composers["booking_confirmed"] = lambda message: Letter("bounces@example.com", "Subject", "Text")
    message = due()

    sending.drain(5)

    assert ends(message) == [(1, "never", "SMTPRecipientsRefused 550")]


def test_what_was_not_sent_has_no_try(transactional_db, composers):
    composers["booking_confirmed"] = lambda message: NotWanted("moved")
    message = due()

    sending.drain(5)

    assert ends(message) == []


# The scheduler's tick ------------------------------------------------------------------------------


def test_a_tick_beats_and_drains(transactional_db):
    message = due()

    tasks.tick()

    assert message_now(message).state == "sent"
    assert abs(Heartbeat.objects.get(name="tick").at - database_now()) < timedelta(seconds=5)


def test_the_heart_beats_even_where_sending_fails(transactional_db, monkeypatch):
    actions.beat("tick")
    Heartbeat.objects.update(at=NOW)

    def broken(seconds):
        raise RuntimeError

    monkeypatch.setattr(sending, "drain", broken)
    with pytest.raises(RuntimeError):
        tasks.tick(anything="a later version sends")

    assert abs(Heartbeat.objects.get(name="tick").at - database_now()) < timedelta(seconds=5)
