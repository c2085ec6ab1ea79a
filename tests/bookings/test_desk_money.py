"""Money at the desk, as reception's browser sends it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.appointments.models import Appointment
from bookings.charges.enums import ChargeState
from bookings.charges.models import ChargeEntry
from clinic.audit.models import AccessLog
from tests.factories import diary, money, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2026, 12, 2, 10, tzinfo=UTC)
CHARGES, REFUNDS_DUE = "/admin/charges/", "/admin/refunds-due/"


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def kind(okafor):
    return diary.kind(okafor)


@pytest.fixture
def visit(kind, okafor, amina):
    return money.charged(diary.appointment(amina, okafor, kind, WEDNESDAY))


def page_of(visit):
    return reverse("desk_charge", args=[visit.pk])


def send(client, visit, act, **fields):
    sent = {"key": uuid4(), "amount_pence": 18000, "method": "bank", "reference": "FP-77", "reason": "Hardship"}
    return client.post(reverse("desk_charge_act", args=[visit.pk, act]), sent | fields)


def state_of(visit):
    visit.charge.refresh_from_db()
    return visit.charge.state


def names(answer):
    """The patients a list shows, in order."""
    return [visit.patient.first_names for visit in answer.context["shown"]]


@pytest.fixture
def five(kind, okafor, rosa):
    """A visit in each state of its charge; the fee of the first is overdue."""
    made = {}
    for number, state in enumerate(ChargeState.values):
        who = people.patient(first_names=state.capitalize(), family_name=f"Sum{number}")
        at = NOW - timedelta(days=1) if state == "due" else WEDNESDAY + timedelta(hours=number)
        made[state] = money.charged(diary.appointment(who, okafor, kind, at), state, by=rosa)
    return made


@pytest.fixture
def staff(rosa, manager, okafor, amina):
    return {"rosa": rosa, "manager": manager, "okafor": okafor.user, "amina": amina.user}


class TestWhoMay:
    @pytest.mark.parametrize(
        ("who", "status"), [("rosa", 200), ("manager", 200), ("okafor", 403), ("amina", 404), (None, 302)]
    )
    def test_open_the_pages(self, client, as_user, staff, visit, who, status):
        browser = as_user(staff[who]) if who else client

        answers = [browser.get(each).status_code for each in (CHARGES, REFUNDS_DUE, page_of(visit))]

        assert answers == [status] * 3

    @pytest.mark.parametrize(("who", "status"), [("okafor", 403), ("amina", 404), (None, 302)])
    def test_write(self, client, as_user, staff, visit, who, status):
        answer = send(as_user(staff[who]) if who else client, visit, "paid")

        assert (answer.status_code, state_of(visit), ChargeEntry.objects.count()) == (status, "due", 0)

    def test_a_clinician_sees_no_money_on_the_appointment(self, as_user, rosa, okafor, visit):
        address = reverse("admin:bookings_appointment_change", args=[visit.pk])

        shown, hidden = (as_user(user).get(address).content.decode() for user in (rosa, okafor.user))

        assert ("To pay: £180" in shown, page_of(visit) in shown) == (True, True)
        assert ("£" in hidden, page_of(visit) in hidden) == (False, False)

    def test_refunds_due_are_only_read(self, as_user, rosa):
        assert as_user(rosa).post(REFUNDS_DUE).status_code == 405

    def test_a_charge_is_changed_by_posts_alone(self, as_user, rosa, visit):
        assert as_user(rosa).post(page_of(visit)).status_code == 405
        assert as_user(rosa).get(reverse("desk_charge_act", args=[visit.pk, "paid"])).status_code == 405
        assert state_of(visit) == "due"

    def test_what_is_not_there_is_a_404(self, as_user, rosa, visit, kind, okafor, ben):
        free = diary.appointment(ben, okafor, kind, WEDNESDAY + timedelta(hours=5))
        client = as_user(rosa)

        assert [client.get(reverse("desk_charge", args=[key])).status_code for key in (uuid4(), free.pk)] == [404, 404]
        assert send(client, visit, "nonsense").status_code == 404

    def test_reading_is_written_down(self, as_user, rosa, visit):
        as_user(rosa).get(page_of(visit))

        assert AccessLog.objects.values_list("what", "about_type", "about", "actor").get() == (
            "read",
            "charge",
            visit.pk,
            rosa.pk,
        )


class TestWriting:
    def test_a_payment(self, as_user, rosa, visit):
        answer = send(as_user(rosa), visit, "paid")

        assert (answer.url, state_of(visit)) == (page_of(visit), "paid")
        html = as_user(rosa).get(page_of(visit)).content.decode()
        assert ("FP-77" in html, "R-000001" in html, "Bank transfer" in html) == (True, True, True)

    @pytest.mark.parametrize(
        ("before", "act", "after"),
        [
            ("refund_due", "refunded", "refunded"),
            ("due", "waive", "waived"),
            ("paid", "give-back", "refund_due"),
            ("paid", "correct", "due"),
            ("refund_due", "correct", "waived"),
            ("refunded", "not-given-back", "refund_due"),
            ("waived", "not-waived", "due"),
        ],
    )
    def test_every_other_act(self, as_user, manager, five, before, act, after):
        visit = five[before]

        assert send(as_user(manager), visit, act).status_code == 302
        assert state_of(visit) == after

    @pytest.mark.parametrize(
        ("state", "acts"),
        [
            ("due", ["paid", "waive"]),
            ("paid", ["give-back", "correct"]),
            ("refund_due", ["refunded", "correct"]),
            ("refunded", ["not-given-back"]),
            ("waived", ["not-waived"]),
        ],
    )
    def test_only_what_makes_sense_is_offered(self, as_user, rosa, five, state, acts):
        page = as_user(rosa).get(page_of(five[state]))

        assert [act.slug for act, _ in page.context["acts"]] == acts

    def test_where_nothing_is_owed_money_that_came_can_be_noted(self, as_user, rosa, kind, okafor, amina):
        gone = money.charged(diary.appointment(amina, okafor, kind, WEDNESDAY), "waived", amount=0)
        client = as_user(rosa)

        offered = [act.slug for act, _ in client.get(page_of(gone)).context["acts"]]
        answer = send(client, gone, "came-after", amount="62.50")

        assert (offered, answer.status_code, state_of(gone)) == (["came-after"], 302, "refund_due")
        assert gone.charge.refund_pence == 6250

    @pytest.mark.parametrize("amount", ["", "0", "-1", "1.001", "100000", "NaN", "x", "\0"])
    def test_a_bad_amount_that_came_is_a_form_error(self, as_user, rosa, kind, okafor, amina, amount):
        gone = money.charged(diary.appointment(amina, okafor, kind, WEDNESDAY), "waived", amount=0)

        assert send(as_user(rosa), gone, "came-after", amount=amount).status_code == 422
        assert state_of(gone) == "waived"

    @pytest.mark.parametrize(
        ("act", "fields", "error"),
        [
            ("paid", {"method": ""}, "Choose how the money came or went"),
            ("paid", {"method": "shells"}, "Select a valid choice"),
            ("paid", {"reference": "x" * 61}, "60 characters or fewer"),
            ("paid", {"reference": "4111 1111 1111 1111"}, "looks like a card number"),
            ("paid", {"amount_pence": "x"}, "Enter a whole number"),
            ("paid", {"amount_pence": 9000}, "Now £180 is to be paid"),
            ("paid", {"key": "x"}, "Send this form from its own page"),
            ("waive", {"reason": ""}, "Say why"),
            ("waive", {"reason": "Card 4111111111111111"}, "looks like a card number"),
            ("waive", {"reason": "\0"}, "cannot be saved"),
        ],
    )
    def test_bad_input_is_told_with_status_422(self, as_user, rosa, visit, act, fields, error):
        answer = send(as_user(rosa), visit, act, **fields)

        assert (answer.status_code, error in answer.content.decode(), state_of(visit)) == (422, True, "due")

    def test_paid_already_is_a_form_error_that_loses_nothing_typed(self, as_user, rosa, visit):
        send(as_user(rosa), visit, "paid")

        answer = send(as_user(rosa), visit, "paid", reference="Typed with care")

        html = answer.content.decode()
        assert answer.status_code == 422
        assert "Nothing is to be paid here now. It stands at: Paid on 23 November 2026." in html
        assert "Typed with care" in html
        assert ChargeEntry.objects.count() == 1

    def test_pressed_twice_is_one_payment_and_no_error(self, as_user, rosa, visit):
        key = uuid4()

        answers = [send(as_user(rosa), visit, "paid", key=key).status_code for _ in range(2)]

        assert (answers, ChargeEntry.objects.count()) == ([302, 302], 1)

    def test_after_another_amount_the_form_carries_the_new_one(self, as_user, rosa, visit):
        answer = send(as_user(rosa), visit, "paid", amount_pence=9000)

        form = next(form for act, form in answer.context["acts"] if act.slug == "paid")
        again = {name: form[name].value() for name in ("key", "amount_pence", "method", "reference")}
        assert send(as_user(rosa), visit, "paid", **again).status_code == 302

    def test_an_act_from_an_old_page_is_refused(self, as_user, rosa, five):
        answer = send(as_user(rosa), five["waived"], "give-back")

        assert (answer.status_code, "changed since" in answer.content.decode()) == (422, True)

    def test_no_two_fields_of_the_page_share_an_id(self, as_user, rosa, five):
        html = as_user(rosa).get(page_of(five["paid"])).content.decode()

        ids = [part.split('"')[0] for part in html.split(' id="')[1:]]
        assert sorted(ids) == sorted(set(ids))


class TestLists:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", ["Waived", "Refunded", "Refund_due", "Paid", "Due"]),
            ("state=due", ["Due"]),
            ("state=overdue", ["Due"]),
            ("state=paid", ["Paid"]),
            ("state=refund_due", ["Refund_due"]),
            ("state=refunded", ["Refunded"]),
            ("state=waived", ["Waived"]),
            ("state=due&q=paid", ["Due"]),
        ],
    )
    def test_filters(self, as_user, rosa, five, query, found):
        assert names(as_user(rosa).get(f"{CHARGES}?{query}")) == found

    @pytest.mark.parametrize(
        ("sent", "found"),
        [
            ({"q": "sum3"}, ["Refunded"]),
            ({"q": "paid sum1"}, ["Paid"]),
            ({"q": "paid sum3"}, []),
            ({"q": "paid", "state": "due"}, []),
            ({"q": "due", "page": "2"}, ["Refund_due", "Due"]),
        ],
    )
    def test_searches_by_post_so_that_no_name_stands_in_an_address(self, as_user, rosa, five, sent, found):
        assert names(as_user(rosa).post(CHARGES, sent)) == found

    def test_a_filter_without_a_search_leads_to_its_address(self, as_user, rosa, five):
        assert as_user(rosa).post(CHARGES, {"q": "", "state": "due"}).url == f"{CHARGES}?state=due"

    def test_finds_a_reference_and_a_receipt(self, as_user, rosa, five):
        visit = five["due"]
        send(as_user(rosa), visit, "paid", reference="Blue 42")
        visit.charge.refresh_from_db()

        for asked in ("blue 42", visit.charge.receipt_text, str(visit.charge.receipt_number)):
            assert names(as_user(rosa).post(CHARGES, {"q": asked})) == ["Due"]

    def test_a_late_cancelled_visit_that_is_not_paid_is_overdue(self, as_user, rosa, visit):
        assert names(as_user(rosa).get(f"{CHARGES}?state=overdue")) == []

        Appointment.objects.filter(pk=visit.pk).update(state="cancelled_by_patient")

        assert names(as_user(rosa).get(f"{CHARGES}?state=overdue")) == ["Amina"]

    def test_refunds_due_come_oldest_first_with_days_and_the_way_paid(self, as_user, rosa, kind, okafor):
        for number, days in enumerate((2, 20)):
            who = people.patient(first_names=f"Waits{days}")
            at = WEDNESDAY + timedelta(hours=number)
            booked = diary.appointment(who, okafor, kind, at)
            money.charged(booked, "refund_due", by=rosa, at=NOW - timedelta(days=days + 1))

        answer = as_user(rosa).get(REFUNDS_DUE)

        assert [(visit.patient.first_names, paid_by, days) for visit, paid_by, days in answer.context["rows"]] == [
            ("Waits20", "Bank transfer", 20),
            ("Waits2", "Bank transfer", 2),
        ]
        assert answer.content.decode().count("<strong>Late</strong>") == 1

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("page=0", 422),
            ("page=x", 422),
            ("page=99999", 200),
            ("page=" + "9" * 500, 422),
            ("state=nonsense", 422),
        ],
    )
    def test_nonsense_in_the_address_is_never_a_500(self, as_user, rosa, visit, query, status):
        assert as_user(rosa).get(f"{CHARGES}?{query}").status_code == status
        assert as_user(rosa).get(f"{REFUNDS_DUE}?{query}").status_code == 200

    @pytest.mark.parametrize(
        ("asked", "status"), [("a" * 500, 422), ("9" * 40, 200), ("\u0664", 200), ("R-", 200), ("%_", 200)]
    )
    def test_nonsense_searched_for_is_never_a_500(self, as_user, rosa, visit, asked, status):
        assert as_user(rosa).post(CHARGES, {"q": asked}).status_code == status

    @pytest.mark.parametrize("address", [CHARGES, REFUNDS_DUE])
    @pytest.mark.parametrize("query", ["q=%00", "q=" + "a" * 5000])
    def test_a_hostile_address_is_refused(self, as_user, rosa, address, query):
        assert as_user(rosa).get(f"{address}?{query}").status_code == 400

    def test_say_so_where_there_is_nothing(self, as_user, rosa):
        assert "No charges found." in as_user(rosa).get(CHARGES).content.decode()
        assert "Nothing is to be given back." in as_user(rosa).get(REFUNDS_DUE).content.decode()

    @pytest.mark.parametrize("address", [CHARGES, REFUNDS_DUE])
    def test_ask_the_database_as_often_for_three_rows_as_for_one(self, as_user, rosa, kind, okafor, address):
        counts = []
        client = as_user(rosa)
        client.get(address)  # the first page of a session writes when it began
        for number in range(3):
            booked = diary.appointment(people.patient(), okafor, kind, WEDNESDAY + timedelta(hours=number))
            money.charged(booked, "refund_due", by=rosa)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(address)
            counts.append(len(queries))

        assert counts[0] == counts[2]

    def test_long_lists_have_pages(self, as_user, rosa, kind, okafor, amina):
        for number in range(51):
            money.charged(diary.appointment(amina, okafor, kind, WEDNESDAY + timedelta(hours=number)))

        first, second = (as_user(rosa).get(f"{CHARGES}?state=due&page={number}") for number in (1, 2))

        assert (len(names(first)), len(names(second))) == (50, 1)
        assert '"?page=2&amp;state=due"' in first.content.decode()

    def test_a_search_that_finds_too_many_asks_for_more(self, as_user, rosa, kind, okafor, amina):
        for number in range(51):
            money.charged(diary.appointment(amina, okafor, kind, WEDNESDAY + timedelta(hours=number)))

        answer = as_user(rosa).post(CHARGES, {"q": "amina"})

        assert len(names(answer)) == 50
        assert "The newest 50 are shown. Type more to find others." in answer.content.decode()
        assert "?page=" not in answer.content.decode()


def test_the_desks_cancel_page_says_what_to_tell_the_patient(as_user, rosa, visit):
    address = reverse("desk_cancel", args=[visit.pk])
    unpaid = as_user(rosa).get(address)
    send(as_user(rosa), visit, "paid")
    paid = as_user(rosa).get(address)

    assert [unpaid.context[name] for name in ("if_clinic", "if_patient")] == [
        "You have not paid, so there is nothing to give back. You owe nothing."
    ] * 2
    assert paid.context["if_clinic"] == (
        "You get £180 back within 14 days, the way you paid. We cancelled the appointment: you get all of the fee back."
    )
    assert f"“{paid.context['if_patient']}”" in paid.content.decode()


@pytest.mark.parametrize(
    ("shown", "meanwhile", "pressed"),
    [
        ("refund_due", "refunded", "correct"),
        ("refunded", "not-given-back", "not-given-back"),
        ("due", "paid", "waive"),
        ("paid", "give-back", "give-back"),
    ],
)
def test_an_old_page_does_nothing_to_a_charge_that_has_changed(
    as_user, rosa, manager, visit, shown, meanwhile, pressed
):
    visit = money.charged(visit, shown, by=rosa) if shown != "due" else visit
    send(as_user(rosa), visit, meanwhile)
    before = (state_of(visit), ChargeEntry.objects.count())

    answer = send(as_user(manager), visit, pressed)

    assert answer.status_code == 422
    assert (state_of(visit), ChargeEntry.objects.count()) == before
