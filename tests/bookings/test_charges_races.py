"""Two people at the till at once: threads against the actions themselves."""

from uuid import uuid4

import pytest

from bookings.appointments import actions as diary_actions
from bookings.charges import actions
from bookings.charges.models import Charge, ChargeEntry
from tests.factories import diary, money, people
from tests.factories.people import NOW
from tests.race import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def pay(charge, by, key=None):
    actions.record_payment(charge, amount_pence=18000, method="cash", reference="", key=key or uuid4(), by=by, at=NOW)


@pytest.mark.parametrize("gap", [0, 0.005, 0.02])
def test_two_receptionists_who_press_paid_at_once_write_one_line(rosa, manager, gap):
    one = money.charge()

    results = race(2, lambda number: pay(one, [rosa, manager][number]), gap)

    assert sorted(type(result).__name__ for result in results) == ["NoneType", "NotToPay"]
    assert ChargeEntry.objects.count() == 1


def test_one_form_sent_eight_times_at_once_is_one_line_and_no_error(rosa):
    one, key = money.charge(), uuid4()

    assert race(8, lambda number: pay(one, rosa, key)) == [None] * 8
    assert ChargeEntry.objects.count() == 1


def test_receipts_given_at_once_have_numbers_of_their_own(rosa):
    many = [money.charge() for _ in range(8)]

    assert race(8, lambda number: pay(many[number], rosa)) == [None] * 8
    assert sorted(Charge.objects.values_list("receipt_number", flat=True)) == list(range(1, 9))


@pytest.mark.parametrize("gap", [0, 0.01])
def test_paying_and_cancelling_at_once_leaves_nothing_unsettled(rosa, okafor, gap):
    diary.hours(okafor)
    amina, kind = people.patient(), diary.kind(okafor)
    starts_at = NOW.replace(month=12, day=16, hour=10)
    visit = diary_actions.book_for(amina, kind, okafor, starts_at, mode="video", key=uuid4(), by=rosa, at=NOW)

    def act(number):
        if number:
            return pay(visit.charge, rosa)
        diary_actions.cancel(visit, reason="", agreed_refund=None, key=uuid4(), by=rosa, at=NOW)
        return None

    results = race(2, act, gap)

    refused = [type(result).__name__ for result in results if result is not None]
    state = Charge.objects.get().state
    assert (state, refused) in [("waived", ["NotToPay"]), ("refund_due", [])]
