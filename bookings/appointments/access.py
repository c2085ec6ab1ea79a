"""Reaching an appointment from a page, and what every page about one shows."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone

from bookings.appointments.enums import UPCOMING
from bookings.appointments.models import Appointment, AppointmentQuerySet
from clinic.accounts.policy import is_patient
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import when_text
from patients.profile.models import Patient


def own_visit(request: HttpRequest, pk: UUID) -> Appointment:
    """Return a booked visit that the signed-in person may see. Raises Http404, which is written down."""
    return found(request, Appointment.objects.visits().visible_to(request.user), pk)


def found(request: HttpRequest, own: AppointmentQuerySet, pk: UUID) -> Appointment:
    """Return one of ``own``. Anything else is a 404, there or not, and is written down."""
    appointment = own.select_related("kind", "clinician", "patient__user", "charge").filter(pk=pk).first()
    if appointment is None:
        raise not_theirs(request, "appointment", pk)
    return appointment


def not_theirs(request: HttpRequest, what: str, pk: UUID) -> Http404:
    """Write down that somebody asked for what is not theirs, and return the 404 that looks like what is not there."""
    audit.record(AccessLog.What.REFUSED, what, pk, by=request.user, at=timezone.now())
    return Http404()


def patient_of(request: HttpRequest) -> Patient | None:
    """Return the signed-in patient, or None: not signed in, staff, or without a profile yet."""
    return Patient.objects.visible_to(request.user).select_related("user").first() if is_patient(request.user) else None


def facts(appointment: Appointment) -> dict[str, Any]:
    """Return what every page about one appointment shows."""
    return {
        "appointment": appointment,
        "when": when_text(appointment.starts_at),
        "cut_off": when_text(appointment.cut_off),
        "fee": appointment.fee_text,
        "upcoming": appointment.state in UPCOMING,
    }
