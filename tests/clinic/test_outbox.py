"""Planning and calling off."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from clinic.outbox import actions, registry
from clinic.outbox.enums import MessageState
from clinic.outbox.models import Message
from tests.factories.messages import due, in_own_connection, plain_composers
from tests.factories.people import NOW

MINUTE = timedelta(minutes=1)
VISIT = NOW + timedelta(days=10)
TIMED = ["missing_4d", "missing_7d", "reminder_3h", "reminder_48h"]
ABOUT = UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture(autouse=True)
def composers(monkeypatch):
    return plain_composers(monkeypatch)


def booked(at=NOW, anchor=VISIT, round=0, fact="appointment_booked"):
    return actions.plan(fact, about=ABOUT, person=uuid4(), anchor=anchor, at=at, round=round)


def at_ten(days_before):
    return (VISIT - timedelta(days=days_before)).replace(hour=10)


def states():
    return sorted(Message.objects.values_list("rule", "state"))


# Planning ------------------------------------------------------------------------------------------


def test_a_booking_plans_its_messages(db):
    booked()

    assert sorted(Message.objects.values_list("key", "due_at", "useful_until", "state", "round")) == [
        (f"booking_confirmed:email:{ABOUT}:0", NOW, VISIT, "due", 0),
        (f"missing_4d:email:{ABOUT}:0", at_ten(4), VISIT - timedelta(days=3), "due", 0),
        (f"missing_7d:email:{ABOUT}:0", at_ten(7), VISIT - timedelta(days=5), "due", 0),
        (
            f"reminder_3h:email:{ABOUT}:0",
            VISIT - timedelta(hours=1),
            VISIT,
            "due",
            0,
        ),  # 9:00 less 3 hours is a quiet hour
        (f"reminder_48h:email:{ABOUT}:0", VISIT - timedelta(hours=48), VISIT - timedelta(hours=6), "due", 0),
    ]


def test_without_what_goes_at_once_the_reminders_are_planned(db):
    planned = actions.plan(
        "appointment_booked", about=ABOUT, person=uuid4(), anchor=VISIT, at=NOW, without_at_once=True
    )

    assert sorted(message.rule for message in planned) == TIMED


def test_planning_twice_writes_once(db):
    first, second = booked(), booked()

    assert len(first) == 5
    assert second == []
    assert Message.objects.count() == 5


def test_case_19_two_at_once_plan_once(transactional_db):
    """Hard case 19, at the door: the unique key decides."""
    threads = [threading.Thread(target=in_own_connection, args=(booked,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Message.objects.count() == 5


def test_planning_stands_and_falls_with_the_fact(transactional_db):
    with transaction.atomic():
        booked()
        transaction.set_rollback(True)

    assert Message.objects.count() == 0


def test_case_20_move_then_cancel(db):
    """Hard case 20: the old reminder is dead, the new one is made, then dead too."""
    booked()

    actions.cancel(ABOUT, why="moved", at=NOW)
    booked(fact="appointment_moved", anchor=VISIT + timedelta(days=5), round=1)
    after_move = states()
    actions.cancel(ABOUT, why="cancelled", at=NOW)

    both = [(rule, state) for rule in TIMED for state in ("cancelled", "due")]
    assert after_move == [("booking_confirmed", "cancelled"), ("booking_moved", "due"), *both]
    assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}
    assert set(Message.objects.values_list("why", flat=True)) == {"moved", "cancelled"}


def test_calling_off_can_be_limited_to_rules(db):
    booked()

    assert actions.cancel(ABOUT, why="no reminders", at=NOW, rules=TIMED) == 4
    assert states() == [("booking_confirmed", "due"), *((rule, "cancelled") for rule in TIMED)]


def test_calling_off_leaves_other_records_and_what_was_sent(db):
    other, sent = due(), due(about=ABOUT, state=MessageState.SENT, sent_at=NOW)

    assert actions.cancel(ABOUT, why="cancelled", at=NOW) == 0
    assert {Message.objects.get(pk=row.pk).state for row in (other, sent)} == {"due", "sent"}


def test_a_composer_has_its_code_for_itself(composers):
    registry.register("booking_confirmed", composers["booking_confirmed"])  # again is fine

    with pytest.raises(ValueError, match="booking_confirmed"):
        registry.register("booking_confirmed", lambda message: None)
