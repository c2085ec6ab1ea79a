"""Writing to the diary, one person at a time. The races are in test_races.py."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, InternalError, transaction

from bookings.appointments import actions
from bookings.appointments.enums import MOVES, State
from bookings.appointments.models import Appointment, AppointmentMove, Submission
from bookings.appointments.refusals import (
    AlreadyUsed,
    Elsewhere,
    HoldEnded,
    NotNow,
    NotOffered,
    RefundChanged,
    SignInFirst,
    Taken,
    TooLate,
    TooSoon,
)
from bookings.attendance import actions as attendance
from bookings.availability.models import HoursException
from bookings.holds import actions as holds
from clinic.db.states import StaleState, move
from clinic.outbox.enums import MessageState
from clinic.outbox.models import Message
from patients.access.models import CareRelationship
from tests.factories import diary, notes, people
from tests.factories.people import NOW

pytestmark = pytest.mark.django_db


def at(day, hour, minute=0):
    """A time in December 2026."""
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


WEDNESDAY = at(2, 10)


@pytest.fixture
def kind(okafor, lind):
    diary.hours(okafor)
    diary.hours(lind)
    return diary.kind(okafor, lind)


def hold(kind, clinician, starts_at, patient=None, **fields):
    return holds.hold(
        kind,
        clinician,
        starts_at,
        **{"patient": patient, "own_hold": None, "address": "", "key": uuid4(), "at": NOW} | fields,
    )


def confirm(held, patient, now=NOW, **fields):
    return holds.confirm(
        held,
        **{"patient": patient, "mode": "video", "early_start": True, "key": uuid4(), "by": patient.user, "at": now}
        | fields,
    )


def booked(kind, clinician, starts_at, patient):
    return confirm(hold(kind, clinician, starts_at, patient), patient)


def move_to(appointment, clinician, starts_at, by, **fields):
    return actions.reschedule(appointment, clinician, starts_at, **{"key": uuid4(), "by": by, "at": NOW} | fields)


def cancel(appointment, by, **fields):
    return actions.cancel(
        appointment, **{"reason": "", "agreed_refund": 18000, "key": uuid4(), "by": by, "at": NOW} | fields
    )


TIMED = ["missing_4d", "missing_7d", "reminder_3h", "reminder_48h"]


def on_their_way(visit):
    return sorted(Message.objects.filter(about=visit.pk, state=MessageState.DUE).values_list("rule", flat=True))


def states_of_messages(appointment):
    return sorted(Message.objects.filter(about=appointment.pk).values_list("rule", "round", "state"))


class TestHold:
    def test_keeps_the_time_for_15_minutes(self, kind, okafor, amina):
        held = hold(kind, okafor, WEDNESDAY, amina)

        assert (held.state, held.held_until, held.fee_pence) == (State.HELD, NOW + timedelta(minutes=15), 18000)

    def test_is_refused_where_somebody_else_holds_the_time(self, kind, okafor, amina, ben):
        hold(kind, okafor, WEDNESDAY, amina)

        with pytest.raises(Taken):
            hold(kind, okafor, WEDNESDAY, ben)

    def test_that_ran_out_makes_room(self, kind, okafor, amina, ben):
        old = hold(kind, okafor, WEDNESDAY, amina)

        hold(kind, okafor, WEDNESDAY, ben, at=NOW + timedelta(minutes=15))

        old.refresh_from_db()
        assert old.state == State.EXPIRED

    def test_of_another_time_lets_the_first_go(self, kind, okafor, amina):
        first = hold(kind, okafor, WEDNESDAY, amina)

        hold(kind, okafor, at(2, 11), amina)

        first.refresh_from_db()
        assert first.state == State.EXPIRED

    def test_of_the_same_time_again_is_the_same_hold(self, kind, okafor, amina):
        assert hold(kind, okafor, WEDNESDAY, amina) == hold(kind, okafor, WEDNESDAY, amina)

    @pytest.mark.parametrize(
        "starts_at",
        [
            at(2, 3),  # 3 in the night
            at(6, 10),  # a Sunday
            at(2, 10, 7),  # not aligned
            at(2, 17),  # after hours
            at(25, 10),  # Christmas Day
            NOW + timedelta(hours=1),  # inside the notice
            datetime(2027, 6, 2, 10, tzinfo=UTC),  # beyond the horizon
            datetime(2026, 11, 20, 10, tzinfo=UTC),  # past
        ],
    )
    def test_case_05_of_a_time_never_offered_is_refused(self, kind, okafor, amina, starts_at):
        with pytest.raises(NotOffered):
            hold(kind, okafor, starts_at, amina)

        assert Appointment.objects.count() == 0

    def test_case_05_with_a_clinician_who_does_not_offer_the_kind_is_refused(self, kind, okafor, lind, amina):
        other = diary.kind(lind, slug="other")

        with pytest.raises(NotOffered):
            hold(other, okafor, WEDNESDAY, amina)

    def test_case_05_with_an_inactive_clinician_is_refused(self, kind, okafor, amina):
        type(okafor).objects.filter(pk=okafor.pk).update(is_active=False)

        with pytest.raises(NotOffered):
            hold(kind, okafor, WEDNESDAY, amina)

    def test_of_an_inactive_kind_is_refused(self, kind, okafor, amina):
        kind.is_active = False

        with pytest.raises(NotOffered):
            hold(kind, okafor, WEDNESDAY, amina)

    def test_while_the_patient_has_another_visit_is_refused(self, kind, okafor, lind, amina):
        booked(kind, lind, WEDNESDAY, amina)

        with pytest.raises(Elsewhere):
            hold(kind, okafor, WEDNESDAY, amina)

    def test_case_16_notice_is_elapsed_hours_across_a_clock_change(self, okafor, amina):
        diary.hours(okafor, weekdays=range(7))
        kind = diary.kind(okafor, notice_hours=24)
        sunday_nine = datetime(2027, 3, 28, 8, tzinfo=UTC)  # 9am BST, 23 hours after Saturday 9am GMT

        with pytest.raises(NotOffered):
            hold(kind, okafor, sunday_nine, amina, at=datetime(2027, 3, 27, 8, 1, tzinfo=UTC))
        assert hold(kind, okafor, sunday_nine, amina, at=datetime(2027, 3, 27, 8, tzinfo=UTC)).starts_at == sunday_nine


class TestSignedOutHold:
    def test_is_known_by_the_session_and_chosen_again(self, kind, okafor):
        first = hold(kind, okafor, WEDNESDAY, address="a")

        hold(kind, okafor, at(2, 11), own_hold=first.pk, address="a")

        first.refresh_from_db()
        assert first.state == State.EXPIRED

    def test_three_an_hour_an_address(self, kind, okafor):
        for day in (2, 3, 4):
            hold(kind, okafor, at(day, 10), address="a")

        with pytest.raises(SignInFirst):
            hold(kind, okafor, at(7, 10), address="a")
        assert hold(kind, okafor, at(7, 10), address="b").state == State.HELD
        assert hold(kind, okafor, at(8, 10), address="a", at=NOW + timedelta(minutes=61)).state == State.HELD

    def test_people_signed_in_from_the_same_address_do_not_count(self, kind, okafor):
        for number in range(3):
            hold(kind, okafor, at(2, 10 + number), people.patient(), address="a")

        assert hold(kind, okafor, at(3, 10), address="a").held_from == "a"
        assert list(Appointment.objects.exclude(patient=None).values_list("held_from", flat=True)) == ["", "", ""]

    def test_at_most_a_fifth_of_a_day(self, kind, okafor):
        for number in range(3):  # 16 times a day: three are under a fifth, the fourth is over
            hold(kind, okafor, at(2, 10 + number), address=str(number))

        with pytest.raises(SignInFirst):
            hold(kind, okafor, at(2, 14), address="z")

    def test_from_before_signing_in_is_let_go_when_the_patient_chooses_again(self, kind, okafor, amina):
        first = hold(kind, okafor, WEDNESDAY, address="a")

        hold(kind, okafor, at(2, 11), amina, own_hold=first.pk)

        first.refresh_from_db()
        assert first.state == State.EXPIRED

    def test_from_before_signing_in_can_be_chosen_again_as_a_patient(self, kind, okafor, amina):
        first = hold(kind, okafor, WEDNESDAY, address="a")

        assert hold(kind, okafor, WEDNESDAY, amina, own_hold=first.pk) == first

    def test_becomes_the_patients_on_confirming(self, kind, okafor, amina):
        held = hold(kind, okafor, WEDNESDAY, address="a")

        visit = confirm(held, amina)

        assert (visit.state, visit.patient) == (State.BOOKED, amina)


class TestConfirm:
    def test_books_the_visit_with_its_messages_and_opens_care(self, kind, okafor, amina):
        visit = booked(kind, okafor, WEDNESDAY, amina)

        assert (visit.state, visit.mode, visit.booked_at, visit.held_until) == (State.BOOKED, "video", NOW, None)
        assert states_of_messages(visit) == [
            ("booking_confirmed", 0, "due"),
            *((rule, 0, "due") for rule in TIMED),
        ]
        assert CareRelationship.objects.get().clinician == okafor
        assert (visit.early_start_requested_at, visit.early_start_text) == (NOW, "2026-11")

    def test_again_changes_nothing(self, kind, okafor, amina):
        held = hold(kind, okafor, WEDNESDAY, amina)
        confirm(held, amina)

        again = confirm(held, amina)

        assert again.state == State.BOOKED
        assert Message.objects.filter(rule="booking_confirmed").count() == 1

    def test_same_form_twice_is_one_booking(self, kind, okafor, amina):
        held, key = hold(kind, okafor, WEDNESDAY, amina), uuid4()

        assert confirm(held, amina, key=key) == confirm(held, amina, key=key)
        assert Submission.objects.filter(act="confirm").count() == 1

    def test_same_key_with_other_values_is_refused(self, kind, okafor, amina):
        held, key = hold(kind, okafor, WEDNESDAY, amina), uuid4()
        confirm(held, amina, key=key)

        with pytest.raises(AlreadyUsed):
            confirm(held, amina, key=key, mode="phone")

    def test_after_the_hold_ran_out_still_books_where_nobody_took_the_time(self, kind, okafor, amina):
        held = hold(kind, okafor, WEDNESDAY, amina)

        assert confirm(held, amina, now=NOW + timedelta(hours=1)).state == State.BOOKED

    def test_after_somebody_else_took_the_time_is_refused(self, kind, okafor, amina, ben):
        held = hold(kind, okafor, WEDNESDAY, amina)
        confirm(hold(kind, okafor, WEDNESDAY, ben, at=NOW + timedelta(minutes=16)), ben)

        with pytest.raises(HoldEnded):
            confirm(held, amina, now=NOW + timedelta(minutes=17))

    def test_after_time_off_was_added_is_refused(self, kind, okafor, amina):
        held = hold(kind, okafor, WEDNESDAY, amina)
        HoursException.objects.create(clinician=okafor, day=WEDNESDAY.date(), kind="closed")

        with pytest.raises(HoldEnded):
            confirm(held, amina)

    def test_of_somebody_elses_hold_is_refused(self, kind, okafor, amina, ben):
        held = hold(kind, okafor, WEDNESDAY, amina)

        with pytest.raises(HoldEnded):
            confirm(held, ben)

    def test_of_an_overlapping_visit_with_another_clinician_is_refused(self, kind, okafor, lind, amina):
        held = hold(kind, okafor, WEDNESDAY, address="a")
        booked(kind, lind, WEDNESDAY, amina)

        with pytest.raises(Elsewhere):
            confirm(held, amina)


class TestReschedule:
    def test_frees_the_old_time_and_replans_the_messages(self, kind, okafor, lind, amina, ben):
        visit = booked(kind, okafor, WEDNESDAY, amina)

        moved = move_to(visit, lind, at(7, 11), amina.user)

        assert (moved.starts_at, moved.ends_at, moved.clinician, moved.sequence) == (at(7, 11), at(7, 11, 30), lind, 1)
        assert states_of_messages(moved) == [
            ("booking_confirmed", 0, "cancelled"),
            ("booking_moved", 1, "due"),
            *((rule, *rest) for rule in TIMED for rest in ((0, "cancelled"), (1, "due"))),
        ]
        assert AppointmentMove.objects.values_list("from_starts_at", "to_starts_at").get() == (WEDNESDAY, at(7, 11))
        assert booked(kind, okafor, WEDNESDAY, ben).state == State.BOOKED

    def test_to_a_taken_time_keeps_the_old_one(self, kind, okafor, amina, ben):
        visit = booked(kind, okafor, WEDNESDAY, amina)
        booked(kind, okafor, at(7, 11), ben)

        with pytest.raises(Taken):
            move_to(visit, okafor, at(7, 11), amina.user)

        visit.refresh_from_db()
        assert (visit.starts_at, visit.sequence) == (WEDNESDAY, 0)

    def test_may_overlap_its_own_old_time(self, okafor, amina):
        diary.hours(okafor)
        kind = diary.kind(okafor, minutes=60, align_minutes=30)
        visit = booked(kind, okafor, WEDNESDAY, amina)

        assert move_to(visit, okafor, at(2, 10, 30), amina.user).starts_at == at(2, 10, 30)

    def test_after_the_cut_off_is_for_staff_only(self, kind, okafor, amina, rosa):
        visit = booked(kind, okafor, WEDNESDAY, amina)
        late = at(1, 17)

        with pytest.raises(TooLate):
            move_to(visit, okafor, at(7, 11), amina.user, at=late)
        assert move_to(visit, okafor, at(7, 11), rosa, at=late).starts_at == at(7, 11)

    def test_there_and_back_again_plans_anew(self, kind, okafor, amina):
        visit = booked(kind, okafor, WEDNESDAY, amina)
        move_to(visit, okafor, at(7, 11), amina.user)

        back = move_to(visit, okafor, WEDNESDAY, amina.user)

        assert [state for rule, round_, state in states_of_messages(back) if round_ == 2] == ["due"] * 5


class TestCancel:
    def test_stops_the_reminders_and_frees_the_time(self, kind, okafor, amina, ben):
        visit = cancel(booked(kind, okafor, WEDNESDAY, amina), amina.user)

        assert visit.state == State.CANCELLED_BY_PATIENT
        waiting = Message.objects.filter(about=visit.pk, state=MessageState.DUE).values_list("rule", flat=True)
        assert list(waiting) == ["booking_cancelled"]
        assert booked(kind, okafor, WEDNESDAY, ben).state == State.BOOKED

    def test_after_a_move_leaves_no_reminder(self, kind, okafor, amina):
        visit = booked(kind, okafor, WEDNESDAY, amina)
        move_to(visit, okafor, at(7, 11), amina.user)

        cancel(visit, amina.user)

        assert not Message.objects.filter(rule__startswith="reminder", state=MessageState.DUE).exists()

    def test_with_another_refund_than_shown_is_refused(self, kind, okafor, amina):
        visit = booked(kind, okafor, WEDNESDAY, amina)

        with pytest.raises(RefundChanged):
            cancel(visit, amina.user, agreed_refund=0)

    def test_after_the_start_is_refused(self, kind, okafor, amina):
        visit = booked(kind, okafor, WEDNESDAY, amina)

        with pytest.raises(TooSoon):
            cancel(visit, amina.user, at=WEDNESDAY)

    def test_twice_is_refused(self, kind, okafor, amina):
        visit = cancel(booked(kind, okafor, WEDNESDAY, amina), amina.user)

        with pytest.raises(StaleState):
            cancel(visit, amina.user)

    def test_by_staff_is_the_clinics(self, kind, okafor, amina, rosa):
        visit = cancel(booked(kind, okafor, WEDNESDAY, amina), rosa, agreed_refund=None)

        assert visit.state == State.CANCELLED_BY_CLINIC


class TestStaff:
    def book(self, kind, clinician, starts_at, patient, by, **fields):
        return actions.book_for(
            patient, kind, clinician, starts_at, **{"mode": "phone", "key": uuid4(), "by": by, "at": NOW} | fields
        )

    def test_book_for_somebody_without_an_account(self, kind, okafor, rosa):
        by_phone = people.patient(account=False)

        visit = self.book(kind, okafor, WEDNESDAY, by_phone, rosa)

        assert (visit.state, visit.patient, visit.mode) == (State.BOOKED, by_phone, "phone")

    def test_may_book_a_time_not_offered_with_a_reason(self, kind, okafor, amina, rosa):
        with pytest.raises(NotOffered):
            self.book(kind, okafor, at(2, 18), amina, rosa)

        assert self.book(
            kind, okafor, at(2, 18), amina, rosa, outside_hours_reason="Asked by Dr Okafor"
        ).starts_at == at(2, 18)

    @pytest.mark.parametrize("starts_at", [datetime(2020, 1, 2, 3, 7, tzinfo=UTC), NOW, NOW + timedelta(days=367)])
    def test_a_reason_does_not_open_the_past_or_the_far_future(self, kind, okafor, amina, rosa, starts_at):
        with pytest.raises(NotOffered):
            self.book(kind, okafor, starts_at, amina, rosa, outside_hours_reason="x")

    def test_a_reason_does_not_book_who_has_left_or_does_not_offer_the_kind(self, kind, okafor, lind, amina, rosa):
        with pytest.raises(NotOffered):
            self.book(diary.kind(lind, slug="x"), okafor, at(2, 18), amina, rosa, outside_hours_reason="x")
        type(okafor).objects.filter(pk=okafor.pk).update(is_active=False)
        with pytest.raises(NotOffered):
            self.book(kind, okafor, at(2, 18), amina, rosa, outside_hours_reason="x")

    def test_may_never_overlap(self, kind, okafor, amina, ben, rosa):
        self.book(kind, okafor, WEDNESDAY, amina, rosa)

        with pytest.raises(Taken):
            self.book(kind, okafor, WEDNESDAY, ben, rosa, outside_hours_reason="Squeeze in")

    def test_check_in_on_the_day_only(self, kind, okafor, amina, rosa):
        visit = booked(kind, okafor, WEDNESDAY, amina)

        with pytest.raises(NotNow):
            attendance.check_in(visit, by=rosa, at=at(1, 10))
        attendance.check_in(visit, by=rosa, at=at(2, 9, 50))

        assert list(visit.state_changes.values_list("to_state", "by")) == [
            ("booked", amina.user.pk),
            ("checked_in", rosa.pk),
        ]

    def test_did_not_attend_after_the_start_only(self, kind, okafor, amina, rosa):
        visit = booked(kind, okafor, WEDNESDAY, amina)

        with pytest.raises(NotNow):
            attendance.mark_did_not_attend(visit, by=rosa, at=at(2, 9, 59))
        attendance.mark_did_not_attend(visit, by=rosa, at=at(2, 10, 15))

        assert visit.state == State.DID_NOT_ATTEND
        assert on_their_way(visit) == ["did_not_attend"]

    def test_a_mistake_taken_back_calls_the_message_off_and_the_next_one_goes(self, kind, okafor, amina, rosa):
        visit = booked(kind, okafor, WEDNESDAY, amina)
        attendance.mark_did_not_attend(visit, by=rosa, at=at(2, 10, 15))

        attendance.take_back(visit, reason="Next door", by=rosa, at=at(2, 10, 20))
        taken_back = on_their_way(visit)
        attendance.mark_did_not_attend(visit, by=rosa, at=at(2, 10, 30))

        assert taken_back == []
        assert on_their_way(visit) == ["did_not_attend"]

    def test_a_visit_runs_its_course(self, kind, okafor, amina, rosa):
        visit = booked(kind, okafor, WEDNESDAY, amina)

        attendance.check_in(visit, by=rosa, at=WEDNESDAY)
        attendance.start(visit, by=rosa, at=WEDNESDAY)
        notes.of_visit(visit, at=WEDNESDAY)
        attendance.complete(visit, by=rosa, at=WEDNESDAY)

        assert visit.state == State.COMPLETED


class TestConstraints:
    def test_a_clinician_cannot_be_in_two_places(self, kind, okafor, amina, ben):
        diary.appointment(amina, okafor, kind, WEDNESDAY)

        with pytest.raises(IntegrityError, match="clinician_is_in_one_place"), transaction.atomic():
            diary.appointment(ben, okafor, kind, WEDNESDAY + timedelta(minutes=29))
        diary.appointment(ben, okafor, kind, WEDNESDAY + timedelta(minutes=30))

    def test_a_buffer_keeps_others_away(self, okafor, amina, ben):
        kind = diary.kind(okafor, buffer_after=10)
        diary.appointment(amina, okafor, kind, WEDNESDAY)

        with pytest.raises(IntegrityError, match="clinician_is_in_one_place"), transaction.atomic():
            diary.appointment(ben, okafor, kind, WEDNESDAY + timedelta(minutes=39))
        diary.appointment(ben, okafor, kind, WEDNESDAY + timedelta(minutes=40))

    def test_a_patient_cannot_be_in_two_places(self, kind, okafor, lind, amina):
        diary.appointment(amina, okafor, kind, WEDNESDAY)

        with pytest.raises(IntegrityError, match="patient_is_in_one_place"), transaction.atomic():
            diary.appointment(amina, lind, kind, WEDNESDAY + timedelta(minutes=29))
        diary.appointment(amina, lind, kind, WEDNESDAY + timedelta(minutes=30))

    @pytest.mark.parametrize("state", ["cancelled_by_patient", "cancelled_by_clinic", "expired"])
    def test_what_is_over_without_a_visit_frees_its_time(self, kind, okafor, amina, ben, state):
        diary.appointment(amina, okafor, kind, WEDNESDAY, state=state)

        assert diary.appointment(ben, okafor, kind, WEDNESDAY).pk

    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [
            ({"patient": None}, "visit_has_patient_and_mode"),
            ({"mode": ""}, "visit_has_patient_and_mode"),
            ({"booked_at": None}, "visit_has_patient_and_mode"),
            ({"state": "held"}, "hold_has_an_end"),
            ({"state": "rescheduled"}, "appointment_state_known"),
            ({"ends_at": WEDNESDAY}, "appointment_times_in_order"),
            ({"busy_from": WEDNESDAY + timedelta(minutes=1)}, "appointment_times_in_order"),
        ],
    )
    def test_rows_that_make_no_sense_are_refused(self, kind, okafor, amina, fields, constraint):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            diary.appointment(fields.pop("patient", amina), okafor, kind, WEDNESDAY, **fields)

    @pytest.mark.parametrize("before", State.values)
    def test_the_database_allows_only_the_moves_of_the_table(self, kind, okafor, amina, before):
        allowed = MOVES.get(before, frozenset())
        for after in set(State.values) - {before}:
            visit = diary.appointment(amina, okafor, kind, WEDNESDAY, state=before, held_until=NOW)
            if after in allowed:
                move(visit, after, by=amina.user, at=NOW)
            else:
                with pytest.raises(StaleState):
                    move(visit, after, by=amina.user, at=NOW)
                with pytest.raises(InternalError), transaction.atomic():
                    Appointment.objects.filter(pk=visit.pk).update(state=after)
            _put_away(visit)

    @pytest.mark.parametrize("model", [Submission, AppointmentMove])
    def test_frozen_rows_stay(self, kind, okafor, amina, model):
        visit = booked(kind, okafor, WEDNESDAY, amina)
        move_to(visit, okafor, at(7, 11), amina.user)

        with pytest.raises(Exception, match="permission denied|Cannot"), transaction.atomic():
            model.objects.all().delete()
        with pytest.raises(Exception, match="permission denied|Cannot"), transaction.atomic():
            model.objects.update(at=NOW)


_away = iter(range(1, 10_000))


def _put_away(visit):
    """Shift a row to a day of its own, so that the next one can be made."""
    shift = timedelta(days=next(_away) + 400)
    Appointment.objects.filter(pk=visit.pk).update(
        **{name: getattr(visit, name) + shift for name in ("starts_at", "ends_at", "busy_from", "busy_until")}
    )
