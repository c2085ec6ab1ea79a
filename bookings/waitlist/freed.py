"""Which times became free, and what each can be used for. Reading only.

A time becomes free when a visit is cancelled or moves away, when a closure ends early, and when a clinician adds
hours on a day. A declined or expired offer needs no row of its own: its time is still one that became free.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F

from bookings.appointments import slots
from bookings.appointments.enums import CANCELLED
from bookings.appointments.models import AppointmentMove, AppointmentStateChange
from bookings.availability.models import HoursException
from bookings.kinds.models import AppointmentKind
from bookings.waitlist.policy import Time
from clinic.db.clock import instant, uk_day
from clinic.staff.models import Clinician

LOOKED_AT_FOR = timedelta(days=7)  # later everybody who waits has been asked


class Freed(NamedTuple):
    """A stretch of a clinician's day that a visit (``was_visit``) or a closure no longer takes up."""

    starts_at: datetime
    ends_at: datetime
    clinician_id: UUID
    freed_at: datetime
    was_visit: bool


def freed_times(at: datetime) -> list[Freed]:
    """Return what became free in the last seven days and is still to come, soonest first; four queries."""
    rows = [*_left(at), *_reopened(at)]
    latest = {(row.clinician_id, row.starts_at, row.ends_at): row for row in sorted(rows, key=_freed_at)}
    return sorted(latest.values())


def _left(at: datetime) -> list[Freed]:
    """Return the times of visits that were cancelled or moved away."""
    recent = {"at__gt": at - LOOKED_AT_FOR, "at__lte": at}
    cancelled = AppointmentStateChange.objects.filter(to_state__in=CANCELLED, record__starts_at__gt=at, **recent)
    moved = AppointmentMove.objects.filter(from_starts_at__gt=at, **recent)
    rows = [
        *cancelled.values_list("record__starts_at", "record__ends_at", "record__clinician_id", "at"),
        *moved.annotate(length=F("appointment__ends_at") - F("appointment__starts_at"))
        .annotate(from_ends_at=F("from_starts_at") + F("length"))
        .values_list("from_starts_at", "from_ends_at", "from_clinician_id", "at"),
    ]
    return [Freed(*row, was_visit=True) for row in rows]


def _reopened(at: datetime) -> list[Freed]:
    """Return the stretches that a change of a day's exceptions was about, as they are now and as they were.

    What is still shut has no free times, so ``usable`` drops it.
    """
    history: Any = HoursException.pgh_event_model.objects  # type: ignore[attr-defined]
    changed = history.filter(pgh_created_at__gt=at - LOOKED_AT_FOR, pgh_created_at__lte=at)
    events = history.filter(pgh_obj__in=changed.values("pgh_obj"), day__gte=uk_day(at)).order_by("pgh_created_at")
    changed_at = {event.pgh_obj_id: event.pgh_created_at for event in events}
    everybody = Clinician.objects.practising().values_list("pk", flat=True)
    spans = [
        Freed(
            starts_at=instant(event.day, event.starts),
            ends_at=instant(event.day, event.ends),
            clinician_id=clinician,
            freed_at=changed_at[event.pgh_obj_id],
            was_visit=False,
        )
        for event in events
        for clinician in ([event.clinician_id] if event.clinician_id else everybody)
    ]
    return [span for span in spans if span.ends_at > at]


def usable(freed: Sequence[Freed], kinds: Iterable[AppointmentKind], *, at: datetime) -> list[tuple[Freed, list[Time]]]:
    """Return each of ``freed`` with the times of ``kinds`` that can begin in it; four queries, and two for the kinds.

    The time of a visit inside its kind's notice is among them, so that the log can say why nobody was asked.
    """
    clinicians = list(Clinician.objects.practising().filter(pk__in={each.clinician_id for each in freed}))
    days = sorted({uk_day(each.starts_at) for each in freed})
    if not clinicians or not days:
        return []
    diary = slots.read_diary(clinicians, days[0], days[-1], now=at)
    taken = {each for each in freed if _is_taken(each, diary)}
    found: dict[Freed, list[Time]] = defaultdict(list)
    for kind in kinds:
        offering = {clinician.pk for clinician in kind.clinicians.all()} & {clinician.pk for clinician in clinicians}
        free = [slot for day in days for slot in slots.slots(kind, diary, day, day, now=at).get(day, [])]
        for each in freed:
            if each.clinician_id in offering:
                found[each] += [_time(kind, each, *start) for start in _starts(kind, each, free, each in taken, at)]
    return [(each, found[each]) for each in freed if found[each]]


def _is_taken(freed: Freed, diary: slots.Diary) -> bool:
    """Tell whether somebody has taken a stretch again, or a part of it."""
    return any(start < freed.ends_at and freed.starts_at < end for start, end in diary.busy[freed.clinician_id])


def _starts(
    kind: AppointmentKind, freed: Freed, free: Iterable[slots.FreeTime], taken: bool, at: datetime
) -> list[tuple[datetime, tuple[str, ...]]]:
    starts = sorted(
        (slot.starts_at, slot.modes)
        for slot in free
        if slot.clinician_id == freed.clinician_id and freed.starts_at <= slot.starts_at < freed.ends_at
    )
    too_soon = freed.was_visit and not taken and freed.starts_at < at + timedelta(hours=kind.notice_hours)
    return starts or [(freed.starts_at, tuple(kind.modes))] * too_soon


def _time(kind: AppointmentKind, freed: Freed, starts_at: datetime, modes: tuple[str, ...]) -> Time:
    ends_at = starts_at + timedelta(minutes=kind.minutes)
    return Time(freed.clinician_id, kind.pk, starts_at, ends_at, freed.freed_at, modes)


def _freed_at(freed: Freed) -> datetime:
    return freed.freed_at
