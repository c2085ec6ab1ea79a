"""The status of a patient: what setting it does, and the page that shows that first."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.appointments import actions as appointments
from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.refusals import NotActive
from bookings.holds import actions as holds
from bookings.status.actions import NotAsShown, change_status
from bookings.status.reading import Wanted, touched
from bookings.waitlist import actions as waitlist
from bookings.waitlist.enums import EntryState, OfferState
from clinic.audit.models import AccessLog
from clinic.db.refusal import Refusal
from clinic.outbox import sending
from clinic.outbox.enums import Stop
from clinic.outbox.models import Message
from patients.contact.models import reaches
from patients.profile.actions import BornTooLate, save_profile, set_status
from patients.profile.enums import Status
from patients.profile.models import Patient
from tests.factories import diary, messages, money, waiting
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2026, 12, 2, 10, tzinfo=UTC)
YESTERDAY = date(2026, 11, 22)
DEAD = Wanted(Status.DECEASED, YESTERDAY, cancels=False)
DISCHARGED = Wanted(Status.DISCHARGED, YESTERDAY, cancels=True)
DISCHARGED_ONLY = Wanted(Status.DISCHARGED, YESTERDAY, cancels=False)
INACTIVE = Wanted(Status.INACTIVE, YESTERDAY, cancels=True)
ACTIVE = Wanted(Status.ACTIVE, None, cancels=False)


@pytest.fixture(autouse=True)
def monday_morning():
    """Everything happens on Monday 23 November 2026 at 9am, unless a test moves on."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def kind(okafor, lind):
    diary.hours(okafor)
    diary.hours(lind)
    return diary.kind(okafor, lind)


@pytest.fixture
def visit(kind, okafor, amina, rosa):
    """A visit of Amina's that was booked at the desk and paid for."""
    made = book(amina, kind, okafor, WEDNESDAY, rosa)
    money.charged(made, "paid", by=rosa)
    return made


def book(patient, kind, clinician, starts_at, rosa):
    return appointments.book_for(
        patient, kind, clinician, starts_at, mode="video", key=uuid4(), by=rosa, at=NOW - timedelta(days=1)
    )


def put(patient, wanted, rosa, at=NOW):
    """Set a status as the page does: what it does is read first."""
    patient = Patient.objects.get(pk=patient.pk)
    seen = touched(patient, wanted, at=at).mark(patient, wanted)
    return change_status(patient, wanted, seen=seen, by=rosa, at=at)


def fresh(record):
    record.refresh_from_db()
    return record


def log(patient):
    """What the message log says of a patient's messages: the rule, the state and why."""
    return {row.rule: (row.state, row.why) for row in Message.objects.filter(person=patient.pk).order_by("created_at")}


class TestSetting:
    def test_a_dead_persons_visits_are_cancelled_by_the_clinic_and_all_goes_back(self, visit, amina, rosa):
        put(amina, DEAD, rosa)

        assert (fresh(amina).status, amina.status_since, amina.status_text) == (
            "deceased",
            YESTERDAY,
            "Died on 22 November 2026",
        )
        assert (fresh(visit).state, visit.charge.state, visit.charge.refund_pence) == (
            State.CANCELLED_BY_CLINIC,
            "refund_due",
            18000,
        )
        change = visit.state_changes.get(to_state=State.CANCELLED_BY_CLINIC)
        assert (change.by, change.reason) == (rosa, "The patient's status: Died on 22 November 2026")

    def test_the_message_log_says_at_once_why_nothing_comes(self, visit, amina, rosa):
        put(amina, DEAD, rosa)

        assert len(log(amina)) > 4
        assert set(log(amina).values()) == {("cancelled", "the patient has died")}

    @pytest.mark.parametrize(("wanted", "why"), [(DISCHARGED, "is discharged"), (INACTIVE, "is inactive")])
    def test_who_has_left_still_hears_of_what_is_cancelled(self, visit, amina, rosa, wanted, why):
        put(amina, wanted, rosa)

        said = log(amina)
        assert said.pop("booking_cancelled") == ("due", "")
        assert set(said.values()) == {("cancelled", f"the patient {why}")}
        assert (fresh(visit).state, visit.charge.refund_pence) == (State.CANCELLED_BY_CLINIC, 18000)

    def test_visits_can_be_kept_without_their_messages(self, visit, amina, rosa):
        put(amina, DISCHARGED_ONLY, rosa)

        assert (fresh(visit).state, visit.charge.state) == (State.BOOKED, "paid")
        assert set(log(amina).values()) == {("cancelled", "the patient is discharged")}

    @pytest.mark.parametrize("wanted", [DEAD, DISCHARGED_ONLY, INACTIVE])
    def test_waiting_and_what_is_kept_ends(self, kind, okafor, lind, amina, rosa, wanted):
        offered = diary.appointment(
            amina,
            okafor,
            kind,
            WEDNESDAY,
            state="held",
            mode="",
            held_until=NOW + timedelta(hours=4),
            held_for_offer=True,
        )
        offer = waiting.offer(waiting.entry(amina, kind), offered)
        chosen = diary.appointment(
            amina, lind, kind, WEDNESDAY.replace(hour=12), state="held", mode="", held_until=NOW + timedelta(minutes=9)
        )

        put(amina, wanted, rosa)

        assert (fresh(offer).state, fresh(offer.entry).state) == (OfferState.WITHDRAWN, EntryState.WITHDRAWN)
        assert (fresh(offered).state, fresh(chosen).state) == (State.EXPIRED, State.EXPIRED)
        assert offer.entry.state_changes.get().by == rosa

    def test_an_offer_that_was_booked_a_moment_ago_stands_in_nobodys_way(self, kind, okafor, amina, rosa):
        taken = diary.appointment(amina, okafor, kind, WEDNESDAY)
        entry = waiting.entry(amina, kind)
        waiting.offer(entry, taken, expires_at=NOW + timedelta(hours=1))

        put(amina, DEAD, rosa)

        assert (fresh(taken).state, fresh(entry).state) == (State.CANCELLED_BY_CLINIC, EntryState.WAITING)

    def test_others_and_what_is_past_stay(self, visit, kind, lind, amina, ben, rosa):
        past = diary.appointment(amina, lind, kind, NOW - timedelta(hours=2))
        other = book(ben, kind, lind, WEDNESDAY, rosa)

        put(amina, DEAD, rosa)

        assert (fresh(past).state, fresh(other).state, fresh(ben).status) == (State.BOOKED, State.BOOKED, "active")
        assert {state for state, _ in log(ben).values()} == {"due"}

    def test_what_it_does_is_done_as_a_whole_or_not_at_all(self, visit, amina, rosa):
        Appointment.objects.filter(pk=visit.pk).update(charge=None)
        seen = touched(amina, DEAD, at=NOW).mark(amina, DEAD)
        Appointment.objects.filter(pk=visit.pk).update(sequence=7)

        with pytest.raises(NotAsShown):
            change_status(amina, DEAD, seen=seen, by=rosa, at=NOW)

        assert (fresh(amina).status, fresh(visit).state) == ("active", State.BOOKED)
        assert {state for state, _ in log(amina).values()} == {"due"}

    def test_sent_again_it_does_nothing(self, visit, amina, rosa):
        seen = touched(amina, DISCHARGED, at=NOW).mark(amina, DISCHARGED)

        for _ in range(2):
            change_status(amina, DISCHARGED, seen=seen, by=rosa, at=NOW)

        assert Message.objects.filter(rule="booking_cancelled").count() == 1

    @pytest.mark.parametrize(
        ("status", "since"),
        [
            ("deceased", date(2026, 11, 24)),
            ("deceased", date(1980, 3, 26)),
            ("deceased", None),
            ("active", YESTERDAY),
        ],
    )
    def test_a_day_that_cannot_be_is_refused(self, amina, rosa, status, since):
        with pytest.raises(Refusal):
            set_status(amina, Status(status), since, by=rosa, at=NOW)

        assert fresh(amina).status == "active"

    @pytest.mark.parametrize(
        "nonsense",
        [
            {"status": "gone"},
            {"status": "deceased"},
            {"status_since": YESTERDAY},
            {"status": "inactive", "status_since": date(1980, 3, 26)},
        ],
    )
    def test_the_database_refuses_nonsense(self, amina, nonsense):
        with pytest.raises(IntegrityError), transaction.atomic():
            Patient.objects.filter(pk=amina.pk).update(**nonsense)

    def test_a_date_of_birth_after_it_is_refused_in_words(self, amina, rosa, as_user):
        set_status(amina, Status.INACTIVE, date(2001, 1, 1), by=rosa, at=NOW)
        details = {"date_of_birth": date(2004, 1, 1), "family_name": "Other"}
        desk = {name: getattr(amina, name) for name in ("first_names", "postcode", "gp_practice")}
        desk |= {"family_name": "Other", "phone": "07700 900124", "date_of_birth": "2004-01-01"}

        with pytest.raises(BornTooLate):
            save_profile(amina.user, details, at=NOW)
        page = as_user(rosa).post(f"/admin/patients/patient/{amina.pk}/change/", desk)

        assert (page.status_code, "This date of birth does not fit" in page.content.decode()) == (422, True)
        assert fresh(amina).family_name == "Example"

    def test_every_status_stays_in_the_history(self, amina, rosa):
        for wanted in (DISCHARGED, DEAD, ACTIVE):
            put(amina, wanted, rosa)

        with connection.cursor() as cursor:
            cursor.execute("select status from patients_patientevent where id = %s order by pgh_id", [amina.pk])
            assert [status for (status,) in cursor.fetchall()] == ["active", "discharged", "deceased", "active"]

    @pytest.mark.parametrize("status", Status)
    def test_one_status_is_what_stops_messages(self, amina, rosa, status):
        put(amina, Wanted(status, None if status == Status.ACTIVE else YESTERDAY, cancels=True), rosa)

        stops = reaches([amina.pk])[amina.pk].stops
        assert stops == ({Stop(status.value)} if status != Status.ACTIVE else frozenset())
        assert fresh(amina).may_be_written_to is (status == Status.ACTIVE)
        assert reaches([uuid4()]) == {}


class TestTakingBack:
    def test_what_is_still_of_use_is_sent_after_all(self, visit, amina, rosa):
        before = log(amina)
        put(amina, DISCHARGED_ONLY, rosa)

        put(amina, ACTIVE, rosa)

        assert (fresh(amina).status, amina.status_since, log(amina)) == ("active", None, before)

    def test_what_was_cancelled_stays_so_and_is_not_reminded_of(self, visit, amina, rosa):
        put(amina, DEAD, rosa)

        put(amina, ACTIVE, rosa)

        said = log(amina)
        assert fresh(visit).state == State.CANCELLED_BY_CLINIC
        assert said.pop("booking_cancelled") == ("due", "")  # they are alive, and the visit is cancelled
        assert set(said.values()) == {("cancelled", "the patient has died")}

    def test_a_wrong_status_can_be_put_right_by_another(self, visit, amina, rosa):
        put(amina, DISCHARGED_ONLY, rosa)
        put(amina, INACTIVE, rosa)
        assert {why for state, why in log(amina).values() if state == "cancelled"} == {"the patient is inactive"}
        assert log(amina)["booking_cancelled"] == ("due", "")

        put(amina, DEAD, rosa)
        assert {why for _, why in log(amina).values()} == {"the patient has died"}

        put(amina, DISCHARGED_ONLY, rosa)
        assert log(amina)["booking_cancelled"] == ("due", "")
        assert log(amina)["reminder_48h"] == ("cancelled", "the patient is discharged")

    def test_what_has_passed_meanwhile_goes_now_and_is_not_late(self, visit, amina, rosa):
        put(amina, DISCHARGED_ONLY, rosa)
        later = WEDNESDAY - timedelta(hours=40)  # after the reminder's time, at 6pm

        put(amina, ACTIVE, rosa, at=later)

        again = Message.objects.get(person=amina.pk, rule="reminder_48h")
        assert (again.state, again.due_at, again.wanted_at) == ("due", later, later)

    def test_nothing_goes_at_night_but_what_may_at_any_hour(self, visit, amina, rosa):
        put(amina, DISCHARGED_ONLY, rosa)
        night = WEDNESDAY - timedelta(hours=32)  # 2am

        put(amina, ACTIVE, rosa, at=night)

        due = {row.rule: row.due_at for row in Message.objects.filter(person=amina.pk, state="due")}
        assert (due["reminder_48h"], due["booking_confirmed"]) == (night.replace(hour=8), night)


class TestSending:
    """By the database's clock: nothing wrong goes after a status is set."""

    @pytest.mark.parametrize(
        ("wanted", "went"),
        [(DEAD, []), (DISCHARGED, ["Your appointment is cancelled"]), (DISCHARGED_ONLY, [])],
    )
    def test_the_drain_sends_what_may_still_go(self, visit, amina, rosa, wanted, went):
        put(amina, wanted, rosa)
        Message.objects.update(due_at=messages.database_now(), useful_until=NOW + timedelta(days=3650))

        sending.drain(5)

        assert [letter.subject for letter in mail.outbox] == went

    def test_what_is_planned_afterwards_is_stopped_too(self, amina, rosa):
        put(amina, DEAD, rosa)
        planned = messages.due("decision_made", person=amina.pk)

        sending.drain(5)

        assert (fresh(planned).state, planned.why, mail.outbox) == ("cancelled", "the patient has died", [])


class TestNewTimes:
    @pytest.fixture(params=[DEAD, DISCHARGED_ONLY, INACTIVE], ids=["dead", "discharged", "inactive"])
    def gone(self, request, amina, rosa):
        put(amina, request.param, rosa)
        return amina

    def test_nobody_gives_them_one(self, gone, kind, okafor, lind, rosa, ben):
        mine = {"patient": gone, "own_hold": None, "address": "", "key": uuid4(), "at": NOW}
        asked = {"weekdays": [0], "part": "any", "notice_hours": 24, "instead_of": None, "clinicians": []}
        asked |= {"first_day": NOW.date(), "last_day": WEDNESDAY.date()}
        signed_out = holds.hold(kind, okafor, WEDNESDAY, **mine | {"patient": None})
        attempts = [
            lambda: book(gone, kind, lind, WEDNESDAY, rosa),
            lambda: holds.hold(kind, lind, WEDNESDAY, **mine | {"key": uuid4()}),
            lambda: holds.confirm(
                signed_out, patient=gone, mode="video", early_start=True, key=uuid4(), by=gone.user, at=NOW
            ),
            lambda: waitlist.join(gone, kind, asked, at=NOW),
        ]

        for attempt in attempts:
            with pytest.raises(NotActive):
                attempt()

        assert not Appointment.objects.visits().exists()
        assert waitlist.join(ben, kind, asked, at=NOW).patient == ben

    def test_a_kept_visit_is_cancelled_but_not_moved(self, visit, amina, lind, rosa):
        put(amina, DISCHARGED_ONLY, rosa)

        with pytest.raises(NotActive):
            appointments.reschedule(
                visit, lind, WEDNESDAY.replace(hour=12), early_start=True, key=uuid4(), by=amina.user, at=NOW
            )
        appointments.cancel(visit, reason="", agreed_refund=18000, key=uuid4(), by=amina.user, at=NOW)

        assert (fresh(visit).starts_at, visit.state) == (WEDNESDAY, State.CANCELLED_BY_PATIENT)

    def test_active_again_they_book_as_before(self, gone, kind, okafor, rosa):
        put(gone, ACTIVE, rosa)

        assert book(gone, kind, okafor, WEDNESDAY, rosa).state == State.BOOKED

    def test_the_desk_says_why_and_leads_to_the_status(self, gone, as_user, kind, rosa):
        client, address = as_user(rosa), reverse("desk_book_patient", args=[gone.pk])

        pages = [client.get(address), client.post(address, {})]

        assert [page.status_code for page in pages] == [200, 422]
        assert all(fresh(gone).status_text in page.content.decode() for page in pages)
        assert all(reverse("desk_status", args=[gone.pk]) in page.content.decode() for page in pages)

    def test_the_desk_moves_nothing_of_theirs(self, visit, amina, as_user, rosa):
        put(amina, DISCHARGED_ONLY, rosa)

        html = as_user(rosa).get(reverse("desk_move", args=[visit.pk])).content.decode()

        assert "Discharged since 22 November 2026" in html
        assert "No new time can be booked" in html

    def test_their_own_pages_can_be_read_and_say_whom_to_call(self, gone, visit_of_before, as_user, kind):
        client = as_user(gone.user)

        read = [client.get(url) for url in ("/care/", reverse("appointment", args=[visit_of_before.pk]), "/intake/")]
        choosing = client.get(reverse("book_kind", args=[kind.slug])).content.decode()

        assert {page.status_code for page in read} == {200}
        assert "not down as an active patient" in read[0].content.decode()
        assert "not down as an active patient" in choosing
        assert 'name="slot"' not in choosing

    @pytest.fixture
    def visit_of_before(self, kind, okafor, amina):
        return diary.appointment(amina, okafor, kind, NOW - timedelta(days=30), state="completed")

    def test_the_waiting_list_says_so_too(self, gone, as_user, kind):
        page = as_user(gone.user).get(reverse("waiting_list_new"), {"kind": kind.slug}, follow=True)

        assert "not down as an active patient" in page.content.decode()

    def test_others_choose_as_before(self, gone, ben, as_user, client, kind):
        pages = [as_user(ben.user).get(reverse("book_kind", args=[kind.slug]))]
        client.logout()
        pages.append(client.get(reverse("book_kind", args=[kind.slug])))

        assert all('name="slot"' in page.content.decode() for page in pages)


class TestPage:
    def address(self, patient):
        return reverse("desk_status", args=[patient.pk])

    def sent(self, status="deceased", since="2026-11-22", **more):
        return {"status": status, "since": since} | more

    def preview(self, client, patient, **fields):
        return client.post(self.address(patient), self.sent(**fields))

    def confirm(self, client, patient, page, **fields):
        return client.post(self.address(patient), self.sent(**fields) | {"seen": page.context["mark"]})

    def test_who_may(self, as_user, client, amina, ben, okafor, rosa, manager):
        address = self.address(amina)

        assert client.get(address).url.startswith("/accounts/login/")
        assert [
            as_user(who).get(address).status_code for who in (rosa, manager, okafor.user, ben.user, amina.user)
        ] == [
            200,
            200,
            403,
            404,
            404,
        ]
        assert as_user(okafor.user).post(address, self.sent()).status_code == 403
        assert as_user(rosa).get(reverse("desk_status", args=[uuid4()])).status_code == 404

    def test_reading_is_written_down(self, as_user, amina, rosa):
        as_user(rosa).get(self.address(amina))

        assert list(AccessLog.objects.values_list("what", "about_type", "about", "actor")) == [
            ("read", "patient", amina.pk, rosa.pk)
        ]

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"status": ""}, "Choose a status"),
            ({"status": "gone"}, "Select a valid choice"),
            ({"since": ""}, "Enter the day since when"),
            ({"since": "x\0y"}, "Enter a date, like 3/12/2026"),
            ({"since": "2026-11-24"}, "Enter a date that is not in the future"),
            ({"since": "1980-03-26"}, "Enter a date that is not before they were born"),
            ({"status": "discharged"}, "Choose whether appointments to come are cancelled or kept"),
            ({"status": "inactive", "visits": "some"}, "Select a valid choice"),
        ],
    )
    def test_what_is_missing_or_wrong_is_said_and_nothing_typed_is_lost(self, as_user, amina, rosa, fields, says):
        page = self.preview(as_user(rosa), amina, **fields)

        assert (page.status_code, says in page.content.decode()) == (422, True)
        assert page.context["form"]["since"].value() == self.sent(**fields)["since"]
        assert fresh(amina).status == "active"

    def test_shows_by_name_and_uk_time_what_it_ends(self, as_user, visit, kind, lind, amina, rosa):
        held = diary.appointment(
            amina,
            lind,
            kind,
            WEDNESDAY - timedelta(days=1),
            state="held",
            mode="",
            held_until=NOW + timedelta(hours=4),
            held_for_offer=True,
            replaces=visit,
        )
        waiting.offer(waiting.entry(amina, kind, instead_of=visit), held)

        page = self.preview(as_user(rosa), amina)

        html = page.content.decode()
        assert page.status_code == 200
        assert "Amina Example" in html
        assert "Died on 22 November 2026" in html
        assert "Wednesday 2 December 2026 at 10am, UK time" in html
        assert "£180 goes back" in html
        assert "Waiting for First assessment: ends." in html
        assert f"Tuesday 1 December 2026 at 10am, UK time with {lind.name}, kept until 1pm" in html
        assert "Reminder, 48 hours before: Monday 30 November 2026 at 10am, UK time" in html
        assert "Nothing more is sent to them" in html
        assert "Save the status and cancel 1" in html
        assert (fresh(amina).status, fresh(visit).state) == ("active", State.BOOKED)

    @pytest.mark.parametrize(
        ("state", "says"),
        [("due", "Nothing was paid"), ("refund_due", "£180 goes back"), ("refunded", "Given back already")],
    )
    def test_says_of_money_what_is_true(self, as_user, kind, okafor, amina, rosa, state, says):
        money.charged(diary.appointment(amina, okafor, kind, WEDNESDAY), state, by=rosa)

        page = self.preview(as_user(rosa), amina)

        assert [goes_back for _, _, goes_back in page.context["shown"].visits] == [says]

    def test_says_what_still_goes_to_somebody_discharged(self, as_user, visit, amina, rosa):
        kept = self.preview(as_user(rosa), amina, status="discharged", visits="keep").content.decode()

        assert "Appointments that stay: 1" in kept
        assert (
            "Still sent to them: Cancellation, Decision made, Your request about your data, A letter is ready to read, A plan has "
            "changed, There is news in the account, Something changed in the account, A copy of your data was made, The account is closed."
            in kept
        )
        assert "no reminder is sent: tell the patient" in kept

    def test_does_what_it_has_shown(self, as_user, visit, kind, amina, rosa):
        waiting.entry(amina, kind, instead_of=visit)
        client = as_user(rosa)
        page = self.preview(client, amina)
        shown = page.context["shown"]

        answer = self.confirm(client, amina, page)

        assert answer.url == f"/admin/patients/patient/{amina.pk}/change/"
        cancelled = Appointment.objects.filter(state=State.CANCELLED_BY_CLINIC)
        assert [each.pk for each, _, _ in shown.visits] == [each.pk for each in cancelled]
        stopped = Message.objects.filter(state="cancelled").exclude(rule="booking_cancelled")
        assert {each.pk for each, _ in shown.stopped} == {each.pk for each in stopped}
        assert not amina.waiting_entries.filter(state="waiting").exists()
        html = client.get(answer.url).content.decode()
        assert "Saved: Died on 22 November 2026. Appointments cancelled: 1." in html
        assert reverse("desk_book_patient", args=[amina.pk]) not in html

    def test_a_preview_that_holds_no_more_is_shown_again(self, as_user, visit, kind, lind, amina, rosa):
        client = as_user(rosa)
        page = self.preview(client, amina)
        book(amina, kind, lind, WEDNESDAY.replace(hour=14), rosa)

        again = self.confirm(client, amina, page)

        assert (again.status_code, fresh(amina).status) == (422, "active")
        assert "Something has changed since this page was shown" in again.content.decode()
        assert "Save the status and cancel 2" in again.content.decode()
        assert self.confirm(client, amina, again).status_code == 302
        assert fresh(amina).status == "deceased"

    @pytest.mark.parametrize("other", [{"since": "2026-11-21"}, {"status": "discharged", "visits": "keep"}])
    def test_a_mark_holds_for_what_was_chosen_alone(self, as_user, visit, amina, rosa, other):
        client = as_user(rosa)
        page = self.preview(client, amina)

        assert self.confirm(client, amina, page, **other).status_code == 422
        assert fresh(amina).status == "active"

    def test_pressed_twice_it_is_done_once(self, as_user, visit, amina, rosa):
        client = as_user(rosa)
        page = self.preview(client, amina)

        answers = [self.confirm(client, amina, page) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [302, 302]
        assert visit.state_changes.filter(to_state=State.CANCELLED_BY_CLINIC).count() == 1

    def test_change_it_first_keeps_what_was_chosen(self, as_user, amina, rosa):
        page = as_user(rosa).post(self.address(amina), self.sent(status="inactive", visits="keep", change="1"))

        html = page.content.decode()
        assert page.status_code == 200
        assert 'value="2026-11-22"' in html
        assert html.count("checked") == 2

    def test_a_mistake_is_taken_back_and_shows_what_goes_after_all(self, as_user, visit, amina, rosa):
        put(amina, DISCHARGED_ONLY, rosa)
        client = as_user(rosa)

        page = self.preview(client, amina, status="active")
        answer = self.confirm(client, amina, page, status="active")

        html = page.content.decode()
        assert "Reminder, 48 hours before: Monday 30 November 2026 at 10am, UK time" in html
        assert "Make them active" in html
        assert (answer.status_code, fresh(amina).status) == (302, "active")
        resumed = Message.objects.filter(person=amina.pk, state="due")
        assert {each.pk for each, _ in page.context["shown"].resumed} == {each.pk for each in resumed}

    def test_the_patients_page_and_list_say_the_status(self, as_user, amina, ben, rosa):
        put(amina, DEAD, rosa)
        client = as_user(rosa)

        page = client.get(f"/admin/patients/patient/{amina.pk}/change/").content.decode()
        listed = client.get("/admin/patients/patient/?status__exact=deceased").content.decode()

        assert "Status: <strong>Died on 22 November 2026</strong>" in page
        assert self.address(amina) in page
        assert "deceased_on" not in page
        assert ("Died on 22 November 2026" in listed, "Ben Sample" in listed) == (True, False)

    def test_who_is_found_to_book_for_has_it_beside_the_name(self, as_user, amina, rosa):
        put(amina, DISCHARGED_ONLY, rosa)

        found = as_user(rosa).post(reverse("desk_book"), {"name": "Amina", "date_of_birth": "1980-03-27"})

        assert "Discharged since 22 November 2026" in found.content.decode()

    def test_the_contact_form_does_not_change_it(self, as_user, amina, rosa):
        sent = {name: getattr(amina, name) for name in ("first_names", "family_name", "postcode", "gp_practice")}
        sent |= {"phone": "07700 900124", "date_of_birth": "1980-03-27", "status": "deceased"}

        answer = as_user(rosa).post(
            f"/admin/patients/patient/{amina.pk}/change/", sent | {"status_since": "2026-11-22"}
        )

        assert (answer.status_code, fresh(amina).phone, amina.status) == (302, "+447700900124", "active")

    def test_asks_as_many_queries_for_three_visits_as_for_one(self, as_user, visit, kind, lind, amina, rosa):
        client = as_user(rosa)
        self.preview(client, amina)
        with CaptureQueriesContext(connection) as one:
            self.preview(client, amina)
        for hour in (11, 12):
            book(amina, kind, lind, WEDNESDAY.replace(hour=hour), rosa)

        with CaptureQueriesContext(connection) as three:
            assert len(self.preview(client, amina).context["shown"].visits) == 3

        assert len(one) == len(three)
