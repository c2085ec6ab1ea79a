"""The random walk over the diary: each rule does one thing to the model and to the database."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bookings.appointments import actions
from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.slots import read_diary, slots
from bookings.attendance import actions as attendance
from bookings.availability.models import TimeOff
from bookings.holds import actions as holds
from bookings.timeoff import actions as timeoff
from clinic.db.clock import UK, instant, uk_day
from clinic.db.refusal import Refusal
from clinic.outbox.enums import ON_THE_WAY
from clinic.outbox.models import Message
from clinic.worklist.enums import TaskKind
from clinic.worklist.models import Task
from tests.bookings.model import HORIZON, HOURS, KINDS, VISITOR
from tests.bookings.model_waiting import WaitingModel
from tests.factories import diary, people

# A Monday, and the days before the clocks go back and forward.
STARTS = [
    datetime(2026, 11, 23, 8, tzinfo=UTC),
    datetime(2026, 10, 24, 8, tzinfo=UTC),
    datetime(2027, 3, 27, 8, tzinfo=UTC),
]
PASSING = [timedelta(minutes=1), timedelta(minutes=14), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=9)]
PASSING += [timedelta(days=1), timedelta(days=2)]
CLOSURES = [(0, 1440), (30, 180), (540, 600), (615, 720)]

PATIENTS = ("amina", "ben", "cara")
patients = st.sampled_from(PATIENTS)
whoever = st.sampled_from([*PATIENTS, VISITOR])
clinicians = st.sampled_from(sorted(HOURS))
kinds = st.sampled_from(sorted(KINDS))
some = st.integers(0, 999)
OVERLAPS = """
    select count(*) from bookings_appointment one join bookings_appointment other on one.id < other.id
    where one.state not in ('expired', 'cancelled_by_patient', 'cancelled_by_clinic')
      and other.state not in ('expired', 'cancelled_by_patient', 'cancelled_by_clinic')
      and (one.clinician_id = other.clinician_id and one.busy_from < other.busy_until and other.busy_from < one.busy_until
        or one.patient_id = other.patient_id and one.starts_at < other.ends_at and other.starts_at < one.ends_at)
"""


class World:
    """Two clinicians with hours, three patients, reception, and a kind with and one without buffers."""

    def __init__(self):
        self.clinicians = {name: people.clinician(name=f"Dr {name}") for name in HOURS}
        self.patients = {name: people.patient(first_names=name) for name in PATIENTS}
        self.rosa = people.user("rosa@example.com", role="reception")
        for name, ranges in HOURS.items():
            for starts, ends in ranges:
                diary.hours(self.clinicians[name], weekdays=range(7), starts=starts, ends=ends)
        self.kinds = {name: self._kind(name, kind) for name, kind in KINDS.items()}
        self.names = {record.pk: name for name, record in [*self.clinicians.items(), *self.patients.items()]}

    def _kind(self, name, kind):
        return diary.kind(
            *self.clinicians.values(),
            slug=name,
            minutes=kind.minutes,
            buffer_before=kind.before,
            buffer_after=kind.after,
            align_minutes=kind.align,
            fee_pence=kind.fee,
            notice_hours=1,
            horizon_days=HORIZON.days,
        )


class DiaryMachine(RuleBasedStateMachine):
    """Holding, booking, moving, cancelling and time off; both sides have to say the same."""

    world: World
    tally: Counter

    def __init__(self):
        super().__init__()
        self.model = None
        self.session_hold = None
        self.last = None
        self.run = transaction.atomic()
        self.run.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.run.__exit__(None, None, None)

    def do(self, expected, act):
        """Compare the row that the model says with what the action gives; both sides are done by now."""
        done = self.agree(expected, act)
        if done:
            assert self.model.rows.setdefault(done.pk, expected) is expected
            self.last = (act, done.pk)
        return done

    def agree(self, expected, act):
        """Return what the action gives, or None where it refuses; the model has to say the same."""
        try:
            done = act(at=self.model.now)
        except Refusal as refusal:
            done = type(refusal)
        name = getattr(act, "func", act).__name__
        self.tally[done.__name__ if isinstance(done, type) else name] += 1
        if isinstance(expected, type):
            assert done is expected, f"{name}: the model says {expected}, the clinic {done}"
            return None
        assert not isinstance(done, type), f"{name}: falsely refused, {done}"
        return done

    def start(self, number, who):
        """A time to ask for: one that somebody has or had (best ``who``), a free one, or any near the hours."""
        rows = [row for row in self.model.rows.values() if row.start > self.model.now]
        taken = [row.start for row in rows if row.patient == who] or [row.start for row in rows]
        free = self.model.free("plain", "okafor")[:8]
        near = [moment for moment in self.model.grid() if moment > self.model.now]
        wanted = (taken or free or near, free or near, near)[number % 3]
        return wanted[number // 3 % len(wanted)]

    def pick(self, number, wanted):
        """One of the rows that are ``wanted``, with the database's copy; the later ones more often."""
        found = [(pk, row) for pk, row in self.model.rows.items() if wanted(row)]
        pk, row = found[-1 - number % min(len(found), 6)]
        return row, Appointment.objects.select_related("patient", "clinician", "kind").get(pk=pk)

    def has(wanted):  # noqa: N805 - makes the condition of a rule
        return precondition(lambda self: self.model and any(map(wanted, self.model.rows.values())))

    def was_held(row):  # noqa: N805 - what a rule picks
        return row.made is not None

    def is_visit(row):  # noqa: N805 - what a rule picks
        return row.booked is not None

    @initialize(now=st.sampled_from(STARTS))
    def begin(self, now):
        self.model = WaitingModel(now)
        self.tally["steps"] -= 1  # the look at the beginning of a run is none

    @rule(by=st.sampled_from(PASSING))
    def time_passes(self, by):
        self.model.now += by

    @has(lambda row: row.state == State.HELD)
    @rule(number=some)
    def a_hold_runs_out(self, number):
        row, _ = self.pick(number, lambda row: row.state == State.HELD)
        self.model.now = max(self.model.now, row.held_until)

    @rule(who=whoever, kind=kinds, clinician=clinicians, number=some, also_session=st.booleans())
    def hold(self, who, kind, clinician, number, also_session):
        start, own = self.start(number, who), self.session_hold if also_session else None
        expected = self.model.trying(self.model.hold, kind, clinician, start, who, own)
        act = partial(holds.hold, self.world.kinds[kind], self.world.clinicians[clinician], start)
        self._hold(who, own, expected, act)

    @rule(who=whoever, kind=kinds, number=some)
    def hold_with_whoever(self, who, kind, number):
        start, own = self.start(number, who), self.session_hold if who is VISITOR else None
        names = sorted(HOURS, reverse=bool(number % 2))
        expected = self.model.trying(self.model.hold_whoever, kind, names, start, who, own)
        free = [self.world.clinicians[name] for name in names]
        self._hold(who, own, expected, partial(holds.hold_with_whoever, self.world.kinds[kind], free, start))

    def _hold(self, who, own, expected, act):
        patient = self.world.patients.get(who)
        visitor = "" if patient else "a browser"
        who_asks = {"patient": patient, "own_hold": own, "visitor": visitor, "address": "" if patient else "an address"}
        held = self.do(expected, partial(act, **who_asks, key=uuid4()))
        if held and not patient:
            self.session_hold = held.pk

    @has(was_held)
    @rule(number=some, who=patients)
    def extend(self, number, who):
        row, held = self.pick(number, DiaryMachine.was_held)
        who = row.patient or who
        expected = self.model.trying(self.model.extend, row, who)
        self.do(expected, partial(holds.extend_hold, held, patient=self.world.patients[who], key=uuid4()))

    @has(was_held)
    @rule(number=some, who=patients, own=st.sampled_from([True, True, False]))
    def confirm(self, number, who, own):
        row, held = self.pick(number, DiaryMachine.was_held)
        patient = self.world.patients[row.patient if own and row.patient else who]
        expected = self.model.trying(self.model.confirm, row, self.world.names[patient.pk])
        act = partial(holds.confirm, held, patient=patient, mode="video", early_start=True)
        self.do(expected, partial(act, key=uuid4(), by=patient.user))

    @rule(who=patients, kind=kinds, clinician=clinicians, number=some, reason=st.sampled_from(["", "", "Asked for"]))
    def book_at_the_desk(self, who, kind, clinician, number, reason):
        self._book(who, kind, clinician, self.start(number, who), reason)

    @precondition(lambda self: self.model and any(map(self.model.stale, self.model.rows.values())))
    @rule(who=patients, clinician=clinicians, number=some)
    def book_over_a_hold_that_ran_out(self, who, clinician, number):
        row, _ = self.pick(number, self.model.stale)
        self._book(row.patient or who, row.kind, clinician, row.start, "")

    def _book(self, who, kind, clinician, start, reason):
        expected = self.model.trying(self.model.book_for, who, kind, clinician, start, bool(reason))
        whom = (self.world.patients[who], self.world.kinds[kind], self.world.clinicians[clinician], start)
        act = partial(actions.book_for, *whom, mode="phone", outside_hours_reason=reason)
        return self.do(expected, partial(act, key=uuid4(), by=self.world.rosa))

    @has(is_visit)
    @rule(number=some, clinician=clinicians, when=some, by=st.sampled_from(["patient", "staff", "staff, anyway"]))
    def move(self, number, clinician, when, by):
        row, visit = self.pick(number, DiaryMachine.is_visit)
        self._move(row, visit, clinician, self.start(when, row.patient), by)

    def _move(self, row, visit, clinician, start, by):
        staff, reason = by != "patient", "Asked for" if "anyway" in by else ""
        expected = self.model.trying(self.model.move, row, clinician, start, staff, bool(reason))
        mover = self.world.rosa if staff else self.world.patients[row.patient].user
        said = {"outside_hours_reason": reason, "early_start": True}
        act = partial(actions.reschedule, visit, self.world.clinicians[clinician], start, **said)
        self.do(expected, partial(act, key=uuid4(), by=mover))

    @has(is_visit)
    @rule(number=some, by_clinic=st.booleans(), stale_page=st.sampled_from([0, 0, 1]))
    def cancel(self, number, by_clinic, stale_page):
        self._cancel(*self.pick(number, DiaryMachine.is_visit), by_clinic, stale_page)

    def _cancel(self, row, visit, by_clinic, stale_page=0):
        agreed = None if by_clinic else self.model.refund(row) + stale_page
        expected = self.model.trying(self.model.cancel, row, by_clinic, agreed)
        by = self.world.rosa if by_clinic else self.world.patients[row.patient].user
        self.do(expected, partial(actions.cancel, visit, reason="", agreed_refund=agreed, key=uuid4(), by=by))

    @has(is_visit)
    @rule(number=some)
    def say_so(self, number):
        row, visit = self.pick(number, DiaryMachine.is_visit)
        expected = self.model.trying(self.model.will_come, row)

        def will_come(at):
            attendance.will_come(visit, by=self.world.patients[row.patient].user, at=at)
            return visit

        self.do(expected, will_come)
        self.last = None  # it carries no key

    @precondition(lambda self: self.last)
    @rule()
    def send_the_last_form_again(self):
        act, pk = self.last

        assert act(at=self.model.now).pk == pk

    @rule()
    def sweep(self):
        self.model.sweep()
        holds.expire_old_holds(at=self.model.now)

    @rule(clinician=st.sampled_from([None, *sorted(HOURS)]), ahead=st.integers(0, 3), minutes=st.sampled_from(CLOSURES))
    def take_time_off(self, clinician, ahead, minutes):
        self._take_time_off(clinician, uk_day(self.model.now) + timedelta(days=ahead), minutes)

    @has(lambda row: row.to_come)
    @rule(number=some, whole_clinic=st.booleans())
    def take_time_off_over_a_visit(self, number, whole_clinic):
        row, _ = self.pick(number, lambda row: row.to_come)
        self._take_time_off(None if whole_clinic else row.clinician, uk_day(row.start), CLOSURES[0])

    def _take_time_off(self, clinician, day, minutes):
        expected = self.model.trying(self.model.close, clinician, day, *minutes)
        span = instant(day, minutes[0]), instant(day, minutes[1])
        act = partial(timeoff.take, self.world.clinicians.get(clinician), *span, reason="Away", key=uuid4())
        if done := self.agree(expected, partial(act, by=self.world.rosa)):
            made, inside = done
            touched = self.model.inside(clinician, span)
            assert {self.model.rows[each.pk] for each in inside if each.state != State.HELD} == set(touched)
            self.model.closed[made.pk] = expected
            for row in touched:
                row.to_move.add(made.pk)

    @precondition(lambda self: self.model and self.model.closed)
    @rule(number=some)
    def cancel_time_off(self, number):
        pk = list(self.model.closed)[number % len(self.model.closed)]
        self.model.open_again(pk)
        timeoff.cancel(TimeOff.objects.get(pk=pk), by=self.world.rosa, at=self.model.now)
        self.tally["cancel time off"] += 1

    @invariant()
    def nothing_overlaps(self):
        self.tally["steps"] += 1
        with connection.cursor() as cursor:
            cursor.execute(OVERLAPS)
            assert cursor.fetchone() == (0,)

    @invariant()
    def every_row_is_as_the_model_says(self):
        rows = Appointment.objects.values_list("pk", "state", "starts_at", "clinician", "patient", "held_until")
        names = self.world.names
        found = {pk: (state, start, names[who], names.get(whom), until) for pk, state, start, who, whom, until in rows}
        assert found == {
            pk: (row.state, row.start, row.clinician, row.patient, row.held_until)
            for pk, row in self.model.rows.items()
        }

    @invariant()
    def no_time_is_lost_and_no_hold_outlives_its_end(self):
        """What is listed is the opening without what is booked or held now: each time is one of the three."""
        first, last = uk_day(self.model.now), uk_day(self.model.now) + HORIZON
        book = read_diary(list(self.world.clinicians.values()), first, last, now=self.model.now)
        for name, kind in self.world.kinds.items():
            days = slots(kind, book, first, last, now=self.model.now)
            listed = sorted(
                (self.world.names[free.clinician_id], free.starts_at) for day in days.values() for free in day
            )
            wanted = [(clinician, start) for clinician in sorted(HOURS) for start in self.model.free(name, clinician)]
            assert listed == wanted, [moment.astimezone(UK) for _, moment in set(listed) ^ set(wanted)]

    @invariant()
    def mails_follow_the_visits(self):
        found = {pk: set() for pk in self.model.rows}
        waiting = Message.objects.filter(state__in=ON_THE_WAY).exclude(rule="waiting_list_offer")
        for about, code, number, due in waiting.values_list("about", "rule", "round", "due_at"):
            found[about].add((code, number, due))
        assert found == {pk: row.mails for pk, row in self.model.rows.items()}

    @invariant()
    def charges_follow_the_visits(self):
        found = dict(Appointment.objects.exclude(charge=None).values_list("pk", "charge__amount_pence"))
        charged = {pk: row.owed for pk, row in self.model.rows.items() if row.booked and KINDS[row.kind].fee}
        assert found == charged

    @invariant()
    def the_worklist_names_every_visit_inside_time_off(self):
        found = Counter(Task.objects.waiting().filter(kind=TaskKind.VISIT_TO_MOVE).values_list("about", flat=True))
        assert found == {pk: len(row.to_move) for pk, row in self.model.rows.items() if row.to_move}
