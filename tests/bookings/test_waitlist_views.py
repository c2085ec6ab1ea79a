"""The waiting list's pages and letter, as a patient's browser and mail box get them; the desk's three tables."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.appointments import actions as visits
from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.holds import actions as holds
from bookings.waitlist import actions
from bookings.waitlist.enums import EntryState, OfferState
from bookings.waitlist.models import Offer, Skip, WaitingEntry
from bookings.waitlist.tasks import sweep as sweep_task
from clinic.audit.models import AccessLog
from clinic.outbox import sending
from clinic.outbox.models import Message
from clinic.outbox.registry import NotWanted, compose
from tests.factories import diary, people, waiting
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
THURSDAY = datetime(2026, 12, 3, 10, tzinfo=UTC)
LIST, NEW = "/waiting-list/", "/waiting-list/new/?kind=first-assessment"
ANSWERS = {
    "weekdays": ["0", "3"],
    "part": "any",
    "notice_hours": "24",
    "last_day_day": "18",
    "last_day_month": "12",
    "last_day_year": "2026",
}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def kind(okafor, lind):
    diary.hours(okafor)
    diary.hours(lind)
    return diary.kind(okafor, lind)


@pytest.fixture
def patient(as_user, amina):
    return as_user(amina.user)


@pytest.fixture
def visit(kind, lind, amina):
    """Amina's visit a week after the time that becomes free."""
    return diary.appointment(amina, lind, kind, THURSDAY + timedelta(days=7))


def offer_to(entry, okafor, kind, rosa):
    """Thursday, freed and offered."""
    freed = diary.appointment(people.patient(), okafor, kind, THURSDAY)
    visits.cancel(freed, reason="", agreed_refund=None, key=uuid4(), by=rosa, at=NOW)
    return actions.sweep(at=NOW)[0]


@pytest.fixture
def offered(kind, okafor, amina, rosa):
    return offer_to(waiting.entry(amina, kind), okafor, kind, rosa)


@pytest.fixture
def earlier(kind, okafor, amina, rosa, visit):
    return offer_to(waiting.entry(amina, kind, instead_of=visit), okafor, kind, rosa)


def page(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def url(name, record):
    return reverse(f"waiting_list_{name}", args=[record.pk])


class TestList:
    def test_shows_what_one_asked_for_and_what_else_one_can(self, patient, kind, okafor, amina, ben):
        diary.kind(okafor, slug="review", name="Review")
        waiting.entry(amina, kind, okafor, weekdays=[0, 4], part="morning")
        waiting.entry(ben, kind, weekdays=[6])

        text = page(patient.get(LIST))

        for part in ("Dr Ada Okafor", "Monday or Friday", "Morning, before 12pm", "1 day before", "24 December 2026"):
            assert part in text
        assert "Sunday" not in text
        assert "Join the waiting list for Review" in text
        assert "Join the waiting list for First assessment" not in text

    def test_an_open_offer_stands_first(self, patient, offered):
        answer = patient.get(LIST)

        assert "A time is free for you: Thursday 3 December 2026 at 10am, UK time" in page(answer)
        assert url("offer", offered) in answer.content.decode()

    def test_a_time_booked_a_moment_ago_is_not_waited_for(self, patient, offered, amina):
        holds.confirm(offered.hold, patient=amina, mode="video", early_start=True, key=uuid4(), by=amina.user, at=NOW)

        text = page(patient.get(LIST))

        assert "Took a time." in text
        assert "Take me off" not in text

    def test_without_details_it_is_empty(self, as_user):
        assert "Ask for a visit" in page(as_user(people.user("new@example.com")).get(LIST))

    def test_the_same_queries_for_one_and_three(self, patient, okafor, lind, amina):
        def add(number):
            kind = diary.kind(okafor, lind, slug=f"kind-{number}")
            visit = diary.appointment(amina, okafor, kind, THURSDAY + timedelta(hours=number))
            entry = waiting.entry(amina, kind, okafor, lind, instead_of=visit)
            held = THURSDAY + timedelta(days=1, hours=number)
            waiting.offer(
                entry,
                diary.appointment(amina, okafor, kind, held, state="held", held_until=NOW + timedelta(hours=1)),
            )

        add(1)
        patient.get(LIST)
        with CaptureQueriesContext(connection) as one:
            patient.get(LIST)
        add(2)
        add(3)

        with CaptureQueriesContext(connection) as three:
            patient.get(LIST)

        assert len(one) == len(three)


class TestBookedSince:
    def test_it_says_that_nothing_is_offered_until_they_ask_for_it_earlier(self, patient, amina, kind, lind, visit):
        entry = waiting.entry(amina, kind)

        shown = patient.get(LIST)
        change = patient.get(reverse("waiting_list_change", args=[entry.pk]))
        patient.post(reverse("waiting_list_change", args=[entry.pk]), ANSWERS | {"instead_of": visit.pk})

        assert "You have booked this visit since." in page(shown)
        assert change.context["form"]["instead_of"].value() == visit.pk
        assert WaitingEntry.objects.get().instead_of == visit
        assert "You have booked this visit since." not in page(patient.get(LIST))


class TestChanging:
    @pytest.fixture
    def entry(self, amina, kind, okafor):
        return waiting.entry(amina, kind, okafor, part="morning", weekdays=[1, 3])

    def address(self, entry):
        return reverse("waiting_list_change", args=[entry.pk])

    def test_begins_with_what_was_asked_and_says_the_place_stays(self, patient, entry, okafor):
        assert self.address(entry) in patient.get(LIST).content.decode()

        answer = patient.get(self.address(entry))

        assert "You keep your place on the waiting list." in page(answer)
        form = answer.context["form"]
        assert (form["part"].value(), form["weekdays"].value()) == ("morning", [1, 3])
        assert (form["clinicians"].value(), form["last_day"].value()) == ([okafor.pk], date(2026, 12, 24))

    def test_saves_and_says_so(self, patient, entry):
        answer = patient.post(self.address(entry), ANSWERS | {"part": "evening"}, follow=True)

        entry.refresh_from_db()
        assert (entry.part, entry.weekdays, list(entry.clinicians.all())) == ("evening", [0, 3], [])
        assert "We have changed what you ask for. You keep your place." in page(answer)

    def test_bad_answers_come_back_as_typed(self, patient, entry):
        answer = patient.post(self.address(entry), ANSWERS | {"part": "evening", "weekdays": []})

        assert answer.status_code == 422
        assert "Choose at least one day of the week" in page(answer)
        assert re.search(r'value="evening"[^>]*checked', answer.content.decode())

    def test_while_a_time_is_kept_the_offer_is_answered_first(self, patient, entry, kind, okafor, amina):
        held = diary.appointment(
            amina, okafor, kind, THURSDAY, state="held", held_for_offer=True, held_until=NOW + timedelta(hours=2)
        )
        waiting.offer(entry, held)

        answer = patient.post(self.address(entry), ANSWERS)

        assert answer.status_code == 422
        assert self.address(entry) not in patient.get(LIST).content.decode()
        assert "Answer that offer first" in page(answer)

    def test_of_an_entry_that_is_over_leads_to_the_list(self, patient, entry, amina):
        actions.withdraw(entry, by=amina.user, at=NOW)

        assert patient.get(self.address(entry)).url == LIST


class TestAsking:
    def test_joins_and_says_so(self, patient, okafor, amina):
        answer = patient.post(NEW, ANSWERS | {"clinicians": [okafor.pk]}, follow=True)

        entry = WaitingEntry.objects.get()
        assert "You are on the waiting list." in page(answer)
        assert (entry.patient, entry.weekdays, entry.notice_hours) == (amina, [0, 3], 24)
        assert (entry.first_day, entry.last_day) == (date(2026, 11, 23), date(2026, 12, 18))
        assert list(entry.clinicians.all()) == [okafor]

    def test_a_double_click_joins_once(self, patient):
        assert [patient.post(NEW, ANSWERS).status_code for _ in range(2)] == [302, 302]
        assert WaitingEntry.objects.count() == 1

    def test_other_wishes_are_refused_with_what_was_typed(self, patient, kind, amina):
        waiting.entry(amina, kind)

        answer = patient.post(NEW, ANSWERS | {"part": "evening"})

        assert answer.status_code == 422
        assert "You are on the waiting list for this visit already." in page(answer)
        assert re.search(r'value="evening"[^>]*checked', answer.content.decode())

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_who_has_a_visit_that_cannot_be_moved_is_told_to_call(self, patient, kind, lind, amina, method):
        diary.appointment(amina, lind, kind, NOW + timedelta(hours=5))

        answer = patient.get(NEW, follow=True) if method == "get" else patient.post(NEW, ANSWERS, follow=True)

        assert answer.redirect_chain == [(LIST, 302)]
        assert "It is too late to move your visit online" in page(answer)
        assert f"Call us on {settings.CLINIC['phone']} to ask for one." in page(answer)
        assert not WaitingEntry.objects.exists()

    def test_who_has_a_visit_is_asked_about_an_earlier_one(self, patient, visit):
        answer = patient.get(NEW)
        assert answer.context["form"]["instead_of"].value() == visit.pk
        assert answer.context["form"]["last_day"].value() == date(2026, 12, 10)

        patient.post(NEW, ANSWERS | {"instead_of": visit.pk})

        assert WaitingEntry.objects.get().instead_of == visit

    def test_with_one_specialist_nobody_asks_whom(self, patient, okafor):
        diary.kind(okafor, slug="review")

        assert "clinicians" not in patient.get("/waiting-list/new/?kind=review").context["form"].fields

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"weekdays": []}, "Choose at least one day of the week"),
            ({"weekdays": ["7"]}, "Select a valid choice"),
            ({"part": "night"}, "Select a valid choice"),
            ({"notice_hours": ""}, "Choose how long before a visit you need to know"),
            ({"notice_hours": "5"}, "Select a valid choice"),
            ({"last_day_year": "2025"}, "The last day must be 23 November 2026 or later"),
            ({"last_day_year": "2099"}, "must be 24 November 2027 or earlier"),
            ({"last_day_day": "30", "last_day_month": "2"}, "must be a real date"),
            ({"last_day_day": "\0"}, "must be a real date"),
            (
                {"first_day_day": "19", "first_day_month": "12", "first_day_year": "2026"},
                "must not be before the first day",
            ),
            ({"clinicians": ["x"]}, "not a valid"),
            ({"clinicians": [uuid4()]}, "not one of the available choices"),
        ],
    )
    def test_bad_answers_are_form_errors(self, patient, fields, said):
        answer = patient.post(NEW, ANSWERS | fields)

        assert answer.status_code == 422
        assert said in page(answer)
        assert WaitingEntry.objects.count() == 0

    def test_somebody_elses_visit_is_no_answer(self, patient, visit, kind, okafor, ben):
        others = diary.appointment(ben, okafor, kind, THURSDAY)

        assert patient.post(NEW, ANSWERS | {"instead_of": others.pk}).status_code == 422

    @pytest.mark.parametrize("query", ["", "?kind=", "?kind=no-such", "?kind=" + "a" * 999])
    def test_without_a_kind_it_leads_to_the_list(self, patient, query):
        assert patient.get(f"/waiting-list/new/{query}")["Location"] == LIST

    def test_without_details_it_leads_to_the_details(self, as_user):
        answer = as_user(people.user("new@example.com")).get(NEW)

        assert answer["Location"].startswith(f"{reverse('profile')}?next=%2Fwaiting-list%2Fnew%2F%3Fkind")


class TestWithdrawing:
    def test_takes_one_off_the_list_and_twice_says_the_same(self, patient, kind, amina):
        entry = waiting.entry(amina, kind)

        for _ in range(2):
            assert "You are off the waiting list." in page(patient.post(url("withdraw", entry), follow=True))

        assert WaitingEntry.objects.get().state == EntryState.WITHDRAWN

    def test_what_has_ended_cannot_be_left(self, patient, kind, amina):
        entry = waiting.entry(amina, kind, state="ended")

        assert "This has changed since" in page(patient.post(url("withdraw", entry), follow=True))

    def test_of_somebody_else_is_refused_and_written_down(self, as_user, kind, amina, ben):
        entry = waiting.entry(amina, kind)

        assert as_user(ben.user).post(url("withdraw", entry)).status_code == 404

        assert WaitingEntry.objects.get().state == EntryState.WAITING
        assert list(AccessLog.objects.values_list("what", "about", "actor")) == [("refused", entry.pk, ben.user.pk)]


class TestOffer:
    def test_leads_to_the_normal_booking(self, patient, offered):
        answer = patient.get(url("offer", offered))
        address = reverse("appointment_confirm", args=[offered.hold_id])
        assert address in answer.content.decode()
        assert "until Monday 23 November 2026 at 9pm, UK time" in page(answer)

        assert patient.post(url("offer", offered))["Location"] == address
        assert patient.get(address).status_code == 200
        patient.post(address, {"key": uuid4(), "mode": "video", "early_start": "on"})

        assert Appointment.objects.get(pk=offered.hold_id).state == State.BOOKED
        assert "You have taken this time" in page(patient.get(url("offer", offered)))

    def test_shows_old_and_new_and_the_rule_then_moves(self, patient, earlier, visit):
        text = page(patient.get(url("offer", earlier)))
        for part in (
            "from Thursday 10 December 2026 at 10am, UK time with Dr Erik Lind",
            "to Thursday 3 December 2026 at 10am, UK time with Dr Ada Okafor",
            "before Wednesday 2 December 2026 at 5pm, UK time",
        ):
            assert part in text

        without = patient.post(url("offer", earlier))
        answers = [patient.post(url("offer", earlier), {"early_start": "on"}) for _ in range(2)]

        assert (without.status_code, "Tick the box to be seen within 14 days" in page(without)) == (422, True)
        visit.refresh_from_db()
        assert (visit.starts_at, visit.moves.count()) == (THURSDAY, 1)
        assert visit.early_start_text == "2026-11"
        assert answers[0]["Location"] == reverse("appointment", args=[visit.pk])
        assert "You have taken this time" in page(answers[1])

    def test_past_the_new_cut_off_says_so(self, as_user, kind, okafor, amina, rosa, visit, clock):
        entry = waiting.entry(amina, kind, instead_of=visit, notice_hours=4)
        clock.move_to(datetime(2026, 12, 1, 18, tzinfo=UTC))
        type(kind).objects.update(notice_hours=4)
        freed = diary.appointment(people.patient(), okafor, kind, datetime(2026, 12, 2, 16, tzinfo=UTC))
        now = datetime(2026, 12, 1, 18, tzinfo=UTC)
        visits.cancel(freed, reason="", agreed_refund=None, key=uuid4(), by=rosa, at=now)
        actions.sweep(at=now)

        text = page(as_user(amina.user).get(url("offer", Offer.objects.get(entry=entry))))

        assert "The new time can no longer be moved online." in text

    def test_too_late_is_told_kindly_and_nothing_moves(self, as_user, amina, earlier, visit, clock):
        clock.move_to(earlier.expires_at)

        answer = as_user(amina.user).post(url("offer", earlier))

        assert answer.status_code == 422
        assert "You are still on the waiting list." in page(answer)
        visit.refresh_from_db()
        assert visit.starts_at == THURSDAY + timedelta(days=7)

    def test_a_get_never_changes_anything(self, as_user, amina, earlier, clock):
        for moment in (NOW, earlier.expires_at, earlier.expires_at + timedelta(days=40)):
            clock.move_to(moment)
            assert as_user(amina.user).get(url("offer", earlier)).status_code == 200

        assert Offer.objects.get().state == OfferState.OFFERED

    @pytest.mark.parametrize("after", ["declined", "withdrawn"])
    def test_an_old_link_says_what_became_of_it(self, patient, offered, amina, after):
        if after == "declined":
            actions.decline(offered, reason="", by=amina.user, at=NOW)
        else:
            actions.withdraw(offered.entry, by=amina.user, at=NOW)

        text = page(patient.get(url("offer", offered)))

        assert ("You told us that you do not want" in text) == (after == "declined")
        assert ("You are still on the waiting list." in text) == (after == "declined")
        assert patient.get(url("decline", offered))["Location"] == url("offer", offered)

    @pytest.mark.parametrize("name", ["offer", "decline"])
    def test_of_somebody_else_is_not_there(self, as_user, earlier, ben, name):
        client = as_user(ben.user)

        assert client.get(url(name, earlier)).status_code == 404
        assert client.post(url(name, earlier)).status_code == 404
        assert Offer.objects.get().state == OfferState.OFFERED


class TestDeclining:
    @pytest.mark.parametrize(("sent", "kept"), [({}, ""), ({"reason": "notice"}, "It is too soon for me")])
    def test_gives_the_time_back_and_one_stays_on_the_list(self, patient, offered, sent, kept):
        answer = patient.post(url("decline", offered), sent, follow=True)

        assert "You stay on the waiting list." in page(answer)
        assert offered.state_changes.get().reason == kept
        assert Appointment.objects.get(pk=offered.hold_id).state == State.EXPIRED
        assert WaitingEntry.objects.get().state == EntryState.WAITING

    def test_an_unknown_reason_is_a_form_error(self, patient, offered):
        assert patient.post(url("decline", offered), {"reason": "x"}).status_code == 422

    def test_twice_leads_to_what_became_of_it(self, patient, offered):
        patient.post(url("decline", offered))

        assert patient.post(url("decline", offered))["Location"] == url("offer", offered)


class TestLetter:
    def letter(self, offer):
        return compose(Message.objects.get(rule="waiting_list_offer", about=offer.pk))

    def test_says_when_with_whom_how_and_until_when(self, offered, settings):
        written = self.letter(offered)

        assert (written.to, written.subject) == ("amina@example.com", "A time has become free")
        for part in (
            "Hello Amina,",
            "until Monday 23 November 2026 at 9pm, UK time",
            "Thursday 3 December 2026 at 10am, UK time",
            "Dr Ada Okafor",
            "Video or phone",
            f"{settings.SITE_ORIGIN}{url('offer', offered)}",
        ):
            assert part in written.text
            assert part in re.sub(r"</?strong>", "", written.html)
        assert "moves to this time" not in written.text
        assert re.findall(r"(?i)pain|neuro|assessment", written.text.replace(settings.CLINIC["name"], "")) == []

    def test_says_which_visit_would_move(self, earlier):
        assert "your appointment on Thursday 10 December 2026 at 10am, UK time moves" in self.letter(earlier).text

    @pytest.mark.parametrize("how", ["declined", "booked", "withdrawn"])
    def test_is_not_sent_when_it_no_longer_holds(self, offered, amina, how):
        if how == "declined":
            actions.decline(offered, reason="", by=amina.user, at=NOW)
        elif how == "booked":
            holds.confirm(
                offered.hold, patient=amina, mode="video", early_start=True, key=uuid4(), by=amina.user, at=NOW
            )
        else:
            actions.withdraw(offered.entry, by=amina.user, at=NOW)

        assert isinstance(self.letter(offered), NotWanted)

    @pytest.mark.parametrize(
        ("at", "due"),
        [
            (datetime(2026, 11, 24, 22, tzinfo=UTC), datetime(2026, 11, 25, 8, tzinfo=UTC)),
            (datetime(2026, 11, 24, 12, tzinfo=UTC), datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ],
    )
    def test_waits_for_the_morning_as_the_offer_does(self, kind, okafor, amina, rosa, at, due):
        waiting.entry(amina, kind)
        freed = diary.appointment(people.patient(), okafor, kind, THURSDAY)
        visits.cancel(freed, reason="", agreed_refund=None, key=uuid4(), by=rosa, at=at)

        offer = actions.sweep(at=at)[0]

        message = Message.objects.get(rule="waiting_list_offer")
        assert (message.due_at, message.useful_until) == (due, offer.expires_at)
        assert offer.expires_at == due + timedelta(hours=12)

    def test_later_than_the_offer_it_is_missed(self, offered):
        Message.objects.exclude(rule="waiting_list_offer").delete()
        Message.objects.update(due_at=NOW - timedelta(days=4000), useful_until=NOW - timedelta(days=3999))

        sending.drain(5)

        assert Message.objects.get().state == "missed"


def test_the_task_sweeps(kind, okafor, amina, rosa):
    waiting.entry(amina, kind)
    freed = diary.appointment(people.patient(), okafor, kind, THURSDAY)
    visits.cancel(freed, reason="", agreed_refund=None, key=uuid4(), by=rosa, at=NOW)

    sweep_task()

    assert Offer.objects.count() == 1


class TestDesk:
    def test_the_lists_say_who_waits_what_was_offered_and_why_not(self, as_user, rosa, offered):
        client = as_user(rosa)
        Skip.objects.create(
            entry=offered.entry,
            clinician=offered.hold.clinician,
            starts_at=THURSDAY,
            freed_at=NOW,
            why="own_notice",
            at=NOW,
        )

        entries, offers, skips = (
            page(client.get(reverse(f"admin:bookings_{name}_changelist"))) for name in ("waitingentry", "offer", "skip")
        )

        assert "Amina Example" in entries
        assert "Waiting for an answer" in offers
        assert "Inside the notice they need" in skips

    @pytest.mark.parametrize("name", ["waitingentry", "offer", "skip"])
    def test_a_row_opens_and_cannot_be_changed(self, as_user, rosa, offered, name):
        record = {
            "waitingentry": offered.entry,
            "offer": offered,
            "skip": Skip.objects.create(
                entry=offered.entry,
                clinician=offered.hold.clinician,
                starts_at=THURSDAY,
                freed_at=NOW,
                why="own_notice",
                at=NOW,
            ),
        }[name]
        address = reverse(f"admin:bookings_{name}_change", args=[record.pk])

        assert as_user(rosa).get(address).status_code == 200
        assert as_user(rosa).post(address, {"state": "ended"}).status_code == 403

    def test_reception_takes_somebody_off_the_list(self, as_user, rosa, offered):
        entry = offered.entry
        client = as_user(rosa)
        change, act = (
            reverse(f"admin:bookings_waitingentry_{name}", args=[entry.pk]) for name in ("change", "withdraw")
        )
        assert act in client.get(change).content.decode()

        assert client.post(act)["Location"] == change

        entry.refresh_from_db()
        assert (entry.state, entry.state_changes.get().by) == (EntryState.WITHDRAWN, rosa)
        assert act not in client.get(change).content.decode()
        assert "This has changed since" in page(client.post(act, follow=True))

    def test_nobody_else_can(self, as_user, client, okafor, amina, kind):
        act = reverse("admin:bookings_waitingentry_withdraw", args=[waiting.entry(amina, kind).pk])

        assert client.post(act)["Location"].startswith("/accounts/login/")
        assert as_user(amina.user).post(act).status_code == 404
        assert as_user(okafor.user).post(act).status_code == 403

    def test_wrong_method_and_key(self, as_user, rosa, amina, kind):
        entry = waiting.entry(amina, kind)
        client = as_user(rosa)

        assert client.get(reverse("admin:bookings_waitingentry_withdraw", args=[entry.pk])).status_code == 405
        assert client.post(reverse("admin:bookings_waitingentry_withdraw", args=[uuid4()])).status_code == 404

    @pytest.mark.parametrize("name", ["waitingentry", "offer", "skip"])
    def test_the_same_queries_for_one_and_three(self, as_user, rosa, kind, okafor, name):
        def add(number):
            entry = waiting.entry(people.patient(), kind, okafor)
            start = THURSDAY + timedelta(hours=number)
            held = diary.appointment(entry.patient, okafor, kind, start, state="held", held_until=NOW + timedelta(1))
            waiting.offer(entry, held)
            Skip.objects.create(entry=entry, clinician=okafor, starts_at=start, freed_at=NOW, why="own_notice", at=NOW)

        client, address = as_user(rosa), reverse(f"admin:bookings_{name}_changelist")
        add(1)
        client.get(address)
        with CaptureQueriesContext(connection) as one:
            client.get(address)
        add(2)
        add(3)

        with CaptureQueriesContext(connection) as three:
            client.get(address)

        assert len(one) == len(three)
