"""Ten weeks of invented visits, so that the report and the lists have something to show."""

from datetime import date, datetime, timedelta
from itertools import cycle
from typing import NamedTuple
from uuid import uuid4

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.policy import busy_span
from bookings.charges import actions as charges
from bookings.charges.enums import Method
from bookings.kinds.models import AppointmentKind
from clinic.accounts.models import User
from clinic.db.clock import instant
from clinic.db.workdays import is_workday
from clinic.staff.models import Clinician
from patients.profile.models import Patient

WEEKS = 10
GUESTS = 30
HOURS = (10, 12, 15)  # Amina was there at 9
# How the visits ended, again and again in this order; and how many days before they were booked.
ENDS = cycle(
    [
        *[State.COMPLETED] * 5,
        State.DID_NOT_ATTEND,
        *[State.COMPLETED] * 4,
        State.CANCELLED_BY_PATIENT,
        *[State.COMPLETED] * 3,
        State.CANCELLED_BY_CLINIC,
    ]
)
WAITS = cycle([6, 9, 13, 8, 17, 11])


class Past(NamedTuple):
    """A visit that was."""

    patient: Patient
    clinician: Clinician
    kind: AppointmentKind
    starts_at: datetime
    state: State
    booked_at: datetime


def write(clinicians: tuple[Clinician, ...], kind: AppointmentKind, reception: User, today: date, at: datetime) -> None:
    """Write the visits of guests without accounts up to yesterday, with what was paid."""
    guests = cycle([_guest(number, at) for number in range(1, GUESTS + 1)])
    for week in range(WEEKS, 0, -1):
        monday = today - timedelta(days=today.weekday() + 7 * week)
        for number, clinician in enumerate(clinicians):
            for weekday, hour in enumerate(HOURS):
                day = monday + timedelta(days=weekday + number)
                starts_at = instant(day, hour * 60)
                if is_workday(day):
                    booked_at = starts_at - timedelta(days=next(WAITS))
                    _visit(Past(next(guests), clinician, kind, starts_at, next(ENDS), booked_at), reception)


def _guest(number: int, at: datetime) -> Patient:
    """Make somebody who books by phone; the numbers are Ofcom's for drama, the postcode is no real area."""
    return Patient.objects.create(
        first_names="Demo",
        family_name=f"Guest {number:02}",
        date_of_birth=date(1950, 2, 1) + timedelta(days=377 * number),
        phone=f"+447700900{300 + number}",
        postcode="AA1 1AA",
        gp_practice="Exampleton Surgery",
        created_at=at,
    )


def _visit(past: Past, reception: User) -> None:
    busy_from, busy_until = busy_span(past.kind, past.starts_at)
    charge = charges.charge_for(past.kind.fee_pence, at=past.booked_at)
    visit = Appointment.objects.create(
        kind=past.kind,
        clinician=past.clinician,
        patient=past.patient,
        charge=charge,
        state=past.state,
        mode="video",
        starts_at=past.starts_at,
        ends_at=past.starts_at + timedelta(minutes=past.kind.minutes),
        busy_from=busy_from,
        busy_until=busy_until,
        fee_pence=past.kind.fee_pence,
        created_at=past.booked_at,
        booked_at=past.booked_at,
    )
    ended_at = past.starts_at - timedelta(days=2) if "cancelled" in past.state else past.starts_at + timedelta(hours=1)
    visit.state_changes.create(from_state=State.BOOKED, to_state=past.state, at=ended_at, by=reception)
    if charge is None:
        return
    if "cancelled" in past.state:
        charges.settle(charge, give_back_pence=charge.amount_pence, why="Cancelled", by=reception, at=ended_at)
    else:
        charges.record_payment(
            charge,
            amount_pence=charge.amount_pence,
            method=Method.BANK,
            reference="Demo",
            key=uuid4(),
            by=reception,
            at=past.booked_at + timedelta(days=1),
        )
