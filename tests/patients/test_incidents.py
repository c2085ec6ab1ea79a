"""Incidents: reported by anybody, kept by managers, closed only when something was learned (CQC lesson 7)."""

import csv
import io
from datetime import date, timedelta
from itertools import product
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from clinic.audit.models import AccessLog
from clinic.db.states import StaleState, move
from clinic.worklist.actions import tell_overdue
from clinic.worklist.models import Task
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.incidents import actions, policy
from patients.incidents.enums import State
from patients.incidents.models import Incident, IncidentEntry
from patients.incidents.refusals import (
    Missing,
    NotComplete,
    SomebodyWasQuicker,
    WhyAgain,
    WrongDay,
)
from tests.factories.events import ENTRY, assessed, entry, incident, now, reported
from tests.factories.people import NOW
from tests.race import race

pytestmark = pytest.mark.django_db
DUE = "2026-12-07T17:00:00+00:00"  # ten workdays after Monday 23 November


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def found(rosa, amina):
    """What reception has reported, about Amina."""
    return incident(rosa, amina, what_happened="The secret letter went astray")


def change_url(found):
    return reverse("admin:patients_incident_change", args=[found.pk])


def test_an_incident_is_kept_sealed_and_the_managers_name_an_owner(found):
    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(t)::text from patients_incident t")
        assert "secret" not in cursor.fetchone()[0]
    task = Task.objects.get()
    assert (task.kind, task.role, task.title, task.state) == (
        "incident",
        "manager",
        "An incident: name its owner",
        "open",
    )
    assert task.due_at.isoformat() == DUE == found.due_at.isoformat()


def test_its_owner_gets_the_task_and_the_managers_hear_when_it_is_late(found, manager, okafor):
    entry(found, manager, owner=okafor.user)

    assert (now(found).state, now(found).owner) == ("investigating", okafor.user)
    waiting = Task.objects.waiting().get()
    assert (waiting.role, waiting.taken_by, waiting.due_at.isoformat()) == ("clinician", okafor.user, DUE)
    late = found.due_at
    assert tell_overdue(at=late) == (set(), {okafor.user.pk})
    assert tell_overdue(at=late + timedelta(minutes=30)) == ({"manager"}, set())
    assert tell_overdue(at=late + timedelta(days=1)) == (set(), set())


def test_another_owner_takes_over_the_task_with_its_day(found, manager, okafor):
    first = entry(found, manager, owner=okafor.user)

    entry(found, manager, owner=manager, seen=first.pk, at=NOW + timedelta(days=3))

    waiting = Task.objects.waiting().get()
    assert (waiting.role, waiting.taken_by, waiting.due_at.isoformat()) == ("manager", manager, DUE)


# Lesson 7 -------------------------------------------------------------------------------------------


def test_lesson_7_an_incident_with_owner_checks_and_learning_is_closed(found, manager):
    entry(found, manager, owner=manager)

    actions.close(found, by=manager, at=NOW)

    assert now(found).state == "closed"
    assert set(Task.objects.values_list("state", flat=True)) == {"done"}


@pytest.mark.parametrize(
    ("lacks", "words"),
    [
        ({"owner": None}, "an owner"),
        ({"harm": ""}, "the level of harm"),
        ({"candour": "to_check"}, "the duty-of-candour check"),
        ({"candour": "yes"}, "the day on which the duty of candour was done"),
        ({"cqc": "to_check"}, "the CQC-notification check"),
        ({"cqc": "yes", "cqc_on": NOW.date()}, "the day and the reference of the CQC notification"),
        ({"learning": " "}, "what was learned"),
        ({"changed": ""}, "what was changed"),
    ],
)
def test_lesson_7_what_is_missing_keeps_it_open_and_is_named(lacks, words, found, manager, as_user):
    entry(found, manager, **{"owner": manager} | lacks)

    with pytest.raises(Missing) as refusal:
        actions.close(found, by=manager, at=NOW)
    answer = as_user(manager).post(reverse("admin:patients_incident_close", args=[found.pk]))

    assert str(refusal.value) == f"This incident cannot be closed yet. Missing: {words}."
    assert answer.status_code == 422
    assert f"Missing: {words}." in answer.content.decode()
    assert now(found).state != "closed"


def test_without_any_entry_all_is_missing(found, manager):
    with pytest.raises(Missing, match="an owner; the level of harm; the duty-of-candour check; the CQC-notification"):
        actions.close(found, by=manager, at=NOW)


def test_a_closed_one_is_opened_again_with_a_reason(found, manager):
    first = entry(found, manager, owner=manager)
    actions.close(found, by=manager, at=NOW)

    with pytest.raises(WhyAgain):
        entry(found, manager, owner=manager, seen=first.pk)
    entry(found, manager, owner=manager, seen=first.pk, note="It happened again")

    assert now(found).state == "investigating"
    assert Task.objects.waiting().get().taken_by == manager


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"candour_why": ""}, "Write why it is not needed."),
        ({"cqc_why": ""}, "Write why it is not needed."),
        ({"candour_on": NOW.date()}, "Choose “Needed”, or leave the day empty."),
        ({"cqc": "yes", "cqc_on": date(2026, 11, 24)}, "The day must be today or in the past."),
    ],
)
def test_a_check_that_makes_no_sense_says_why(changes, words, found, manager):
    with pytest.raises(NotComplete, match=words):
        entry(found, manager, **changes)


def test_an_owner_is_not_taken_away(found, manager):
    first = entry(found, manager, owner=manager)

    with pytest.raises(NotComplete, match="Name somebody else as the owner"):
        entry(found, manager, owner=None, seen=first.pk)


def test_a_day_in_the_future_is_refused(rosa):
    with pytest.raises(WrongDay):
        incident(rosa, happened_on=NOW.date() + timedelta(days=1))


def test_of_two_at_once_the_second_is_told(found, manager, okafor):
    entry(found, manager)

    with pytest.raises(SomebodyWasQuicker, match="manager@example.com has written since you opened this page"):
        entry(found, okafor.user)

    assert IncidentEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_in_one_moment_one_writes(rosa, manager):
    found = incident(rosa)

    came = race(2, lambda number: entry(found, (manager, rosa)[number]))

    assert sorted(type(each).__name__ for each in came) == ["IncidentEntry", "SomebodyWasQuicker"]


# States and frozen rows -----------------------------------------------------------------------------

MOVES = {("open", "investigating"), ("investigating", "closed"), ("closed", "investigating")}


@pytest.mark.parametrize(("before", "after"), list(product(State.values, repeat=2)))
def test_every_pair_of_states(before, after, found, manager):
    with connection.cursor() as cursor:
        cursor.execute("reset role")
        cursor.execute("set session_replication_role = replica")
        Incident.objects.filter(pk=found.pk).update(state=before, owner=manager)
        cursor.execute("set session_replication_role = origin")
        cursor.execute("set role clinic_app")
    record = now(found)

    if (before, after) in MOVES:
        move(record, after, by=manager, at=NOW)
    else:
        with pytest.raises(StaleState):
            move(record, after, by=manager, at=NOW)
        if before != after:
            with pytest.raises(DatabaseError), transaction.atomic():
                Incident.objects.filter(pk=found.pk).update(state=after)
    assert now(found).state == (after if (before, after) in MOVES else before)


def refused(act):
    with pytest.raises(DatabaseError), transaction.atomic():
        act()


def raw(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_what_was_reported_never_changes(found):
    found.what_happened = "Something else"

    refused(found.save)
    refused(lambda: Incident.objects.bulk_update([found], ["what_happened"]))
    refused(lambda: Incident.objects.update(happened_on=date(2026, 1, 1)))
    refused(lambda: raw("update patients_incident set what_happened = 'x'"))
    refused(found.delete)
    refused(lambda: raw("delete from patients_incident"))


def test_an_entry_never_changes(found, manager):
    made = entry(found, manager)
    made.learning = "Something else"

    refused(made.save)
    refused(lambda: IncidentEntry.objects.bulk_update([made], ["learning"]))
    refused(lambda: IncidentEntry.objects.update(harm="none"))
    refused(lambda: raw("update patients_incidententry set harm = 'none'"))
    refused(lambda: raw("delete from patients_incidententry"))


def test_nothing_is_closed_without_an_owner_in_the_database(found):
    move(found, State.INVESTIGATING, by=None, at=NOW)

    refused(lambda: Incident.objects.filter(pk=found.pk).update(state="closed"))


# The pages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["rosa", "manager", "okafor"])
def test_anybody_who_works_here_reports_one(who, rosa, manager, okafor, as_user):
    user = {"rosa": rosa, "manager": manager, "okafor": okafor.user}[who]
    sent = {"happened_on": "2026-11-20", "what_happened": "A fridge was warm", "immediate_action": "", "key": uuid4()}

    client = as_user(user)
    for _ in range(2):  # pressed twice it is one
        answer = client.post(reverse("desk_incident_new"), sent)

    assert answer.status_code == 302
    made = Incident.objects.get()
    assert (made.found_by, made.patient, made.what_happened) == (user, None, "A fridge was warm")
    page = client.get(reverse("desk_incident_new")).content.decode()
    assert "Friday 20 November 2026" in page
    assert "A fridge was warm" not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"what_happened": ""}, "Write what happened"),
        ({"happened_on": ""}, "Enter the day it happened"),
        ({"happened_on": "2026-11-24"}, "The day must be today or in the past"),
    ],
)
def test_a_report_that_lacks_something_stays(changes, words, rosa, as_user):
    sent = {"happened_on": "2026-11-20", "what_happened": "A fridge was warm", "immediate_action": "Kept"}

    answer = as_user(rosa).post(reverse("desk_incident_new"), sent | {"key": uuid4()} | changes)

    assert answer.status_code == 422
    assert all(each in answer.content.decode() for each in (words, "Kept"))


def test_reception_reports_about_a_patient_and_opens_nothing(found, rosa, amina, as_user):
    client = as_user(rosa)

    assert client.get(reverse("desk_incident_about", args=[amina.pk])).status_code == 200
    assert client.get(change_url(found)).status_code == 403
    assert client.get(reverse("admin:patients_incident_changelist") + "?q=secret").status_code == 403
    assert client.post(reverse("desk_incidents_export")).status_code == 403
    for name in ("entry", "close"):
        assert client.post(reverse(f"admin:patients_incident_{name}", args=[found.pk])).status_code == 403
    for page in (reverse("desk_incident_about", args=[amina.pk]), f"/admin/patients/patient/{amina.pk}/change/"):
        assert b"secret letter" not in client.get(page).content


def test_a_clinician_reports_about_people_in_their_care_only(amina, okafor, lind, as_user):
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)

    assert as_user(okafor.user).get(reverse("desk_incident_about", args=[amina.pk])).status_code == 200
    assert as_user(lind.user).get(reverse("desk_incident_about", args=[amina.pk])).status_code == 404


def test_a_clinician_sees_what_they_own_what_they_wrote_and_of_people_in_their_care(
    found, amina, ben, rosa, manager, okafor, lind, as_user
):
    own = incident(rosa, ben)
    entry(own, manager, owner=lind.user)
    wrote = incident(lind.user)
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)

    assert set(Incident.objects.visible_to(manager)) == {found, own, wrote}
    assert set(Incident.objects.visible_to(lind.user)) == {own, wrote}
    assert set(Incident.objects.visible_to(okafor.user)) == {found}
    assert not Incident.objects.visible_to(rosa).exists()
    assert not Incident.objects.visible_to(amina.user).exists()
    assert as_user(okafor.user).get(change_url(own)).status_code == 404


def test_a_manager_writes_entries_and_closes_and_every_opening_is_written_down(found, manager, as_user):
    client = as_user(manager)
    assert "The secret letter went astray" in client.get(change_url(found)).content.decode()
    assert AccessLog.objects.filter(about=found.pk, about_type="incident", what="read", actor=manager).exists()
    sent = {name: value or "" for name, value in ENTRY.items()} | {"owner": manager.pk, "note": "First look"}

    answer = client.post(reverse("admin:patients_incident_entry", args=[found.pk]), sent | {"key": uuid4(), "seen": ""})
    assert answer.status_code == 302
    assert "First look" in client.get(change_url(found)).content.decode()
    late = client.post(
        reverse("admin:patients_incident_entry", args=[found.pk]), sent | {"key": uuid4(), "seen": "", "note": "Long"}
    )
    assert late.status_code == 422
    assert "manager@example.com has written since you opened this page" in late.content.decode()
    assert "Long" in late.content.decode()
    client.post(reverse("admin:patients_incident_close", args=[found.pk]))
    assert now(found).state == "closed"


def test_an_entry_that_makes_no_sense_says_why_at_the_field(found, manager, as_user):
    sent = {name: value or "" for name, value in ENTRY.items()} | {"cqc_why": "", "note": "Typed"}

    answer = as_user(manager).post(
        reverse("admin:patients_incident_entry", args=[found.pk]), sent | {"key": uuid4(), "seen": ""}
    )

    assert answer.status_code == 422
    assert all(each in answer.content.decode() for each in ("Write why it is not needed", "Typed"))


def test_an_owner_is_a_manager_or_a_clinician(found, rosa, amina, manager, as_user):
    for nobody in (rosa, amina.user):
        sent = {name: value or "" for name, value in ENTRY.items()} | {"owner": nobody.pk}
        answer = as_user(manager).post(
            reverse("admin:patients_incident_entry", args=[found.pk]), sent | {"key": uuid4(), "seen": ""}
        )
        assert "Choose somebody from the list" in answer.content.decode()


def test_the_incident_of_an_event_says_nothing_that_only_clinicians_read(amina, okafor, manager, as_user):
    event = reported(amina, description="Voices at night")
    assessed(event, okafor, grade=4)

    page = as_user(manager).get(change_url(Incident.objects.get(key=event.pk))).content.decode()

    assert "Opened together with an adverse event, by a fixed rule." in page
    assert "Voices" not in page
    assert "Dizziness" not in page


def test_the_log_is_exported_without_names_or_formulas_and_that_is_written_down(found, amina, manager, as_user):
    entry(found, manager, owner=manager, learning="=cmd|' /C calc'!A0", changed="@SUM(1)")

    answer = as_user(manager).post(reverse("desk_incidents_export"))

    text = answer.content.decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(text))
    read = dict(zip(head, row, strict=True))
    assert (read["owner"], read["about a patient"], read["level of harm"]) == ("manager@example.com", "yes", "Low")
    assert read["learned"].startswith("'=cmd")
    assert read["changed"].startswith("'@SUM")
    assert not [words for words in ("Amina", "Example", "secret") if words in text.replace("@example.com", "")]
    assert AccessLog.objects.filter(what="exported", about_type="incidents", actor=manager).count() == 1


def test_the_rule_of_what_is_missing_names_nothing_where_all_is_there():
    said = {"owner": True, "harm": "low", "candour": "no", "candour_done": False, "cqc": "yes", "cqc_done": True}

    assert policy.keeps_open(**said, learning="x", changed="y") == []
