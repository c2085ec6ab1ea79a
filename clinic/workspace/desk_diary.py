"""What the diary shows, read from the database: a day of all clinicians, a week of one, and the list for an outage.

The number of queries is the same for any number of visits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from bookings.appointments import slots
from bookings.appointments.admin import ACTS
from bookings.appointments.enums import MAY_BE_TAKEN_BACK, MOVES, UPCOMING, State
from bookings.appointments.models import Appointment
from bookings.appointments.policy import fits_the_time
from bookings.kinds.enums import Mode
from clinic.accounts import policy
from clinic.db.clock import WEEK, clock, instant, uk_day, until_text
from clinic.staff.models import Clinician
from clinic.workspace.day_grid import Column
from clinic.workspace.diary_marks import Facts, Mark, marks
from patients.intake.models import Intake
from patients.profile.policy import phone_text

DAY = timedelta(days=1)


@dataclass(frozen=True)
class DiaryVisit:
    """An appointment as the diary shows it at the instant ``now``."""

    appointment: Appointment
    facts: Facts
    now: datetime

    @property
    def busy_from(self) -> datetime:
        """When the buffer before it begins."""
        return self.appointment.busy_from

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        return self.appointment.starts_at

    @property
    def ends_at(self) -> datetime:
        """When it ends."""
        return self.appointment.ends_at

    @property
    def busy_until(self) -> datetime:
        """When the buffer after it ends."""
        return self.appointment.busy_until

    @property
    def text(self) -> str:
        """From when until when, like "9am to 9:45am"."""
        return f"{clock(self.starts_at)} to {clock(self.ends_at)}"

    @property
    def held_until(self) -> str:
        """For a hold, when it ends; nothing for a visit. Nobody needs to know who holds it."""
        kept = self.appointment.held_until
        return until_text(kept, self.now) if self.appointment.state == State.HELD and kept else ""

    @property
    def mode(self) -> str:
        """How they meet, in a word or two."""
        return Mode(self.appointment.mode).short

    @property
    def phone(self) -> str:
        """The patient's number as people read it."""
        return phone_text(self.appointment.patient.phone) if self.appointment.patient else ""

    @property
    def marks(self) -> list[Mark]:
        """The marks beside it."""
        return marks(self.facts)

    @property
    def is_upcoming(self) -> bool:
        """Whether it is still to come."""
        return self.appointment.state in UPCOMING

    @property
    def acts(self) -> list[tuple[str, str]]:
        """The buttons that fit its state and the time, as (name in the address, words)."""
        after = MOVES.get(self.appointment.state, frozenset())
        return [
            (act, label)
            for act, label, state in ACTS
            if state in after and fits_the_time(state, self.starts_at, self.now)
        ]

    @property
    def may_be_taken_back(self) -> bool:
        """Whether "arrived" or "did not attend" may still be called a mistake."""
        return self.appointment.state in MAY_BE_TAKEN_BACK and fits_the_time(State.BOOKED, self.starts_at, self.now)


def day_columns(user: Any, day: date, now: datetime) -> list[Column]:
    """Return a column for each clinician who works here or has a visit on ``day``; a clinician gets their own."""
    visits = _visits(user, day, day, now)
    everybody = Clinician.objects.visible_to(user).select_related("user")
    if policy.is_clinician(user):
        everybody = everybody.filter(user=user.pk)
    shown = [each for each in everybody if _works(each) or each.pk in visits]
    hours = slots.read_diary(shown, day, day, now=now)
    return [_column(each.name, each, day, hours, visits.get(each.pk, [])) for each in shown]


def week_columns(user: Any, clinician: Clinician, monday: date, now: datetime) -> list[Column]:
    """Return the seven days of one clinician from ``monday`` on."""
    sunday = monday + WEEK - DAY
    visits = _visits(user, monday, sunday, now, of=clinician).get(clinician.pk, [])
    hours = slots.read_diary([clinician], monday, sunday, now=now)
    days = [monday + number * DAY for number in range(WEEK.days)]
    return [_column(f"{day:%a} {day.day} {day:%b}", clinician, day, hours, visits) for day in days]


def day_list(user: Any, day: date, now: datetime) -> list[tuple[Clinician, list[DiaryVisit]]]:
    """Return the visits that start on ``day`` by clinician, in order; no holds."""
    found: dict[Clinician, list[DiaryVisit]] = {}
    for visits in _visits(user, day, day, now).values():
        for visit in visits:
            if visit.appointment.state != State.HELD and uk_day(visit.starts_at) == day:
                found.setdefault(visit.appointment.clinician, []).append(visit)
    return sorted(found.items(), key=lambda entry: entry[0].name)


def facts_of(user: Any, visit: Appointment, intakes: dict[UUID, str]) -> Facts:
    """Return what the marks of ``visit`` go by. ``intakes``: the state of each patient's newest form."""
    money = visit.charge if policy.runs_the_diary(user) else None
    return Facts(
        intake=intakes.get(visit.patient_id) if visit.patient_id else None,
        lacks_link=visit.mode == Mode.VIDEO and not visit.join_url and visit.state in UPCOMING,
        charge=money.state if money else None,
    )


def _column(heading: str, clinician: Clinician, day: date, hours: slots.Diary, visits: Iterable[DiaryVisit]) -> Column:
    first, last = instant(day, 0), instant(day + DAY, 0)
    spans = hours.opening(clinician.pk, day) if _works(clinician) else []
    return Column(
        heading,
        clinician.pk,
        day,
        spans,
        [visit for visit in visits if visit.busy_from < last and visit.busy_until > first],
    )


def _visits(
    user: Any, first: date, last: date, now: datetime, of: Clinician | None = None
) -> dict[UUID, list[DiaryVisit]]:
    """Return what keeps a time between two days, by clinician, in two queries. Holds are shown without their patient."""
    asked = Appointment.objects.times_visible_to(user).live().filter(busy_from__lt=instant(last + DAY, 0))
    asked = asked.filter(busy_from__gt=instant(first, 0) - slots.LONGEST_BUSY, busy_until__gt=instant(first, 0))
    asked = asked.exclude(state=State.HELD, held_until__lte=now).order_by("starts_at")
    found = list(
        (asked.filter(clinician=of) if of else asked).select_related(
            "patient__user", "kind", "clinician__user", "charge"
        )
    )
    intakes = _intakes(user, found)
    visits: dict[UUID, list[DiaryVisit]] = {}
    for each in found:
        visits.setdefault(each.clinician_id, []).append(DiaryVisit(each, facts_of(user, each, intakes), now))
    return visits


def _intakes(user: Any, visits: Sequence[Appointment]) -> dict[UUID, str]:
    """Return the state of each patient's newest form that ``user`` may know of."""
    may_see = Intake.objects.visible_to(user) if policy.is_clinician(user) else Intake.objects.status_visible_to(user)
    people = {visit.patient_id for visit in visits}
    return dict(may_see.filter(patient__in=people).order_by("started_at").values_list("patient_id", "state"))


def _works(clinician: Clinician) -> bool:
    return clinician.is_active and clinician.user.is_active
