"""The diary as a dict: the simplest rules of what must succeed, and what is refused with which words.

It knows no database. It shares the enums, the refusals, and the pure cut-off and sending times (tests of
their own) with the code; what is free it works out its own way, a quarter of an hour at a time.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from uuid import UUID

from django.conf import settings

from bookings.appointments import policy
from bookings.appointments.enums import CANCELLED, UPCOMING, State
from bookings.appointments.refusals import (
    Elsewhere,
    ExtendedAlready,
    HoldEnded,
    NotOffered,
    OfferStands,
    RefundChanged,
    SignInFirst,
    Taken,
    TooLate,
    TooMany,
    TooSoon,
)
from bookings.availability.actions import Overlapping
from clinic.db.clock import UK
from clinic.db.refusal import Refusal
from clinic.db.states import StaleState
from clinic.db.workdays import bank_holidays
from clinic.outbox.policy import due_time
from clinic.outbox.rules import rules_for

QUARTER = timedelta(minutes=15)
HOLD = timedelta(minutes=15)
NOTICE = timedelta(hours=1)
HORIZON = timedelta(days=3)
# Minutes of the UK clock, every day of the week. The first of them lies over both changes of the clocks.
HOURS = {"okafor": [(30, 180), (540, 660)], "lind": [(30, 180), (540, 720)]}
VISITOR = None  # in the place of a patient: somebody not signed in


@dataclass(frozen=True)
class Kind:
    """What the model knows of a kind."""

    minutes: int
    before: int
    after: int
    align: int
    fee: int


KINDS = {"plain": Kind(30, 0, 0, 30, 18000), "buffered": Kind(45, 15, 15, 15, 0)}


@dataclass(eq=False)
class Row:
    """An appointment. ``mails`` are those that wait, ``owed`` what is still asked for."""

    kind: str
    clinician: str
    start: datetime
    patient: str | None
    state: str
    held_until: datetime | None = None
    extended: bool = False
    made: datetime | None = None  # when somebody held it
    by_visitor: bool = False
    offered: bool = False  # held for somebody on the waiting list
    moves_there: bool = False  # and their visit moves there when they say yes
    booked: datetime | None = None
    round: int = 0
    owed: int = 0
    mails: set = field(default_factory=set)
    to_move: set = field(default_factory=set)  # the time off that the worklist asks to move it for

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=KINDS[self.kind].minutes)

    @property
    def busy(self) -> tuple[datetime, datetime]:
        return busy(self.kind, self.start)

    @property
    def live(self) -> bool:
        return self.state != State.EXPIRED and self.state not in CANCELLED

    @property
    def to_come(self) -> bool:
        return self.state in UPCOMING


def busy(kind, start):
    rule = KINDS[kind]
    return start - timedelta(minutes=rule.before), start + timedelta(minutes=rule.minutes + rule.after)


def overlap(one, other):
    return one[0] < other[1] and other[0] < one[1]


@cache
def quarters(today, days):
    """Every quarter of an hour at which anybody sees people, of some days from ``today``."""
    midnight = datetime.combine(today, datetime.min.time(), tzinfo=UK).astimezone(UTC)
    moments = [midnight + QUARTER * number for number in range(days * 96 + 8)]
    return [moment for moment in moments if _in_anybodys_hours(moment.astimezone(UK))]


def _in_anybodys_hours(local):
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for ranges in HOURS.values() for start, end in ranges)


class Model:
    """The diary at ``now``. Each act changes it and returns its row, or raises the refusal and leaves all as it was."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.rows: dict[UUID, Row] = {}
        self.freed: list[tuple[str, datetime, datetime, datetime]] = []  # whose, from, until, since
        self.closed: dict[UUID, tuple[str | None, date, int, int]] = {}

    def trying(self, act, *args, **kwargs):
        """Return the row that ``act`` gives; where it is refused, the class of the refusal, and nothing has changed."""
        before = deepcopy(self.changing())
        try:
            return act(*args, **kwargs)
        except Refusal as refusal:
            for name, value in before.items():
                setattr(self, name, value)
            return type(refusal)

    def changing(self):
        """What an act may change, by name."""
        return {"rows": self.rows, "freed": self.freed}

    def is_open(self, clinician, moment):
        local = moment.astimezone(UK)
        day, minute = local.date(), local.hour * 60 + local.minute
        if day in bank_holidays(day.year) or not any(start <= minute < end for start, end in HOURS[clinician]):
            return False
        return not any(
            who in (None, clinician) and when == day and start <= minute < end
            for who, when, start, end in self.closed.values()
        )

    def stale(self, row):
        return row.state == State.HELD and row.held_until <= self.now

    def blocking(self, clinician, span, ignoring=()):
        return [
            row
            for row in self.rows.values()
            if row.clinician == clinician and row.live and not self.stale(row) and row not in ignoring
            if overlap(row.busy, span)
        ]

    def offered(self, kind, clinician, start, ignoring=()):
        rule, today = KINDS[kind], self.now.astimezone(UK).date()
        if start < self.now + NOTICE or start.astimezone(UK).date() > today + HORIZON or start.minute % rule.align:
            return False
        pieces = [start + QUARTER * number for number in range(rule.minutes // 15)]
        is_open = all(self.is_open(clinician, piece) for piece in pieces)
        return is_open and not self.blocking(clinician, busy(kind, start), ignoring)

    def grid(self, days=4):
        """Every quarter of an hour of the next days at which anybody sees people."""
        return quarters(self.now.astimezone(UK).date(), days)

    def free(self, kind, clinician):
        return [start for start in self.grid() if self.offered(kind, clinician, start)]

    def hold(self, kind, clinician, start, patient, own):
        mine = [row for row in self.rows.values() if row.state == State.HELD and self._is_mine(row, patient, own)]
        wanted = [row for row in mine if (row.kind, row.clinician, row.start) == (kind, clinician, start)]
        same = next((row for row in wanted if not self.stale(row) and not row.moves_there), None)
        for row in mine:
            row.state = State.HELD if row is same or row.offered else State.EXPIRED
        if same:
            return same
        self._take(kind, clinician, start, patient=patient)
        if patient is VISITOR:
            self._limit(kind, clinician, start)
        row = Row(kind, clinician, start, patient, State.HELD, held_until=self.now + HOLD, made=self.now)
        row.by_visitor = patient is VISITOR
        self._place(row)
        return row

    def hold_whoever(self, kind, clinicians, start, patient, own):
        """With the first of them who has the time; the last one's refusal counts."""
        for clinician in clinicians:
            done = self.trying(self.hold, kind, clinician, start, patient, own)
            if done not in (Taken, NotOffered):
                break
        if isinstance(done, Row):
            return done
        raise done

    def _is_mine(self, row, patient, own):
        as_patient = patient is not VISITOR and row.patient == patient
        return as_patient or (row.patient is VISITOR and own is not None and row is self.rows.get(own))

    def _limit(self, kind, clinician, start):
        """A signed-out network address: three holds an hour, and one in five of the day's times, or one."""
        day = start.astimezone(UK).date()
        recent = [row for row in self.rows.values() if row.made and row.made > self.now - timedelta(hours=1)]
        free = [each for each in self.free(kind, clinician) if each.astimezone(UK).date() == day]
        rows = [row for row in self.rows.values() if row.clinician == clinician and row.live and not self.stale(row)]
        held = [row for row in rows if row.busy[0].astimezone(UK).date() == day]
        waiting = [row for row in rows if row.patient is VISITOR and row.start.astimezone(UK).date() == day]
        allowed = max(1, (len(free) + len(held)) // 5)
        if sum(row.by_visitor for row in recent) >= 3 or len(waiting) >= allowed:
            raise SignInFirst

    def extend(self, row, patient):
        self._still_theirs(row, patient)
        if row.extended or row.offered:
            raise ExtendedAlready
        row.held_until, row.extended = max(row.held_until, self.now) + HOLD, True
        return row

    def confirm(self, row, patient):
        if row.patient == patient and row.to_come:
            return row
        if row.moves_there:
            raise OfferStands
        self._still_theirs(row, patient)
        visits = [each for each in self.rows.values() if each.patient == patient and each.booked]
        coming = [each for each in visits if each.to_come and each.start > self.now]
        lately = [each for each in visits if each.booked > self.now - timedelta(days=7)]
        if len(coming) >= policy.MOST_COMING or len(lately) >= policy.MOST_BOOKED_A_WEEK:
            raise TooMany
        row.patient = patient
        self._clear_own(patient, row.busy, [row])
        self._place(row)
        row.state, row.held_until = State.BOOKED, None
        self._contract(row)
        return row

    def book_for(self, patient, kind, clinician, start, anyway):
        self._take(kind, clinician, start, patient=patient, anyway=anyway)
        row = Row(kind, clinician, start, patient, State.BOOKED)
        self._place(row)
        self._contract(row)
        return row

    def move(self, row, clinician, start, by_staff, anyway):
        if not row.to_come:
            raise StaleState
        if not by_staff and self.now >= policy.cut_off(row.start, settings.REFUND_TERMS):
            raise TooLate
        self._take(row.kind, clinician, start, patient=row.patient, ignoring=[row], anyway=anyway)
        self.freed.append((row.clinician, row.start, row.end, self.now))
        row.clinician, row.start, row.round, row.to_move = clinician, start, row.round + 1, set()
        self._place(row)
        row.state = State.BOOKED
        self._plan(row, "appointment_moved")
        return row

    def cancel(self, row, by_clinic, agreed):
        if not row.to_come:
            raise StaleState
        if not by_clinic and self.now >= row.start:
            raise TooSoon
        if not by_clinic and agreed != self.refund(row):
            raise RefundChanged
        row.owed = max(row.owed - self.refund(row, by_clinic), 0)
        row.state = State.CANCELLED_BY_CLINIC if by_clinic else State.CANCELLED_BY_PATIENT
        row.round, row.to_move = row.round + 1, set()
        self.freed.append((row.clinician, row.start, row.end, self.now))
        self._plan(row, "appointment_cancelled")
        return row

    def refund(self, row, by_clinic=False):
        """All of it where the clinic cancels, before the cut-off, and in the 14 days; else nothing."""
        in_time = self.now < policy.cut_off(row.start, settings.REFUND_TERMS)
        cooling = self.now < min(policy.cooling_off_ends(row.booked or self.now), row.start)
        return KINDS[row.kind].fee if by_clinic or in_time or cooling else 0

    def will_come(self, row):
        if row.state != State.BOOKED:
            raise StaleState
        row.state = State.CONFIRMED
        return row

    def close(self, clinician, day, start, end):
        """Time off: what is booked inside it stays, and is on the worklist until it is moved."""
        same = [each for each in self.closed.values() if each[:2] == (clinician, day)]
        if any(start < until and begins < end for _, _, begins, until in same):
            raise Overlapping("")
        return clinician, day, start, end

    def inside(self, clinician, span):
        rows = [row for row in self.rows.values() if row.to_come and clinician in (None, row.clinician)]
        return [row for row in rows if overlap((row.start, row.end), span)]

    def open_again(self, pk):
        del self.closed[pk]
        for row in self.rows.values():
            row.to_move.discard(pk)

    def sweep(self):
        old = [row for row in self.rows.values() if self.stale(row)]
        for row in (row for row in old if row.held_until <= self.now - timedelta(days=1)):
            row.state = State.EXPIRED

    def _still_theirs(self, row, patient):
        theirs = row.state == State.HELD and row.patient in (VISITOR, patient)
        if not (theirs and self.offered(row.kind, row.clinician, row.start, ignoring=[row])):
            raise HoldEnded

    def _clear_own(self, patient, span, ignoring=()):
        """Who chooses another time lets their holds around it go."""
        for row in self.rows.values():
            is_own = row.patient == patient and row.state == State.HELD and row not in ignoring
            if is_own and overlap(row.busy, span):
                if row.offered and not self.stale(row):
                    raise OfferStands
                row.state = State.EXPIRED

    def _take(self, kind, clinician, start, patient=VISITOR, ignoring=(), anyway=False):
        span = busy(kind, start)
        if patient is not VISITOR:
            self._clear_own(patient, span, ignoring)
        for row in self.rows.values():
            if row.clinician == clinician and self.stale(row) and overlap(row.busy, span):
                row.state = State.EXPIRED
        if self.blocking(clinician, span, ignoring):
            raise Taken
        if not (start > self.now if anyway else self.offered(kind, clinician, start, ignoring)):
            raise NotOffered

    def _place(self, row):
        """Nobody is in two places."""
        for other in self.rows.values():
            is_theirs = row.patient is not VISITOR and other.patient == row.patient and other is not row
            if is_theirs and other.live and overlap((row.start, row.end), (other.start, other.end)):
                raise Elsewhere

    def _contract(self, row):
        row.booked, row.owed = self.now, KINDS[row.kind].fee
        self._plan(row, "appointment_booked")

    def _plan(self, row, fact):
        windows = {rule.code: due_time(rule, row.start, self.now) for rule in rules_for(fact)}
        row.mails = {(code, row.round, window.due) for code, window in windows.items() if window}
