"""What a patient sees of their payment, and the receipt."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import strip_tags

from bookings.appointments.models import Appointment
from bookings.appointments.policy import Terms
from bookings.holds import actions as holds
from clinic.audit.models import AccessLog
from tests.factories import diary, money
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
THURSDAY = datetime(2026, 12, 3, 14, 30, tzinfo=UTC)
CLINICAL = re.compile(
    r"\b(pain\w*|sclerosis|MS|neuro\w*|jaw|doctor|specialist\w*|medicine\w*|cannabis\w*|prescri\w*|diagnos\w*|symptom\w*|treatment\w*|assessment|okafor)\b",
    re.I,
)


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def booked(amina, okafor):
    kind = diary.kind(okafor, slug="ms-pain", name="MS pain: first assessment", summary="Neurology.")
    return diary.appointment(amina, okafor, kind, THURSDAY, booked_at=NOW - timedelta(days=30))


def receipt(visit):
    return reverse("appointment_receipt", args=[visit.pk])


def lines(html):
    """The words of a page's main part, a line each."""
    main = html.split("<main", 1)[1].split(">", 1)[1].split("</main>")[0]
    main = re.sub(r"<noscript>.*?</noscript>", "", main, flags=re.S)  # not printed
    rows = re.sub(r"</(p|h1|h2|div|tr|caption)>|<br>", "\n", re.sub(r"\s*\n\s*", " ", main))
    found = [
        " ".join(strip_tags(re.sub(r"</(th|td|dt)>", " | ", line)).split()).strip(" |") for line in rows.split("\n")
    ]
    return [line for line in found if line]


def test_a_receipt_says_this_and_no_more(as_user, amina, booked, rosa, settings):
    visit = money.charged(booked, "paid", by=rosa)
    clinic = settings.CLINIC

    html = as_user(amina.user).get(receipt(visit)).content.decode()

    assert lines(html) == [
        f"Receipt {visit.charge.receipt_text}",
        clinic["name"],
        clinic["address"],
        f"{clinic['phone']}, {clinic['email']}",
        "For | Consultation on 3 December 2026",
        "Name | Amina Example",
        "Fee | £180",
        "Payments",
        "Date | What | Amount",
        "23 November 2026 | Paid: Bank transfer | £180",
        "To print this page or keep it as a file, use Print in your browser.",
    ]
    assert CLINICAL.findall(" ".join(lines(html))) == []
    assert "VAT" not in html


def test_a_receipt_shows_what_was_given_back(as_user, amina, booked, rosa):
    Appointment.objects.filter(pk=booked.pk).update(state="cancelled_by_patient")
    visit = money.charged(booked, "refunded", refund=9000, by=rosa)

    found = lines(as_user(amina.user).get(receipt(visit)).content.decode())

    assert "For | Consultation booked for 3 December 2026" in found
    assert found[-4:-1] == [
        "23 November 2026 | Paid: Bank transfer | £180",
        "25 November 2026 | Given back: Bank transfer | £90",
        "Paid in the end | £90",
    ]


def test_a_receipt_says_that_a_refund_is_on_its_way(as_user, amina, booked, rosa):
    visit = money.charged(booked, "refund_due", by=rosa)

    assert lines(as_user(amina.user).get(receipt(visit)).content.decode())[-2] == "£180 is due back to you."


def test_a_payment_taken_back_and_paid_again_is_one_line(as_user, amina, booked, rosa):
    visit = money.charged(booked, "paid", by=rosa)
    visit.charge.entries.create(what="paid", amount_pence=18000, method="cash", at=NOW + timedelta(days=3), by=rosa)

    found = lines(as_user(amina.user).get(receipt(visit)).content.decode())

    assert [line for line in found if "Paid:" in line] == ["26 November 2026 | Paid: Cash | £180"]


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({"company": "Exampleton Care Ltd", "vat_number": ""}, "Exampleton Care Ltd"),
        ({"company": "", "vat_number": "GB000"}, "VAT number GB000"),
        (
            {
                "company": "Exampleton Care Ltd",
                "company_number": "012",
                "company_place": "England and Wales",
                "company_office": "1 Example Street",
                "vat_number": "GB000",
            },
            "Exampleton Care Ltd, company number 012, registered in England and Wales. "
            "Registered office: 1 Example Street. VAT number GB000",
        ),
    ],
)
def test_a_receipt_names_the_company_and_vat_where_they_are_set(as_user, amina, booked, rosa, settings, facts, line):
    settings.CLINIC = settings.CLINIC | facts
    visit = money.charged(booked, "paid", by=rosa)

    assert line in lines(as_user(amina.user).get(receipt(visit)).content.decode())


@pytest.mark.parametrize("state", ["due", "waived"])
def test_without_a_payment_there_is_no_receipt(as_user, amina, booked, state):
    assert as_user(amina.user).get(receipt(money.charged(booked, state))).status_code == 404


def test_without_a_charge_there_is_no_receipt(as_user, amina, rosa, booked):
    assert [as_user(user).get(receipt(booked)).status_code for user in (amina.user, rosa)] == [404, 404]


def test_who_may_see_it(client, as_user, booked, amina, ben, rosa, manager, okafor):
    visit = money.charged(booked, "paid", by=rosa)

    assert client.get(receipt(visit)).url == f"/accounts/login/?next={receipt(visit)}"
    everybody = (amina.user, ben.user, rosa, manager, okafor.user)
    assert [as_user(user).get(receipt(visit)).status_code for user in everybody] == [200, 404, 200, 200, 403]
    assert list(AccessLog.objects.order_by("at", "what").values_list("what", "actor")) == [
        ("read", rosa.pk),
        ("read", manager.pk),
        ("refused", ben.user.pk),
    ]


def test_a_receipt_of_nothing_and_a_post(as_user, amina, booked, rosa):
    visit = money.charged(booked, "paid", by=rosa)

    assert as_user(amina.user).get(reverse("appointment_receipt", args=[uuid4()])).status_code == 404
    assert as_user(amina.user).post(receipt(visit)).status_code == 405


@pytest.mark.parametrize(
    ("state", "words", "then"),
    [
        ("due", "To pay: £180", "Call us on 01632 960 100 to pay, or to ask how you can."),
        ("paid", "Paid on 23 November 2026", "See your receipt"),
        ("refund_due", "£180 is due back to you", "See your receipt"),
        ("refunded", "Refunded on 25 November 2026: £180", "See your receipt"),
        ("waived", "Nothing to pay", "What you need"),
    ],
)
def test_the_appointment_page_says_how_its_payment_stands(as_user, amina, booked, rosa, state, words, then):
    visit = money.charged(booked, state, by=rosa)

    html = as_user(amina.user).get(reverse("appointment", args=[visit.pk])).content.decode()

    found = lines(html)
    row = found.index(f"Payment | {words}")
    assert found[row + 1].startswith(then)
    assert (receipt(visit) in html) == (then == "See your receipt")


@pytest.mark.parametrize(
    ("state", "at", "words"),
    [
        ("due", NOW, "You have not paid, so there is nothing to give back. You owe nothing."),
        (
            "due",
            THURSDAY - timedelta(hours=1),
            "You have not paid, so there is nothing to give back. You still owe £90.",
        ),
        (
            "paid",
            NOW,
            "You get £180 back within 14 days, the way you paid. Cancelled before the cut-off: you get all of the fee back.",
        ),
        (
            "paid",
            THURSDAY - timedelta(hours=1),
            "You get £90 back within 14 days, the way you paid. Cancelled after the cut-off: you get 50% of the fee back.",
        ),
        ("waived", NOW, "You have not paid, so there is nothing to give back. You owe nothing."),
    ],
)
def test_the_cancel_page_tells_the_truth_about_the_money_and_so_does_the_page_after(
    as_user, amina, booked, rosa, monday_morning, state, at, words
):
    diary.agreed(booked, Terms(after_percent=50))
    visit = money.charged(booked, state, by=rosa)
    monday_morning.move_to(at)
    client, address = as_user(amina.user), reverse("appointment_cancel", args=[visit.pk])

    before = client.get(address)
    client.post(address, {"key": uuid4(), "refund": before.context["refund"].pence})
    after = client.get(reverse("appointment", args=[visit.pk]))

    assert words in lines(before.content.decode())
    assert after.context["money"] == words


def test_the_confirm_page_says_the_terms_of_the_settings(as_user, amina, okafor, settings):
    settings.REFUND_TERMS = Terms(cut_off_minute=12 * 60, before_percent=80, after_percent=0)
    diary.hours(okafor)
    kind, later = diary.kind(okafor), THURSDAY + timedelta(days=14)
    who = {"patient": amina, "own_hold": None, "address": "", "key": uuid4()}
    held = holds.hold(kind, okafor, later, at=NOW, **who)
    settings.REFUND_TERMS = Terms()  # what is kept for them keeps its terms

    text = as_user(amina.user).get(reverse("appointment_confirm", args=[held.pk])).content.decode()

    assert "Cancel before Wednesday 16 December 2026 at 12pm, UK time, and you get 80% of the fee back." in text
    assert "After Wednesday 16 December 2026 at 12pm, UK time you get none of the fee back." in text
