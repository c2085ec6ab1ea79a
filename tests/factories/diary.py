"""Kinds, hours and appointments for tests."""

from datetime import date, timedelta

from bookings.appointments.models import Appointment
from bookings.availability.models import WeeklyHours
from bookings.kinds.models import AppointmentKind
from tests.factories.people import NOW


def kind(*clinicians, **fields):
    """A kind that lasts 30 minutes without buffers, offered by ``clinicians``."""
    made = AppointmentKind.objects.create(
        **{
            "slug": "first-assessment",
            "name": "First assessment",
            "summary": "A first visit with a specialist doctor.",
            "minutes": 30,
            "align_minutes": 30,
            "notice_hours": 24,
            "horizon_days": 56,
            "fee_pence": 18000,
            "modes": ["video", "phone"],
        }
        | fields
    )
    made.clinicians.set(clinicians)
    return made


def hours(clinician, weekdays=range(5), starts=9 * 60, ends=17 * 60, valid_from=date(2026, 1, 1), **fields):
    """Weekly hours, Monday to Friday from 9 to 5 unless told."""
    return [
        WeeklyHours.objects.create(
            clinician=clinician, weekday=weekday, starts=starts, ends=ends, valid_from=valid_from, **fields
        )
        for weekday in weekdays
    ]


def appointment(patient, clinician, kind, starts_at, state="booked", **fields):
    """An appointment written straight into the table."""
    ends_at = starts_at + timedelta(minutes=kind.minutes)
    return Appointment.objects.create(
        **{
            "patient": patient,
            "clinician": clinician,
            "kind": kind,
            "state": state,
            "mode": "video",
            "starts_at": starts_at,
            "ends_at": ends_at,
            "busy_from": starts_at - timedelta(minutes=kind.buffer_before),
            "busy_until": ends_at + timedelta(minutes=kind.buffer_after),
            "fee_pence": kind.fee_pence,
            "created_at": NOW,
            "booked_at": NOW,
        }
        | fields
    )


def agreed(visit, terms):
    """Let a visit's contract have these terms for cancelling."""
    Appointment.objects.filter(pk=visit.pk).update(**terms.columns())
    visit.refresh_from_db()
