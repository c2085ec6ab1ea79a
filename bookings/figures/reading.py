"""What the figures are counted from. Reading only: the same few queries for any period and any number of visits."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from bookings.appointments.enums import CANCELLED, State
from bookings.appointments.models import Appointment, AppointmentQuerySet, AppointmentStateChange
from bookings.availability.models import HoursException, WeeklyHours
from bookings.availability.opening import opening
from bookings.figures.policy import MINUTE, First, Period, Visit
from clinic.db.clock import monday_of
from clinic.staff.models import Clinician


@dataclass(frozen=True)
class Facts:
    """Everything the figures of a period need."""

    visits: list[Visit]
    firsts: list[First]
    open_minutes: dict[tuple[date, UUID], int]


def read(period: Period, clinicians: Sequence[Clinician]) -> Facts:
    """Return what happened with ``clinicians`` in ``period``, in five queries."""
    return Facts(_visits(period, clinicians), _firsts(period, clinicians), _open_minutes(period, clinicians))


def _due(period: Period, clinicians: Sequence[Clinician]) -> AppointmentQuerySet:
    """Return the visits that were to start in the period, whatever became of them."""
    return Appointment.objects.visits().filter(
        clinician__in=clinicians, starts_at__gte=period.starts_at, starts_at__lt=period.ends_at
    )


def _visits(period: Period, clinicians: Sequence[Clinician]) -> list[Visit]:
    due = _due(period, clinicians)
    cancellations = AppointmentStateChange.objects.filter(
        to_state=State.CANCELLED_BY_PATIENT, record__in=due.order_by().values("pk")
    )
    cancelled_at = dict(cancellations.values_list("record_id", "at"))
    rows = due.order_by().values_list("pk", "clinician_id", "state", "starts_at", "ends_at")
    return [Visit(who, state, starts_at, ends_at, cancelled_at.get(pk)) for pk, who, state, starts_at, ends_at in rows]


def _firsts(period: Period, clinicians: Sequence[Clinician]) -> list[First]:
    """Return the visits booked in the period before which their patient had none that was not cancelled."""
    kept = Appointment.objects.visits().exclude(state__in=CANCELLED)
    earlier = kept.filter(patient=OuterRef("patient"), starts_at__lt=OuterRef("starts_at"))
    booked = kept.filter(clinician__in=clinicians, booked_at__gte=period.starts_at, booked_at__lt=period.ends_at)
    rows = booked.filter(~Exists(earlier)).order_by().values_list("booked_at", "starts_at")
    return [First(booked_at, starts_at) for booked_at, starts_at in rows if booked_at]


def _open_minutes(period: Period, clinicians: Sequence[Clinician]) -> dict[tuple[date, UUID], int]:
    """Return the minutes open by Monday and clinician: elapsed ones, also in the weeks the clocks change."""
    rules = _by_clinician(WeeklyHours.objects.filter(clinician__in=clinicians, valid_from__lte=period.last))
    own_or_all = Q(clinician__in=clinicians) | Q(clinician=None)
    exceptions = defaultdict(list)
    for exception in HoursException.objects.filter(own_or_all, day__range=(period.first, period.last)):
        exceptions[exception.clinician_id, exception.day].append(exception)
    minutes = Counter[tuple[date, UUID]]()
    for day in period.days:
        for who in (clinician.pk for clinician in clinicians):
            spans = opening(day, rules[who], [*exceptions[who, day], *exceptions[None, day]])
            minutes[monday_of(day), who] += sum((end - start) // MINUTE for start, end in spans)
    return minutes


def _by_clinician(rules: Iterable[WeeklyHours]) -> defaultdict[UUID, list[WeeklyHours]]:
    found = defaultdict(list)
    for rule in rules:
        found[rule.clinician_id].append(rule)
    return found
