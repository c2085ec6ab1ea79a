"""Times that are held for people on the waiting list, and visits that move there."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from bookings.appointments.diary import (
    fingerprint,
    give_another_time,
    in_the_diary,
    insert,
    let_go,
    make_room,
)
from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.policy import busy_span
from bookings.appointments.refusals import HoldEnded
from bookings.kinds.models import AppointmentKind
from clinic.accounts.models import User
from clinic.db.states import move
from clinic.staff.models import Clinician
from patients.profile.models import Patient

Then = Callable[[Appointment], object]


def hold_for_offer(
    kind: AppointmentKind,
    clinician: Clinician,
    starts_at: datetime,
    *,
    patient: Patient,
    replaces: Appointment | None,
    until: datetime,
    key: UUID,
    at: datetime,
    then: Then,
) -> Appointment:
    """Keep a time for somebody on the waiting list until ``until``; ``then(hold)`` runs in the same transaction.

    ``replaces`` is their visit that moves there when they say yes. Holds of their own that still last stay.
    Raises Taken, NotOffered, Elsewhere, AlreadyUsed or Busy, and what ``then`` raises.
    """
    sent = fingerprint("hold_for_offer", patient.pk, kind.pk, clinician.pk, starts_at)
    terms = {"held_until": until, "held_for_offer": True, "replaces": replaces}

    def work() -> Appointment:
        _forget_run_out_holds(patient, kind, starts_at, at)
        make_room(kind, clinician, starts_at, at=at)
        held = insert(kind, clinician, starts_at, patient=patient, state=State.HELD, at=at, **terms)
        then(held)
        return held

    return in_the_diary(
        work, act="hold_for_offer", key=key, sent=sent, patient=patient, clinicians=[clinician.pk], at=at
    )


def release(held: Appointment, *, reason: str, by: User | None, at: datetime) -> None:
    """Let a hold go before its time. Raises StaleState where it is a visit by now, or has ended."""
    move(held, State.EXPIRED, by=by, at=at, reason=reason)


def take_offered(
    held: Appointment,
    visit: Appointment,
    *,
    early_start: bool = False,
    key: UUID,
    by: User,
    at: datetime,
    then: Then,
) -> Appointment:
    """Move ``visit`` into the time that is held for it; ``then(visit)`` runs in the same transaction.

    Raises HoldEnded where the hold is over, and what ``reschedule`` raises.
    """
    sent = fingerprint("take_offered", held.pk, visit.pk, early_start)

    def work() -> Appointment:
        current = Appointment.objects.select_related("kind", "patient").get(pk=visit.pk)
        offered = Appointment.objects.select_related("clinician").get(pk=held.pk)
        if offered.state != State.HELD or offered.replaces_id != current.pk:
            raise HoldEnded
        release(offered, reason="A visit moved to this time", by=by, at=at)
        moved = give_another_time(
            current,
            offered.clinician,
            offered.starts_at,
            reason="From the waiting list",
            early_start=early_start,
            by=by,
            at=at,
        )
        then(moved)
        return moved

    both = [held.clinician_id, visit.clinician_id]
    return in_the_diary(work, act="take_offered", key=key, sent=sent, patient=visit.patient, clinicians=both, at=at)


def _forget_run_out_holds(patient: Patient, kind: AppointmentKind, starts_at: datetime, at: datetime) -> None:
    """Let go what the patient once held around that time: it would keep them out of their own offer."""
    busy_from, busy_until = busy_span(kind, starts_at)
    own = Appointment.objects.filter(patient=patient, state=State.HELD, held_until__lte=at)
    for held in own.filter(busy_from__lt=busy_until, busy_until__gt=busy_from):
        let_go(held, reason="Time ran out", at=at)
