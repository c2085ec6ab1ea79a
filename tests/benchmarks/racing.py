"""What the races over HTTP share: people with browsers, one count of everything, and the checks after each round."""

import statistics
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.slots import read_diary, slots
from bookings.choosing.forms import slot_value
from clinic.db.clock import uk_day
from tests.factories import people
from tests.race import race
from tests.web import Visitor

TAKEN = "Someone else has just taken this time"
GONE = "We could not keep this time for you any longer"
NOT_OFFERED = "We do not offer this time"
CHANGED = "This has changed since you opened it"
NOT_TO_COME = "It is no longer an appointment to come"
OTHER_TIMES = 'name="slot"'  # the buttons of times that can be had instead
FEE = "18000"
OVERLAPPING = """
    select count(*) from bookings_appointment one join bookings_appointment other
      on one.id < other.id and one.clinician_id = other.clinician_id
    where not one.state = any(%(over)s) and not other.state = any(%(over)s)
      and one.busy_from < other.busy_until and other.busy_from < one.busy_until
"""
OVER = ["expired", "cancelled_by_patient", "cancelled_by_clinic"]


@dataclass
class End:
    """How somebody's try ended: ``booked``, ``refused``, or what went wrong. ``wanted`` is the slot."""

    how: str
    visit: UUID | None = None
    wanted: object = None


@dataclass
class Report:
    """What all races have counted so far."""

    attempts: int = 0
    races: list = field(default_factory=list)

    def add(self, name, attempts, took):
        took = sorted(took)  # only of a race that has passed its checks: a failed one is never added
        p95 = took[int(len(took) * 0.95)]
        print(f"\n{name}: {attempts} attempts, {len(took)} answers, ", end="")
        print(f"p50 {statistics.median(took):.2f} s, p95 {p95:.2f} s, slowest {took[-1]:.2f} s")
        self.attempts += attempts
        self.races.append(name)
        assert p95 <= 2
        assert took[-1] <= 4


def visitors(web, count, kind):
    """So many patients, signed in, each with the page of times open."""
    found = [Visitor(web.origin, people.patient().user) for _ in range(count)]
    for visitor in found:
        visitor.page = visitor.get(f"/book/{kind.slug}/")
        visitor.took.clear()
    return found


def free(kind, clinician, count, days=3):
    """The first free times from so many ``days`` after today on."""
    now = timezone.now()
    first = uk_day(now) + timedelta(days=days)
    last = first + timedelta(days=20)
    found = slots(kind, read_diary([clinician], first, last, now=now), first, last, now=now)
    return [time.slot for day in found.values() for time in day][:count]


def choose(visitor, kind, slot, **fields):
    return visitor.post(f"/book/{kind.slug}/", visitor.page, slot=slot_value(slot), key=str(uuid4()), **fields)


def confirm(visitor, address):
    return visitor.post(address, visitor.get(address), mode="video", early_start="on")


def book(visitor, kind, slot, words=(TAKEN, GONE), **fields):
    """Choose and confirm as a browser does, and say how it ended; ``words`` are those a refusal may have."""
    chosen = choose(visitor, kind, slot, **fields)
    if chosen.status_code != 302:
        return ended(chosen, slot, words=words)
    address = chosen.headers["Location"]
    return ended(confirm(visitor, address), slot, UUID(address.split("/")[2]), words)


def ended(answer, slot=None, visit=None, words=(TAKEN, GONE)):
    """A refusal is told in ``words``, with other times to choose."""
    if answer.status_code == 302:
        return End("booked", visit, slot)
    said = any(each in answer.text for each in words) and OTHER_TIMES in answer.text
    return End("refused" if said and answer.status_code == 422 else f"answered {answer.status_code}", visit, slot)


def run(racers, act, gap=0.0):
    """Let all go, and return how each ended. Nothing but a yes or a worded no may come."""
    ends = race(len(racers), act, gap)
    hows = {getattr(end, "how", repr(end)) for end in ends}
    assert hows <= {"booked", "refused"}, hows
    return ends


def nothing_overlaps():
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPPING, {"over": OVER})
        assert cursor.fetchone() == (0,)


def check(ends, kind, *, closed=False):
    """No overlap; every yes has its visit, every visit its yes; and who was refused wanted what somebody has."""
    nothing_overlaps()
    live = {visit.pk: visit for visit in Appointment.objects.live()}
    if closed:  # whoever was refused at the last page, because the day is closed by now, keeps a hold till it ends
        live = {pk: visit for pk, visit in live.items() if visit.state != State.HELD}
    assert {visit.state for visit in live.values()} <= {State.BOOKED}
    assert set(live) == {end.visit for end in ends if end.how == "booked"}
    needed = timedelta(minutes=kind.minutes)
    for end in () if closed else ends:  # a closed day refuses truly whatever is free on it
        if end.how == "refused":
            start = end.wanted.starts_at
            assert any(visit.busy_from < start + needed and start < visit.busy_until for visit in live.values())
    return list(live.values())


def clear():
    """Give all times back, as if the visits were long ago: one patient books only so many."""
    Appointment.objects.filter(state=State.HELD).update(state=State.EXPIRED)
    long_ago = timezone.now() - timedelta(days=30)
    Appointment.objects.filter(state=State.BOOKED).update(state=State.CANCELLED_BY_CLINIC, booked_at=long_ago)
