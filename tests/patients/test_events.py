"""Adverse events: the report, the assessment, the hold, and what neither of them lets anybody change."""

from datetime import date, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from clinic.db.states import StaleState, move
from clinic.worklist.actions import tell_overdue
from clinic.worklist.models import Task
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.incidents.models import Incident
from patients.incidents.refusals import (
    NotComplete,
    SomebodyWasQuicker,
    WhyAgain,
    WrongDay,
)
from patients.safety import actions as events
from patients.safety import policy
from patients.safety.enums import EventState, HoldState
from patients.safety.models import AdverseEvent, Assessment, HoldProposal
from patients.safety.refusals import (
    NothingSaid,
    StaysOpen,
    WhyHeld,
)
from patients.safety.terms import TERMS
from tests.factories.events import ASSESSMENT, BEGAN, REPORT, assessed, now, reported, serious
from tests.factories.people import NOW
from tests.race import race

# Fixed rules, pure ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "how_bad", "hospital", "expected"),
    [
        (["dizziness"], "as_usual", "no", (False, False)),
        (["dizziness"], "less", "not_sure", (False, False)),
        (["syncope"], "less", "no", (False, False)),
        (["syncope", "chest_pain"], "less", "no", (True, False)),
        (["anaphylaxis"], "", "", (True, False)),
        (["seizure"], "", "", (True, False)),
        (["nausea"], "not_myself", "no", (True, False)),
        (["nausea"], "in_danger", "no", (True, False)),
        (["nausea"], "as_usual", "yes", (True, False)),
        (["suicidal"], "as_usual", "no", (False, True)),
        (["self_harm", "chest_pain"], "as_usual", "no", (True, True)),
        ([], "", "", (False, False)),
    ],
)
def test_which_card_a_report_asks_for(terms, how_bad, hospital, expected):
    found = policy.emergency_of(terms, how_bad, hospital)

    assert (found.call_999, found.crisis) == expected
    assert policy.report_is_serious(terms, how_bad, hospital) is any(expected)


@pytest.mark.parametrize("term", ["hallucination", "paranoia", "delusion", "psychosis"])
def test_a_report_of_psychosis_is_looked_at_today(term):
    assert policy.report_is_serious([term], "as_usual", "no")
    assert not policy.emergency_of([term], "as_usual", "no")


@pytest.mark.parametrize(
    ("grade", "seriousness", "is_serious"),
    [(1, [], False), (2, [], False), (3, [], True), (4, [], True), (5, [], True)]
    + [
        (1, [each], True) for each in ("death", "life_threatening", "hospital", "disability", "congenital", "important")
    ],
)
def test_grade_3_or_any_seriousness_is_serious(grade, seriousness, is_serious):
    assert policy.assessment_is_serious(grade, seriousness) is is_serious


def test_what_opens_an_incident():
    opening = {term.code for term in TERMS if policy.opens_an_incident(1, [term.code])}

    assert opening == {"hallucination", "paranoia", "delusion", "psychosis", "suicidal", "self_harm"}
    assert [policy.opens_an_incident(grade, ["dizziness"]) for grade in range(1, 6)] == [False] * 3 + [True] * 2


@pytest.mark.parametrize(
    ("at", "is_serious", "due"),
    [
        ("2026-11-23 09:00+00:00", True, "2026-11-23 09:30+00:00"),  # Monday morning
        ("2026-11-27 20:00+00:00", True, "2026-11-30 09:30+00:00"),  # Friday night: Monday
        ("2026-12-24 18:00+00:00", True, "2026-12-29 09:30+00:00"),  # over Christmas
        ("2026-11-27 20:00+00:00", False, "2026-12-01 17:00+00:00"),
    ],
)
def test_by_when_somebody_looks(at, is_serious, due):
    assert policy.look_due(datetime.fromisoformat(at), is_serious=is_serious) == datetime.fromisoformat(due)


# What was reported ----------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def care(amina, okafor):
    open_care(amina, okafor, CareRelationship.Reason.BOOKED, at=NOW)


def test_a_report_is_kept_sealed_and_a_task(amina):
    event = reported(amina)

    kept = AdverseEvent.objects.get()
    assert {name: getattr(kept, name) for name in REPORT} == REPORT
    assert (kept.state, kept.reported_by, kept.written_by) == ("reported", "patient", amina.user)
    with connection.cursor() as cursor:
        cursor.execute("select row_to_json(t)::text from patients_adverseevent t")
        row = cursor.fetchone()[0]
    assert not [words for words in ("dizziness", "head", "lay down", "drops", "less", "B1") if words in row]
    task = Task.objects.get()
    assert (task.kind, task.role, task.about, task.title) == (
        "adverse_event",
        "clinician",
        event.pk,
        "Something was reported: look at it",
    )
    assert task.due_at.isoformat() == "2026-11-25T17:00:00+00:00"
    assert not HoldProposal.objects.exists()
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    "worst", [{"how_bad": "not_myself"}, {"how_bad": "in_danger"}, {"hospital": "yes"}, {"terms": ["chest_pain"]}]
)
def test_a_serious_report_is_a_task_of_today_and_proposes_a_hold(worst, amina):
    event = reported(amina, **worst)

    task = Task.objects.get()
    assert (task.title, task.due_at) == ("Something was reported: look at it today", NOW + timedelta(minutes=30))
    hold = HoldProposal.objects.get()
    assert (hold.event, hold.patient, hold.state) == (event, amina, "proposed")
    assert not HoldProposal.objects.holding(amina).exists()  # the software holds nothing by itself


def test_a_task_of_today_that_nobody_takes_is_told_to_the_managers(amina):
    serious(amina)
    due_at = NOW + timedelta(minutes=30)

    assert tell_overdue(at=due_at)[0] == {"clinician"}
    assert tell_overdue(at=due_at + timedelta(minutes=29))[0] == set()
    assert tell_overdue(at=due_at + timedelta(minutes=30))[0] == {"manager"}


@pytest.mark.parametrize("term", ["suicidal", "psychosis"])
def test_self_harm_and_psychosis_open_an_incident_with_the_report(term, amina):
    event = reported(amina, terms=[term], description="Voices at night")

    incident = Incident.objects.get()
    assert (incident.key, incident.patient, incident.state) == (event.pk, amina, "open")
    assert "Voices" not in incident.what_happened  # managers read it
    assert "duty-of-candour check and the CQC-notification check" in incident.what_happened


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"terms": [], "description": " "}, NothingSaid),
        ({"terms": ["other"], "description": ""}, NothingSaid),
        ({"started_on": NOW.date() + timedelta(days=1)}, WrongDay),
        ({"started_on": date(1980, 3, 26)}, WrongDay),
        ({"is_ongoing": False, "ended_on": BEGAN - timedelta(days=1)}, WrongDay),
        ({"is_ongoing": False, "ended_on": NOW.date() + timedelta(days=1)}, WrongDay),
    ],
)
def test_what_cannot_be_is_refused(changes, refusal, amina):
    with pytest.raises(refusal):
        reported(amina, **changes)

    assert not AdverseEvent.objects.exists()


def test_sent_twice_it_is_one_report(amina):
    key = uuid4()

    for _ in range(2):
        events.report(amina, REPORT | {"hospital": "yes"}, "patient", key=key, by=amina.user, at=NOW)

    assert [table.objects.count() for table in (AdverseEvent, HoldProposal, Task)] == [1, 1, 1]


# What a clinician assesses --------------------------------------------------------------------------


def test_the_newest_assessment_counts_and_the_older_stays(amina, okafor):
    event = reported(amina)

    first = assessed(event, okafor)
    second = assessed(event, okafor, seen=first.pk, grade=1, at=LATER)

    assert list(event.assessments.all()) == [second, first]
    assert (first.grade, second.grade, second.number, now(event).state) == (2, 1, 2, "assessed")
    assert now(event).terms == ["dizziness"]
    assert [(task.state, task.outcome) for task in Task.objects.all()] == [("done", "Assessed")]


@pytest.mark.parametrize("worse", [{"grade": 3}, {"seriousness": ["hospital"]}])
def test_serious_by_assessment_proposes_a_hold_and_asks_today(worse, amina, okafor):
    event = reported(amina)

    first = assessed(event, okafor, **worse)
    assessed(event, okafor, seen=first.pk, **worse)

    assert HoldProposal.objects.get().event == event
    assert sorted((task.title, task.state) for task in Task.objects.all()) == [
        ("Something was reported: look at it", "open"),
        ("Something was reported: look at it today", "open"),
    ]


def test_no_second_hold_is_proposed_for_what_was_decided(amina, okafor):
    event = serious(amina)
    first = assessed(event, okafor, grade=3)
    events.decide_on_hold(event.holds.get(), okafor, is_held=False, reason="Not the medicine", by=okafor.user, at=NOW)

    second = assessed(event, okafor, grade=3, seen=first.pk)
    third = assessed(event, okafor, grade=1, seen=second.pk)
    assert event.holds.count() == 1

    assessed(event, okafor, grade=4, seen=third.pk)  # worse again: that is new
    assert [hold.state for hold in event.holds.order_by("state")] == ["not_held", "proposed"]


@pytest.mark.parametrize(
    ("change", "opens"), [({"grade": 3}, 0), ({"grade": 4}, 1), ({"grade": 5}, 1), ({"terms": ["psychosis"]}, 1)]
)
def test_grade_4_and_5_and_psychosis_open_one_incident(change, opens, amina, okafor):
    event = reported(amina)

    first = assessed(event, okafor, **change)
    assessed(event, okafor, seen=first.pk, **change)

    assert Incident.objects.filter(key=event.pk).count() == opens


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"yellow_card_why": ""}, "Write why no Yellow Card is needed."),
        ({"yellow_card": "submitted"}, "Enter the day on which the Yellow Card was submitted."),
        ({"yellow_card": "submitted", "yellow_card_on": BEGAN}, "Enter the reference that the MHRA gave."),
        (
            {"yellow_card": "to_do", "yellow_card_on": BEGAN},
            "Choose “Submitted”, or leave its day and reference empty.",
        ),
        ({"gp_informed_on": date(2026, 11, 24)}, "The day on which the GP was told must be today or in the past."),
        ({"terms": []}, "Choose at least one term."),
    ],
)
def test_an_assessment_that_lacks_something_says_what(changes, words, amina, okafor):
    event = reported(amina)

    with pytest.raises(NotComplete, match=words):
        assessed(event, okafor, **changes)

    assert now(event).state == "reported"


def test_the_second_of_two_clinicians_is_told_and_nothing_is_lost(amina, okafor, lind):
    event = reported(amina)
    assessed(event, okafor)

    with pytest.raises(SomebodyWasQuicker, match="Dr Ada Okafor has written since you opened this page"):
        assessed(event, lind, grade=1)

    assert Assessment.objects.get().clinician == okafor


@pytest.mark.django_db(transaction=True)
def test_of_two_clinicians_at_once_one_signs(amina, okafor, lind):
    event = reported(amina)

    came = race(2, lambda number: assessed(event, (okafor, lind)[number]))

    assert sorted(type(each).__name__ for each in came) == ["Assessment", "SomebodyWasQuicker"]
    assert Assessment.objects.count() == 1


def test_a_double_click_signs_once(amina, okafor):
    event, key = reported(amina), uuid4()
    facts = {"key": key, "seen": None, "by": okafor.user, "at": NOW}

    made = [events.assess(event, okafor, ASSESSMENT, **facts) for _ in range(2)]

    assert made[0] == made[1]


# Closing, and opening again -------------------------------------------------------------------------


def test_an_event_is_closed_and_opened_again_by_an_assessment_with_a_reason(amina, okafor):
    event = reported(amina)
    first = assessed(event, okafor)
    events.close(event, by=okafor.user, at=NOW)

    with pytest.raises(WhyAgain, match="Write in the notes why it is opened again"):
        assessed(event, okafor, seen=first.pk)
    assessed(event, okafor, seen=first.pk, notes="It came back")

    assert now(event).state == "assessed"
    assert [change.to_state for change in event.state_changes.all()] == ["assessed", "closed", "assessed"]


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (None, "Assess it first."),
        ({"yellow_card": "to_do", "yellow_card_why": ""}, "The Yellow Card is still to do"),
        ({"grade": 3}, "Decide first whether the next prescription is held."),
    ],
)
def test_an_event_that_waits_for_something_stays_open(before, words, amina, okafor):
    event = reported(amina)
    if before is not None:
        assessed(event, okafor, **before)

    with pytest.raises(StaysOpen, match=words):
        events.close(event, by=okafor.user, at=NOW)


# The hold -------------------------------------------------------------------------------------------


def test_a_clinician_holds_and_lifts_with_reasons(amina, okafor):
    event = serious(amina)
    hold = event.holds.get()

    events.decide_on_hold(hold, okafor, is_held=True, reason="Until we know more", by=okafor.user, at=NOW)
    assert list(HoldProposal.objects.holding(amina)) == [hold]
    assert Task.objects.get().state == "open"  # it is not assessed yet

    assessed(event, okafor, grade=3)
    assert Task.objects.get().state == "done"

    events.lift_hold(now(hold), okafor, reason="It is over", by=okafor.user, at=LATER)
    assert not HoldProposal.objects.holding(amina).exists()
    assert (now(hold).why, now(hold).lifted_why, now(hold).lifted_by) == ("Until we know more", "It is over", okafor)


def test_a_hold_without_a_reason_is_refused(amina, okafor):
    hold = serious(amina).holds.get()

    with pytest.raises(WhyHeld, match="Write your reason"):
        events.decide_on_hold(hold, okafor, is_held=True, reason=" ", by=okafor.user, at=NOW)

    assert now(hold).state == "proposed"


def test_of_two_who_decide_on_a_hold_the_second_is_told(amina, okafor, lind):
    hold = serious(amina).holds.get()
    events.decide_on_hold(hold, okafor, is_held=True, reason="Wait", by=okafor.user, at=NOW)

    with pytest.raises(StaleState):
        events.decide_on_hold(hold, lind, is_held=False, reason="No need", by=lind.user, at=NOW)

    assert now(hold).decided_by == okafor


# States and frozen rows -----------------------------------------------------------------------------

EVENT_MOVES = {("reported", "assessed"), ("assessed", "closed"), ("closed", "assessed")}
HOLD_MOVES = {("proposed", "held"), ("proposed", "not_held"), ("held", "lifted")}


def in_state(record, state):
    """The row put into a state past the triggers."""
    reset = {"state": state}
    if isinstance(record, HoldProposal):
        decided = {"decided_by_id": CLINICIAN[0], "decided_at": NOW, "why": "x"} if state != "proposed" else {}
        lifted = {"lifted_by_id": CLINICIAN[0], "lifted_at": NOW, "lifted_why": "x"} if state == "lifted" else {}
        reset |= decided | lifted
    with connection.cursor() as cursor:
        cursor.execute("reset role")
        cursor.execute("set session_replication_role = replica")
        type(record).objects.filter(pk=record.pk).update(**reset)
        cursor.execute("set session_replication_role = origin")
        cursor.execute("set role clinic_app")
    return now(record)


CLINICIAN = []


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [("event", *pair) for pair in product(EventState.values, repeat=2)]
    + [("hold", *pair) for pair in product(HoldState.values, repeat=2)],
)
def test_every_pair_of_states(kind, before, after, amina, okafor):
    CLINICIAN[:] = [okafor.pk]
    event = serious(amina)
    record = in_state(event if kind == "event" else event.holds.get(), before)
    told = {
        "held": {"decided_by": okafor, "decided_at": NOW, "why": "x"},
        "lifted": {"lifted_by": okafor, "lifted_at": NOW, "lifted_why": "x"},
    }
    told["not_held"] = told["held"]
    is_move = (before, after) in (EVENT_MOVES if kind == "event" else HOLD_MOVES)

    if is_move:
        move(record, after, by=okafor.user, at=NOW, **told.get(after, {}))
    else:
        with pytest.raises(StaleState):
            move(record, after, by=okafor.user, at=NOW)
    if not is_move and before != after:  # the database refuses it as well
        with pytest.raises(DatabaseError), transaction.atomic():
            type(record).objects.filter(pk=record.pk).update(state=after)
    assert now(record).state == (after if is_move else before)


def refused(act):
    with pytest.raises(DatabaseError), transaction.atomic():
        act()


def raw(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize("column", ["started_on", "description", "terms", "reported_by", "patient"])
def test_a_report_never_changes(column, amina, ben):
    event = reported(amina)
    other = {
        "started_on": date(2026, 1, 1),
        "description": "Other",
        "terms": [],
        "reported_by": "phone",
        "patient": ben,
    }
    setattr(event, column, other[column])
    fields = {"patient": "patient_id"}.get(column, column)

    refused(event.save)
    refused(lambda: AdverseEvent.objects.bulk_update([event], [column]))
    refused(lambda: AdverseEvent.objects.filter(pk=event.pk).update(**{column: other[column]}))
    changed = {"started_on": "'2026-01-01'", "patient_id": f"'{ben.pk}'"}.get(fields, "'other'")
    refused(lambda: raw(f"update patients_adverseevent set {fields} = {changed}"))  # noqa: S608
    refused(event.delete)
    refused(lambda: raw("delete from patients_adverseevent"))


def test_an_assessment_never_changes(amina, okafor):
    made = assessed(reported(amina), okafor)
    made.grade = 1

    refused(made.save)
    refused(lambda: Assessment.objects.bulk_update([made], ["grade"]))
    refused(lambda: Assessment.objects.update(notes="Other"))
    refused(lambda: raw("update patients_assessment set grade = 1"))
    refused(made.delete)
    refused(lambda: raw("delete from patients_assessment"))


@pytest.mark.parametrize("is_held", [True, False])
def test_the_reason_of_a_hold_never_changes(is_held, amina, okafor):
    hold = serious(amina).holds.get()
    events.decide_on_hold(hold, okafor, is_held=is_held, reason="Wait", by=okafor.user, at=NOW)
    hold = now(hold)
    hold.why = "Another"

    refused(hold.save)
    refused(lambda: HoldProposal.objects.bulk_update([hold], ["why"]))
    refused(lambda: HoldProposal.objects.update(why="Another"))
    refused(lambda: raw("update patients_holdproposal set why = 'x'"))
    refused(lambda: raw("update patients_holdproposal set proposed_at = now()"))
    refused(lambda: raw("delete from patients_holdproposal"))
