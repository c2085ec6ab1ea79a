"""Time off and closures: seen first, then closed; what is inside it stays, is listed, and is looked after."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.appointments import actions as appointments
from bookings.appointments.letters import please_move
from bookings.appointments.models import Appointment
from bookings.appointments.policy import Terms, Why, cut_off, may_move
from bookings.appointments.refusals import AlreadyUsed, HoldEnded, NotOffered
from bookings.appointments.slots import offered_at
from bookings.attendance import actions as attendance
from bookings.availability.actions import Overlapping
from bookings.availability.models import HoursException, TimeOff
from bookings.holds import actions as holds
from bookings.timeoff import actions
from bookings.timeoff.policy import closed_days, free_time, look_after_by
from clinic.db.states import StaleState
from clinic.outbox.models import Message
from clinic.outbox.registry import NotWanted
from clinic.worklist import actions as worklist
from clinic.worklist.models import Task
from patients.profile.policy import phone_text
from tests.factories import diary, money, notes, people
from tests.factories.people import NOW
from tests.race import race

LIST, ADD = "/admin/time-off/", "/admin/time-off/add/"
MONDAY = datetime(2026, 12, 7, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
VISIT = MONDAY.replace(hour=10)


@pytest.fixture
def monday_morning():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def kind(okafor, lind):
    diary.hours(okafor)
    diary.hours(lind)
    return diary.kind(okafor, lind)


@pytest.fixture
def visit(kind, okafor, amina):
    return diary.appointment(amina, okafor, kind, VISIT)


def take(clinician, by, starts_at=MONDAY, ends_at=TUESDAY, **fields):
    return actions.take(
        clinician, starts_at, ends_at, **{"reason": "Annual leave", "key": uuid4(), "by": by, "at": NOW} | fields
    )


def sent(clinician=None, **fields):
    """What the browser sends."""
    return {
        "clinician": clinician.pk if clinician else "",
        "clinic": "" if clinician else "on",
        "first": "2026-12-07",
        "starts": "",
        "last": "2026-12-07",
        "ends": "",
        "reason": "Annual leave",
        "key": str(uuid4()),
    } | fields


def save(client, values, **fields):
    """Press twice, as a person does."""
    shown = client.post(ADD, values)
    return client.post(ADD, values | {"seen": shown.context["mark"]} | fields)


def fresh(record):
    record.refresh_from_db()
    return record


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "days"),
    [
        (MONDAY, TUESDAY, [(date(2026, 12, 7), 0, 1440)]),
        (VISIT, TUESDAY.replace(hour=9), [(date(2026, 12, 7), 600, 1440), (date(2026, 12, 8), 0, 540)]),
        (datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC), [(date(2026, 10, 25), 0, 1440)]),
        (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 3, 29, 23, tzinfo=UTC), [(date(2026, 3, 29), 0, 1440)]),
        (datetime(2026, 7, 6, 8, tzinfo=UTC), datetime(2026, 7, 6, 12, tzinfo=UTC), [(date(2026, 7, 6), 540, 780)]),
    ],
)
def test_the_days_of_a_span_by_the_uk_clock(starts_at, ends_at, days):
    assert closed_days(starts_at, ends_at) == days


def test_free_time_is_open_inside_the_span_and_not_busy():
    opening = [(MONDAY.replace(hour=9), MONDAY.replace(hour=17)), (TUESDAY.replace(hour=9), TUESDAY.replace(hour=17))]
    busy = [(VISIT, VISIT + timedelta(minutes=30)), (TUESDAY.replace(hour=9), TUESDAY.replace(hour=10))]

    assert free_time(opening, busy, MONDAY, TUESDAY) == timedelta(hours=7.5)
    assert free_time(opening, busy, VISIT, VISIT + timedelta(minutes=30)) == timedelta()
    assert free_time([], busy, MONDAY, TUESDAY) == timedelta()


@pytest.mark.parametrize(
    ("starts_at", "due"),
    [
        (VISIT, datetime(2026, 11, 25, 17, tzinfo=UTC)),
        (datetime(2026, 11, 25, 10, tzinfo=UTC), datetime(2026, 11, 24, 17, tzinfo=UTC)),
        (datetime(2026, 11, 23, 10, tzinfo=UTC), NOW),
    ],
)
def test_by_when_a_visit_is_looked_after(starts_at, due):
    assert look_after_by(cut_off(starts_at, Terms()), NOW) == due


def test_who_was_asked_may_move_until_the_start():
    late = VISIT - timedelta(hours=1)

    assert not may_move(VISIT, late, Terms())
    assert may_move(VISIT, late, Terms(), asked=True)
    assert not may_move(VISIT, VISIT, Terms(), asked=True)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "text"),
    [
        (MONDAY, TUESDAY, "Monday 7 December 2026"),
        (MONDAY, TUESDAY + timedelta(days=1), "Monday 7 December 2026 to Tuesday 8 December 2026"),
        (VISIT, VISIT + timedelta(hours=2), "Monday 7 December 2026, 10am to 12pm"),
        (VISIT, TUESDAY, "Monday 7 December 2026, 10am to midnight"),
        (VISIT, TUESDAY + timedelta(days=1), "Monday 7 December 2026, 10am to Tuesday 8 December 2026"),
        (MONDAY, TUESDAY.replace(hour=9), "Monday 7 December 2026 to Tuesday 8 December 2026, 9am"),
    ],
)
def test_the_period_in_words(starts_at, ends_at, text):
    assert TimeOff(starts_at=starts_at, ends_at=ends_at).period == text


@pytest.mark.django_db
def test_the_same_form_with_other_days_is_not_said_to_be_saved(okafor, rosa):
    key = uuid4()
    first, _ = take(okafor, rosa, key=key)
    assert take(okafor, rosa, key=key)[0] == first  # pressed twice

    with pytest.raises(AlreadyUsed):
        take(okafor, rosa, TUESDAY, TUESDAY + timedelta(days=1), key=key)

    assert TimeOff.objects.get() == first


@pytest.mark.django_db
class TestTake:
    def test_closes_the_days_and_returns_what_is_inside(self, rosa, okafor, lind, kind, visit, ben):
        diary.appointment(ben, lind, kind, VISIT)
        diary.appointment(ben, okafor, kind, TUESDAY.replace(hour=10))

        made, inside = take(okafor, rosa)

        assert inside == [visit]
        [day] = HoursException.objects.all()
        assert (day.clinician, day.day, day.kind, day.starts, day.ends, day.time_off) == (
            okafor,
            date(2026, 12, 7),
            "closed",
            0,
            1440,
            made,
        )
        assert not offered_at(kind, okafor, VISIT + timedelta(hours=1), now=NOW)
        assert offered_at(kind, lind, VISIT + timedelta(hours=1), now=NOW)

    def test_the_whole_clinic(self, rosa, okafor, lind, kind, visit, ben):
        other = diary.appointment(ben, lind, kind, VISIT.replace(hour=12))

        made, inside = take(None, rosa)

        assert inside == [visit, other]
        assert made.whose == "The whole clinic"
        assert not offered_at(kind, lind, VISIT + timedelta(hours=1), now=NOW)

    def test_visits_stay_and_go_on_the_worklist(self, rosa, okafor, visit):
        before = (visit.starts_at, visit.state, visit.sequence)

        take(okafor, rosa)

        assert (fresh(visit).starts_at, visit.state, visit.sequence) == before
        task = Task.objects.get()
        assert (task.kind, task.about, task.role, task.state) == ("visit_to_move", visit.pk, "reception", "open")
        assert task.title == "Move this visit: clinician away. Monday 7 December 2026 at 10am, UK time"
        assert not Message.objects.exists()

    def test_who_is_asked_gets_a_mail_and_may_move_late(self, rosa, okafor, lind, kind, visit):
        take(okafor, rosa, ask=[visit.pk])

        assert fresh(visit).move_asked_at == NOW
        [message] = Message.objects.all()
        letter = please_move(message)
        assert (letter.to, letter.subject) == ("amina@example.com", "Your appointment needs a new time")
        assert reverse("appointment_reschedule", args=[visit.pk]) in letter.text
        late = VISIT - timedelta(minutes=90)
        moved = appointments.reschedule(
            visit, lind, TUESDAY.replace(hour=14), key=uuid4(), by=visit.patient.user, at=late
        )
        assert (moved.clinician, moved.move_asked_at) == (lind, None)
        assert Task.objects.get().outcome == "Moved"
        assert isinstance(please_move(message), NotWanted)

    def test_who_was_asked_gets_all_back(self, rosa, okafor, visit):
        take(okafor, rosa, ask=[visit.pk])
        visit.booked_at = NOW - timedelta(days=30)

        due = fresh(visit).refund_at(VISIT - timedelta(hours=1))

        assert (due.pence, due.why) == (18000, Why.ASKED_TO_MOVE)

    def test_somebody_without_an_account_is_not_asked(self, rosa, okafor, kind):
        visit = diary.appointment(people.patient(account=False), okafor, kind, VISIT)

        take(okafor, rosa, ask=[visit.pk])

        assert fresh(visit).move_asked_at is None
        assert (Task.objects.count(), Message.objects.count()) == (1, 0)

    def test_a_hold_inside_it_can_no_longer_be_confirmed(self, rosa, okafor, kind, amina):
        held = diary.appointment(
            amina, okafor, kind, VISIT, state="held", mode="", held_until=NOW + timedelta(minutes=10)
        )

        _, inside = take(okafor, rosa)

        assert (inside, Task.objects.count()) == ([held], 0)
        with pytest.raises(HoldEnded):
            holds.confirm(held, patient=amina, mode="video", early_start=True, key=uuid4(), by=amina.user, at=NOW)

    def test_holds_that_ran_out_and_cancelled_visits_are_not_inside(self, rosa, okafor, kind, amina, ben):
        diary.appointment(amina, okafor, kind, VISIT, state="held", mode="", held_until=NOW)
        diary.appointment(ben, okafor, kind, VISIT.replace(hour=12), state="cancelled_by_clinic")

        assert take(okafor, rosa)[1] == []

    def test_the_same_form_twice_is_one(self, rosa, okafor, visit):
        key = uuid4()

        made = [take(okafor, rosa, key=key)[0] for _ in range(2)]

        assert made == [TimeOff.objects.get()] * 2
        assert (HoursException.objects.count(), Task.objects.count()) == (1, 1)

    def test_over_another_is_refused(self, rosa, okafor, lind):
        take(okafor, rosa)

        with pytest.raises(Overlapping, match="Monday 7 December 2026"):
            take(okafor, rosa, starts_at=VISIT, ends_at=TUESDAY + timedelta(days=3))
        take(okafor, rosa, starts_at=TUESDAY, ends_at=TUESDAY + timedelta(days=1))
        take(lind, rosa)
        take(None, rosa)

        assert TimeOff.objects.count() == 4

    def test_cancelling_opens_the_time_again(self, rosa, okafor, kind, visit):
        made, _ = take(okafor, rosa, ask=[visit.pk])

        for _ in range(2):
            actions.cancel(made, by=rosa, at=NOW)

        assert fresh(made).cancelled_at == NOW
        assert offered_at(kind, okafor, VISIT + timedelta(hours=1), now=NOW)
        assert Message.objects.get().state == "cancelled"
        assert (Task.objects.get().state, Task.objects.get().outcome) == ("done", "The time off was cancelled")
        assert take(okafor, rosa)[1] == [visit]

    def test_asking_once_more_after_cancelling_sends_another_mail(self, rosa, okafor, visit):
        made, _ = take(okafor, rosa, ask=[visit.pk])
        actions.cancel(made, by=rosa, at=NOW)

        take(okafor, rosa, ask=[visit.pk])

        assert sorted(Message.objects.values_list("state", flat=True)) == ["cancelled", "due"]
        assert "asked by email" in Task.objects.waiting().get().title

    def test_asked_for_two_times_off_while_the_mail_waits_is_one_mail(self, rosa, okafor, visit):
        take(okafor, rosa, ask=[visit.pk])
        take(None, rosa, ask=[visit.pk])

        assert Message.objects.count() == 1
        assert ["asked by email" in task.title for task in Task.objects.all()] == [True, True]

    def test_a_visit_that_has_begun_is_not_said_to_be_asked(self, rosa, okafor, visit):
        take(okafor, rosa, ask=[visit.pk], at=VISIT + timedelta(minutes=1))

        assert not Message.objects.exists()
        assert "asked by email" not in Task.objects.get().title

    def test_cancelling_before_the_mail_went_takes_the_question_back(self, rosa, okafor, visit):
        made, _ = take(okafor, rosa, ask=[visit.pk])

        actions.cancel(made, by=rosa, at=NOW)

        assert fresh(visit).move_asked_at is None
        assert not Task.objects.waiting().exists()

    @pytest.mark.parametrize(
        "changes",
        [{"state": "sent", "sent_at": NOW}, {"state": "sending", "lease_until": NOW}, {"maybe_repeated": True}],
    )
    def test_cancelling_after_the_mail_went_has_the_patient_called(self, rosa, okafor, visit, changes):
        made, _ = take(okafor, rosa, ask=[visit.pk])
        Message.objects.update(**changes)

        actions.cancel(made, by=rosa, at=NOW)

        task = Task.objects.waiting().get()
        assert (task.kind, task.about, task.role) == ("time_stays", visit.pk, "reception")
        assert task.title == "Tell the patient that the time stays: Monday 7 December 2026 at 10am, UK time"
        assert fresh(visit).refund_at(VISIT - timedelta(hours=1)).why == Why.ASKED_TO_MOVE

    def test_a_time_that_is_taken_off_once_more_does_not_stay(self, rosa, okafor, visit):
        made, _ = take(okafor, rosa, ask=[visit.pk])
        Message.objects.update(state="sent", sent_at=NOW)
        actions.cancel(made, by=rosa, at=NOW)

        take(okafor, rosa, ask=[visit.pk])

        assert Task.objects.get(kind="time_stays").outcome == "The time cannot be kept after all"
        assert sorted(Message.objects.values_list("state", flat=True)) == ["due", "sent"]

    def test_a_visit_that_other_time_off_still_covers_stays_asked(self, rosa, okafor, visit):
        made, _ = take(okafor, rosa, ask=[visit.pk])
        take(None, rosa)

        actions.cancel(made, by=rosa, at=NOW)

        assert (fresh(visit).move_asked_at, Message.objects.get().state) == (NOW, "due")
        assert Task.objects.waiting().get().kind == "visit_to_move"

    def test_a_mail_that_failed_is_not_sent_again_once_the_time_stays(self, rosa, okafor, visit):
        made, _ = take(okafor, rosa, ask=[visit.pk])
        Message.objects.update(state="failed")
        actions.cancel(made, by=rosa, at=NOW)

        assert please_move(Message.objects.get()) == NotWanted("the time is kept after all")

    @pytest.mark.parametrize("kind_of_task", ["visit_to_move", "time_stays"])
    @pytest.mark.parametrize(
        ("acts", "outcome"),
        [
            ([attendance.check_in], "The patient came"),
            ([attendance.mark_did_not_attend], "Did not come"),
            ([attendance.complete], "The visit took place"),
        ],
    )
    def test_a_visit_that_is_over_leaves_no_task(self, rosa, okafor, visit, kind_of_task, acts, outcome):
        if acts == [attendance.complete]:
            attendance.check_in(visit, by=rosa, at=VISIT)
            attendance.start(visit, by=rosa, at=VISIT)
            notes.of_visit(visit, at=VISIT)
        take(okafor, rosa)
        worklist.ask(kind_of_task, "x", key="x", about=visit.pk, role="reception", due_at=NOW, at=NOW)

        for act in acts:
            act(visit, by=rosa, at=VISIT)

        assert set(Task.objects.filter(kind=kind_of_task).values_list("outcome", flat=True)) == {outcome}

    def test_asking_about_another_time_is_refused(self, rosa, visit):
        Appointment.objects.filter(pk=visit.pk).update(sequence=1)

        with pytest.raises(StaleState):
            appointments.ask_to_move(visit, by=rosa, at=NOW)

    def test_cancelling_a_visit_closes_its_task(self, rosa, okafor, visit):
        take(okafor, rosa)

        appointments.cancel(visit, reason="Away", agreed_refund=None, key=uuid4(), by=rosa, at=NOW)

        assert Task.objects.get().outcome == "Cancelled"


@pytest.mark.django_db
class TestConstraints:
    def make(self, rosa, clinician=None, **fields):
        values = {"starts_at": MONDAY, "ends_at": TUESDAY, "reason": "Leave", "created_by": rosa, "created_at": NOW}
        return TimeOff.objects.create(clinician=clinician, key=uuid4(), **values | fields)

    def test_rows_that_pass(self, rosa, okafor, lind):
        for clinician in (okafor, lind, None):
            self.make(rosa, clinician)
        self.make(rosa, okafor, starts_at=TUESDAY, ends_at=TUESDAY + timedelta(days=1))
        self.make(rosa, okafor, cancelled_at=NOW)

        assert TimeOff.objects.count() == 5

    @pytest.mark.parametrize(
        ("fields", "name"),
        [
            ({"ends_at": MONDAY}, "time_off_starts_before_it_ends"),
            ({"reason": ""}, "time_off_has_a_reason"),
            ({"whose": "okafor"}, "time_off_of_a_clinician_once"),
            ({}, "clinic_closure_once"),
        ],
    )
    def test_rows_that_fail(self, rosa, okafor, fields, name):
        clinician = okafor if fields.pop("whose", "") else None
        if not fields:
            self.make(rosa, clinician)

        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            self.make(rosa, clinician, **fields)

    def test_a_day_of_time_off_closes(self, rosa, okafor):
        made = self.make(rosa, okafor)
        HoursException.objects.create(clinician=okafor, day=MONDAY.date(), kind="closed", time_off=made)

        with pytest.raises(IntegrityError, match="time_off_closes"), transaction.atomic():
            HoursException.objects.create(clinician=okafor, day=MONDAY.date(), kind="extra", time_off=made)


@pytest.mark.django_db
@pytest.mark.usefixtures("monday_morning")
class TestPages:
    @pytest.mark.parametrize("fields", [{"clinic": ""}, {"clinic": "on", "whose": "okafor"}])
    def test_nothing_closes_by_a_question_that_was_passed_over(self, as_user, rosa, okafor, fields):
        clinician = okafor if fields.pop("whose", "") else None

        answer = as_user(rosa).post(ADD, sent(clinician) | fields)

        assert answer.status_code == 422
        assert "Choose one clinician, or tick that the whole clinic is closed" in answer.content.decode()
        assert not TimeOff.objects.exists()

    def test_what_it_touches_is_shown_first(self, as_user, rosa, okafor, visit):
        client = as_user(rosa)

        shown = client.post(ADD, sent(okafor))

        html = shown.content.decode()
        assert (shown.status_code, TimeOff.objects.count()) == (200, 0)
        assert (shown.context["closes"], "Amina Example" in html, phone_text(visit.patient.phone) in html) == (
            "7.5",
            True,
            True,
        )

    def test_the_second_press_saves_and_leads_to_the_visits(self, as_user, rosa, okafor, visit):
        client = as_user(rosa)

        response = save(client, sent(okafor))

        made = TimeOff.objects.get()
        assert response.url == reverse("desk_time_off_one", args=[made.pk])
        assert (made.created_by, made.reason, fresh(visit).move_asked_at) == (rosa, "Annual leave", None)
        assert reverse("desk_move", args=[visit.pk]) in client.get(response.url).content.decode()

    @pytest.mark.parametrize(
        ("hours", "says"),
        [(1, "Held until 10am. It"), (24, "Held until Tuesday 24 November 2026 at 9am, UK time. It")],
    )
    def test_a_hold_is_shown_with_its_end(self, as_user, rosa, okafor, kind, amina, hours, says):
        until = NOW + timedelta(hours=hours)
        diary.appointment(amina, okafor, kind, VISIT, state="held", mode="", held_until=until)
        client = as_user(rosa)

        pages = [client.post(ADD, sent(okafor)), client.get(save(client, sent(okafor)).url)]

        assert [says in page.content.decode() for page in pages] == [True, True]

    @pytest.mark.parametrize("state", ["due", "paid"])
    def test_who_is_asked_reads_what_is_true_of_their_money(self, as_user, rosa, okafor, visit, state):
        money.charged(visit, state)
        take(okafor, rosa, ask=[visit.pk])
        words = {
            "due": "You can also cancel. You have not paid, so there is nothing to give back. You owe nothing.",
            "paid": "You can also cancel. You get £180 back within 14 days, the way you paid.",
        }[state]

        letter = please_move(Message.objects.get())
        page = as_user(visit.patient.user).get(reverse("appointment", args=[visit.pk])).content.decode()

        assert [words in text for text in (letter.text, letter.html, page)] == [True, True, True]

    @pytest.mark.parametrize("which", ["ask", "everybody"])
    def test_patients_are_asked(self, as_user, rosa, okafor, visit, which):
        save(as_user(rosa), sent(okafor), **{which: str(visit.pk) if which == "ask" else "1"})

        assert fresh(visit).move_asked_at == NOW
        assert Message.objects.get().rule == "please_move"

    @pytest.mark.parametrize("ask", ["x", "\0", "00000000-0000-4000-8000-000000000001"])
    def test_asking_about_a_visit_that_is_not_inside_saves_nothing(self, as_user, rosa, okafor, visit, ask):
        assert save(as_user(rosa), sent(okafor), ask=ask).status_code == 200
        assert not TimeOff.objects.exists()

    def test_a_changed_value_is_shown_again(self, as_user, rosa, okafor, visit):
        client = as_user(rosa)
        values = sent(okafor)
        mark = client.post(ADD, values).context["mark"]

        again = client.post(ADD, values | {"last": "2026-12-08", "seen": mark})

        assert (again.status_code, TimeOff.objects.count()) == (200, 0)

    def test_a_visit_booked_since_is_shown_first(self, as_user, rosa, okafor, visit, kind, ben):
        client = as_user(rosa)
        values = sent(okafor)
        mark = client.post(ADD, values).context["mark"]
        diary.appointment(ben, okafor, kind, VISIT.replace(hour=12))

        again = client.post(ADD, values | {"seen": mark})

        assert (len(again.context["inside"]), TimeOff.objects.count()) == (2, 0)

    def test_change_it_first_keeps_what_was_typed(self, as_user, rosa, okafor):
        response = as_user(rosa).post(ADD, sent(okafor, starts="14:00", change="1"))

        assert response.context["form"]["starts"].value() == "14:00"
        assert str(response.context["form"]["clinician"].value()) == str(okafor.pk)

    def test_part_of_a_day_and_the_whole_clinic(self, as_user, rosa, okafor):
        save(as_user(rosa), sent(starts="14:00", last="2026-12-08", ends="09:30", reason="Move of offices"))

        made = TimeOff.objects.get()
        assert (made.clinician, made.starts_at, made.ends_at) == (
            None,
            MONDAY.replace(hour=14),
            TUESDAY.replace(hour=9, minute=30),
        )

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"first": "2026-02-30"}, "Enter a date, like"),
            ({"first": ""}, "Enter a date"),
            ({"last": "9999-12-31"}, "until 2099"),
            ({"first": "0001-01-01"}, "until 2099"),
            ({"last": "2099-12-31"}, "at most a year"),
            ({"last": "2026-12-06"}, "must end after it begins"),
            ({"starts": "10:00", "ends": "10:00"}, "must end after it begins"),
            ({"starts": "9am"}, "24-hour clock"),
            ({"ends": "24:01"}, "24-hour clock"),
            ({"first": "2026-11-02", "last": "2026-11-03"}, "not past"),
            ({"first": "2027-03-28", "last": "2027-03-28", "starts": "01:30"}, "clocks change"),
            ({"first": "2027-10-31", "last": "2027-10-31", "ends": "01:30"}, "clocks change"),
            ({"reason": ""}, "Say why"),
            ({"reason": "a\0b"}, "cannot be saved"),
            ({"reason": "x" * 121}, "120 characters"),
            ({"clinician": str(uuid4())}, "valid choice"),
            ({"clinician": "x"}, "valid UUID"),
            ({"key": "x"}, "from its own page"),
        ],
    )
    def test_what_makes_no_sense_is_said(self, as_user, rosa, okafor, fields, says):
        response = as_user(rosa).post(ADD, sent(okafor) | fields)

        assert response.status_code == 422
        assert says in response.content.decode()

    def test_over_another_is_a_form_error(self, as_user, rosa, okafor):
        take(okafor, rosa)

        response = save(as_user(rosa), sent(okafor))

        assert response.status_code == 422
        assert "overlaps what is there" in response.content.decode()

    def test_the_list_hides_what_is_past(self, as_user, rosa, okafor, lind):
        take(okafor, rosa, reason="To come")
        take(lind, rosa, starts_at=NOW - timedelta(days=5), ends_at=NOW - timedelta(days=4), reason="Gone by")
        client = as_user(rosa)

        few, every = (client.get(LIST + query).content.decode() for query in ("", "?past=on"))

        assert ("To come" in few, "Gone by" in few, "To come" in every, "Gone by" in every) == (True, False, True, True)

    def test_one_button_cancels(self, as_user, rosa, okafor, kind):
        made, _ = take(okafor, rosa)
        address = reverse("desk_time_off_cancel", args=[made.pk])

        assert as_user(rosa).get(address).status_code == 405
        assert as_user(rosa).post(address).url == reverse("desk_time_off_one", args=[made.pk])
        assert fresh(made).cancelled_at == NOW
        assert "Cancel this time off" not in as_user(rosa).get(address[: -len("cancel/")]).content.decode()

    def test_its_days_are_not_changed_one_by_one(self, as_user, rosa, okafor):
        take(okafor, rosa)
        [day] = HoursException.objects.all()
        address = f"/admin/bookings/hoursexception/{day.pk}/change/"

        assert as_user(rosa).get(address).status_code == 200
        assert as_user(rosa).post(address, {"day": "24/12/2026"}).status_code == 403

    def test_wrong_roles(self, as_user, client, okafor, ben, rosa):
        made, _ = take(okafor, rosa)
        addresses = [LIST, ADD, reverse("desk_time_off_one", args=[made.pk])]

        assert {client.get(each).url.split("?")[0] for each in addresses} == {"/accounts/login/"}
        assert [as_user(okafor.user).get(each).status_code for each in addresses] == [403, 403, 403]
        assert [as_user(ben.user).get(each).status_code for each in addresses] == [404, 404, 404]
        assert as_user(okafor.user).post(reverse("desk_time_off_cancel", args=[made.pk])).status_code == 403
        assert as_user(rosa).get(reverse("desk_time_off_one", args=[uuid4()])).status_code == 404

    def test_pages_ask_the_same_number_of_queries_for_more_rows(self, as_user, rosa, okafor, lind, kind, visit):
        client = as_user(rosa)
        made, _ = take(okafor, rosa)

        def asked():
            counts = []
            for ask in (
                lambda: client.get(LIST),
                lambda: client.get(reverse("desk_time_off_one", args=[made.pk])),
                lambda: client.post(ADD, sent()),
            ):
                with CaptureQueriesContext(connection) as queries:
                    assert ask().status_code == 200
                counts.append(len(queries))
            return counts

        asked()
        few = asked()
        for hour in (12, 14):
            diary.appointment(people.patient(), okafor, kind, VISIT.replace(hour=hour))
            take(lind, rosa, starts_at=MONDAY.replace(hour=hour), ends_at=MONDAY.replace(hour=hour + 1))

        assert asked() == few


@pytest.mark.django_db
@pytest.mark.usefixtures("monday_morning")
class TestBookable:
    def address(self, clinician):
        return reverse("desk_bookable", args=[clinician.pk])

    def test_case_30_stopping_shows_the_visits_and_asks(self, as_user, manager, okafor, visit):
        client = as_user(manager)

        page, blocked = client.get(self.address(okafor)), client.post(self.address(okafor))

        assert "Amina Example" in page.content.decode()
        assert (blocked.status_code, fresh(okafor).is_active) == (422, True)
        assert client.post(self.address(okafor), {"seen": page.context["mark"], "looked_at": "on"}).status_code == 302
        assert (fresh(okafor).is_active, fresh(visit).state, fresh(visit).starts_at) == (False, "booked", VISIT)
        day = client.get(reverse("desk_diary"), {"day": f"{VISIT:%Y-%m-%d}"}).content.decode()
        own = as_user(visit.patient.user).get(reverse("appointment", args=[visit.pk]))
        assert (f'id="visit-{visit.pk}"' in day, own.status_code) == (True, 200)

    def test_allowing_again_needs_no_tick(self, as_user, manager, okafor, visit):
        type(okafor).objects.filter(pk=okafor.pk).update(is_active=False)

        client = as_user(manager)
        mark = client.get(self.address(okafor)).context["mark"]

        assert client.post(self.address(okafor), {"seen": mark}).status_code == 302
        assert fresh(okafor).is_active

    def test_a_visit_booked_since_is_shown_first(self, as_user, manager, okafor, visit, kind, ben):
        client = as_user(manager)
        mark = client.get(self.address(okafor)).context["mark"]
        diary.appointment(ben, okafor, kind, VISIT.replace(hour=12))

        again = client.post(self.address(okafor), {"seen": mark, "looked_at": "on"})

        assert (again.status_code, len(again.context["coming"]), fresh(okafor).is_active) == (200, 2, True)

    def test_the_entry_itself_cannot_untick_it(self, as_user, manager, okafor):
        page = as_user(manager).get(f"/admin/clinic/clinician/{okafor.pk}/change/").content.decode()

        assert (self.address(okafor) in page, 'name="is_active"' in page) == (True, False)

    def test_wrong_roles(self, as_user, rosa, okafor, ben):
        assert as_user(rosa).get(self.address(okafor)).status_code == 403
        assert as_user(ben.user).get(self.address(okafor)).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("gap", [0, 0.004, 0.015])
@pytest.mark.parametrize("whole_clinic", [True, False])
def test_time_off_against_bookings(rosa, okafor, gap, whole_clinic):
    diary.hours(okafor)
    kind = diary.kind(okafor)
    patients = [people.patient() for _ in range(8)]
    starts = [MONDAY.replace(hour=9) + timedelta(minutes=30 * number) for number in range(8)]

    def act(number):
        if number == 3:
            return take(None if whole_clinic else okafor, rosa)
        return appointments.book_for(
            patients[number], kind, okafor, starts[number], mode="video", key=uuid4(), by=rosa, at=NOW
        )

    results = race(8, act, gap=gap)

    _, inside = results.pop(3)
    booked = {result.pk for result in results if isinstance(result, Appointment)}
    refused = [result for result in results if not isinstance(result, Appointment)]
    assert {type(result) for result in refused} <= {NotOffered}
    assert {visit.pk for visit in inside} == booked == set(Appointment.objects.values_list("pk", flat=True))
    assert Task.objects.count() == len(booked)
