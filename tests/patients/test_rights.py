"""Corrections and complaints about data: from the patient's form to our answer; and the copies that end."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from clinic.audit.models import AccessLog
from clinic.db.states import StaleState
from clinic.outbox.models import Message
from clinic.outbox.registry import Letter, NotWanted, compose
from clinic.worklist.models import Task
from patients.profile.models import Patient
from patients.rights import actions, policy, tasks
from patients.rights.actions import NoAnswer
from patients.rights.enums import Kind
from patients.rights.models import DataCopy, DataRequest
from tests.factories import people
from tests.factories.people import NOW
from tests.factories.rights import WORDS, asked, now
from tests.web import main_of

LATER = NOW + timedelta(hours=1)
PAGES = {Kind.CORRECTION: "care_data_correct", Kind.COMPLAINT: "care_data_complain"}


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


# When what is due: pure -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "received", "last_day", "first", "answer"),
    [
        # Acknowledged in 3 workdays, long before 30 days are over; answered in 20.
        (Kind.COMPLAINT, "2026-11-23 09:00", date(2026, 12, 23), "2026-11-26 17:00", "2026-12-21 17:00"),
        # Over Christmas: Friday 25 and Monday 28 December are no workdays, nor is 1 January.
        (Kind.COMPLAINT, "2026-12-24 09:00", date(2027, 1, 23), "2026-12-31 17:00", "2027-01-26 17:00"),
        (Kind.CORRECTION, "2026-11-23 09:00", date(2026, 12, 21), "2026-12-21 17:00", "2026-12-21 17:00"),
        # A month of 28 days is not longer than a calendar month; late in the evening it is still that UK day.
        (Kind.CORRECTION, "2027-01-31 23:59", date(2027, 2, 28), "2027-02-28 17:00", "2027-02-28 17:00"),
    ],
)
def test_until_when(kind, received, last_day, first, answer):
    at = datetime.fromisoformat(received).replace(tzinfo=UTC)

    assert policy.last_day(kind, at) == last_day
    assert policy.first_task_due(kind, at).isoformat(" ", "minutes")[:16] == first
    assert policy.answer_due(kind, at).isoformat(" ", "minutes")[:16] == answer


# The patient ----------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_has_written_before(db):
    cache.clear()


def send(client, kind, **changes):
    return client.post(reverse(PAGES[kind]), {"text": WORDS, "key": uuid4()} | changes)


@pytest.mark.parametrize("kind", PAGES)
def test_what_is_asked_is_sealed_shown_and_a_managers_task(kind, amina, as_user):
    client = as_user(amina.user)

    answer = send(client, kind)
    page = main_of(client.get(answer["Location"]).content.decode())

    request = DataRequest.objects.get()
    assert (request.patient, request.kind, request.text, request.state) == (amina, kind, WORDS, "received")
    assert all(words in page for words in (WORDS, "Sent on Monday 23 November 2026", "We have it"))
    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(t)::text from patients_datarequest t")
        assert WORDS not in cursor.fetchone()[0]
    task = Task.objects.get()
    assert (task.role, task.about, task.state) == ("manager", request.pk, "open")
    assert task.due_at == policy.first_task_due(kind, NOW)


def test_the_task_of_a_complaint_names_the_last_day(amina):
    asked(amina)

    assert Task.objects.get().title.endswith("Last day by law: Wednesday 23 December 2026")


@pytest.mark.parametrize("kind", PAGES)
def test_sent_twice_it_is_one_request(kind, amina, as_user):
    client, key = as_user(amina.user), uuid4()

    for _ in range(2):
        assert send(client, kind, key=key).status_code == 302

    assert (DataRequest.objects.count(), Task.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Write what your complaint is"),
        (" \n ", "Write what your complaint is"),
        ("x" * 4001, "must be 4,000 characters or fewer. You typed 4,001."),
        ("a\0b", "holds a character that cannot be saved"),
    ],
)
def test_what_cannot_be_sent_says_why_and_stays(text, words, amina, as_user):
    answer = send(as_user(amina.user), Kind.COMPLAINT, text=text)

    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors["text"])
    assert text.strip("\0 \n")[:4001].replace("\0", "") in answer.content.decode().replace("\ufffd", "").replace(
        "\0", ""
    )
    assert not DataRequest.objects.exists()


def test_no_more_than_ten_in_an_hour_and_what_was_typed_stays(amina, as_user):
    client = as_user(amina.user)
    for _ in range(10):
        send(client, Kind.CORRECTION)

    answer = send(client, Kind.CORRECTION, text="The eleventh")

    assert answer.status_code == 429
    assert "The eleventh" in answer.content.decode()
    assert DataRequest.objects.count() == 10


def test_the_complaint_page_names_the_ico_after_us(amina, as_user):
    page = main_of(as_user(amina.user).get(reverse("care_data_complain")).content.decode())

    assert page.index("Tell us first") < page.index("0303 123 1113")
    assert "https://ico.org.uk" in page


@pytest.mark.parametrize("name", ["care_data", *PAGES.values()])
def test_first_come_the_details(name, as_user, db):
    newcomer = people.user("new@example.com")

    assert as_user(newcomer).get(reverse(name))["Location"] == reverse("profile")
    assert not Patient.objects.exists()


def test_somebody_else_sees_nothing_of_it(amina, ben, as_user):
    asked(amina)

    page = as_user(ben.user).get(reverse("care_data")).content.decode()

    assert WORDS not in page
    assert list(DataRequest.objects.visible_to(ben.user)) == []


# The manager ----------------------------------------------------------------------------------------


def url(name, request):
    return reverse(f"admin:patients_datarequest_{name}", args=[request.pk])


def states(request):
    return list(request.state_changes.values_list("from_state", "to_state", "by__email"))


def test_a_complaint_from_acknowledging_to_the_answer(amina, manager, as_user):
    request = asked(amina)

    with time_machine.travel(LATER, tick=False):
        as_user(manager).post(url("acknowledge", request))
    between = (now(request).state, list(Task.objects.waiting().values_list("title", "due_at")))
    with time_machine.travel(LATER + timedelta(days=7), tick=False):
        as_user(manager).post(url("answer", request), {"answer": "We have put it right."})

    answer_due = policy.answer_due(Kind.COMPLAINT, NOW)
    assert between == ("acknowledged", [("A complaint about personal data: answer it", answer_due)])
    assert (now(request).state, now(request).answer) == ("answered", "We have put it right.")
    assert states(request) == [
        ("received", "acknowledged", manager.email),
        ("acknowledged", "answered", manager.email),
    ]
    assert not Task.objects.waiting().exists()
    # The first mail has not gone yet, and says the same: no second one.
    assert list(Message.objects.values_list("rule", "about", "person")) == [
        ("data_request_moved", request.pk, amina.pk)
    ]
    page = main_of(as_user(amina.user).get(reverse("care_data")).content.decode())
    assert ("We have put it right." in page, "Answered" in page) == (True, True)


def test_a_correction_may_be_answered_at_once(amina, manager):
    request = asked(amina, Kind.CORRECTION)

    actions.answer(request, "Done", by=manager, at=LATER)

    assert states(request) == [("received", "answered", manager.email)]
    assert not Task.objects.waiting().exists()


def test_an_answer_says_something(amina, manager, as_user):
    request = asked(amina)

    page = as_user(manager).post(url("answer", request), {"answer": " "})

    assert page.status_code == 422
    assert "Write your answer" in page.content.decode()
    with pytest.raises(NoAnswer):
        actions.answer(request, " \n", by=manager, at=LATER)
    assert now(request).state == "received"


def test_what_was_answered_is_frozen(amina, manager, as_user):
    request = asked(amina)
    actions.answer(request, "Done", by=manager, at=LATER)

    for again in (actions.acknowledge, lambda *about, **how: actions.answer(*about, "Again", **how)):
        with pytest.raises(StaleState):
            again(now(request), by=manager, at=LATER)
    page = as_user(manager).post(url("answer", request), {"answer": "Again"}, follow=True)

    assert "This has changed since you opened it" in page.content.decode()
    assert "Send this answer" not in page.content.decode()
    assert now(request).answer == "Done"
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Other words"},
        {"received_at": LATER},
        {"due_on": date(2027, 1, 1)},
        {"kind": "correction"},
        {"state": "answered"},  # without an answer
    ],
)
def test_what_was_asked_never_changes(change, amina):
    request = asked(amina)

    with pytest.raises(DatabaseError), transaction.atomic():
        DataRequest.objects.filter(pk=request.pk).update(**change)


def test_nothing_changes_after_the_answer_and_nothing_is_deleted(amina, manager):
    request = asked(amina)
    with pytest.raises(DatabaseError), transaction.atomic():
        DataRequest.objects.filter(pk=request.pk).delete()
    actions.answer(request, "Done", by=manager, at=LATER)

    with pytest.raises(DatabaseError), transaction.atomic():
        DataRequest.objects.filter(pk=request.pk).update(answer="Other words")


def test_the_manager_alone_reads_it_and_each_reading_is_written_down(amina, rosa, okafor, manager, as_user):
    request = asked(amina)

    pages = {who: as_user(who).get(url("change", request)) for who in (rosa, okafor.user, manager)}

    assert [page.status_code for page in pages.values()] == [403, 403, 200]
    assert WORDS in pages[manager].content.decode()
    logged = AccessLog.objects.filter(about=request.pk).order_by("at").values_list("what", "actor__email", "about_type")
    assert set(logged) == {
        ("refused", rosa.email, "datarequest"),
        ("refused", okafor.user.email, "datarequest"),
        ("read", manager.email, "datarequest"),
    }


@pytest.mark.parametrize("act", ["acknowledge", "answer"])
def test_nobody_else_acts_on_it(act, amina, ben, rosa, okafor, as_user):
    request = asked(amina)

    answers = [
        as_user(who).post(url(act, request), {"answer": "Mine"}).status_code
        for who in (rosa, okafor.user, ben.user, amina.user)
    ]

    assert answers == [403, 403, 404, 404]
    assert now(request).state == "received"


def test_the_list_shows_no_words(amina, manager, as_user):
    asked(amina)

    page = as_user(manager).get(reverse("admin:patients_datarequest_changelist")).content.decode()

    assert ("Amina Example" in page, WORDS in page) == (True, False)


def test_the_mail_says_nothing_of_it(amina, manager):
    request = asked(amina)
    actions.acknowledge(request, by=manager, at=LATER)

    letter = compose(Message.objects.get())

    assert isinstance(letter, Letter)
    assert (letter.to, letter.subject) == ("amina@example.com", "There is an update in your account")
    assert "/care/data/" in letter.text
    assert not any(word in letter.text.lower() for word in ("complaint", "wrong"))


def test_no_mail_without_an_address(manager, db):
    stranger = people.patient(account=False)
    request = asked_by_phone(stranger, manager)
    actions.acknowledge(request, by=manager, at=LATER)

    assert isinstance(compose(Message.objects.get()), NotWanted)


def asked_by_phone(patient, manager):
    return actions.ask(patient, Kind.COMPLAINT, WORDS, key=uuid4(), by=manager, at=NOW)


# Copies ---------------------------------------------------------------------------------------------


def test_a_copy_lives_for_a_day_and_that_it_was_asked_for_is_written_down(amina):
    copy = actions.make_copy(amina, by=amina.user, at=NOW)

    assert [copy.is_live(NOW + timedelta(hours=24, seconds=seconds)) for seconds in (-1, 0)] == [True, False]
    assert list(AccessLog.objects.values_list("what", "about", "actor")) == [("exported", amina.pk, amina.user.pk)]


def test_the_night_removes_what_ended_a_month_ago(amina):
    ended = NOW - policy.COPY_LIVES - policy.ENDED_IS_SAID_FOR
    gone, stays = (actions.make_copy(amina, by=amina.user, at=ended + timedelta(seconds=more)) for more in (0, 1))

    tasks.remove_ended_copies()

    assert list(DataCopy.objects.all()) == [stays]
    assert gone != stays


def test_a_copy_is_its_owners_alone(amina, ben, manager):
    actions.make_copy(amina, by=amina.user, at=NOW)

    assert [DataCopy.objects.visible_to(who).count() for who in (amina.user, ben.user, manager)] == [1, 0, 0]
