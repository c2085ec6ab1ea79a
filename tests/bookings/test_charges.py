"""What is owed: the pure rules, every move of a charge, its ledger, and what the database refuses."""

from datetime import UTC, datetime
from itertools import product
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, InternalError, transaction

from bookings.appointments import actions as diary_actions
from bookings.appointments.policy import Terms
from bookings.attendance import actions as attendance
from bookings.charges import actions
from bookings.charges.enums import MOVES, ChargeState
from bookings.charges.models import Charge, ChargeEntry
from bookings.charges.policy import (
    Sums,
    after_cancelling,
    cancelled_words,
    days_waiting,
    looks_like_a_card_number,
    never_paid,
    receipt_text,
    standing_words,
)
from bookings.charges.refusals import AmountChanged, NothingToCorrect, NotToPay, StillAskedFor
from bookings.holds import actions as holds
from clinic.db.states import StaleState
from tests.factories import diary, money, people
from tests.factories.people import NOW

DUE, PAID, REFUND_DUE, REFUNDED, WAIVED = ChargeState
RULE = "By the rule."
DECEMBER = datetime(2026, 12, 3, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "back", "after"),
    [
        (None, 18000, Sums()),
        (Sums(DUE, 18000), 18000, Sums(WAIVED)),
        (Sums(DUE, 18000), 9000, Sums(DUE, 9000)),
        (Sums(DUE, 18000), 0, Sums(DUE, 18000)),
        (Sums(WAIVED, 18000), 18000, Sums(WAIVED)),
        (Sums(WAIVED, 18000), 0, Sums(WAIVED, 18000)),
        (Sums(PAID, 18000, 18000), 18000, Sums(REFUND_DUE, 18000, 18000, 18000)),
        (Sums(PAID, 18000, 18000), 9000, Sums(REFUND_DUE, 18000, 18000, 9000)),
        (Sums(PAID, 18000, 18000), 0, Sums(PAID, 18000, 18000)),
        (Sums(PAID, 9000, 9000), 18000, Sums(REFUND_DUE, 9000, 9000, 9000)),
        (Sums(REFUND_DUE, 18000, 18000, 18000), 0, Sums(REFUND_DUE, 18000, 18000, 18000)),
        (Sums(REFUNDED, 18000, 18000, 18000), 9000, Sums(REFUNDED, 18000, 18000, 18000)),
    ],
)
def test_after_cancelling(now, back, after):
    assert after_cancelling(now, back) == after


@pytest.mark.parametrize(
    ("now", "after"),
    [
        (Sums(PAID, 18000, 18000), Sums(DUE, 18000)),
        (Sums(REFUND_DUE, 18000, 18000, 9000), Sums(DUE, 9000)),
        (Sums(REFUND_DUE, 18000, 18000, 18000), Sums(WAIVED)),
    ],
)
def test_a_payment_that_never_was_leaves_what_would_have_been_kept(now, after):
    assert never_paid(now) == after


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (None, "You have not paid, so there is nothing to give back. You owe nothing."),
        (Sums(), "You have not paid, so there is nothing to give back. You owe nothing."),
        # The half that would have gone back is asked for no more: "you get half back" would promise it once again.
        (Sums(DUE, 9000), "You have not paid, so there is nothing to give back. You still owe £90."),
        (Sums(PAID, 9000, 9000), "You have paid £90."),
        (Sums(REFUND_DUE, 18000, 18000, 9000), "You get £90 back within 14 days, the way you paid. By the rule."),
        (Sums(REFUND_DUE, 18000, 18000, 18000), "You get £180 back within 14 days, the way you paid."),  # goodwill
        (Sums(REFUNDED, 18000, 18000, 9000), "We have paid £90 back to you. By the rule."),
    ],
)
def test_words_for_a_cancellation_are_true(after, words):
    assert cancelled_words(after, give_back_pence=9000, rule=RULE) == words


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (Sums(DUE, 18000), "You have not paid, so there is nothing to give back. You still owe £180. By the rule."),
        (Sums(PAID, 18000, 18000), "You have paid £180. By the rule."),
    ],
)
def test_where_nothing_goes_back_the_rule_says_why(after, words):
    assert cancelled_words(after, give_back_pence=0, rule=RULE) == words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (DUE, "To pay: £180"),
        (PAID, "Paid on 3 December 2026"),
        (REFUND_DUE, "£180 is due back to you"),
        (REFUNDED, "Refunded on 5 December 2026: £180"),
        (WAIVED, "Nothing to pay"),
    ],
)
def test_words_for_each_state(state, words):
    assert Charge(**money.facts(state, at=DECEMBER)).words == words
    assert standing_words(None) == "Nothing to pay"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("4111 1111 1111 1111", True),
        ("paid with 4111-1111-1111-1111 today", True),
        ("4111.1111/1111 1111", True),
        ("378282246310005", True),
        ("٤١١١١١١١١١١١١١١١", True),
        ("1" * 20, True),
        ("4111 1111 1111 1112", False),
        ("41111111111", False),
        ("Invoice 2026-12-03 no 77", False),
        ("GB33 BUKB", False),
        ("", False),
        ("4111\u200b1111\u200b1111\u200b1111", True),
    ],
)
def test_card_numbers_are_known(text, is_one):
    assert looks_like_a_card_number(text) == is_one


def test_a_receipt_number_is_six_digits_or_more():
    assert [receipt_text(number) for number in (1, 123, 1234567)] == ["R-000001", "R-000123", "R-1234567"]


def test_days_are_counted_by_the_uk_calendar():
    assert days_waiting(datetime(2026, 7, 1, 22, 59, tzinfo=UTC), datetime(2026, 7, 1, 23, 1, tzinfo=UTC)) == 1


# What the database holds ------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("state", ChargeState.values)
def test_a_charge_in_each_state_can_be_kept(state):
    assert money.charge(state).state == state


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "changes", "constraint"),
    [
        ("paid", {"state": "lost"}, "charge_state_known"),
        ("due", {"paid_pence": 18000, "paid_at": NOW}, "charge_paid_whole_or_not_at_all"),
        ("due", {"paid_at": NOW}, "charge_paid_whole_or_not_at_all"),
        ("waived", {"paid_pence": 1}, "charge_paid_whole_or_not_at_all"),
        ("paid", {"paid_pence": 17999}, "charge_paid_whole_or_not_at_all"),
        ("paid", {"paid_at": None}, "charge_paid_whole_or_not_at_all"),
        ("paid", {"receipt_number": None}, "charge_paid_whole_or_not_at_all"),
        ("due", {"amount_pence": 0}, "charge_asks_for_something"),
        ("due", {"amount_pence": -1}, "amount_pence_check"),
        ("refund_due", {"refund_pence": 18001}, "charge_refund_within_paid"),
        ("refund_due", {"refund_pence": 0}, "charge_refund_as_its_state_says"),
        ("refund_due", {"refund_due_at": None}, "charge_refund_as_its_state_says"),
        ("paid", {"refund_pence": 1, "refund_due_at": NOW}, "charge_refund_as_its_state_says"),
        ("refunded", {"refunded_at": None}, "charge_given_back_when_refunded"),
        ("refund_due", {"refunded_at": NOW}, "charge_given_back_when_refunded"),
    ],
)
def test_what_makes_no_sense_is_refused_by_the_database(state, changes, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Charge.objects.create(**money.facts(state) | changes)


@pytest.mark.django_db
def test_a_waived_charge_may_ask_for_nothing_and_a_refund_may_be_a_part():
    assert money.charge("waived", amount=0).amount_text == "£0"
    assert money.charge("refunded", refund=1).refund_text == "£0.01"


@pytest.mark.django_db
def test_two_charges_never_share_a_receipt():
    one = money.charge("paid")

    with pytest.raises(IntegrityError, match="receipt_number"), transaction.atomic():
        Charge.objects.create(**money.facts("paid") | {"receipt_number": one.receipt_number})


ENTRY = {"what": "paid", "amount_pence": 18000, "method": "bank", "at": NOW}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"what": "lost", "method": ""}, "entry_kind_known"),
        ({"amount_pence": 0}, "entry_is_about_money"),
        ({"method": ""}, "entry_has_a_method_when_money_moved"),
        ({"method": "shells"}, "entry_has_a_method_when_money_moved"),
        ({"what": "refund_due"}, "entry_has_a_method_when_money_moved"),
        ({"what": "waived", "method": ""}, "entry_says_why"),
        ({"what": "corrected", "method": ""}, "entry_says_why"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused_by_the_database(rosa, changes, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ChargeEntry.objects.create(**ENTRY | changes, charge=money.charge("paid"), by=rosa)


@pytest.mark.django_db
def test_a_line_of_the_ledger_never_changes(rosa):
    line = ChargeEntry.objects.create(**ENTRY, charge=money.charge("paid"), by=rosa)

    with pytest.raises(DatabaseError), transaction.atomic():
        ChargeEntry.objects.filter(pk=line.pk).update(amount_pence=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        line.delete()


@pytest.mark.django_db
def test_a_form_is_one_line_of_a_charge(rosa):
    key, one = uuid4(), money.charge("paid")
    ChargeEntry.objects.create(**ENTRY, charge=one, by=rosa, key=key)

    with pytest.raises(IntegrityError, match="entry_once_a_form"), transaction.atomic():
        ChargeEntry.objects.create(**ENTRY, charge=one, by=rosa, key=key)
    assert ChargeEntry.objects.create(**ENTRY, charge=money.charge("paid"), by=rosa, key=key)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "after"),
    [pair for pair in product(ChargeState.values, repeat=2) if pair[0] != pair[1]],
)
def test_the_trigger_lets_through_what_the_table_of_moves_says(before, after):
    made = money.charge(before)
    wanted = {name: value for name, value in money.facts(after).items() if name != "receipt_number"}

    def write():
        with transaction.atomic():
            Charge.objects.filter(pk=made.pk).update(receipt_number=made.receipt_number or 1, **wanted)

    if after in MOVES[before]:
        write()
    else:
        with pytest.raises(InternalError, match="state"):
            write()


# What staff write down --------------------------------------------------------------------------


def pay(charge, by, **fields):
    sent = {"amount_pence": 18000, "method": "bank", "reference": "X1", "key": uuid4(), "at": NOW}
    actions.record_payment(charge, **sent | fields, by=by)


def give_back(charge, by, **fields):
    actions.record_refund(charge, **{"method": "bank", "reference": "", "key": uuid4(), "at": NOW} | fields, by=by)


def write(act, charge, by, reason="Wrong patient", **fields):
    act(charge, **{"reason": reason, "key": uuid4(), "at": NOW} | fields, by=by)


def waive(charge, by):
    write(actions.waive, charge, by, "Hardship")


def give_all_back(charge, by):
    write(actions.give_all_back, charge, by, "Hardship")


def sums(charge):
    charge.refresh_from_db()
    return charge.state, charge.amount_pence, charge.paid_pence, charge.refund_pence


def ledger(charge):
    return list(charge.entries.values_list("what", "amount_pence", "method", "reason"))


@pytest.mark.django_db
class TestAtTheDesk:
    def test_a_payment_is_written_down_with_its_receipt(self, rosa):
        one = money.charge()

        pay(one, rosa)

        assert sums(one) == (PAID, 18000, 18000, 0)
        assert (one.paid_at, one.receipt_text) == (NOW, "R-000001")
        assert one.entries.values_list("what", "amount_pence", "method", "reference", "at", "by").get() == (
            "paid", 18000, "bank", "X1", NOW, rosa.pk,
        )  # fmt: skip
        assert one.state_changes.values_list("from_state", "to_state", "by").get() == (DUE, PAID, rosa.pk)

    def test_receipts_are_numbered_upwards(self, rosa):
        numbers = []
        for _ in range(3):
            one = money.charge()
            pay(one, rosa)
            one.refresh_from_db()
            numbers.append(one.receipt_number)

        assert numbers == [1, 2, 3]

    def test_the_same_form_twice_is_one_line(self, rosa):
        one, key = money.charge(), uuid4()

        pay(one, rosa, key=key)
        pay(one, rosa, key=key)

        assert ledger(one) == [("paid", 18000, "bank", "")]

    def test_a_payment_form_sent_again_after_a_correction_stays_undone(self, rosa):
        one, key = money.charge(), uuid4()
        pay(one, rosa, key=key)
        write(actions.take_payment_back, one, rosa)

        pay(one, rosa, key=key)

        assert sums(one) == (DUE, 18000, 0, 0)

    @pytest.mark.parametrize("state", [PAID, REFUND_DUE, REFUNDED, WAIVED])
    def test_what_is_not_due_is_not_paid(self, rosa, state):
        one = money.charge(state)
        before = sums(one)

        with pytest.raises(NotToPay):
            pay(one, rosa)

        assert (sums(one), ledger(one)) == (before, [])

    def test_another_amount_than_is_due_is_refused(self, rosa):
        one = money.charge(amount=9000)

        with pytest.raises(AmountChanged, match="Now £90 is to be paid"):
            pay(one, rosa)

        assert sums(one) == (DUE, 9000, 0, 0)

    def test_a_refund_is_written_down(self, rosa):
        one = money.charge("refund_due", refund=9000)

        give_back(one, rosa)

        assert sums(one) == (REFUNDED, 18000, 18000, 9000)
        assert ledger(one) == [("refunded", 9000, "bank", "")]

    @pytest.mark.parametrize("state", [DUE, PAID, REFUNDED, WAIVED])
    def test_what_is_not_due_back_is_not_given_back(self, rosa, state):
        one = money.charge(state)

        with pytest.raises(StaleState):
            give_back(one, rosa)

    def test_what_is_due_can_be_waived(self, rosa):
        one = money.charge()

        waive(one, rosa)

        assert sums(one) == (WAIVED, 18000, 0, 0)
        assert ledger(one) == [("waived", 18000, "", "Hardship")]

    def test_what_was_paid_can_be_given_back_whole(self, rosa):
        one = money.charge("paid")

        give_all_back(one, rosa)

        assert sums(one) == (REFUND_DUE, 18000, 18000, 18000)
        assert ledger(one) == [("refund_due", 18000, "", "Hardship")]

    @pytest.mark.parametrize(
        ("act", "states"),
        [
            (actions.waive, {DUE}),
            (actions.give_all_back, {PAID}),
            (actions.take_payment_back, {PAID, REFUND_DUE}),
            (actions.take_refund_back, {REFUNDED}),
            (actions.ask_after_all, {WAIVED}),
        ],
    )
    def test_each_makes_sense_in_its_own_states_only(self, rosa, act, states):
        for state in set(ChargeState.values) - states:
            with pytest.raises(StaleState):
                write(act, money.charge(state), rosa)

    @pytest.mark.parametrize(
        ("act", "state", "refund", "after", "amount"),
        [
            (actions.take_payment_back, PAID, None, (DUE, 18000, 0, 0), 18000),
            (actions.take_payment_back, REFUND_DUE, None, (WAIVED, 0, 0, 0), 18000),
            (actions.take_payment_back, REFUND_DUE, 9000, (DUE, 9000, 0, 0), 18000),
            (actions.take_refund_back, REFUNDED, 9000, (REFUND_DUE, 18000, 18000, 9000), 9000),
            (actions.ask_after_all, WAIVED, None, (DUE, 18000, 0, 0), 18000),
        ],
    )
    def test_a_mistake_can_be_taken_back(self, rosa, act, state, refund, after, amount):
        one = money.charge(state, refund=refund)

        write(act, one, rosa)

        assert sums(one) == after
        assert ledger(one) == [("corrected", amount, "", "Wrong patient")]

    def test_what_costs_nothing_any_more_is_not_asked_for_again(self, rosa):
        with pytest.raises(NothingToCorrect):
            write(actions.ask_after_all, money.charge("waived", amount=0), rosa)

    def test_money_that_comes_after_nothing_is_asked_for_has_to_go_back(self, rosa):
        one, key = money.charge("waived", amount=0), uuid4()

        for _ in range(2):
            actions.record_stray_payment(
                one, amount_pence=9000, method="bank", reference="X1", key=key, by=rosa, at=NOW
            )

        assert sums(one) == (REFUND_DUE, 9000, 9000, 9000)
        assert (one.paid_at, one.refund_due_at, one.receipt_text) == (NOW, NOW, "R-000001")
        assert sorted(ledger(one)) == [("paid", 9000, "bank", ""), ("refund_due", 9000, "", "Nothing was to be paid")]

    def test_never_paid_said_by_mistake_of_a_full_refund_is_undone(self, rosa):
        one = money.charge("refund_due")
        before = (sums(one), one.receipt_text)
        write(actions.take_payment_back, one, rosa)

        actions.record_stray_payment(one, amount_pence=18000, method="bank", reference="", key=uuid4(), by=rosa, at=NOW)

        assert (sums(one), one.receipt_text) == before

    @pytest.mark.parametrize("state", ChargeState.values)
    def test_a_stray_payment_is_for_where_nothing_is_asked_for(self, rosa, state):
        with pytest.raises(StillAskedFor):
            actions.record_stray_payment(
                money.charge(state), amount_pence=1, method="bank", reference="", key=uuid4(), by=rosa, at=NOW
            )

    def test_a_receipt_keeps_its_number_when_it_is_paid_again(self, rosa):
        one = money.charge()
        pay(one, rosa)
        write(actions.take_payment_back, one, rosa)
        pay(money.charge(), rosa)

        pay(one, rosa)

        one.refresh_from_db()
        assert one.receipt_text == "R-000001"


# What the diary brings about --------------------------------------------------------------------


def at(day, hour, minute=0):
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


WEDNESDAY = at(16, 10)
LATE = at(15, 17, 1)  # after the cut-off, and after the 14 days of a visit booked on 23 November


@pytest.fixture
def kind(okafor, lind):
    diary.hours(okafor)
    return diary.kind(okafor)


@pytest.fixture
def visit(kind, okafor, amina):
    held = holds.hold(kind, okafor, WEDNESDAY, patient=amina, own_hold=None, address="", key=uuid4(), at=NOW)
    return holds.confirm(held, patient=amina, mode="video", early_start=False, key=uuid4(), by=amina.user, at=NOW)


def cancel(visit, by, agreed, at=NOW):
    return diary_actions.cancel(visit, reason="", agreed_refund=agreed, key=uuid4(), by=by, at=at)


@pytest.mark.django_db
class TestInTheDiary:
    def test_a_booking_makes_the_charge(self, visit):
        assert sums(visit.charge) == (DUE, 18000, 0, 0)
        assert visit.payment == "To pay: £180"

    def test_a_hold_and_a_visit_without_a_fee_have_none(self, okafor, amina, rosa):
        diary.hours(okafor)
        kind = diary.kind(okafor, fee_pence=0)

        held = holds.hold(kind, okafor, WEDNESDAY, patient=amina, own_hold=None, address="", key=uuid4(), at=NOW)
        free = diary_actions.book_for(amina, kind, okafor, at(17, 10), mode="video", key=uuid4(), by=rosa, at=NOW)

        assert (held.charge, free.charge, free.payment) == (None, None, "Nothing to pay")
        assert cancel(free, rosa, None).words_cancelled() == (
            "You have not paid, so there is nothing to give back. You owe nothing."
        )

    def test_booked_by_staff_makes_the_charge(self, kind, okafor, amina, rosa):
        made = diary_actions.book_for(amina, kind, okafor, WEDNESDAY, mode="video", key=uuid4(), by=rosa, at=NOW)

        assert sums(made.charge) == (DUE, 18000, 0, 0)

    def test_confirmed_twice_is_charged_once(self, visit, amina):
        holds.confirm(visit, patient=amina, mode="video", early_start=False, key=uuid4(), by=amina.user, at=NOW)

        assert Charge.objects.count() == 1

    def test_moved_keeps_it(self, visit, okafor, amina):
        moved = diary_actions.reschedule(visit, okafor, at(17, 10), key=uuid4(), by=amina.user, at=NOW)

        assert (moved.charge, Charge.objects.count()) == (visit.charge, 1)

    def test_nobody_came_keeps_it(self, visit, rosa):
        attendance.mark_did_not_attend(visit, by=rosa, at=WEDNESDAY)

        assert sums(visit.charge) == (DUE, 18000, 0, 0)

    @pytest.mark.parametrize(
        ("paid", "terms", "by_clinic", "when", "agreed", "after", "lines"),
        [
            (False, Terms(), False, NOW, 18000, (WAIVED, 0, 0, 0), ["waived"]),
            (False, Terms(), False, LATE, 0, (DUE, 18000, 0, 0), []),
            (False, Terms(), True, LATE, None, (WAIVED, 0, 0, 0), ["waived"]),
            (False, Terms(after_percent=50), False, LATE, 9000, (DUE, 9000, 0, 0), ["reduced"]),
            (True, Terms(), False, NOW, 18000, (REFUND_DUE, 18000, 18000, 18000), ["paid", "refund_due"]),
            (True, Terms(), False, LATE, 0, (PAID, 18000, 18000, 0), ["paid"]),
            (True, Terms(), True, LATE, None, (REFUND_DUE, 18000, 18000, 18000), ["paid", "refund_due"]),
            (True, Terms(after_percent=50), False, LATE, 9000, (REFUND_DUE, 18000, 18000, 9000), ["paid", "refund_due"]),
        ],
    )  # fmt: skip
    def test_cancelled_settles_it(self, visit, amina, rosa, paid, terms, by_clinic, when, agreed, after, lines):
        diary.agreed(visit, terms)
        if paid:
            pay(visit.charge, rosa)

        cancel(visit, rosa if by_clinic else amina.user, agreed, when)

        assert sums(visit.charge) == after
        assert sorted(line[0] for line in ledger(visit.charge)) == lines  # within one instant in no order

    def test_a_waived_charge_stays_waived_and_cannot_come_back(self, visit, amina, rosa):
        waive(visit.charge, rosa)

        cancel(visit, amina.user, 18000)

        assert sums(visit.charge) == (WAIVED, 0, 0, 0)
        with pytest.raises(NothingToCorrect):
            write(actions.ask_after_all, visit.charge, rosa)

    def test_a_refund_given_out_of_goodwill_stays(self, visit, amina, rosa):
        pay(visit.charge, rosa)
        give_all_back(visit.charge, rosa)

        gone = cancel(visit, amina.user, 0, LATE)

        assert sums(visit.charge) == (REFUND_DUE, 18000, 18000, 18000)
        gone.refresh_from_db()
        assert gone.words_cancelled() == "You get £180 back within 14 days, the way you paid."

    def test_a_cancelling_that_is_refused_settles_nothing(self, visit, amina):
        with pytest.raises(diary_actions.RefundChanged):
            cancel(visit, amina.user, 1)

        assert sums(visit.charge) == (DUE, 18000, 0, 0)


@pytest.mark.django_db
def test_only_reception_and_managers_see_charges(amina, okafor, rosa, manager):
    money.charge()

    everybody = (amina.user, okafor.user, rosa, manager, people.user("admin@example.com", is_superuser=True))
    assert [Charge.objects.visible_to(user).count() for user in everybody] == [0, 0, 1, 1, 0]


def test_the_terms_come_from_the_environment(settings):
    assert Terms(17 * 60, 100, 0) == settings.REFUND_TERMS
