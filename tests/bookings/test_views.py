"""Booking, moving and cancelling over HTTP, as a patient's browser sends it."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.slots import Slot
from bookings.choosing.forms import slot_value
from clinic.audit.models import AccessLog
from tests.factories import diary, people
from tests.factories.people import NOW
from tests.web import main_of

pytestmark = pytest.mark.django_db
TAKEN = "Someone else has just taken this time"


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def kind(okafor, clock):
    diary.hours(okafor)
    return diary.kind(okafor)


def at(day, hour, minute=0):
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


WEDNESDAY = at(2, 10)
CHOOSE = "/book/first-assessment/"


def slot(clinician, moment=WEDNESDAY):
    return slot_value(Slot(moment, clinician.pk))


def choose(client, clinician, moment=WEDNESDAY, key=None):
    return client.post(CHOOSE, {"slot": slot(clinician, moment), "key": key or uuid4()})


def confirm(client, address, **fields):
    return client.post(address, {"key": uuid4(), "mode": "video", "early_start": "on"} | fields)


def booked(client, clinician, moment=WEDNESDAY):
    address = choose(client, clinician, moment)["Location"]
    confirm(client, address)
    return Appointment.objects.get(starts_at=moment, state=State.BOOKED)


def url(name, visit):
    return reverse(f"appointment_{name}" if name else "appointment", args=[visit.pk])


class TestChoosing:
    def test_signed_out_keeps_the_time_through_signing_in(self, client, as_user, okafor, amina):
        address = choose(client, okafor)["Location"]
        assert client.get(address)["Location"].startswith(reverse("account_login"))

        as_user(amina.user)
        page = client.get(address)

        assert (page.status_code, page.context["held_until"]) == (200, "9:15am")
        assert confirm(client, address).status_code == 302
        assert Appointment.objects.get().patient == amina

    def test_signed_in_without_details_goes_to_the_details_first(self, as_user, okafor):
        client = as_user(people.user("new@example.com"))

        assert choose(client, okafor)["Location"] == f"{reverse('profile')}?next=%2Fbook%2Ffirst-assessment%2F"

    def test_a_taken_time_is_told_with_other_times_and_status_422(self, client, as_user, okafor, amina, ben):
        choose(as_user(amina.user), okafor)

        answer = choose(as_user(ben.user), okafor)

        assert answer.status_code == 422
        assert TAKEN in answer.content.decode()
        assert answer.content.decode().count('name="slot"') > 3

    def test_the_fourth_signed_out_hold_in_an_hour_asks_to_sign_in(self, client, okafor):
        for day in (2, 3, 4):
            choose(type(client)(), okafor, at(day, 10))

        answer = choose(type(client)(), okafor, at(7, 10))

        assert answer["Location"].startswith(reverse("account_login"))

    def test_rotating_a_forwarded_address_does_not_help(self, client, okafor):
        for day in (2, 3, 4):
            choose(type(client)(), okafor, at(day, 10))

        answer = type(client)(headers={"x-forwarded-for": "203.0.113.9"}).post(
            CHOOSE, {"slot": slot(okafor, at(7, 10)), "key": uuid4()}
        )

        assert answer["Location"].startswith(reverse("account_login"))

    def test_another_time_of_the_same_page_can_be_chosen_after_going_back(self, as_user, okafor, amina):
        client, key = as_user(amina.user), uuid4()

        first, second = choose(client, okafor, key=key), choose(client, okafor, at(2, 11), key=key)

        assert (first.status_code, second.status_code) == (302, 302)
        assert list(Appointment.objects.filter(state=State.HELD).values_list("starts_at", flat=True)) == [at(2, 11)]

    def test_signed_out_back_and_the_same_button_is_the_same_hold(self, client, okafor):
        key = uuid4()

        assert choose(client, okafor, key=key)["Location"] == choose(client, okafor, key=key)["Location"]

    def test_another_browser_with_the_same_key_gets_nothing(self, client, okafor):
        key = uuid4()
        browsers = [Client(), Client()]
        for number, browser in enumerate(browsers):
            browser.cookies["csrftoken"] = str(number) * 32

        answers = [choose(browser, okafor, key=key) for browser in browsers]

        assert [answer.status_code for answer in answers] == [302, 422]

    def test_a_clinician_who_left_meanwhile_is_told_on_the_page(self, as_user, okafor, lind, amina):
        type(okafor).objects.filter(pk=okafor.pk).update(is_active=False)

        answer = choose(as_user(amina.user), okafor)

        assert answer.status_code == 422
        assert "We do not offer this time" in answer.content.decode()

    def test_staff_book_at_the_desk(self, as_user, okafor, rosa):
        assert choose(as_user(rosa), okafor).status_code == 403

    def test_extra_fields_change_nothing(self, as_user, okafor, amina, ben):
        address = as_user(amina.user).post(
            CHOOSE,
            {
                "slot": slot(okafor),
                "key": uuid4(),
                "patient": str(ben.pk),
                "state": "booked",
                "fee_pence": 0,
                "held_until": "2030-01-01",
            },
        )["Location"]

        held = Appointment.objects.get()
        assert address == url("confirm", held)
        assert (held.patient, held.state, held.fee_pence) == (amina, State.HELD, 18000)


class TestConfirming:
    @pytest.fixture
    def address(self, as_user, okafor, amina):
        return choose(as_user(amina.user), okafor)["Location"]

    def test_shows_the_total_fee_and_the_exact_cut_off(self, client, address):
        text = client.get(address).content.decode()

        assert "£180" in text
        assert "Tuesday 1 December 2026 at 5pm, UK time" in text

    @pytest.mark.parametrize(
        ("fields", "error"),
        [
            ({"mode": ""}, "Choose how you would like to meet"),
            ({"mode": "in_person"}, "Select a valid choice"),
            ({"early_start": ""}, "Tick the box to be seen within 14 days"),
        ],
    )
    def test_what_is_missing_is_said_and_the_rest_stays(self, client, address, fields, error):
        answer = confirm(client, address, **fields)

        assert answer.status_code == 422
        assert error in answer.content.decode()
        assert Appointment.objects.get().state == State.HELD

    def test_beyond_14_days_no_early_start_is_asked_for(self, client, as_user, okafor, amina):
        address = choose(as_user(amina.user), okafor, at(15, 10))["Location"]

        assert "early_start" not in client.get(address).context["form"].fields
        assert confirm(client, address, early_start="").status_code == 302
        assert Appointment.objects.get(state=State.BOOKED).early_start_requested_at is None

    def test_case_10_double_click_and_back_are_one_booking(self, client, address):
        fields = {"key": str(uuid4())}

        answers = [confirm(client, address, **fields) for _ in range(3)] + [client.get(address)]

        assert {answer["Location"] for answer in answers} == {url("", Appointment.objects.get())}
        assert Appointment.objects.get().state == State.BOOKED

    def test_a_time_lost_meanwhile_is_told_and_leads_back(self, client, as_user, address, okafor, ben, clock, amina):
        clock.shift(timedelta(minutes=16))
        choose(as_user(ben.user), okafor)

        as_user(amina.user)
        answers = client.get(address), confirm(client, address)

        assert [answer.status_code for answer in answers] == [200, 422]
        assert all("could not keep this time" in answer.content.decode() for answer in answers)

    def test_of_somebody_elses_hold_is_not_found(self, as_user, address, ben):
        assert confirm(as_user(ben.user), address).status_code == 404
        assert Appointment.objects.get().state == State.HELD


class TestMoving:
    @pytest.fixture
    def visit(self, as_user, okafor, amina):
        return booked(as_user(amina.user), okafor)

    def test_asks_once_more_then_moves(self, client, visit, okafor):
        chosen = client.post(url("reschedule", visit), {"slot": slot(okafor, at(7, 11)), "key": uuid4()})
        assert (chosen.status_code, chosen.context["new_when"]) == (200, "Monday 7 December 2026 at 11am, UK time")
        visit.refresh_from_db()
        assert visit.starts_at == WEDNESDAY

        fields = {name: chosen.context["agree"][name].value() for name in ("slot", "key", "agreed")}
        assert client.post(url("reschedule", visit), fields)["Location"] == url("", visit)

        visit.refresh_from_db()
        assert visit.starts_at == at(7, 11)

    def test_to_a_time_that_was_taken_says_so_and_keeps_the_old(self, client, as_user, visit, okafor, amina, ben):
        booked(as_user(ben.user), okafor, at(7, 11))
        as_user(amina.user)

        answer = client.post(
            url("reschedule", visit), {"slot": slot(okafor, at(7, 11)), "key": uuid4(), "agreed": "True"}
        )

        assert (answer.status_code, TAKEN in answer.content.decode()) == (422, True)
        visit.refresh_from_db()
        assert visit.starts_at == WEDNESDAY

    def test_case_25_one_minute_past_the_cut_off_is_refused_with_policy_and_number(
        self, as_user, visit, okafor, clock, settings
    ):
        clock.move_to(at(1, 17, 1))
        client = as_user(visit.patient.user)

        answer = client.post(
            url("reschedule", visit), {"slot": slot(okafor, at(7, 11)), "key": uuid4(), "agreed": "True"}
        )

        text = answer.content.decode()
        assert answer.status_code == 422
        assert "Tuesday 1 December 2026 at 5pm, UK time" in text
        assert settings.CLINIC["phone"] in main_of(text)


class TestCancelling:
    @pytest.fixture
    def visit(self, as_user, okafor, amina, clock):
        clock.move_to(datetime(2026, 11, 10, 9, tzinfo=UTC))
        return booked(as_user(amina.user), okafor)

    def test_shows_the_refund_and_cancels(self, client, visit):
        page = client.get(url("cancel", visit))
        assert page.context["refund"].text == "£180"

        answer = client.post(url("cancel", visit), {"key": uuid4(), "refund": 18000, "reason": "Ill"})

        assert answer["Location"] == url("", visit)
        visit.refresh_from_db()
        assert visit.state == State.CANCELLED_BY_PATIENT
        assert "nothing to give back. You owe nothing." in client.get(url("", visit)).content.decode()

    def test_case_25_after_the_cut_off_asks_to_agree_to_the_new_refund_then_accepts(self, as_user, visit, clock):
        clock.move_to(at(1, 17, 1))
        client = as_user(visit.patient.user)

        first = client.post(url("cancel", visit), {"key": uuid4(), "refund": 18000, "reason": "Still ill"})
        assert (first.status_code, first.context["refund"].text) == (422, "£0")
        assert "The refund has changed" in first.content.decode()
        assert "Still ill" in first.content.decode()

        fields = {name: first.context["form"][name].value() for name in ("key", "refund", "reason")}
        assert client.post(url("cancel", visit), fields).status_code == 302
        visit.refresh_from_db()
        assert (visit.state, visit.charge.amount_pence) == (State.CANCELLED_BY_PATIENT, 18000)  # nothing is forgone

    def test_twice_shows_that_it_is_cancelled(self, client, visit):
        fields = {"key": uuid4(), "refund": 18000}

        answers = [client.post(url("cancel", visit), fields) for _ in range(3)]

        assert {answer["Location"] for answer in answers} == {url("", visit)}

    def test_what_cannot_be_seen_is_taken_out_of_the_reason(self, client, visit):
        client.post(url("cancel", visit), {"key": uuid4(), "refund": 18000, "reason": "\u202eIll\x1b[31m"})

        assert visit.state_changes.get(to_state=State.CANCELLED_BY_PATIENT).reason == "Ill[31m"

    def test_of_somebody_else_is_refused_and_written_down(self, as_user, visit, ben):
        assert as_user(ben.user).post(url("cancel", visit), {"key": uuid4(), "refund": 0}).status_code == 404

        assert list(AccessLog.objects.values_list("what", "about", "actor")) == [("refused", visit.pk, ben.user.pk)]

    def test_case_26_a_get_never_changes_anything(self, client, visit):
        before = Appointment.objects.values().get()
        for name in ("cancel", "reschedule", "calendar", ""):
            assert [client.get(url(name, visit)).status_code for _ in range(3)] == [200] * 3
            signed_out = Client().get(url(name, visit))  # what looks through a mail's links
            assert (signed_out.status_code, "/accounts/login/" in signed_out.url) == (302, True)

        assert Appointment.objects.values().get() == before

    def test_case_26_a_link_from_before_a_move_shows_the_time_it_has_now(self, client, visit, okafor):
        mailed = url("", visit)
        client.post(url("reschedule", visit), {"slot": slot(okafor, at(7, 11)), "key": uuid4(), "agreed": "True"})

        text = client.get(mailed).content.decode()

        assert "Monday 7 December 2026 at 11am, UK time" in text
        assert "Wednesday 2 December 2026 at 10am" not in text

    @pytest.mark.parametrize("after", ["cancelled", "started", "a month"])
    def test_case_26_an_old_link_gets_a_clear_page(self, client, as_user, visit, clock, after):
        if after == "cancelled":
            client.post(url("cancel", visit), {"key": uuid4(), "refund": 18000})
        else:
            clock.move_to(WEDNESDAY + timedelta(days=30 if after == "a month" else 0))
            as_user(visit.patient.user)

        for name in ("cancel", "reschedule", ""):
            assert client.get(url(name, visit)).status_code == 200
        assert "cannot be cancelled" in client.get(url("cancel", visit)).content.decode()


class TestCalendar:
    def test_is_neutral_and_in_uk_time(self, client, as_user, okafor, amina, settings):
        visit = booked(as_user(amina.user), okafor)

        answer = client.get(url("calendar", visit))

        text = answer.content.decode()
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert "DTSTART;TZID=Europe/London:20261202T100000" in text
        assert not re.search(r"pain|MS |neuro|assessment", text.replace(settings.CLINIC["name"], ""), re.I)
