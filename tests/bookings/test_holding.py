"""The quarter of an hour between choosing and confirming, and the visit's own page (booking case 9)."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from bookings.appointments import actions
from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.policy import MOST_COMING, is_video_link, join_opens, may_join
from bookings.appointments.refusals import (
    EarlyStartFirst,
    ExtendedAlready,
    HoldEnded,
    NotForYou,
    OfferStands,
    Taken,
    TooMany,
)
from bookings.appointments.slots import Slot
from bookings.attendance import actions as attendance
from bookings.choosing.forms import slot_value
from bookings.holds import actions as holds
from bookings.holds import offers
from clinic import celery
from clinic.db.states import StaleState
from clinic.worklist.models import Task
from patients.consents.enums import Purpose
from patients.consents.models import Consent
from patients.consents.policy import text_in_use, text_of
from tests.factories import diary
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
CHOOSE = "/book/first-assessment/"
MINUTE = timedelta(minutes=1)


def at(day, hour, minute=0):
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


WEDNESDAY = at(2, 10)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def kind(okafor, clock):
    diary.hours(okafor)
    return diary.kind(okafor, prepare="A list of what you have tried.\n\nA pen.")


def choose(client, clinician, moment=WEDNESDAY):
    return client.post(CHOOSE, {"slot": slot_value(Slot(moment, clinician.pk)), "key": uuid4()})["Location"]


def confirm(client, address, **fields):
    return client.post(address, {"key": uuid4(), "mode": "video", "early_start": "on"} | fields)


def url(name, visit):
    return reverse(f"appointment_{name}" if name else "appointment", args=[visit.pk])


def hold(kind, clinician, patient, moment=WEDNESDAY, now=NOW):
    return holds.hold(kind, clinician, moment, patient=patient, own_hold=None, address="", key=uuid4(), at=now)


def book(kind, clinician, patient, moment=WEDNESDAY, now=NOW, **more):
    held = hold(kind, clinician, patient, moment, now)
    said = {"mode": "video", "early_start": True} | more
    return holds.confirm(held, patient=patient, key=uuid4(), by=patient.user, at=now, **said)


class TestMoreTime:
    def test_is_given_once_and_said_as_a_clock_time(self, as_user, okafor, amina):
        client = as_user(amina.user)
        address = choose(client, okafor)
        held = Appointment.objects.get()

        first = client.post(url("more_time", held), {"key": uuid4()}, follow=True)
        second = client.post(url("more_time", held), {"key": uuid4()}, follow=True)

        assert "We are keeping this time for you until 9:30am." in first.content.decode()
        assert "Keep it for 15 minutes more" not in first.content.decode()
        assert "You have had more time already" in second.content.decode()
        held.refresh_from_db()
        assert (held.held_until, held.hold_extended) == (NOW + 30 * MINUTE, True)
        assert address == url("confirm", held)

    def test_pressed_twice_it_is_given_once(self, kind, okafor, amina):
        held, key = hold(kind, okafor, amina), uuid4()

        for _ in range(2):
            kept = holds.extend_hold(held, patient=amina, key=key, at=NOW)

        assert kept.held_until == NOW + 30 * MINUTE

    def test_counts_from_now_where_the_hold_ran_out(self, kind, okafor, amina):
        held = hold(kind, okafor, amina)

        kept = holds.extend_hold(held, patient=amina, key=uuid4(), at=NOW + 20 * MINUTE)

        assert kept.held_until == NOW + 35 * MINUTE

    def test_is_not_given_for_a_time_that_is_gone_or_somebody_elses(self, kind, okafor, amina, ben):
        held = hold(kind, okafor, amina)
        hold(kind, okafor, ben, now=NOW + 16 * MINUTE)

        for patient in (amina, ben):
            with pytest.raises(HoldEnded):
                holds.extend_hold(held, patient=patient, key=uuid4(), at=NOW + 17 * MINUTE)

    def test_again_is_refused(self, kind, okafor, amina):
        held = hold(kind, okafor, amina)
        holds.extend_hold(held, patient=amina, key=uuid4(), at=NOW)

        with pytest.raises(ExtendedAlready):
            holds.extend_hold(held, patient=amina, key=uuid4(), at=NOW)

    def test_of_somebody_else_is_not_found(self, as_user, kind, okafor, amina, ben):
        held = hold(kind, okafor, amina)

        assert as_user(ben.user).post(url("more_time", held), {"key": uuid4()}).status_code == 404
        assert as_user(ben.user).get(url("more_time", held)).status_code == 405


class TestTimeLost:
    def test_case_09_is_told_with_the_next_three_times_and_the_answers_stay(self, as_user, okafor, amina, ben, clock):
        address = choose(as_user(amina.user), okafor)
        clock.shift(16 * MINUTE)
        choose(as_user(ben.user), okafor)
        client = as_user(amina.user)

        lost = confirm(client, address, mode="phone", access_needs="A quiet room")

        assert lost.status_code == 422
        assert [time.clock for time in lost.context["nearest"]] == ["10:30am", "11am", "11:30am"]
        again = client.post(
            CHOOSE,
            {"slot": lost.context["nearest"][0].value, "key": lost.context["form"]["key"].value(), "whoever": "on"},
        )
        form = client.get(again["Location"]).context["form"]
        assert (form["mode"].value(), form["access_needs"].value()) == ("phone", "A quiet room")

    def test_a_time_that_ran_out_but_is_still_free_can_be_confirmed(self, as_user, okafor, amina, clock):
        client = as_user(amina.user)
        address = choose(client, okafor)
        clock.shift(16 * MINUTE)

        page = client.get(address)

        assert "It is still free, so you can still confirm it" in page.content.decode()
        assert confirm(client, address).status_code == 302

    def test_old_holds_are_let_go_after_a_day(self, kind, okafor, amina, ben):
        old = hold(kind, okafor, amina)
        fresh = hold(kind, okafor, ben, at(3, 10), now=NOW + timedelta(days=1))

        assert holds.expire_old_holds(at=NOW + timedelta(days=1, minutes=15)) == 1
        assert holds.expire_old_holds(at=NOW + timedelta(days=1, minutes=15)) == 0

        states = dict(Appointment.objects.values_list("pk", "state"))
        assert states == {old.pk: State.EXPIRED, fresh.pk: State.HELD}

    @pytest.mark.parametrize("way", ["at the desk", "moved", "signed out before", "chosen again"])
    def test_a_hold_that_ran_out_keeps_its_maker_from_nothing_elsewhere(self, kind, okafor, lind, amina, rosa, way):
        diary.hours(lind)
        kind.clinicians.add(lind)
        held, later = hold(kind, okafor, amina), NOW + 20 * MINUTE

        match way:
            case "at the desk":
                visit = actions.book_for(amina, kind, lind, WEDNESDAY, mode="phone", key=uuid4(), by=rosa, at=later)
            case "moved":
                visit = diary.appointment(amina, lind, kind, at(3, 10))
                said = {"early_start": True, "by": amina.user}
                visit = actions.reschedule(visit, lind, WEDNESDAY, key=uuid4(), at=later, **said)
            case "signed out before":
                other = hold(kind, lind, None, now=later)
                visit = holds.confirm(
                    other, patient=amina, mode="phone", early_start=True, key=uuid4(), by=amina.user, at=later
                )
            case "chosen again":
                visit = book(kind, lind, amina, now=later)

        held.refresh_from_db()
        assert (held.state, visit.state, visit.starts_at) == (State.EXPIRED, State.BOOKED, WEDNESDAY)


class TestConfirmPage:
    def test_says_the_rule_with_its_dates_and_what_to_have_ready(self, as_user, okafor, amina):
        client = as_user(amina.user)
        html = client.get(choose(client, okafor)).content.decode()

        assert "Cancel before Tuesday 1 December 2026 at 5pm, UK time" in html
        assert "until the end of Monday 7 December 2026. The visit is before that." in html
        assert "<li>A list of what you have tried.</li>" in html
        assert "<li>A pen.</li>" in html

    def test_beyond_14_days_the_right_ends_before_the_cut_off(self, as_user, okafor, amina):
        client = as_user(amina.user)
        html = client.get(choose(client, okafor, at(16, 10))).content.decode()

        assert "cancel until the end of Monday 7 December 2026, and you get all of the fee back" in html
        assert "After Tuesday 15 December 2026 at 5pm, UK time you get none of the fee back" in html

    def test_the_request_for_an_early_start_is_kept_with_its_words(self, as_user, okafor, amina):
        client = as_user(amina.user)
        confirm(client, choose(client, okafor))

        visit = Appointment.objects.get()
        assert visit.early_start_requested_at == NOW
        words = text_of(Purpose.EARLY_START, visit.early_start_text).words
        assert words.startswith("I ask the clinic to see me")

    def test_the_fee_and_the_early_start_are_consents_in_the_words_of_the_page(self, as_user, okafor, amina):
        client = as_user(amina.user)
        address = choose(client, okafor)
        page = client.get(address).content.decode()
        refused = confirm(client, address, early_start="")
        before = Consent.objects.count()
        confirm(client, address)
        confirm(client, address)

        rows = Consent.objects.order_by("purpose")
        said = [(each.purpose, each.given, each.method, each.at, each.by) for each in rows]
        assert (refused.status_code, before) == (422, 0)
        assert said == [(purpose, True, "website", NOW, amina.user) for purpose in ("early_start", "fees")]
        assert [each.text.words in page for each in rows] == [True, True]

    def test_a_free_visit_after_the_14_days_asks_for_neither(self, as_user, kind, okafor, amina):
        type(kind).objects.update(fee_pence=0)
        client = as_user(amina.user)
        address = choose(client, okafor, at(9, 10))
        page = client.get(address).content.decode()
        confirm(client, address)

        assert text_in_use(Purpose.FEES).words not in page
        assert (Appointment.objects.get().state, Consent.objects.count()) == ("booked", 0)

    def test_needs_are_carried_along_to_the_next_visit_and_shown(self, as_user, okafor, amina):
        client = as_user(amina.user)
        confirm(client, choose(client, okafor), access_needs="No steps\nMy sister comes along")

        page = client.get(url("", Appointment.objects.get()))
        next_form = client.get(choose(client, okafor, at(3, 10))).context["form"]

        assert "No steps<br>My sister comes along" in page.content.decode()
        assert next_form["access_needs"].value() == "No steps\nMy sister comes along"

    def test_only_the_ways_to_meet_of_that_time_are_asked(self, as_user, okafor, amina):
        diary.hours(okafor, weekdays=[5], starts=9 * 60, ends=12 * 60, modes=["phone"])
        client = as_user(amina.user)
        address = choose(client, okafor, at(5, 10))

        assert client.get(address).context["form"].fields["mode"].choices == [("phone", "Phone call")]
        assert confirm(client, address, mode="video").status_code == 422
        assert confirm(client, address, mode="phone").status_code == 302

    def test_a_way_to_meet_that_is_not_offered_then_is_refused_below_the_page(self, kind, okafor, amina):
        diary.hours(okafor, weekdays=[5], starts=9 * 60, ends=12 * 60, modes=["phone"])
        held = hold(kind, okafor, amina, at(5, 10))

        with pytest.raises(HoldEnded):
            holds.confirm(held, patient=amina, mode="video", early_start=True, key=uuid4(), by=amina.user, at=NOW)

    def test_a_visit_keeps_its_way_to_meet_when_it_moves(self, as_user, kind, okafor, amina):
        diary.hours(okafor, weekdays=[5], starts=9 * 60, ends=12 * 60, modes=["phone"])
        visit = book(kind, okafor, amina)

        shown = as_user(amina.user).get(f"{url('reschedule', visit)}?day=2026-12-05").context["times"]

        assert datetime(2026, 12, 5).date() not in [day.day for day in shown.days]
        answer = as_user(amina.user).post(
            url("reschedule", visit), {"slot": slot_value(Slot(at(5, 10), okafor.pk)), "key": uuid4(), "agreed": "on"}
        )
        assert answer.status_code == 422

    def test_signing_in_says_until_when_the_time_is_kept(self, client, okafor):
        address = choose(client, okafor)

        html = client.get(client.get(address)["Location"]).content.decode()

        assert "We are keeping this time for you until 9:15am." in html


class TestLimits:
    def test_more_visits_than_one_person_books_are_refused_and_staff_are_told(self, kind, okafor, amina):
        for number in range(MOST_COMING):
            book(kind, okafor, amina, at(2, 9) + timedelta(minutes=30 * number))

        for _ in range(2):
            with pytest.raises(TooMany):
                book(kind, okafor, amina, at(3, 10))

        assert Appointment.objects.filter(state=State.BOOKED).count() == MOST_COMING
        assert list(Task.objects.values_list("kind", "about", "role")) == [("many_bookings", amina.pk, "reception")]

    def test_the_page_says_so(self, as_user, kind, okafor, amina):
        for number in range(MOST_COMING):
            book(kind, okafor, amina, at(2, 9) + timedelta(minutes=30 * number))
        client = as_user(amina.user)

        answer = confirm(client, choose(client, okafor, at(3, 10)))

        assert answer.status_code == 422
        assert "as many visits as one person can book online" in answer.content.decode()

    def test_booking_and_cancelling_in_a_loop_ends(self, kind, okafor, amina):
        for _ in range(20):
            visit = book(kind, okafor, amina)
            actions.cancel(visit, reason="", agreed_refund=18000, key=uuid4(), by=amina.user, at=NOW)

        with pytest.raises(TooMany):
            book(kind, okafor, amina)

        assert Appointment.objects.filter(state=State.CANCELLED_BY_PATIENT).count() == 20

    def test_staff_may_go_on(self, kind, okafor, amina, rosa):
        for number in range(MOST_COMING + 1):
            actions.book_for(
                amina,
                kind,
                okafor,
                at(2, 9) + timedelta(minutes=30 * number),
                mode="video",
                key=uuid4(),
                by=rosa,
                at=NOW,
            )

        assert Appointment.objects.filter(state=State.BOOKED).count() == MOST_COMING + 1

    @pytest.mark.parametrize("audience", ["returning", "clinic"])
    def test_a_kind_that_is_not_for_them_is_refused_below_the_page(self, kind, okafor, amina, audience):
        kind.audience = audience
        kind.save()

        with pytest.raises(NotForYou):
            hold(kind, okafor, amina)

    def test_a_hold_from_before_signing_in_is_looked_at_when_it_is_confirmed(self, kind, okafor, amina):
        held = hold(kind, okafor, None)
        kind.audience = "returning"
        kind.save()

        with pytest.raises(NotForYou):
            holds.confirm(held, patient=amina, mode="video", early_start=True, key=uuid4(), by=amina.user, at=NOW)


class TestWillCome:
    def test_is_said_once_and_shown(self, as_user, kind, okafor, amina):
        visit = book(kind, okafor, amina)
        client = as_user(amina.user)

        answers = [client.post(url("will_come", visit), follow=True) for _ in range(2)]

        assert ["You told us that you will be there." in answer.content.decode() for answer in answers] == [True, True]
        visit.refresh_from_db()
        assert visit.state == State.CONFIRMED
        assert visit.state_changes.filter(to_state=State.CONFIRMED).count() == 1

    @pytest.mark.parametrize("whose", ["the clinic's", "their own"])
    def test_another_time_asks_anew(self, kind, okafor, amina, rosa, whose):
        visit = book(kind, okafor, amina)
        attendance.will_come(visit, by=amina.user, at=NOW)

        by = rosa if whose == "the clinic's" else amina.user
        moved = actions.reschedule(visit, okafor, at(3, 10), key=uuid4(), by=by, at=NOW)

        assert moved.state == State.BOOKED

    def test_of_somebody_else_is_not_found(self, as_user, kind, okafor, amina, ben):
        visit = book(kind, okafor, amina)

        assert as_user(ben.user).post(url("will_come", visit)).status_code == 404
        assert as_user(ben.user).get(url("will_come", visit)).status_code == 405

    def test_of_a_cancelled_visit_says_that_it_has_changed(self, as_user, kind, okafor, amina):
        visit = book(kind, okafor, amina)
        actions.cancel(visit, reason="", agreed_refund=18000, key=uuid4(), by=amina.user, at=NOW)

        answer = as_user(amina.user).post(url("will_come", visit), follow=True)

        assert "This has changed since you opened it" in answer.content.decode()


class TestVideo:
    LINK = "https://video.example.com/room/1"

    def test_the_link_is_shown_from_15_minutes_before_until_an_hour_after(
        self, as_user, kind, okafor, amina, rosa, clock
    ):
        visit = book(kind, okafor, amina)
        attendance.set_join_url(visit, self.LINK, by=rosa, at=NOW)

        shown = {}
        for moment in (at(2, 9, 44), at(2, 9, 45), at(2, 10), at(2, 11, 29), at(2, 11, 30)):
            clock.move_to(moment)
            shown[moment] = self.LINK in as_user(amina.user).get(url("", visit)).content.decode()

        assert list(shown.values()) == [False, True, True, True, False]

    def test_before_that_the_page_says_when(self, as_user, kind, okafor, amina):
        html = as_user(amina.user).get(url("", book(kind, okafor, amina))).content.decode()

        assert "The link to join appears here on Wednesday 2 December 2026 at 9:45am, UK time." in html

    def test_on_the_day_without_a_link_it_says_to_call(self, as_user, kind, okafor, amina, clock, settings):
        visit = book(kind, okafor, amina)
        clock.move_to(at(2, 9, 50))

        assert "The link is not here yet" in as_user(amina.user).get(url("", visit)).content.decode()

    @pytest.mark.parametrize("change", [{"mode": "phone"}, {"state": "cancelled_by_patient"}])
    def test_another_visit_shows_none(self, as_user, kind, okafor, amina, clock, change):
        visit = diary.appointment(amina, okafor, kind, WEDNESDAY, **{"join_url": self.LINK} | change)
        clock.move_to(at(2, 9, 50))

        assert self.LINK not in as_user(amina.user).get(url("", visit)).content.decode()

    @pytest.mark.parametrize(
        ("link", "fits"),
        [
            ("https://video.example.com/a", True),
            ("https://rooms.video.example.com/a?b=c", True),
            ("http://video.example.com/a", False),
            ("https://video.example.com.evil.example/a", False),
            ("https://evilvideo.example.com/a", False),
            ("https://video.example.com@evil.example/a", False),
            ("https://video.example.com:8443/a", False),
            ("https://video.example.com:99999999/a", False),
            ("javascript:alert(1)//video.example.com", False),
            ("//video.example.com/a", False),
            ("https://[::1", False),
            ("https://video.example.com/a\nb", False),
        ],
    )
    def test_only_known_hosts_by_https(self, link, fits):
        assert is_video_link(link, ["video.example.com"]) == fits

    def test_staff_enter_it_and_a_bad_one_is_a_form_error(self, as_user, kind, okafor, amina, rosa):
        visit = book(kind, okafor, amina)
        address, client = reverse("desk_video", args=[visit.pk]), as_user(rosa)

        bad = client.post(address, {"url": "https://evil.example/"})
        good = client.post(address, {"url": self.LINK})

        assert (bad.status_code, good.status_code) == (422, 302)
        assert 'value="https://evil.example/"' in bad.content.decode()
        visit.refresh_from_db()
        assert visit.join_url == self.LINK

    def test_who_may_enter_it(self, as_user, client, kind, okafor, lind, amina, rosa, manager):
        address = reverse("desk_video", args=[book(kind, okafor, amina).pk])

        found = {
            user.email: as_user(user).get(address).status_code
            for user in (rosa, manager, okafor.user, lind.user, amina.user)
        }

        assert list(found.values()) == [200, 200, 200, 404, 404]
        assert as_user(rosa).get(reverse("desk_video", args=[uuid4()])).status_code == 404

    def test_the_database_takes_https_only(self, kind, okafor, amina):
        visit = book(kind, okafor, amina)

        with pytest.raises(IntegrityError, match="join_is_https"), transaction.atomic():
            Appointment.objects.filter(pk=visit.pk).update(join_url="http://video.example.com/")

    def test_it_opens_on_the_clock_of_the_day_the_clocks_change(self):
        starts, ends = datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)

        assert join_opens(starts) == datetime(2027, 3, 28, 0, 45, tzinfo=UTC)
        assert may_join(starts, ends, starts)


class TestMovingIntoThe14Days:
    """A visit beyond the 14 days needs no early start; moved into them it does (CCR 2013, reg 36)."""

    @pytest.fixture
    def visit(self, kind, okafor, amina):
        return book(kind, okafor, amina, at(15, 10), early_start=False)

    def test_the_last_page_asks_for_it_and_keeps_it_with_its_words(self, as_user, visit, okafor):
        client, sent = as_user(visit.patient.user), {"slot": slot_value(Slot(WEDNESDAY, okafor.pk)), "key": uuid4()}

        asked = client.post(url("reschedule", visit), sent)
        without = client.post(url("reschedule", visit), sent | {"agreed": "True"})
        moved = client.post(url("reschedule", visit), sent | {"agreed": "True", "early_start": "on"})

        assert "early_start" in asked.context["agree"].fields
        assert (without.status_code, moved.status_code) == (422, 302)
        assert "Tick the box to be seen within 14 days" in without.content.decode()
        visit.refresh_from_db()
        assert (visit.starts_at, visit.early_start_requested_at, visit.early_start_text) == (WEDNESDAY, NOW, "2026-11")
        assert sorted(Consent.objects.values_list("purpose", "given")) == [("early_start", True), ("fees", True)]

    def test_below_the_page_it_is_refused_without(self, visit, okafor):
        with pytest.raises(EarlyStartFirst):
            actions.reschedule(visit, okafor, WEDNESDAY, key=uuid4(), by=visit.patient.user, at=NOW)

    def test_beyond_them_and_for_staff_nothing_is_asked(self, visit, okafor, rosa):
        actions.reschedule(visit, okafor, at(16, 10), key=uuid4(), by=visit.patient.user, at=NOW)
        moved = actions.reschedule(visit, okafor, WEDNESDAY, key=uuid4(), by=rosa, at=NOW)

        assert (moved.early_start_requested_at, Consent.objects.filter(purpose="early_start").count()) == (None, 0)


class TestAKindThatBecameShorter:
    def test_a_visit_keeps_its_own_length_when_it_moves(self, kind, okafor, amina, ben):
        visit = book(kind, okafor, amina)
        kind.minutes, kind.buffer_after, kind.align_minutes = 15, 5, 15
        kind.save()
        book(kind, okafor, ben, at(3, 10, 30))

        with pytest.raises(Taken):
            actions.reschedule(visit, okafor, at(3, 10, 15), key=uuid4(), by=amina.user, at=NOW)
        moved = actions.reschedule(visit, okafor, at(3, 10), key=uuid4(), by=amina.user, at=NOW)

        assert (moved.ends_at, moved.busy_until) == (at(3, 10, 30), at(3, 10, 30))

    def test_a_visit_of_a_kind_that_was_stopped_can_still_be_moved(self, as_user, kind, okafor, amina, rosa):
        visit = book(kind, okafor, amina)
        kind.is_active = False
        kind.save()

        for mover, day in ((amina.user, 3), (rosa, 4)):
            moved = actions.reschedule(visit, okafor, at(day, 10), key=uuid4(), by=mover, at=NOW, early_start=True)
            assert moved.starts_at == at(day, 10)
        assert as_user(amina.user).get(CHOOSE).status_code == 404

    def test_the_pages_say_the_length_that_was_agreed(self, as_user, kind, okafor, amina):
        visit = book(kind, okafor, amina)
        held = hold(kind, okafor, amina, at(4, 10))
        kind.minutes = 15
        kind.save()

        for address in (f"/appointments/{visit.pk}/", f"/appointments/{held.pk}/confirm/"):
            assert "First assessment, 30 minutes" in as_user(amina.user).get(address).content.decode()


class TestOwnHoldsInTheWay:
    """What one holds oneself never stands in one's own way, and a refusal is true."""

    @pytest.fixture
    def other(self, kind, lind):
        diary.hours(lind)
        kind.clinicians.add(lind)
        return lind

    @pytest.mark.parametrize("first", ["the session's", "the patient's"])
    def test_choosing_the_same_time_again_keeps_it_and_lets_only_the_others_go(self, kind, okafor, other, amina, first):
        """Whichever of two holds is read first: one from before the sign-in, one from after."""
        makers = {
            "the session's": partial(hold, kind, other, None, at(2, 12)),
            "the patient's": partial(hold, kind, okafor, amina),
        }
        made = {name: makers[name]() for name in sorted(makers, key=lambda name: name != first)}
        before_sign_in, own = made["the session's"], made["the patient's"]

        again = holds.hold(
            kind, okafor, WEDNESDAY, patient=amina, own_hold=before_sign_in.pk, address="", key=uuid4(), at=NOW
        )

        assert again == own
        assert Appointment.objects.get(pk=before_sign_in.pk).state == State.EXPIRED
        assert Appointment.objects.get(pk=own.pk).state == State.HELD

    @pytest.mark.parametrize("minutes", [0, 20])
    def test_a_move_lets_an_own_hold_at_that_time_go(self, kind, okafor, other, amina, minutes):
        visit = book(kind, okafor, amina, at(3, 10))
        held = hold(kind, okafor, amina)

        moved = actions.reschedule(
            visit, other, WEDNESDAY, key=uuid4(), by=amina.user, at=NOW + minutes * MINUTE, early_start=True
        )

        held.refresh_from_db()
        assert (moved.starts_at, held.state) == (WEDNESDAY, State.EXPIRED)

    def test_so_does_the_desk(self, kind, okafor, other, amina, rosa):
        held = hold(kind, okafor, amina)

        actions.book_for(amina, kind, other, WEDNESDAY, mode="phone", key=uuid4(), by=rosa, at=NOW)

        held.refresh_from_db()
        assert held.state == State.EXPIRED

    def test_and_confirming_a_hold_from_before_signing_in(self, kind, okafor, other, amina):
        hold(kind, other, amina)
        held = hold(kind, okafor, None)

        booked = holds.confirm(held, patient=amina, mode="video", early_start=True, key=uuid4(), by=amina.user, at=NOW)

        assert booked.state == State.BOOKED

    def test_an_offer_that_stands_is_named(self, kind, okafor, other, amina):
        offered(kind, okafor, amina)

        with pytest.raises(OfferStands):
            hold(kind, other, amina)

    def test_an_offer_that_replaces_a_visit_is_answered_on_its_own_page(self, as_user, kind, okafor, amina):
        visit = book(kind, okafor, amina, at(9, 10))
        kept = offered(kind, okafor, amina, replaces=visit)

        with pytest.raises(OfferStands):
            hold(kind, okafor, amina)
        with pytest.raises(OfferStands):
            holds.confirm(kept, patient=amina, mode="video", early_start=True, key=uuid4(), by=amina.user, at=NOW)
        assert as_user(amina.user).get(url("confirm", kept))["Location"] == reverse("waiting_list")

    def test_an_offer_lets_no_hold_of_another_time_go(self, kind, okafor, amina):
        other_day = hold(kind, okafor, amina, at(3, 10))

        offered(kind, okafor, amina, now=NOW + 20 * MINUTE)

        other_day.refresh_from_db()
        assert other_day.state == State.HELD


def offered(kind, clinician, patient, replaces=None, now=NOW):
    until = now + timedelta(hours=12)
    return offers.hold_for_offer(
        kind, clinician, WEDNESDAY, patient=patient, replaces=replaces, until=until, key=uuid4(), at=now, then=str
    )


class TestWhatWasSaidOfAnotherTime:
    def test_i_will_be_there_from_an_old_page_is_not_taken_for_the_new_time(self, as_user, kind, okafor, amina, rosa):
        visit = book(kind, okafor, amina)
        actions.reschedule(visit, okafor, at(3, 10), key=uuid4(), by=rosa, at=NOW)

        answer = as_user(amina.user).post(url("will_come", visit), {"sequence": 0}, follow=True)

        assert "This has changed since you opened it" in answer.content.decode()
        visit.refresh_from_db()
        assert visit.state == State.BOOKED

    @pytest.mark.parametrize("said", ["will_come", "mark_did_not_attend"])
    def test_nor_is_what_was_read_before_the_move(self, kind, okafor, amina, rosa, said):
        visit = book(kind, okafor, amina)
        actions.reschedule(Appointment.objects.get(pk=visit.pk), okafor, at(3, 10), key=uuid4(), by=rosa, at=NOW)

        with pytest.raises(StaleState):
            getattr(attendance, said)(visit, by=rosa, at=WEDNESDAY)


def test_without_the_request_an_early_visit_is_not_booked(kind, okafor, amina):
    held = hold(kind, okafor, amina)

    with pytest.raises(EarlyStartFirst):
        holds.confirm(held, patient=amina, mode="video", early_start=False, key=uuid4(), by=amina.user, at=NOW)


def test_every_entry_of_the_schedule_is_a_task_that_the_worker_knows():
    celery.app.loader.import_default_modules()

    assert {entry["task"] for entry in celery.app.conf.beat_schedule.values()} <= set(celery.app.tasks)


def test_more_time_keeps_what_was_answered_so_far(as_user, okafor, amina):
    client = as_user(amina.user)
    address = choose(client, okafor)
    sent = {"key": client.get(address).context["form"]["key"].value(), "mode": "phone", "access_needs": "No steps"}

    page = client.post(url("more_time", Appointment.objects.get()), sent, follow=True)

    form = page.context["form"]
    assert (form["mode"].value(), form["access_needs"].value()) == ("phone", "No steps")
    assert confirm(client, address, key=sent["key"]).status_code == 302


def test_a_held_time_leads_on_from_ones_own_front_page(as_user, okafor, amina):
    client = as_user(amina.user)
    address = choose(client, okafor)

    html = client.get(reverse("care")).content.decode()

    assert "We are keeping Wednesday 2 December 2026 at 10am, UK time for you until 9:15am." in html
    assert f'href="{address}"' in html


class TestWhatThePageShowed:
    """A page says of which time it speaks: what was agreed to of one time does not hold for the next."""

    @pytest.fixture
    def shown(self, kind, okafor, amina, rosa):
        """The sequence of a visit as a page showed it, before somebody moved it."""
        visit = book(kind, okafor, amina)
        before = visit.sequence
        actions.reschedule(visit, okafor, at(3, 10), key=uuid4(), by=rosa, at=NOW)
        return visit, before

    def test_a_move_of_what_has_moved_is_refused(self, shown, okafor, rosa):
        visit, before = shown

        with pytest.raises(StaleState):
            actions.reschedule(visit, okafor, at(4, 10), seen=before, key=uuid4(), by=rosa, at=NOW)

        assert Appointment.objects.get(pk=visit.pk).starts_at == at(3, 10)

    @pytest.mark.parametrize("who", ["patient", "desk"])
    def test_a_page_for_one_time_does_not_cancel_another(self, as_user, shown, amina, rosa, who):
        visit, before = shown
        address = url("cancel", visit) if who == "patient" else reverse("desk_cancel", args=[visit.pk])
        client = as_user(amina.user if who == "patient" else rosa)
        sent = {"key": uuid4(), "refund": 18000, "reason": "Ill", "who": "clinic", "tell": "yes"}

        refused = client.post(address, sent | {"sequence": before})

        assert (refused.status_code, "This has changed since you opened it" in refused.content.decode()) == (422, True)
        assert "Thursday 3 December 2026 at 10am" in refused.content.decode()
        assert Appointment.objects.get(pk=visit.pk).state == State.BOOKED
        again = {name: refused.context["form"][name].value() for name in ("key", "refund", "sequence")}
        assert client.post(address, sent | again).status_code == 302

    def test_the_page_to_agree_carries_it(self, as_user, shown, amina, okafor, rosa):
        visit, _ = shown
        client, slot = as_user(amina.user), slot_value(Slot(at(4, 10), okafor.pk))
        agree = client.post(url("reschedule", visit), {"slot": slot, "key": uuid4()}).context["agree"]
        actions.reschedule(visit, okafor, at(5, 10) + timedelta(days=2), key=uuid4(), by=rosa, at=NOW)
        sent = {name: agree[name].value() for name in ("slot", "key", "sequence")}

        late = client.post(url("reschedule", visit), sent | {"agreed": "True", "early_start": "on"})

        assert (late.status_code, "This has changed since you opened it" in late.content.decode()) == (422, True)


def test_a_time_chosen_again_after_another_is_held_again(client, kind, okafor):
    """Back, another time, back again: the first time's hold was let go, so it is made anew."""
    key = client.get(CHOOSE).context["key"]
    first, other = (slot_value(Slot(moment, okafor.pk)) for moment in (WEDNESDAY, at(2, 11)))

    for slot in (first, other, first):
        address = client.post(CHOOSE, {"slot": slot, "key": key})["Location"]

    held = Appointment.objects.get(state=State.HELD)
    assert (held.starts_at, str(held.pk) in address) == (WEDNESDAY, True)


def test_more_time_keeps_also_what_is_too_long_by_now(as_user, okafor, amina):
    client = as_user(amina.user)
    address = choose(client, okafor)
    sent = {"key": client.get(address).context["form"]["key"].value(), "mode": "phone", "access_needs": "x" * 600}

    page = client.post(url("more_time", Appointment.objects.get()), sent, follow=True)

    assert page.context["form"]["access_needs"].value() == "x" * 600
    assert Appointment.objects.get().held_until == NOW + timedelta(minutes=30)


@pytest.mark.parametrize("link", ["Https://video.example.com/a", "HTTPS://video.example.com/a"])
def test_a_link_that_begins_with_a_capital_is_refused(link):
    assert not is_video_link(link, ["video.example.com"])
