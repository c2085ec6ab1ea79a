"""The plan of messages: what each fact sends and when, and what the clinic sets."""

from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.outbox import actions, changes, policy, registry, sending
from clinic.outbox.actions import Happened
from clinic.outbox.changes import NotSet
from clinic.outbox.enums import Reader, Stop
from clinic.outbox.models import Message, RuleSetting
from clinic.outbox.rules import BY_CODE, RULES, rules_for
from patients.contact.models import ContactChoice
from tests.factories.messages import due, message_now, plain_composers
from tests.factories.people import NOW

UK = ZoneInfo("Europe/London")


def uk(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UK)


def planned(fact, anchor, at):
    """What a fact sends, each with its UK time and the last moment it is of use."""
    windows = {rule.code: policy.due_time(rule, uk(anchor), uk(at)) for rule in rules_for(fact)}
    return {
        code: tuple(moment.astimezone(UK).strftime("%Y-%m-%d %H:%M") for moment in window)
        for code, window in windows.items()
        if window
    }


# The table ------------------------------------------------------------------------------------------


def test_every_rule_has_a_writer():
    assert set(registry._composers) == set(BY_CODE)


def test_codes_are_told_apart():
    assert len(BY_CODE) == len(RULES)


def test_a_booking():
    assert planned("appointment_booked", "2026-12-14 14:30", "2026-12-01 22:00") == {
        "booking_confirmed": ("2026-12-01 22:00", "2026-12-14 14:30"),  # in the night too: they wait for it
        "missing_7d": ("2026-12-07 10:00", "2026-12-09 14:30"),
        "missing_4d": ("2026-12-10 10:00", "2026-12-11 14:30"),
        "reminder_48h": ("2026-12-12 14:30", "2026-12-14 08:30"),
        "reminder_3h": ("2026-12-14 11:30", "2026-12-14 14:30"),
    }


def test_a_visit_booked_late_gets_only_what_can_still_come():
    assert set(planned("appointment_booked", "2026-12-14 14:30", "2026-12-10 10:00")) == {
        "booking_confirmed",
        "reminder_48h",
        "reminder_3h",
    }


@pytest.mark.parametrize(
    ("fact", "anchor", "at", "expected"),
    [
        ("check_in_set", "2026-10-27 00:00", "2026-10-27 00:15", {"week_1_check": "2026-10-27 08:00"}),
        (
            "review_set",
            "2027-03-31 09:00",
            "2027-01-04 11:00",
            {
                "review_soon": "2027-03-24 10:00",  # the clocks change in between
                "review_due": "2027-03-31 10:00",
                "review_late": "2027-04-07 10:00",
            },
        ),
        ("supplied", "2026-12-31 00:00", "2026-12-02 11:00", {"next_request": "2026-12-22 10:00"}),
        ("appointment_missed", "2026-12-14 09:00", "2026-12-14 09:40", {"did_not_attend": "2026-12-14 09:40"}),
        ("appointment_missed", "2026-12-14 19:30", "2026-12-14 20:10", {"did_not_attend": "2026-12-15 08:00"}),
        ("decision_made", "2026-12-14 21:00", "2026-12-14 21:00", {"decision_made": "2026-12-15 08:00"}),
        ("information_asked", "2026-12-14 09:00", "2026-12-14 09:00", {"more_information": "2026-12-14 09:00"}),
        ("data_request_moved", "2026-12-14 23:30", "2026-12-14 23:30", {"data_request_moved": "2026-12-15 08:00"}),
        ("letter_released", "2026-12-14 09:00", "2026-12-14 09:00", {"letter_released": "2026-12-14 09:00"}),
        ("plan_released", "2026-12-14 23:30", "2026-12-14 23:30", {"plan_released": "2026-12-15 08:00"}),
        ("prescription_news", "2026-12-14 23:30", "2026-12-14 23:30", {"prescription_news": "2026-12-15 08:00"}),
        ("account_changed", "2026-12-14 23:30", "2026-12-14 23:30", {"security_notice": "2026-12-14 23:30"}),
        ("copy_made", "2026-12-14 23:30", "2026-12-14 23:30", {"copy_made": "2026-12-14 23:30"}),
        ("task_overdue", "2026-12-14 23:30", "2026-12-14 23:30", {"task_overdue": "2026-12-15 08:00"}),
    ],
)
def test_each_fact_sends_at_its_times(fact, anchor, at, expected):
    assert {code: when for code, (when, _) in planned(fact, anchor, at).items()} == expected


def test_what_is_planned_long_before_is_of_use_for_a_week_from_its_own_time():
    assert planned("review_set", "2026-12-29 00:00", "2026-12-01 12:00")["review_due"] == (
        "2026-12-29 10:00",
        "2027-01-05 10:00",
    )


def test_what_the_law_wants_stops_for_the_dead_alone_or_cannot_be_switched_off():
    fixed = {rule.code for rule in RULES if rule.fixed and rule.reader != Reader.STAFF}

    assert fixed == {
        "booking_confirmed",
        "booking_moved",
        "booking_cancelled",
        "please_move",
        "waiting_list_offer",
        "decision_made",
        "more_information",
        "plan_changed",
        "data_request_moved",
        "prescription_news",
        "security_notice",
        "copy_made",
        "account_closed",
    }
    assert {rule.code for rule in RULES if rule.stops_for == {Stop.DECEASED}} == {
        "booking_cancelled",
        "decision_made",
        "data_request_moved",
        "letter_released",
        "plan_changed",
        "prescription_news",
        "security_notice",
        "copy_made",
        "account_closed",
    }
    assert {rule.code for rule in RULES if Stop.DECEASED not in rule.stops_for} == {
        "enquiry_received",
        "staff_invited",
        "task_overdue",
    }


# Many at once ---------------------------------------------------------------------------------------


def happened(count):
    return [Happened(uuid4(), uuid4(), NOW + timedelta(days=10, minutes=number)) for number in range(count)]


def test_many_visits_are_planned_in_as_many_queries_as_one(db):
    with CaptureQueriesContext(connection) as one:
        actions.plan_many("appointment_booked", happened(1), at=NOW)
    with CaptureQueriesContext(connection) as many:
        assert actions.plan_many("appointment_booked", happened(200), at=NOW) == 1_000

    assert len(many) == len(one)
    assert Message.objects.count() == 1_005


def test_the_same_facts_again_write_nothing(db):
    facts = happened(3)

    assert [actions.plan_many("appointment_booked", facts, at=NOW) for _ in range(2)] == [15, 0]


# What the clinic sets -------------------------------------------------------------------------------


def set_rule(manager, code, at=NOW, is_on=True, amount=None, minute=None):
    return changes.set_rule(code, is_on=is_on, amount=amount, minute=minute, by=manager, at=at)


def times():
    rows = Message.objects.filter(state="due").order_by("due_at").values_list("rule", "due_at")
    return {rule: moment.astimezone(UK).strftime("%m-%d %H:%M") for rule, moment in rows}


def test_a_new_time_holds_for_what_is_planned_and_for_what_comes(db, manager):
    facts = [Happened(uuid4(), uuid4(), uk("2026-12-14 14:30")) for _ in range(2)]
    actions.plan_many("appointment_booked", facts[:1], at=NOW)

    set_rule(manager, "missing_7d", amount=6, minute=11 * 60 + 30)
    set_rule(manager, "reminder_48h", amount=24)
    moved = times()
    Message.objects.all().delete()
    actions.plan_many("appointment_booked", facts[1:], at=NOW)

    assert moved == times()
    assert (moved["missing_7d"], moved["reminder_48h"], moved["reminder_3h"]) == (
        "12-08 11:30",
        "12-13 14:30",
        "12-14 11:30",
    )


def test_what_would_have_gone_by_now_is_called_off(db, manager):
    actions.plan_many("appointment_booked", [Happened(uuid4(), uuid4(), NOW + timedelta(hours=30))], at=NOW)

    set_rule(manager, "reminder_3h", amount=40)

    assert list(Message.objects.filter(rule="reminder_3h").values_list("state", "why")) == [
        ("cancelled", "its new time has passed")
    ]


def test_what_is_on_its_way_or_over_keeps_its_time(db, manager):
    sending_now = due("reminder_3h", state="sending", attempts=1, lease_until=Now() + timedelta(minutes=1))
    sent = due("reminder_3h", state="sent", sent_at=Now())
    tried = due("reminder_3h", attempts=1)

    set_rule(manager, "reminder_3h", amount=5, at=timezone.now())

    for row in (sending_now, sent, tried):
        assert (message_now(row).state, message_now(row).due_at) == (row.state, row.due_at)


@pytest.mark.parametrize(("code", "amount"), [("reminder_3h", 3), ("reminder_3h", 5)])
def test_what_is_due_at_this_moment_goes_whatever_is_saved(db, manager, code, amount):
    """Found in a review: a save that changed nothing called off what was about to go."""
    row = due(code, since=timedelta(seconds=5))

    set_rule(manager, code, amount=amount, at=timezone.now())

    assert (message_now(row).state, message_now(row).due_at) == ("due", row.due_at)


def test_a_switch_alone_moves_nothing(db, manager):
    with_quiet_hours = Happened(uuid4(), uuid4(), NOW)
    actions.plan_many("appointment_missed", [with_quiet_hours], at=uk("2026-11-23 21:00"))
    before = list(Message.objects.values_list("due_at", "useful_until"))

    set_rule(manager, "did_not_attend", is_on=False, at=uk("2026-11-23 23:00"))

    assert list(Message.objects.values_list("due_at", "useful_until")) == before


def test_a_setting_taken_back_gives_the_built_time(db, manager):
    actions.plan_many("appointment_booked", [Happened(uuid4(), uuid4(), uk("2026-12-14 14:30"))], at=NOW)
    before = times()

    set_rule(manager, "reminder_3h", amount=5)
    set_rule(manager, "reminder_3h")

    assert times() == before
    assert RuleSetting.objects.count() == 1


def test_what_is_switched_off_is_not_sent_and_says_so(transactional_db, manager, monkeypatch):
    plain_composers(monkeypatch)
    set_rule(manager, "reminder_3h", is_on=False, at=timezone.now())
    off, on = due("reminder_3h"), due("reminder_48h")

    sending.drain(5)

    assert [(message_now(row).state, message_now(row).why) for row in (off, on)] == [
        ("cancelled", "this message is switched off"),
        ("sent", ""),
    ]


@pytest.mark.parametrize(
    ("code", "values", "against"),
    [
        ("booking_confirmed", {"is_on": False}, {"is_on": "cannot be switched off"}),
        ("reminder_48h", {"amount": 6}, {"amount": "6 hours before, this message is of no use"}),
        ("reminder_3h", {"amount": 0}, {"amount": "Enter more"}),
        ("reminder_3h", {"amount": 14 * 24 + 1}, {"amount": "Enter 336 or less"}),
        ("missing_7d", {"amount": 5}, {"amount": "5 days before"}),
        ("review_late", {"amount": 401}, {"amount": "Enter 400 or less"}),
        ("missing_7d", {"minute": 7 * 60 + 59}, {"minute": "quiet hours"}),
        ("missing_7d", {"minute": 20 * 60}, {"minute": "quiet hours"}),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_reason(db, manager, code, values, against):
    with pytest.raises(NotSet) as refused:
        set_rule(manager, code, **values)

    assert {name: words in refused.value.against[name] for name, words in against.items()} == dict.fromkeys(
        against, True
    )
    assert RuleSetting.objects.count() == 0


@pytest.mark.parametrize(("code", "values"), [("missing_7d", {"amount": 6}), ("reminder_48h", {"amount": 7})])
def test_the_least_that_still_makes_sense_is_taken(db, manager, code, values):
    assert set_rule(manager, code, **values).pk


def test_every_change_stays_in_the_history(db, manager):
    set_rule(manager, "reminder_3h", amount=5)
    set_rule(manager, "reminder_3h", amount=4)

    with connection.cursor() as cursor:
        cursor.execute("select amount from clinic_rulesettingevent order by pgh_id")
        assert cursor.fetchall() == [(5,), (4,)]


# Who is not written to ------------------------------------------------------------------------------


def let_be_known(patient, stop):
    if stop == Stop.NO_REMINDERS:
        ContactChoice.objects.create(patient=patient, reminders=False, changed_at=NOW, changed_by=patient.user)
    else:
        patient.status, patient.status_since = stop.value, date(2026, 11, 25)
        patient.save()


@pytest.mark.parametrize("stop", Stop)
def test_case_23_what_is_known_of_a_patient_stops_its_rules_and_no_other(
    transactional_db, amina, ben, monkeypatch, stop
):
    """Hard case 23, asked at the moment of sending."""
    plain_composers(monkeypatch)
    let_be_known(amina, stop)
    hers = {rule.code: due(rule.code, person=amina.pk) for rule in RULES}
    his = {rule.code: due(rule.code, person=ben.pk) for rule in RULES}

    sending.drain(30)

    assert {code for code, row in hers.items() if message_now(row).state == "cancelled"} == {
        rule.code for rule in RULES if stop in rule.stops_for
    }
    assert {message_now(row).why for row in hers.values()} == {"", f"the patient {stop.label}"}
    assert {message_now(row).state for row in his.values()} == {"sent"}
