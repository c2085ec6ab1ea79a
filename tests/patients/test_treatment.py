"""Treatment plans: what signing and each move asks for, the states, and that a signed version is frozen."""

from datetime import date, timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from clinic.db.refusal import NotReady, SavedElsewhere, SomethingMissing
from clinic.db.states import StaleState, move
from clinic.outbox.models import Message
from clinic.staff.models import Clinician
from clinic.worklist.models import Task
from patients.access.actions import open_care
from patients.access.models import CareRelationship
from patients.consents.actions import give_consents
from patients.consents.enums import Purpose
from patients.teamreview.models import TeamDecision
from patients.treatment import actions
from patients.treatment.enums import State
from patients.treatment.models import PlanReason, PlanVersion
from patients.treatment.refusals import (
    NoName,
    NoReason,
    NothingTold,
    NotTheAuthor,
    NotTheirPlan,
    SignedAlready,
    UnderWayAlready,
)
from tests.factories import plans
from tests.factories.people import NOW
from tests.factories.plans import REASON, fresh, written
from tests.patients.test_consultations import each_way
from tests.race import race

TODAY = date(2026, 11, 23)
# Written out again: what may follow what.
ALLOWED = {
    ("draft", "team_pending"),
    ("draft", "discarded"),
    ("team_pending", "supported"),
    ("team_pending", "discarded"),
    ("supported", "agreed"),
    ("supported", "discarded"),
    ("agreed", "active"),
    ("agreed", "discarded"),
    ("active", "paused"),
    ("active", "stopped"),
    ("active", "superseded"),
    ("paused", "active"),
    ("paused", "stopped"),
    ("paused", "superseded"),
}


@pytest.mark.django_db
class TestDraft:
    def test_it_keeps_what_was_typed_whatever_is_missing(self, amina, okafor):
        plan = plans.draft(amina, okafor)

        actions.save_draft(plan, actions.Written(0, None, None, {"unsuitable": " x "}), by=okafor.user, at=NOW)

        plan = fresh(plan)
        assert (plan.said, plan.version, plan.state, plan.number) == ({"unsuitable": " x "}, 1, "draft", 1)

    def test_one_key_opens_one_draft(self, amina, okafor):
        key = uuid4()

        opened = {actions.open_draft(amina, okafor, key=key, at=NOW).pk for _ in range(2)}

        assert len(opened) == PlanVersion.objects.count() == 1

    @pytest.mark.parametrize("state", ["draft", "team_pending", "supported", "agreed"])
    def test_one_is_under_way_at_a_time(self, amina, okafor, lind, state):
        plans.IN_STATE[state](amina, okafor)

        with pytest.raises(UnderWayAlready, match="Finish it first"):
            plans.draft(amina, lind)

    @pytest.mark.parametrize("state", ["active", "paused", "stopped", "discarded"])
    def test_a_change_is_a_new_version_copied_from_the_last(self, amina, okafor, lind, state):
        last = plans.IN_STATE[state](amina, okafor)

        plan = fresh(plans.draft(amina, lind))

        assert (plan.number, plan.copied_from, plan.author) == (last.number + 1, last, lind)
        assert (plan.said["lines"], plan.said["goals"]) == (last.said["lines"], last.said["goals"])
        assert (plan.starts_on, plan.said.get("peer_name"), plan.agreed_at, plan.decision) == (None, None, None, None)

    @pytest.mark.parametrize("act", [actions.save_draft, actions.sign])
    def test_the_second_of_two_tabs_is_told(self, amina, okafor, act):
        plan = plans.draft(amina, okafor)
        actions.save_draft(plan, written(unsuitable="First tab"), by=okafor.user, at=NOW)

        with pytest.raises(SavedElsewhere):
            act(plan, written(unsuitable="Second tab"), by=okafor.user, at=NOW)

        assert fresh(plan).said["unsuitable"] == "First tab"

    @pytest.mark.parametrize("act", [actions.save_draft, actions.sign])
    def test_nobody_else_writes_or_signs_it(self, amina, okafor, lind, act):
        with pytest.raises(NotTheAuthor):
            act(plans.draft(amina, okafor), written(), by=lind.user, at=NOW)

    def test_nobody_else_puts_it_aside(self, amina, okafor, lind):
        with pytest.raises(NotTheAuthor):
            actions.discard(plans.draft(amina, okafor), lind, why="It is not wanted", by=lind.user, at=NOW)

    def test_who_sees_which(self, amina, ben, okafor, lind, rosa, manager):
        for clinician in (okafor, lind):
            open_care(amina, clinician, CareRelationship.Reason.BOOKED, at=NOW)
        everybody = (okafor.user, lind.user, amina.user, ben.user, rosa, manager)
        plan = plans.draft(amina, okafor)

        seen = {"draft": [PlanVersion.objects.visible_to(user).exists() for user in everybody]}
        actions.sign(plan, written(), by=okafor.user, at=NOW)
        seen["team_pending"] = [PlanVersion.objects.visible_to(user).exists() for user in everybody]
        plans.decided(amina, okafor)
        actions.support(plan, by=okafor.user, at=NOW)
        seen["supported"] = [PlanVersion.objects.visible_to(user).exists() for user in everybody]
        actions.discard(fresh(plan), okafor, why="Not wanted after all", by=okafor.user, at=NOW)
        seen["discarded"] = [PlanVersion.objects.visible_to(user).exists() for user in everybody]

        assert seen == {
            "draft": [True, False, False, False, False, False],
            "team_pending": [True, True, False, False, False, False],
            "supported": [True, True, True, False, False, False],
            "discarded": [True, True, False, False, False, False],
        }
        assert [PlanReason.objects.visible_to(user).exists() for user in everybody] == [True, True, *[False] * 4]
        CareRelationship.objects.update(ended_at=NOW)
        assert not PlanVersion.objects.visible_to(okafor.user).exists()


@pytest.mark.django_db
class TestSigning:
    def test_a_whole_plan_waits_for_the_team(self, amina, okafor):
        plan = plans.signed(amina, okafor)

        assert (plan.state, plan.signed_at, plan.starts_on) == ("team_pending", NOW, TODAY)
        assert not Message.objects.exists()

    def test_with_a_decision_that_holds_it_goes_to_the_patient(self, amina, okafor):
        decision = plans.decided(amina, okafor)

        plan = plans.signed(amina, okafor)

        assert (plan.state, plan.decision, plan.met_on) == ("supported", decision, TODAY)
        assert [message.rule for message in Message.objects.filter(person=amina.pk)] == ["plan_released"]

    def test_what_is_missing_is_said_by_field_and_nothing_is_kept(self, amina, okafor):
        plan = plans.draft(amina, okafor)

        with pytest.raises(SomethingMissing, match="at least one indication") as refused:
            actions.sign(plan, written(indications=[], goals=[]), by=okafor.user, at=NOW)

        assert sorted(refused.value.fields) == ["goals", "indications"]
        assert fresh(plan).state == "draft"

    def test_signed_twice_the_second_is_told(self, amina, okafor):
        plan = plans.signed(amina, okafor)

        for act in (actions.sign, actions.save_draft):
            with pytest.raises(SignedAlready):
                act(plan, written(version=1), by=okafor.user, at=NOW)

    @pytest.mark.parametrize(
        ("verified_on", "expected"), [(TODAY - timedelta(days=90), "signs"), (TODAY - timedelta(days=91), "refused")]
    )
    def test_the_register_was_checked_within_90_days(self, amina, okafor, verified_on, expected):
        Clinician.objects.filter(pk=okafor.pk).update(verified_on=verified_on)
        plan = plans.draft(amina, okafor)

        if expected == "signs":
            assert actions.sign(plan, written(), by=okafor.user, at=NOW).state == "team_pending"
        else:
            with pytest.raises(NotReady, match="ask a manager to check it"):
                actions.sign(plan, written(), by=okafor.user, at=NOW)


@pytest.mark.django_db
class TestTheTeam:
    def test_its_support_is_taken_when_it_comes(self, amina, okafor):
        plan = plans.waiting(amina, okafor)
        plans.decided(amina, okafor, outcome="conditions")

        actions.support(plan, by=okafor.user, at=NOW)

        assert fresh(plan).state == "supported"

    @pytest.mark.parametrize("outcome", [None, "not_supported", "deferred"])
    def test_without_support_it_waits(self, amina, okafor, outcome):
        plan = plans.waiting(amina, okafor)
        if outcome:
            plans.decided(amina, okafor, outcome=outcome)

        with pytest.raises(NotReady, match="Bring the case to the team"):
            actions.support(plan, by=okafor.user, at=NOW)

        assert fresh(plan).state == "team_pending"

    @pytest.mark.parametrize(("starts", "expected"), [(30, "supported"), (31, "team_pending")])
    def test_it_holds_on_the_day_of_the_start(self, amina, okafor, starts, expected):
        plans.decided(amina, okafor, valid_for=30)

        assert plans.signed(amina, okafor, starts=starts).state == expected

    def test_a_plan_does_not_start_before_the_team_met(self, amina, okafor):
        plan = plans.waiting(amina, okafor)
        later = NOW + timedelta(days=1)
        plans.decided(amina, okafor, at=later)

        with pytest.raises(NotReady, match="starts on Monday 23 November 2026, before the team met"):
            actions.support(plan, by=okafor.user, at=later)

    def test_the_database_holds_that_too(self, amina, okafor):
        plan = plans.waiting(amina, okafor)
        decision = plans.decided(amina, okafor)

        with pytest.raises(DatabaseError, match="starts_after_the_team_met"), transaction.atomic():
            move(plan, "supported", by=None, at=NOW, decision=decision, met_on=TODAY + timedelta(days=1))


@pytest.mark.django_db
class TestAgreeing:
    def test_it_keeps_name_time_and_consents(self, amina, okafor):
        plan = plans.supported(amina, okafor)

        for _ in range(2):
            actions.agree(plan, " Amina Example ", plans.all_given(plan), by=amina.user, at=NOW)

        plan = fresh(plan)
        assert (plan.state, plan.agreed_name, plan.agreed_by, plan.agreed_at) == (
            "agreed",
            "Amina Example",
            amina.user,
            NOW,
        )
        assert sorted(amina.consents.filter(given=True).values_list("purpose", flat=True)) == [
            "driving",
            "monitoring",
            "pregnancy",
            "schedule_2",
            "unlicensed",
        ]

    def test_its_author_is_asked_to_start_it(self, amina, okafor, lind):
        plan = plans.agreed(amina, okafor)
        task = Task.objects.get(kind="plan_agreed")
        assert (task.about, task.taken_by, task.state) == (plan.pk, okafor.user, "taken")

        actions.activate(plan, lind, by=lind.user, at=NOW)

        task.refresh_from_db()
        assert (task.state, task.outcome) == ("done", "The plan is active")

    @pytest.mark.parametrize("who", ["ben", "okafor"])
    def test_nobody_agrees_for_them(self, amina, ben, okafor, who):
        plan = plans.supported(amina, okafor)

        with pytest.raises(NotTheirPlan):
            actions.agree(plan, "X", plans.all_given(plan), by={"ben": ben.user, "okafor": okafor.user}[who], at=NOW)

    def test_a_name_is_typed(self, amina, okafor):
        plan = plans.supported(amina, okafor)

        with pytest.raises(NoName):
            actions.agree(plan, " ", plans.all_given(plan), by=amina.user, at=NOW)

    def test_each_consent_is_needed(self, amina, okafor):
        plan = plans.supported(amina, okafor)

        for purpose in plans.all_given(plan):
            with pytest.raises(NotReady, match=purpose.label):
                actions.agree(plan, "Pat", plans.all_given(plan) | {purpose: False}, by=amina.user, at=NOW)

        assert not amina.consents.exists()

    @pytest.mark.parametrize("state", ["team_pending", "discarded", "active"])
    def test_only_what_waits_for_them(self, amina, okafor, state):
        plan = plans.IN_STATE[state](amina, okafor)

        with pytest.raises(StaleState):
            actions.agree(plan, "Pat", plans.all_given(plan), by=amina.user, at=NOW)


@pytest.mark.django_db
class TestItsLife:
    def test_active_asks_for_the_letter_and_tells_the_patient(self, amina, okafor):
        plan = plans.active(amina, okafor)

        task = Task.objects.get(kind="letter_due")
        assert (task.about, task.taken_by, task.due_at) == (amina.pk, okafor.user, NOW + timedelta(hours=48))
        assert task.key == f"letter_due:plan:{plan.pk}:active"
        assert Message.objects.filter(rule="plan_changed", person=amina.pk).count() == 1

    def test_a_newer_one_takes_the_place_of_the_older(self, amina, okafor):
        older = plans.active(amina, okafor)

        newer = plans.active(amina, okafor)

        assert (fresh(older).state, newer.state, newer.number) == ("superseded", "active", 2)

    def test_pause_go_on_and_stop(self, amina, okafor, lind):
        plan = plans.paused(amina, okafor)

        actions.activate(plan, lind, by=lind.user, at=NOW)
        actions.stop(fresh(plan), lind, why="Three falls in a week", told="Stop. Call us.", by=lind.user, at=NOW)

        assert fresh(plan).state == "stopped"
        assert [(each.to_state, each.why) for each in PlanReason.objects.order_by("to_state")] == [
            ("paused", REASON["why"]),
            ("stopped", "Three falls in a week"),
        ]
        keys = Task.objects.filter(kind="letter_due").values_list("key", flat=True)
        assert sorted(key.split(":")[3] for key in keys) == ["active", "paused", "stopped"]
        assert Message.objects.filter(rule="plan_changed").count() == 1  # it still waits: one message says it all

    @pytest.mark.parametrize("act", [actions.pause, actions.stop])
    def test_it_says_why_and_what_to_do(self, amina, okafor, act):
        plan = plans.active(amina, okafor)

        with pytest.raises(NoReason):
            act(plan, okafor, why="Sleepy", told="Call us", by=okafor.user, at=NOW)
        with pytest.raises(NothingTold):
            act(plan, okafor, why="Sleepy all day long", told=" ", by=okafor.user, at=NOW)

        assert fresh(plan).state == "active"

    def test_no_agreement_no_plan(self, amina, okafor):
        plan = plans.supported(amina, okafor)

        with pytest.raises(StaleState):
            actions.activate(plan, okafor, by=okafor.user, at=NOW)

    def test_a_consent_withdrawn_since_holds_it_up(self, amina, okafor):
        plan = plans.agreed(amina, okafor)
        give_consents(amina, {Purpose.DRIVING: False}, by=amina.user, at=NOW + timedelta(minutes=1))

        with pytest.raises(NotReady, match="has not agreed to: Driving"):
            actions.activate(plan, okafor, by=okafor.user, at=NOW)

    def test_a_decision_against_it_since_holds_it_up(self, amina, okafor):
        plan = plans.agreed(amina, okafor)
        plans.decided(amina, okafor, at=NOW + timedelta(days=2), outcome="not_supported")

        with pytest.raises(NotReady, match="No decision of the team supports"):
            actions.activate(plan, okafor, by=okafor.user, at=NOW + timedelta(days=2))

    def test_a_decision_that_has_ended_holds_up_going_on(self, amina, okafor):
        plan = plans.paused(amina, okafor)
        TeamDecision.objects.get()

        with pytest.raises(NotReady) as refused:
            actions.activate(plan, okafor, by=okafor.user, at=NOW + timedelta(days=366))

        assert len(refused.value.points) == 3  # the register, the team, the review
        assert fresh(plan).state == "paused"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_begin_a_draft_one_does(amina, okafor, lind):
    given = race(2, lambda number: plans.draft(amina, [okafor, lind][number]))

    assert sorted(type(each).__name__ for each in given) == ["PlanVersion", "UnderWayAlready"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_stop_and_pause_at_once_one_is_told_or_both_stand_in_a_row(amina, okafor):
    plan = plans.active(amina, okafor)

    given = race(2, lambda number: actions.stop(plan, okafor, by=okafor.user, at=NOW, **REASON))

    assert sorted(type(each).__name__ for each in given) == ["NoneType", "StaleState"]


@pytest.mark.django_db
class TestFrozen:
    @pytest.mark.parametrize("way", ["saved", "bulk", "bulk_update", "sql"])
    @pytest.mark.parametrize(
        ("column", "value"),
        [("said", "{}"), ("starts_on", date(2026, 12, 1)), ("version", 9), ("agreed_name", "X"), ("met_on", TODAY)],
    )
    @pytest.mark.parametrize("state", ["team_pending", "active", "discarded"])
    def test_a_signed_version_refuses_change(self, amina, okafor, way, column, value, state):
        plan = plans.IN_STATE[state](amina, okafor)
        value = date(2026, 11, 20) if column == "met_on" else value

        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            each_way("patients_planversion", column, value)[way](plan)

    @pytest.mark.parametrize(
        "change",
        [
            {"said": {}},
            {"review_on": date(2028, 1, 1)},
            {"agreed_name": "Somebody else"},
            {"met_on": date(2026, 11, 20)},
            {"signed_at": NOW + timedelta(days=1)},
            {"agreed_at": NOW + timedelta(days=1)},
        ],
    )
    def test_nor_does_a_move_carry_a_change(self, amina, okafor, change):
        plan = plans.active(amina, okafor)

        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            move(plan, "paused", by=okafor.user, at=NOW, **change)

    @pytest.mark.parametrize("way", ["saved", "bulk", "sql"])
    def test_a_draft_stays_whose_it_is(self, amina, ben, okafor, way):
        plan = plans.draft(amina, okafor)

        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            each_way("patients_planversion", "patient_id", ben.pk)[way](plan)

    @pytest.mark.parametrize("way", ["saved", "bulk", "bulk_update", "sql"])
    def test_a_reason_refuses_change(self, amina, okafor, way):
        plans.paused(amina, okafor)

        with pytest.raises(DatabaseError), transaction.atomic():
            each_way("patients_planreason", "why", "Less")[way](PlanReason.objects.get())

    @pytest.mark.parametrize("state", ["draft", "active"])
    def test_no_plan_is_deleted(self, amina, okafor, state):
        plan = plans.IN_STATE[state](amina, okafor)

        for delete in (plan.delete, PlanVersion.objects.filter(pk=plan.pk).delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                delete()
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("delete from patients_planversion where id = %s", [plan.pk])

    @pytest.mark.parametrize("column", ["starts_on", "review_on", "signed_at", "decision_id", "met_on", "agreed_at"])
    def test_a_row_of_a_plan_in_force_has_all_it_needs(self, amina, okafor, column):
        plan = plans.active(amina, okafor)
        row = {field.attname: getattr(plan, field.attname) for field in PlanVersion._meta.concrete_fields}

        with pytest.raises(DatabaseError, match="violates check constraint"), transaction.atomic():
            PlanVersion.objects.create(**row | {"id": uuid4(), "key": uuid4(), "number": 7, column: None})

    def test_one_is_in_force(self, amina, okafor):
        plan = plans.active(amina, okafor)
        row = {field.attname: getattr(plan, field.attname) for field in PlanVersion._meta.concrete_fields}

        with pytest.raises(DatabaseError, match="one_plan_in_force_a_person"), transaction.atomic():
            PlanVersion.objects.create(**row | {"id": uuid4(), "key": uuid4(), "number": 7, "state": "paused"})


@pytest.mark.django_db
@pytest.mark.parametrize("before", State.values)
def test_each_pair_of_states(amina, okafor, before):
    for after in State.values:
        with transaction.atomic():
            plan = plans.IN_STATE[before](amina, okafor)
            rest = _needed(plan, after)
            if (before, after) in ALLOWED:
                move(plan, after, by=okafor.user, at=NOW, **rest)
                assert plan.state == after
            else:
                with pytest.raises(StaleState):
                    move(plan, after, by=okafor.user, at=NOW, **rest)
                if before != after:
                    with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
                        PlanVersion.objects.filter(pk=plan.pk).update(state=after)
            transaction.set_rollback(True)


def _needed(plan, after):
    """What the database wants of a version in the state ``after``."""
    days = {"signed_at": NOW, "starts_on": TODAY, "review_on": TODAY + timedelta(days=9)}
    if after == "team_pending":
        return days
    if (plan.state, after) == ("team_pending", "supported"):
        return {"decision": plans.decided(plan.patient, plan.author), "met_on": TODAY}
    if (plan.state, after) == ("supported", "agreed"):
        return {"agreed_at": NOW, "agreed_by": plan.patient.user, "agreed_name": "Pat"}
    return {}


def test_the_table_names_every_state():
    assert set(product(State.values, State.values)) >= ALLOWED
    assert PlanVersion.MOVES.keys() | {after for _, after in ALLOWED} == set(State.values)
