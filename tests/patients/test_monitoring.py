"""The checks of people on a plan: on which days, who is asked, what is late, and what a record must say."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from clinic.db.clock import uk_day
from clinic.db.refusal import Refusal, SomethingMissing
from clinic.db.states import StaleState, move
from clinic.outbox.models import Message
from clinic.worklist.models import Task
from patients.monitoring import actions, policy
from patients.monitoring.enums import Kind, State
from patients.monitoring.models import CheckRecord, PlanCheck
from patients.monitoring.refusals import (
    AlreadyPlanned,
)
from patients.outcomes.models import Questionnaire
from patients.treatment import actions as treatment
from tests.factories import outcomes, plans
from tests.factories import prescriptions as rx
from tests.factories.people import NOW

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
ALL = ["week_1", "week_4", "month_3", "yearly"]
SAID = {
    **dict.fromkeys(policy.ASKED, "no"),
    "driving": "yes",
    "typical": "0.25 ml twice a day",
    "most": "0.5 ml",
    "missed": "One evening",
    "spasticity_before": "",
    "spasticity_now": "",
    "more": "",
    "body": "71 kg",
    "benefit": "Pain: from 7 to 6. Sleeps through most nights.",
    "reason": "Some benefit, no side effect that bothers.",
}


def days(course=TODAY, version=None, checks=ALL, extra=(), months=13, supply=None):
    found = policy.schedule(
        course_from=course,
        version_from=version or course,
        supply_from=supply,
        checks=checks,
        extra=extra,
        until=policy.months_after(course, months),
    )
    return [(each.kind.value, each.on.isoformat()) for each in found]


class TestTheSchedule:
    def test_of_a_first_year(self):
        assert days() == [
            ("week_1", "2026-11-30"),
            ("week_4", "2026-12-21"),
            ("month_3", "2027-02-23"),
            ("month_3", "2027-05-23"),
            ("month_3", "2027-08-23"),
            ("yearly", "2027-11-23"),
        ]

    @pytest.mark.parametrize(
        ("start", "week_1", "week_4"),
        [
            (date(2027, 3, 25), "2027-04-01", "2027-04-22"),  # over the change to summer time, 28 March
            (date(2026, 10, 20), "2026-10-27", "2026-11-17"),  # over the change back, 25 October
            (date(2026, 12, 28), "2027-01-04", "2027-01-25"),  # over New Year
            (date(2028, 2, 25), "2028-03-03", "2028-03-24"),  # over 29 February
        ],
    )
    def test_weeks_are_days_of_the_calendar(self, start, week_1, week_4):
        assert days(start, checks=["week_1", "week_4"]) == [("week_1", week_1), ("week_4", week_4)]

    @pytest.mark.parametrize(
        ("start", "found"),
        [
            (date(2026, 11, 30), ["2027-02-28", "2027-05-30", "2027-08-30", "2027-11-30"]),
            (date(2027, 11, 30), ["2028-02-29", "2028-05-30", "2028-08-30", "2028-11-30"]),
            (date(2027, 8, 31), ["2027-11-30", "2028-02-29", "2028-05-31", "2028-08-31"]),
            (date(2028, 2, 29), ["2028-05-29", "2028-08-29", "2028-11-29", "2029-02-28"]),
        ],
    )
    def test_months_end_where_a_month_ends(self, start, found):
        assert [day for _, day in days(start, checks=["month_3", "yearly"], months=12)] == found

    def test_a_change_of_the_plan_puts_no_check_off(self):
        """What is taken is new, so weeks 1 and 4 come again; the others count from the first day of the treatment."""
        assert days(version=date(2027, 2, 1))[:3] == [
            ("week_1", "2027-02-08"),
            ("month_3", "2027-02-23"),
            ("week_4", "2027-03-01"),
        ]

    def test_the_first_weeks_count_from_the_first_supply_where_it_comes_later(self):
        """Domain sheet, 3.3: the check-in is a week after the medicine was given out."""
        assert days(supply=date(2026, 12, 1))[:3] == [
            ("week_1", "2026-12-08"),
            ("week_4", "2026-12-29"),
            ("month_3", "2027-02-23"),
        ]
        assert days(supply=TODAY - DAY) == days()
        assert days(version=date(2027, 2, 1), supply=date(2026, 12, 1)) == days(version=date(2027, 2, 1))

    def test_only_what_the_plan_asks_for_and_one_a_day(self):
        extra = [date(2027, 2, 23), date(2027, 1, 5), TODAY]

        assert days(checks=["month_3"], extra=extra, months=4) == [("extra", "2027-01-05"), ("month_3", "2027-02-23")]

    def test_without_the_yearly_one_three_months_go_on(self):
        assert days(checks=["month_3"])[-1] == ("month_3", "2027-11-23")


def supplied(patient, clinician, at=NOW):
    """A plan in force, of which the first supply is given out."""
    plan = rx.ready(patient, clinician)
    rx.in_state("dispensed", patient, clinician, at)
    return plan


def planned(patient):
    rows = PlanCheck.objects.filter(patient=patient, state="planned").order_by("due_on")
    return [(row.kind, row.due_on.isoformat()) for row in rows]


class TestKeepingThemPlanned:
    def test_a_plan_that_becomes_active_has_its_checks(self, amina, ben, okafor, lind):
        plans.active(amina, okafor)
        plans.agreed(ben, okafor)

        for _ in range(2):
            actions.sweep(at=NOW)

        assert planned(amina) == days()
        assert planned(ben) == []

    def test_the_year_goes_on(self, amina, okafor, lind):
        plans.active(amina, okafor)
        actions.sweep(at=NOW)

        actions.sweep(at=NOW + 200 * DAY)

        assert planned(amina)[-1] == ("month_3", "2028-05-23")

    @pytest.mark.parametrize("act", [treatment.stop, None])
    def test_a_plan_that_is_stopped_has_none(self, amina, okafor, lind, act):
        plan = plans.active(amina, okafor)
        actions.sweep(at=NOW)
        if act:
            act(plan, okafor, by=okafor.user, at=NOW, **plans.REASON)

        actions.sweep(at=NOW + DAY)

        assert (planned(amina) == []) is bool(act)

    def test_a_paused_plan_is_checked_on(self, amina, okafor, lind):
        plan = supplied(amina, okafor)
        treatment.pause(plan, okafor, by=okafor.user, at=NOW, **plans.REASON)

        actions.sweep(at=NOW + 21 * DAY)

        assert planned(amina) == days()
        assert not Questionnaire.objects.exists()

    def test_a_newer_version_plans_its_own_and_keeps_the_course(self, amina, okafor, lind):
        plans.active(amina, okafor)
        actions.sweep(at=NOW)
        later = NOW + 20 * DAY

        plans.active(amina, okafor, at=later)
        actions.sweep(at=later)

        assert planned(amina)[:4] == [
            ("week_1", "2026-11-30"),  # it was due, and nobody did it: it stays, and is late
            ("week_1", "2026-12-20"),
            ("week_4", "2027-01-10"),
            ("month_3", "2027-02-23"),
        ]
        assert {row.plan.number for row in PlanCheck.objects.filter(state="planned", due_on__gt=uk_day(later))} == {2}

    def test_after_a_stop_a_new_course_begins(self, amina, okafor, lind):
        plans.stopped(amina, okafor)
        later = NOW + 40 * DAY

        plan = plans.active(amina, okafor, at=later)

        assert actions.course_from(plan) == uk_day(later)

    def test_the_first_supply_moves_the_first_weeks_on(self, amina, okafor, lind):
        """Also those that were due already: the medicine was not there yet."""
        rx.ready(amina, okafor)
        actions.sweep(at=NOW + 9 * DAY)
        assert planned(amina)[:2] == days()[:2]
        given_out = NOW + 10 * DAY

        rx.in_state("dispensed", amina, okafor, given_out)
        for _ in range(2):
            actions.sweep(at=given_out)

        assert planned(amina)[:3] == days(supply=uk_day(given_out))[:3]
        assert PlanCheck.objects.filter(state="cancelled").count() == 2

    def test_two_sweeps_at_once_plan_each_check_once(self, amina, okafor, lind):
        plan = plans.active(amina, okafor)

        for _ in range(3):
            actions.keep_planned(plan, today=TODAY, at=NOW)

        assert len(planned(amina)) == 6


class TestTheQuestionsBefore:
    def test_are_asked_a_week_before_and_once(self, amina, okafor, lind):
        supplied(amina, okafor)
        actions.sweep(at=NOW + 20 * DAY)
        assert not Questionnaire.objects.exists()

        for _ in range(2):
            actions.sweep(at=NOW + 21 * DAY)

        asked = Questionnaire.objects.get()
        assert (asked.due_on, asked.after_treatment, asked.asked_by) == (date(2026, 12, 21), True, okafor)
        assert (PlanCheck.objects.get(questions=asked).kind, asked.is_check_in) == ("week_4", False)

    def test_of_the_first_week_come_on_the_day_itself(self, amina, okafor, lind):
        supplied(amina, okafor)
        actions.sweep(at=NOW + 6 * DAY)
        assert not Questionnaire.objects.exists()

        actions.sweep(at=NOW + 7 * DAY)

        asked = Questionnaire.objects.get()
        assert (asked.due_on, asked.is_check_in) == (date(2026, 11, 30), True)
        assert list(Message.objects.filter(about=asked.pk).values_list("rule", flat=True)) == ["week_1_check"]

    @pytest.mark.parametrize(
        ("kind", "day", "is_asked"),
        [
            ("week_1", -1, False),
            ("week_1", 0, True),
            ("week_1", 7, True),
            ("week_1", 8, False),
            ("week_4", -8, False),
            ("week_4", -7, True),
            ("week_4", 0, True),
            ("week_4", 1, False),
            ("month_3", -7, True),
        ],
    )
    def test_have_their_days(self, kind, day, is_asked):
        kind = Kind(kind)
        how = {"due_on": TODAY, "today": TODAY + day * DAY}

        assert policy.may_ask(kind, has_supply=True, **how) == is_asked
        assert policy.may_ask(kind, has_supply=False, **how) == (is_asked and kind == Kind.MONTH_3)

    def test_nobody_is_asked_about_a_medicine_that_is_not_there(self, amina, okafor, lind):
        rx.ready(amina, okafor)

        for day in range(40):
            actions.sweep(at=NOW + day * DAY)

        assert not Questionnaire.objects.exists()
        assert Task.objects.filter(kind="check_overdue").count() == 2

    @pytest.mark.parametrize("is_answered", [True, False])
    def test_that_wait_are_taken_back_when_the_plan_is_stopped(self, amina, okafor, lind, is_answered):
        plan = supplied(amina, okafor)
        actions.sweep(at=NOW + 7 * DAY)
        asked = Questionnaire.objects.get()
        if is_answered:
            outcomes.send(outcomes.answer(asked, at=NOW + 7 * DAY), at=NOW + 7 * DAY)
        treatment.stop(plan, okafor, by=okafor.user, at=NOW + 8 * DAY, **plans.REASON)

        actions.sweep(at=NOW + 8 * DAY)

        asked.refresh_from_db()
        assert asked.state == ("answered" if is_answered else "withdrawn")
        assert Message.objects.get(about=asked.pk).state == "cancelled"

    def test_nobody_is_reminded_of_after_the_check(self, amina, okafor, lind):
        supplied(amina, okafor)
        actions.sweep(at=NOW + 21 * DAY)
        asked = Questionnaire.objects.get()

        sign(PlanCheck.objects.get(questions=asked), okafor, at=NOW + 24 * DAY)

        assert set(Message.objects.filter(about=asked.pk).values_list("state", "why")) == {
            ("cancelled", "the check was done")
        }
        asked.refresh_from_db()
        assert asked.state == "asked"  # what they have begun is not lost

    def test_that_were_asked_stay_where_a_newer_version_wants_the_same_day(self, amina, okafor, lind):
        supplied(amina, okafor)
        later = NOW + 86 * DAY
        actions.sweep(at=later)
        asked = Questionnaire.objects.get(state="asked")
        assert PlanCheck.objects.get(questions=asked).due_on == date(2027, 2, 23)

        plans.active(amina, okafor, at=later)
        actions.sweep(at=later)

        check = PlanCheck.objects.exclude(state="cancelled").get(due_on=date(2027, 2, 23))
        assert (check.plan.number, check.questions, check.questions.state) == (2, asked, "asked")

    def test_wait_where_others_are_still_open(self, amina, okafor, lind):
        supplied(amina, okafor)
        outcomes.asked(amina, okafor, in_days=20, at=NOW)

        actions.sweep(at=NOW + 7 * DAY)

        assert Questionnaire.objects.count() == 1
        assert not PlanCheck.objects.exclude(questions=None).exists()


class TestWhatIsLate:
    def test_is_told_to_whoever_wrote_the_plan_after_a_week(self, amina, okafor, lind):
        plans.active(amina, okafor)
        actions.sweep(at=NOW)

        actions.sweep(at=NOW + 14 * DAY)
        assert not Task.objects.filter(kind="check_overdue").exists()
        for _ in range(2):
            actions.sweep(at=NOW + 15 * DAY)

        task = Task.objects.get(kind="check_overdue")
        assert (task.taken_by, task.about) == (okafor.user, PlanCheck.objects.get(kind="week_1").pk)
        assert "Amina" not in task.title

    def test_no_longer_when_the_check_is_done_or_not_wanted(self, amina, okafor, lind):
        plan = plans.active(amina, okafor)
        actions.sweep(at=NOW)
        actions.sweep(at=NOW + 40 * DAY)
        assert Task.objects.filter(kind="check_overdue", state="taken").count() == 2

        sign(PlanCheck.objects.get(kind="week_1"), okafor, at=NOW + 40 * DAY)
        treatment.stop(plan, okafor, by=okafor.user, at=NOW, **plans.REASON)
        actions.sweep(at=NOW + 41 * DAY)

        assert not Task.objects.filter(kind="check_overdue").exclude(state="done").exists()


def sign(check, clinician, verdict="continue", next_on=TODAY + 90 * DAY, at=NOW, **said):
    return actions.sign(check, clinician, SAID | said, verdict, next_on, by=clinician.user, at=at)


@pytest.fixture
def check(amina, okafor, lind):
    plans.active(amina, okafor)
    actions.sweep(at=NOW)
    return PlanCheck.objects.get(kind="week_4")


class TestTheRecord:
    def test_is_signed_and_the_next_check_is_planned(self, amina, okafor, check):
        record = sign(check, okafor)

        check.refresh_from_db()
        assert (check.state, record.verdict, record.said["benefit"]) == ("done", "continue", SAID["benefit"])
        assert ("agreed", "2027-02-21") in planned(amina)

    def test_a_next_check_on_the_day_of_a_planned_one_is_that_one(self, amina, okafor, check):
        sign(check, okafor, next_on=date(2027, 2, 23))

        assert ("month_3", "2027-02-23") in planned(amina)

    def test_an_agreed_check_stays_when_the_plan_is_looked_at_again(self, amina, okafor, check):
        sign(check, okafor)

        actions.sweep(at=NOW + DAY)

        assert ("agreed", "2027-02-21") in planned(amina)

    @pytest.mark.parametrize(
        ("changed", "lacks"),
        [
            ({"typical": " "}, {"typical": "Write what they usually take, or that they take nothing"}),
            ({"falls": ""}, {"falls": "Choose an answer for “Falls”"}),
            ({"cravings": "yes"}, {"more": "You chose “Yes” above: write more about it"}),
            ({"cravings": "yes", "more": "Since Monday."}, {}),
            ({"driving": "yes"}, {}),
            ({"benefit": ""}, {"benefit": "Write how it stands with each goal"}),
            ({"reason": "Fine."}, {"reason": "Write why, in at least 10 characters"}),
        ],
    )
    def test_what_it_must_say(self, changed, lacks):
        assert policy.gaps(SAID | changed, "continue", TODAY + DAY, today=TODAY) == lacks

    @pytest.mark.parametrize(
        ("verdict", "next_on", "lacks"),
        [
            ("", TODAY + DAY, {"verdict": "Choose a decision"}),
            ("continue", None, {"next_on": "Enter the day of the next check"}),
            ("pause", None, {"next_on": "Enter the day of the next check"}),
            ("stop", None, {}),
            ("refer", None, {}),
            ("continue", TODAY, {"next_on": "The next check must be later than today"}),
        ],
    )
    def test_who_goes_on_is_checked_again(self, verdict, next_on, lacks):
        assert policy.gaps(SAID, verdict, next_on, today=TODAY) == lacks

    def test_nothing_changes_where_something_is_missing(self, okafor, check):
        with pytest.raises(SomethingMissing):
            sign(check, okafor, benefit="")

        check.refresh_from_db()
        assert (check.state, CheckRecord.objects.count()) == ("planned", 0)

    def test_of_two_who_sign_the_second_is_told(self, okafor, lind, check):
        sign(PlanCheck.objects.get(pk=check.pk), okafor)

        with pytest.raises(StaleState):
            sign(check, lind)

    def test_never_changes(self, okafor, check):
        record = sign(check, okafor)
        record.verdict = "stop"

        for change in (
            record.save,
            record.delete,
            lambda: CheckRecord.objects.update(verdict="stop"),
            lambda: connection.cursor().execute("update patients_checkrecord set said = ''"),
            lambda: PlanCheck.objects.filter(pk=check.pk).update(due_on=TODAY),
            lambda: PlanCheck.objects.filter(pk=check.pk).delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ("7", "5.6", "Spasticity was 7 and is 5.6: down 20.0%."),
        ("7", "5.7", "Spasticity was 7 and is 5.7: down 18.6%."),
        ("5", "4", "Spasticity was 5 and is 4: down 20.0%."),
        ("4", "5", "Spasticity was 4 and is 5: up 25.0%."),
        ("0", "2", "Spasticity was 0 and is 2."),
    ],
)
def test_the_change_at_week_4_stands_beside_the_rule(before, now, words):
    said = policy.spasticity_at_week_4(policy.Decimal(before), policy.Decimal(now))

    assert said.startswith(words)
    assert "NICE NG144" in said


@pytest.mark.parametrize(
    ("before", "now", "met"),
    [("7", "5.6", True), ("7", "5.7", False), ("5", "4", True), ("7", "5.601", False), ("4", "5", False)],
)
def test_twenty_per_cent_is_worked_out_exactly(before, now, met):
    said = policy.spasticity_at_week_4(policy.Decimal(before), policy.Decimal(now))

    assert ("It has by this number. You decide." in said) is met
    assert ("It has not by this number. You decide." in said) is not met


def test_without_both_numbers_nothing_is_said():
    assert policy.spasticity_at_week_4(None, policy.Decimal(5)) == ""
    assert policy.spasticity_at_week_4(7, None) == ""


def test_answers_nearest_to_each_month():
    start = date(2026, 1, 31)
    points = [
        (date(2026, 1, 1), 8),
        (date(2026, 1, 31), 7),
        (date(2026, 2, 27), 6),
        (date(2026, 3, 1), 5),
        (date(2026, 5, 20), 4),
        (date(2026, 9, 1), 3),
    ]

    assert policy.nearest(points, start) == {
        0: (date(2026, 1, 31), 7),
        1: (date(2026, 2, 27), 6),
        3: (date(2026, 5, 20), 4),
        6: None,
        12: None,
    }
    assert policy.nearest([], start) == dict.fromkeys(policy.TREND_MONTHS)


class TestAdding:
    def test_a_check_beside_those_of_the_plan(self, amina, okafor, check):
        actions.add(check.plan, TODAY + 5 * DAY, today=TODAY, at=NOW)

        assert ("agreed", "2026-11-28") in planned(amina)
        with pytest.raises(AlreadyPlanned):
            actions.add(check.plan, TODAY + 5 * DAY, today=TODAY, at=NOW)
        with pytest.raises(Refusal):
            actions.add(check.plan, TODAY - DAY, today=TODAY, at=NOW)


def test_one_check_a_person_and_day(check):
    row = PlanCheck(
        patient=check.patient, plan=check.plan, kind="extra", due_on=check.due_on, state="planned", created_at=NOW
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    move(check, State.CANCELLED, by=None, at=NOW)
    row.save()


def test_who_goes_on_without_a_next_day_is_refused_by_the_database(okafor, check):
    for verdict, ok in (("continue", False), ("stop", True)):
        row = CheckRecord(check_of=check, clinician=okafor, said={}, verdict=verdict, at=NOW)
        if ok:
            row.save()
            continue
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


@pytest.mark.parametrize(("before", "after"), list(product(State.values, repeat=2)))
def test_every_pair_of_states_of_a_check(check, before, after):
    if before != "planned":
        move(check, before, by=None, at=NOW)

    if (before, after) in {("planned", "done"), ("planned", "cancelled")}:
        move(check, after, by=None, at=NOW)
        return
    with pytest.raises(StaleState):
        move(check, after, by=None, at=NOW)
    if before != after:
        with pytest.raises(DatabaseError), transaction.atomic():
            PlanCheck.objects.filter(pk=check.pk).update(state=after)


def test_the_day_is_the_uk_day(amina, okafor, lind):
    """23:30 on 31 May in UTC is 1 June here."""
    late = datetime(2027, 5, 31, 23, 30, tzinfo=UTC)

    assert uk_day(late) == date(2027, 6, 1)
    assert policy.horizon(uk_day(late)) == date(2028, 7, 1)
