"""The desk: appointments in the admin, the diary, booking, moving and cancelling for patients."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment, AppointmentMove
from bookings.appointments.slots import Slot
from bookings.availability.models import WeeklyHours
from bookings.choosing.forms import slot_value
from bookings.kinds.models import AppointmentKind
from clinic.audit.models import AccessLog
from clinic.outbox.models import Message
from patients.profile.models import Patient
from tests.factories import diary, notes, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2026, 12, 2, 10, tzinfo=UTC)


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
def visit(kind, okafor, amina):
    return diary.appointment(amina, okafor, kind, WEDNESDAY)


def page_of(visit):
    return reverse("admin:bookings_appointment_change", args=[visit.pk])


def press(client, visit, act):
    return client.post(reverse("desk_act", args=[visit.pk, act]), follow=True)


def in_the_way(response):
    """The address and the name of the visit that an error says is in the way."""
    return re.search(r'This time is taken: <a href="([^"]+)">([^<]+)</a>', response.content.decode()).groups()


def fresh(record):
    record.refresh_from_db()
    return record


class TestAppointmentsList:
    URL = "/admin/bookings/appointment/"

    def test_shows_visits_and_hides_holds(self, as_user, rosa, visit, kind, lind, ben):
        diary.appointment(ben, lind, kind, WEDNESDAY, state="held", held_until=NOW + timedelta(minutes=5))

        html = as_user(rosa).get(self.URL).content.decode()

        assert "Amina Example" in html
        assert "Ben Sample" not in html
        assert "Ben Sample" in as_user(rosa).get(f"{self.URL}?state=held").content.decode()

    def test_names_states_for_staff(self, as_user, rosa, visit):
        Appointment.objects.filter(pk=visit.pk).update(state=State.CANCELLED_BY_PATIENT)

        html = as_user(rosa).get(self.URL).content.decode()

        assert "Cancelled by the patient" in html
        assert "by you" not in html

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("day=today", ["Ben"]),
            ("day=tomorrow", []),
            ("day=week", ["Ben"]),
            ("day=2026-12-02", ["Amina"]),
            ("state=upcoming", ["Amina", "Ben"]),
            ("state=did_not_attend", []),
            ("q=Sample", ["Ben"]),
        ],
    )
    def test_filters(self, as_user, rosa, visit, kind, lind, ben, query, names):
        diary.appointment(ben, lind, kind, NOW + timedelta(hours=2))

        html = as_user(rosa).get(f"{self.URL}?{query}").content.decode()

        assert [name for name in ("Amina", "Ben") if f"{name} " in html] == names

    def test_filters_by_clinician(self, as_user, rosa, visit, lind, okafor):
        client = as_user(rosa)

        assert "Amina" not in client.get(f"{self.URL}?clinician__id__exact={lind.pk}").content.decode()
        assert "Amina" in client.get(f"{self.URL}?clinician__id__exact={okafor.pk}").content.decode()

    def test_a_clinician_sees_their_own_only(self, as_user, visit, okafor, lind):
        assert "Amina" in as_user(okafor.user).get(self.URL).content.decode()
        assert "Amina" not in as_user(lind.user).get(self.URL).content.decode()

    def test_same_queries_for_one_and_three(self, as_user, rosa, kind, okafor, django_assert_num_queries, visit):
        client = as_user(rosa)
        client.get(self.URL)
        with CaptureQueriesContext(connection) as one:
            client.get(self.URL)
        for hour in (1, 2):
            diary.appointment(people.patient(), okafor, kind, WEDNESDAY + timedelta(hours=hour))

        with CaptureQueriesContext(connection) as three:
            assert b"3 appointments" in client.get(self.URL).content

        assert len(one) == len(three)


class TestAppointmentPage:
    def test_is_read_only_and_logged(self, as_user, rosa, visit):
        client = as_user(rosa)

        html = client.get(page_of(visit)).content.decode()

        assert "+447700900123" not in html
        assert "07700 900123" in html
        assert 'name="_save"' not in html
        assert client.post(page_of(visit), {"state": "completed"}).status_code == 403
        assert list(AccessLog.objects.values_list("what", "about_type", "about", "actor").order_by("what")) == [
            ("read", "appointment", visit.pk, rosa.pk),
            ("refused", "appointment", visit.pk, rosa.pk),
        ]

    def test_of_another_clinician_is_not_found(self, as_user, visit, lind):
        assert as_user(lind.user).get(page_of(visit)).status_code == 404

    def test_of_a_patient_is_not_found(self, as_user, visit, amina):
        assert as_user(amina.user).get(page_of(visit)).status_code == 404

    @pytest.mark.parametrize(
        ("days", "buttons"), [(0, ["check-in", "did-not-attend", "move", "cancel"]), (-7, ["move", "cancel"])]
    )
    def test_offers_only_the_buttons_that_fit(self, as_user, rosa, visit, monday_morning, days, buttons):
        """A week before, nobody has arrived or stayed away."""
        monday_morning.move_to(WEDNESDAY + timedelta(days=days, minutes=20))
        html = as_user(rosa).get(page_of(visit)).content.decode()

        offered = [
            act
            for act in ("check-in", "start", "complete", "did-not-attend", "move", "cancel")
            if f"/{visit.pk}/{act}/" in html
        ]
        assert offered == buttons

    def test_shows_who_did_what(self, as_user, rosa, visit, monday_morning):
        monday_morning.move_to(WEDNESDAY)
        press(as_user(rosa), visit, "check-in")

        assert "Arrived, rosa@example.com" in as_user(rosa).get(page_of(visit)).content.decode()


class TestButtons:
    def test_a_visit_runs_its_course(self, as_user, rosa, visit, monday_morning):
        monday_morning.move_to(WEDNESDAY)
        client = as_user(rosa)

        states = [(press(client, visit, act), fresh(visit).state)[1] for act in ("check-in", "start", "complete")]
        notes.of_visit(fresh(visit), at=WEDNESDAY)
        press(client, visit, "complete")

        assert [*states, fresh(visit).state] == ["checked_in", "in_progress", "in_progress", "completed"]

    def test_did_not_attend(self, as_user, rosa, visit, monday_morning):
        monday_morning.move_to(WEDNESDAY + timedelta(minutes=10))

        press(as_user(rosa), visit, "did-not-attend")

        assert fresh(visit).state == State.DID_NOT_ATTEND

    def test_twice_is_done_once(self, as_user, rosa, visit, monday_morning):
        monday_morning.move_to(WEDNESDAY)

        press(as_user(rosa), visit, "check-in")
        html = press(as_user(rosa), visit, "check-in").content.decode()

        assert "Noted: the patient has arrived." in html
        assert visit.state_changes.count() == 1

    @pytest.mark.parametrize(
        ("act", "words"),
        [("check-in", "only on the day"), ("start", "changed since"), ("did-not-attend", "only after its start")],
    )
    def test_a_refusal_stands_on_the_page(self, as_user, rosa, visit, act, words):
        html = press(as_user(rosa), visit, act).content.decode()

        assert words in html
        assert fresh(visit).state == State.BOOKED

    def test_a_clinician_uses_them_on_their_own_diary(self, as_user, visit, okafor, monday_morning):
        monday_morning.move_to(WEDNESDAY)

        press(as_user(okafor.user), visit, "check-in")

        assert fresh(visit).state == State.CHECKED_IN

    def test_nobody_else(self, as_user, client, visit, lind, amina):
        url = reverse("desk_act", args=[visit.pk, "check-in"])

        assert client.post(url).url.startswith("/accounts/login/")
        assert as_user(lind.user).post(url).status_code == 404
        assert as_user(amina.user).post(url).status_code == 404

    def test_wrong_method_and_unknown_button(self, as_user, rosa, visit):
        client = as_user(rosa)

        assert client.get(reverse("desk_act", args=[visit.pk, "check-in"])).status_code == 405
        assert client.post(reverse("desk_act", args=[visit.pk, "explode"])).status_code == 404


DESK = ["desk_diary", "desk_book", "desk_add_patient"]
DESK_OF_A_VISIT = ["desk_move", "desk_cancel"]


class TestAccess:
    @pytest.mark.parametrize("name", DESK)
    def test_pages(self, name, as_user, client, rosa, manager, okafor, amina):
        url = reverse(name)

        assert client.get(url).url == f"/accounts/login/?next={url}"
        assert as_user(amina.user).get(url).status_code == 404
        assert [as_user(user).get(url).status_code for user in (rosa, manager)] == [200, 200]
        assert as_user(okafor.user).get(url).status_code == (200 if name == "desk_diary" else 403)

    @pytest.mark.parametrize("name", DESK_OF_A_VISIT)
    def test_pages_of_a_visit(self, name, as_user, client, rosa, manager, okafor, amina, visit):
        url = reverse(name, args=[visit.pk])

        assert client.get(url).url == f"/accounts/login/?next={url}"
        assert as_user(amina.user).get(url).status_code == 404
        assert as_user(okafor.user).get(url).status_code == 403
        assert [as_user(user).get(url).status_code for user in (rosa, manager)] == [200, 200]
        assert as_user(rosa).get(reverse(name, args=[uuid4()])).status_code == 404

    def test_methods(self, as_user, rosa):
        client = as_user(rosa)

        assert client.post(reverse("desk_diary")).status_code == 405
        assert client.delete(reverse("desk_diary")).status_code == 405


class TestDiary:
    def test_shows_hours_visits_and_free_time(self, as_user, rosa, visit, lind):
        html = as_user(rosa).get("/admin/diary/?day=2026-12-02").content.decode()

        assert "Diary for Wednesday 2 December 2026" in html
        assert "10am to 10:30am" in html
        assert "Amina Example" in html
        assert f"/admin/book/?day=2026-12-02&amp;clinician={lind.pk}" in html
        assert "?day=2026-12-01" in html
        assert "?day=2026-12-03" in html

    def test_a_clinician_sees_their_own_column_and_cannot_book(self, as_user, visit, okafor, lind):
        mine, theirs = (
            as_user(who.user).get("/admin/diary/?day=2026-12-02").content.decode() for who in (okafor, lind)
        )

        assert "Amina Example" in mine
        assert "Amina Example" not in theirs
        assert "book here" not in mine

    def test_hides_who_holds_a_time(self, as_user, rosa, kind, okafor, ben):
        diary.appointment(ben, okafor, kind, WEDNESDAY, state="held", held_until=NOW + timedelta(minutes=5))

        html = as_user(rosa).get("/admin/diary/?day=2026-12-02").content.decode()

        assert "Held until 9:05am" in html
        assert "Ben Sample" not in html

    def test_keeps_visits_of_a_clinician_who_left(self, as_user, rosa, visit, okafor):
        type(okafor.user).objects.filter(pk=okafor.user.pk).update(is_active=False)

        assert "Amina Example" in as_user(rosa).get("/admin/diary/?day=2026-12-02").content.decode()

    def test_keeps_visits_outside_changed_hours(self, as_user, rosa, visit):
        WeeklyHours.objects.all().delete()

        assert "Amina Example" in as_user(rosa).get("/admin/diary/?day=2026-12-02").content.decode()

    @pytest.mark.parametrize(
        "query", ["day=2026-02-30", "day=9999-12-31", "day=x", "day=" + "9" * 500, "clinician=x", "day="]
    )
    def test_nonsense_is_today(self, as_user, rosa, kind, query):
        response = as_user(rosa).get(f"/admin/diary/?{query}")

        assert response.status_code == 200
        assert b"Monday 23 November 2026" in response.content

    @pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2027-03-28", "2099-12-31", "2020-01-01"])
    def test_days_of_odd_length_and_the_edges(self, as_user, rosa, okafor, day):
        diary.hours(okafor, weekdays=range(7), starts=0, ends=24 * 60, valid_from=date(2020, 1, 1))

        assert as_user(rosa).get(f"/admin/diary/?day={day}").status_code == 200

    def test_same_queries_for_one_and_three(self, as_user, rosa, visit, kind, okafor, lind):
        client = as_user(rosa)
        client.get("/admin/diary/?day=2026-12-02")
        with CaptureQueriesContext(connection) as one:
            client.get("/admin/diary/?day=2026-12-02")
        diary.appointment(people.patient(), okafor, kind, WEDNESDAY + timedelta(hours=1))
        diary.appointment(people.patient(), lind, kind, WEDNESDAY)

        with CaptureQueriesContext(connection) as three:
            client.get("/admin/diary/?day=2026-12-02")

        assert len(one) == len(three)


class TestBook:
    def url(self, patient):
        return reverse("desk_book_patient", args=[patient.pk])

    def send(self, client, patient, kind, clinician, starts_at=WEDNESDAY, /, **fields):
        sent = {
            "kind": kind.slug,
            "slot": slot_value(Slot(starts_at, clinician.pk)),
            "key": str(uuid4()),
            "agreed": "True",
            "mode": "phone",
            "tell": "yes",
        }
        return client.post(self.url(patient), sent | fields)

    def test_shows_free_times_by_clinician(self, as_user, rosa, amina, kind, okafor):
        html = as_user(rosa).get(f"{self.url(amina)}?day=2026-12-02&clinician={okafor.pk}").content.decode()

        assert "Free times on Wednesday 2 December 2026" in html
        assert html.index("<h3>Dr Ada Okafor") < html.index("<h3>Dr Erik Lind")
        assert slot_value(Slot(WEDNESDAY, okafor.pk)) in html

    def test_a_chosen_time_is_shown_once_more(self, as_user, rosa, amina, kind, okafor):
        html = self.send(as_user(rosa), amina, kind, okafor, agreed="").content.decode()

        assert "Wednesday 2 December 2026 at 10am, UK time" in html
        assert "Book this time" in html
        assert not Appointment.objects.exists()

    def test_books_and_writes_to_the_patient(self, as_user, rosa, amina, kind, okafor):
        response = self.send(as_user(rosa), amina, kind, okafor)

        made = Appointment.objects.get()
        assert (made.state, made.patient, made.clinician, made.starts_at, made.mode) == (
            State.BOOKED,
            amina,
            okafor,
            WEDNESDAY,
            "phone",
        )
        assert response.url == page_of(made)
        assert Message.objects.filter(about=made.pk, rule="booking_confirmed").count() == 1

    def test_the_same_form_twice_is_one_visit(self, as_user, rosa, amina, kind, okafor):
        key = str(uuid4())

        answers = [self.send(as_user(rosa), amina, kind, okafor, key=key).url for _ in range(2)]

        assert answers == [page_of(Appointment.objects.get())] * 2

    def test_case_04_an_overlap_is_a_form_error(self, as_user, rosa, ben, kind, okafor, visit):
        response = self.send(as_user(rosa), ben, kind, okafor)

        assert response.status_code == 422
        assert in_the_way(response) == (
            page_of(visit),
            "Amina Example, First assessment, Wednesday 2 December 2026 at 10am, UK time, with Dr Ada Okafor",
        )
        assert Appointment.objects.count() == 1

    def test_a_visit_of_the_patients_elsewhere_is_named_too(self, as_user, rosa, amina, kind, lind, visit):
        response = self.send(as_user(rosa), amina, kind, lind)

        assert response.status_code == 422
        assert in_the_way(response)[0] == page_of(visit)

    def test_a_hold_in_the_way_has_no_name(self, as_user, rosa, amina, ben, kind, okafor):
        diary.appointment(ben, okafor, kind, WEDNESDAY, state="held", held_until=NOW + timedelta(minutes=9))

        html = self.send(as_user(rosa), amina, kind, okafor).content.decode()

        assert "holds it until 9:09am" in html
        assert "Ben" not in html

    def test_a_name_in_an_error_is_text(self, as_user, rosa, ben, kind, okafor, amina, visit):
        Patient.objects.filter(pk=amina.pk).update(family_name="<b>Bold</b>")

        html = self.send(as_user(rosa), ben, kind, okafor).content.decode()

        assert "&lt;b&gt;Bold&lt;/b&gt;" in html
        assert "<b>Bold" not in html

    def test_no_reason_overrides_an_overlap(self, as_user, rosa, ben, kind, okafor, visit):
        response = self.send(as_user(rosa), ben, kind, okafor, WEDNESDAY + timedelta(minutes=15), outside_reason="Now")

        assert response.status_code == 422
        assert in_the_way(response)[0] == page_of(visit)

    def test_a_time_pressed_in_the_diary_stands_first(self, as_user, rosa, amina, kind, okafor):
        slot = slot_value(Slot(WEDNESDAY, okafor.pk))

        html = as_user(rosa).get(f"{self.url(amina)}?day=2026-12-02&slot={slot}").content.decode()

        assert f'name="slot" value="{slot}">Choose 10am with Dr Ada Okafor</button>' in html
        assert 'value="10:00"' in html

    def test_a_pressed_time_the_kind_cannot_start_at_is_said(self, as_user, rosa, amina, kind, okafor, visit):
        slot = slot_value(Slot(WEDNESDAY + timedelta(minutes=10), okafor.pk))

        html = as_user(rosa).get(f"{self.url(amina)}?day=2026-12-02&slot={slot}").content.decode()

        assert "10:10am is not offered for this kind of appointment" in html
        assert 'value="10:10"' in html

    @pytest.mark.parametrize("slot", ["x", "", "20269902T1000Z." + "0" * 32, "0" * 3000])
    def test_a_nonsense_slot_is_none(self, as_user, rosa, amina, kind, slot):
        assert as_user(rosa).get(f"{self.url(amina)}?slot={slot}").status_code == 200
        assert as_user(rosa).get(f"/admin/book/?slot={slot}").status_code == 200

    def test_a_time_not_offered_needs_a_reason(self, as_user, rosa, amina, kind, okafor):
        late = WEDNESDAY.replace(hour=19)

        assert self.send(as_user(rosa), amina, kind, okafor, late).status_code == 422
        assert self.send(as_user(rosa), amina, kind, okafor, late, outside_reason="Dr Okafor asked").status_code == 302
        assert Appointment.objects.get().outside_hours_reason == "Dr Okafor asked"

    @pytest.mark.parametrize(
        "fields",
        [
            {"slot": "x"},
            {"slot": ""},
            {"kind": "none"},
            {"key": "x"},
            {"mode": "in_person"},
            {"mode": ""},
            {"tell": ""},
            {"tell": "perhaps"},
            {"slot": "20261202T1000Z." + "0" * 32},
        ],
    )
    def test_bad_input(self, as_user, rosa, amina, kind, okafor, fields):
        assert self.send(as_user(rosa), amina, kind, okafor, **fields).status_code in {404, 422}
        assert not Appointment.objects.exists()

    def test_wrong_roles(self, as_user, client, okafor, amina, ben, kind):
        assert self.send(client, amina, kind, okafor).url.startswith("/accounts/login/")
        assert self.send(as_user(okafor.user), amina, kind, okafor).status_code == 403
        assert self.send(as_user(ben.user), amina, kind, okafor).status_code == 404
        assert not Appointment.objects.exists()

    def test_without_any_kind_says_so(self, as_user, rosa, amina, kind):
        AppointmentKind.objects.update(is_active=False)

        assert "Nothing can be booked" in as_user(rosa).get(self.url(amina)).content.decode()


class TestTypedTime:
    def send(self, client, patient, kind, clinician, /, **fields):
        sent = {
            "kind": kind.slug,
            "clinician": clinician.pk,
            "date": "2026-12-02",
            "time": "19:00",
            "outside_reason": "Asked for",
        }
        return client.post(reverse("desk_book_patient", args=[patient.pk]), sent | fields)

    @pytest.mark.parametrize("typed", ["19:00", "19.00", "1900"])
    def test_is_shown_to_agree_to(self, as_user, rosa, amina, kind, okafor, typed):
        html = self.send(as_user(rosa), amina, kind, okafor, time=typed).content.decode()

        assert "Wednesday 2 December 2026 at 7pm, UK time" in html
        assert slot_value(Slot(WEDNESDAY.replace(hour=19), okafor.pk)) in html
        assert "Asked for" in html

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"date": "2027-03-28", "time": "01:30"}, "does not exist"),
            ({"date": "2027-10-31", "time": "01:30"}, "comes twice"),
            ({"time": "24:00"}, "24-hour clock"),
            ({"time": "7pm"}, "24-hour clock"),
            ({"time": ""}, "Enter a time"),
            ({"time": "9" * 5000}, "24-hour clock"),
            ({"date": "2026-11-23", "time": "08:59"}, "still to come"),
            ({"date": "2026-11-20"}, "between today"),
            ({"date": "9999-12-31"}, "between today"),
            ({"date": "2026-02-30"}, "Enter a date"),
            ({"outside_reason": ""}, "Say why this time"),
            ({"clinician": str(uuid4())}, "Choose a clinician"),
            ({"clinician": "x"}, "not a valid UUID"),
        ],
    )
    def test_bad_times_are_said_beside_the_field(
        self, as_user, rosa, amina, kind, okafor, monday_morning, fields, says
    ):
        if fields.get("date", "").startswith("2027"):
            monday_morning.move_to(datetime(2027, 2, 1, 9, tzinfo=UTC))

        response = self.send(as_user(rosa), amina, kind, okafor, **fields)

        assert response.status_code == 422
        assert says in response.content.decode()

    def test_that_is_taken_names_the_visit_at_once(self, as_user, rosa, ben, kind, okafor, visit):
        response = self.send(as_user(rosa), ben, kind, okafor, time="10:15")

        assert response.status_code == 422
        assert in_the_way(response)[0] == page_of(visit)
        assert 'value="10:15"' in response.content.decode()

    @pytest.mark.parametrize(("which", "hour"), [("BST", 0), ("GMT", 1)])
    def test_that_comes_twice_is_told_apart(self, as_user, rosa, amina, kind, okafor, monday_morning, which, hour):
        monday_morning.move_to(datetime(2027, 2, 1, 9, tzinfo=UTC))

        html = self.send(
            as_user(rosa), amina, kind, okafor, date="2027-10-31", time="01:30", which=which
        ).content.decode()

        assert slot_value(Slot(datetime(2027, 10, 31, hour, 30, tzinfo=UTC), okafor.pk)) in html
        assert f"1:30am {which}" in html

    def test_refused_in_the_end_is_still_there_to_mend(self, as_user, rosa, ben, kind, okafor, visit):
        sent = {
            "kind": kind.slug,
            "slot": slot_value(Slot(WEDNESDAY, okafor.pk)),
            "key": uuid4(),
            "agreed": "1",
            "mode": "phone",
            "tell": "yes",
            "outside_reason": "Squeeze",
        }

        response = as_user(rosa).post(reverse("desk_book_patient", args=[ben.pk]), sent)

        assert response.status_code == 422
        assert 'value="10:00"' in response.content.decode()
        assert 'value="Squeeze"' in response.content.decode()


class TestMove:
    def send(self, client, visit, clinician, starts_at, **fields):
        sent = {
            "slot": slot_value(Slot(starts_at, clinician.pk)),
            "key": str(uuid4()),
            "agreed": "True",
            "reason": "Asked by phone",
            "tell": "yes",
        }
        return client.post(reverse("desk_move", args=[visit.pk]), sent | fields)

    def test_shows_the_new_time_first(self, as_user, rosa, visit, lind):
        html = self.send(as_user(rosa), visit, lind, WEDNESDAY + timedelta(days=1), agreed="").content.decode()

        assert "Thursday 3 December 2026 at 10am" in html
        assert "Move this appointment" in html
        assert fresh(visit).sequence == 0

    def test_moves(self, as_user, rosa, visit, lind):
        response = self.send(as_user(rosa), visit, lind, WEDNESDAY + timedelta(days=1))

        assert response.url == page_of(visit)
        assert (fresh(visit).starts_at, visit.clinician) == (WEDNESDAY + timedelta(days=1), lind)
        assert AppointmentMove.objects.values_list("by", "reason").get() == (rosa.pk, "Asked by phone")

    def test_to_a_taken_time_is_a_form_error(self, as_user, rosa, visit, kind, okafor, ben):
        other = diary.appointment(ben, okafor, kind, WEDNESDAY + timedelta(hours=2))

        response = self.send(as_user(rosa), visit, okafor, other.starts_at)

        assert response.status_code == 422
        assert in_the_way(response)[0] == page_of(other)
        assert fresh(visit).starts_at == WEDNESDAY

    def test_onto_its_own_time_nothing_is_in_the_way(self, as_user, rosa, visit, okafor):
        response = self.send(as_user(rosa), visit, okafor, WEDNESDAY + timedelta(minutes=15), outside_reason="Asked")

        assert response.status_code == 302

    def test_of_a_cancelled_visit_is_refused(self, as_user, rosa, visit, lind):
        Appointment.objects.filter(pk=visit.pk).update(state=State.CANCELLED_BY_CLINIC)

        assert self.send(as_user(rosa), visit, lind, WEDNESDAY).status_code == 422

    def test_to_a_typed_time(self, as_user, rosa, visit, okafor):
        sent = {"clinician": okafor.pk, "date": "2026-12-02", "time": "19:00", "outside_reason": "Asked for"}

        html = as_user(rosa).post(reverse("desk_move", args=[visit.pk]), sent).content.decode()

        assert "Wednesday 2 December 2026 at 7pm" in html


class TestCancel:
    def send(self, client, visit, **fields):
        return client.post(
            reverse("desk_cancel", args=[visit.pk]),
            {"who": "clinic", "refund": 18000, "reason": "Clinician is ill", "key": str(uuid4()), "tell": "yes"}
            | fields,
        )

    def test_cancels_for_the_clinic(self, as_user, rosa, visit):
        assert self.send(as_user(rosa), visit).url == page_of(visit)

        assert fresh(visit).state == State.CANCELLED_BY_CLINIC
        assert visit.state_changes.values_list("by", "reason").get() == (rosa.pk, "Clinician is ill")

    def test_writes_down_that_the_patient_cancelled_by_phone(self, as_user, rosa, visit):
        page = as_user(rosa).get(reverse("desk_cancel", args=[visit.pk]))

        self.send(as_user(rosa), visit, who="patient", refund=page.context["refund"].pence)

        assert fresh(visit).state == State.CANCELLED_BY_PATIENT

    def test_for_the_patient_with_another_refund_than_was_told_asks_again(self, as_user, rosa, visit):
        response = self.send(as_user(rosa), visit, who="patient", refund=1)

        assert response.status_code == 422
        assert "The refund has changed" in response.content.decode()
        assert response.context["form"]["refund"].value() == str(response.context["refund"].pence)
        assert fresh(visit).state == State.BOOKED

    @pytest.mark.parametrize("fields", [{"reason": ""}, {"reason": "x" * 301}, {"key": "x"}, {"who": ""}, {"tell": ""}])
    def test_bad_input(self, as_user, rosa, visit, fields):
        assert self.send(as_user(rosa), visit, **fields).status_code == 422
        assert fresh(visit).state == State.BOOKED

    def test_twice_is_refused_on_the_page(self, as_user, rosa, visit):
        self.send(as_user(rosa), visit)

        response = self.send(as_user(rosa), visit)

        assert response.status_code == 422
        assert "changed since" in response.content.decode()

    def test_get_changes_nothing(self, as_user, rosa, visit):
        assert as_user(rosa).get(reverse("desk_cancel", args=[visit.pk])).status_code == 200
        assert fresh(visit).state == State.BOOKED


TIMED = ["missing_4d", "missing_7d", "reminder_3h", "reminder_48h"]


class TestTellingThePatient:
    """Asked on booking, moving and cancelling. No leaves out what would go at once; reminders are planned all the same."""

    def book(self, client, patient, kind, clinician, **fields):
        sent = {"kind": kind.slug, "slot": slot_value(Slot(WEDNESDAY, clinician.pk)), "key": str(uuid4())}
        url = reverse("desk_book_patient", args=[patient.pk])
        return client.post(url, sent | {"agreed": "True", "mode": "phone"} | fields)

    def move(self, client, visit, clinician, **fields):
        sent = {"slot": slot_value(Slot(WEDNESDAY + timedelta(days=1), clinician.pk)), "key": str(uuid4())}
        return client.post(reverse("desk_move", args=[visit.pk]), sent | {"agreed": "True", "reason": "Ill"} | fields)

    def cancel(self, client, visit, **fields):
        sent = {"who": "clinic", "refund": 18000, "reason": "Ill", "key": str(uuid4())}
        return client.post(reverse("desk_cancel", args=[visit.pk]), sent | fields)

    def rules(self):
        return sorted(Message.objects.filter(state="due").values_list("rule", flat=True))

    @pytest.mark.parametrize(
        ("tell", "rules", "reason"),
        [
            ("yes", ["booking_confirmed", *TIMED], ""),
            ("no", TIMED, "(The patient was told by staff.)"),
        ],
    )
    def test_on_booking(self, as_user, rosa, amina, kind, okafor, tell, rules, reason):
        self.book(as_user(rosa), amina, kind, okafor, tell=tell)

        assert self.rules() == rules
        made = Appointment.objects.get()
        assert made.state_changes.values_list("to_state", "by", "reason").get() == ("booked", rosa.pk, reason)
        assert ("The patient was told by staff" in as_user(rosa).get(page_of(made)).content.decode()) is bool(reason)

    @pytest.mark.parametrize(
        ("tell", "rules", "reason"),
        [
            ("yes", ["booking_moved", *TIMED], "Ill"),
            ("no", TIMED, "Ill (The patient was told by staff.)"),
        ],
    )
    def test_on_moving(self, as_user, rosa, visit, lind, tell, rules, reason):
        self.move(as_user(rosa), visit, lind, tell=tell)

        assert self.rules() == rules
        assert AppointmentMove.objects.get().reason == reason

    @pytest.mark.parametrize(
        ("tell", "rules", "reason"),
        [("yes", ["booking_cancelled"], "Ill"), ("no", [], "Ill (The patient was told by staff.)")],
    )
    def test_on_cancelling(self, as_user, rosa, visit, tell, rules, reason):
        self.cancel(as_user(rosa), visit, tell=tell)

        assert self.rules() == rules
        assert visit.state_changes.get().reason == reason

    def test_an_answer_is_needed_and_nothing_typed_is_lost(self, as_user, rosa, amina, kind, okafor, visit):
        client = as_user(rosa)

        answers = [
            self.book(client, amina, kind, okafor),
            self.move(client, visit, okafor),
            self.cancel(client, visit),
        ]

        assert [answer.status_code for answer in answers] == [422, 422, 422]
        pages = [answer.content.decode() for answer in answers]
        assert all("Choose whether to tell the patient by email" in html for html in pages)
        assert all("Yes, by email to amina@example.com" in html for html in pages)
        assert 'value="Ill"' in pages[1]
        assert Message.objects.count() == 0

    def test_without_an_address_there_is_no_question(self, as_user, rosa, kind, okafor):
        client, cho = as_user(rosa), people.patient(account=False, family_name="Cho")

        html = self.book(client, cho, kind, okafor, agreed="").content.decode()
        booked = self.book(client, cho, kind, okafor)

        assert "Call them: there is no email address." in html
        assert "Tell the patient?" not in html
        assert booked.status_code == 302
        assert "Call them" in client.get(reverse("desk_cancel", args=[Appointment.objects.get().pk])).content.decode()


class TestKinds:
    SENT = {
        "name": "Review",
        "slug": "review",
        "summary": "A short visit.",
        "modes": ["video"],
        "minutes": 20,
        "buffer_before": 0,
        "buffer_after": 10,
        "align_minutes": 30,
        "notice_hours": 24,
        "horizon_days": 56,
        "fee_pence": 9000,
        "position": 0,
        "audience": "returning",
        "prepare": "Have a pen and paper ready.",
        "is_active": "on",
    }

    def test_a_manager_adds_one(self, as_user, manager, okafor):
        response = as_user(manager).post(
            "/admin/bookings/appointmentkind/add/", self.SENT | {"clinicians": [okafor.pk]}
        )

        assert response.status_code == 302
        kind = AppointmentKind.objects.get()
        assert (kind.modes, list(kind.clinicians.all())) == (["video"], [okafor])

    @pytest.mark.parametrize(
        "fields",
        [
            {"minutes": 4},
            {"align_minutes": 7},
            {"name": "CBD review"},
            {"prepare": "Your cannabis oil"},
            {"modes": []},
            {"modes": ["post"]},
            {"minutes": 10**10},
            {"fee_pence": -1},
            {"horizon_days": 0},
        ],
    )
    def test_bad_kinds_are_form_errors(self, as_user, manager, okafor, fields):
        response = as_user(manager).post(
            "/admin/bookings/appointmentkind/add/", self.SENT | {"clinicians": [okafor.pk]} | fields
        )

        assert response.status_code == 422
        assert not AppointmentKind.objects.exists()

    def test_reception_reads_only(self, as_user, rosa, kind):
        assert as_user(rosa).get(f"/admin/bookings/appointmentkind/{kind.pk}/change/").status_code == 200
        assert as_user(rosa).post("/admin/bookings/appointmentkind/add/", self.SENT).status_code == 403


class TestConfirmationOnPaper:
    @staticmethod
    def address(visit):
        return reverse("desk_confirmation", args=[visit.pk])

    def test_says_what_the_mail_says(self, as_user, rosa, visit):
        html = as_user(rosa).get(self.address(visit)).content.decode()

        for words in (
            "Amina Example",
            "Wednesday 2 December 2026 at 10am, UK time",
            "Total fee: £180",
            "To move or cancel it, call us on",
            "You made this contract on Monday 23 November 2026.",
            "I give notice that I cancel my contract",
        ):
            assert words in html
        assert AccessLog.objects.filter(what="read", about_type="appointment", about=visit.pk, actor=rosa).exists()

    def test_markup_in_a_name_is_text(self, as_user, rosa, visit, okafor):
        type(okafor).objects.filter(pk=okafor.pk).update(name="<i>Dr</i> Okafor")

        assert "With: &lt;i&gt;Dr&lt;/i&gt; Okafor" in as_user(rosa).get(self.address(visit)).content.decode()

    def test_is_for_reception_and_for_visits_to_come(self, as_user, rosa, visit, okafor, amina):
        assert as_user(okafor.user).get(self.address(visit)).status_code == 403
        assert as_user(amina.user).get(self.address(visit)).status_code == 404
        Appointment.objects.filter(pk=visit.pk).update(state=State.CANCELLED_BY_CLINIC)
        assert as_user(rosa).get(self.address(visit)).status_code == 404

    def test_is_asked_for_where_no_mail_goes(self, as_user, rosa, kind, okafor):
        by_phone = people.patient(account=False)

        answer = TestBook().send(as_user(rosa), by_phone, kind, okafor)
        answer = as_user(rosa).get(answer.url)

        assert "call the patient, and give or post them the confirmation to print." in answer.content.decode()
