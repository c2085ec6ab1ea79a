"""Which visit stands in the way of a time. Said to staff only: patients never learn whose time it is."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.policy import busy_span
from bookings.appointments.refusals import Elsewhere, NotActive, Taken
from bookings.appointments.slots import Slot
from clinic.db.clock import until_text, when_text
from clinic.db.refusal import Refusal
from clinic.workspace.desk_times import Choosing


def named(refusal: Refusal, user: Any, what: Choosing, slot: Slot) -> str:
    """Return why ``slot`` cannot be had; where a visit is in the way, with its name and a link to it."""
    if isinstance(refusal, NotActive):
        return "The patient's status has just changed: they are not active, so they cannot have a new time."
    visit = in_the_way(user, what, slot) if isinstance(refusal, Taken | Elsewhere) else None
    return words(visit, what.now) if visit else str(refusal)


def in_the_way(user: Any, what: Choosing, slot: Slot) -> Appointment | None:
    """Return the visit or hold that overlaps ``slot``, of the clinician or of the patient; None where there is none."""
    busy_from, busy_until = busy_span(what.kind, slot.starts_at)
    ends_at = slot.starts_at + timedelta(minutes=what.kind.minutes)
    clinicians = Q(clinician=slot.clinician_id, busy_from__lt=busy_until, busy_until__gt=busy_from)
    patients = Q(patient=what.facts["patient"], starts_at__lt=ends_at, ends_at__gt=slot.starts_at)
    own_choice = Q(patient=what.facts["patient"], state=State.HELD, held_for_offer=False)  # it gives way
    return (
        _live(user, what.now)
        .filter(clinicians | patients)
        .exclude(own_choice)
        .exclude(pk__in=what.ignoring)
        .select_related("patient", "kind", "clinician")
        .first()
    )


def words(visit: Appointment, now: datetime) -> str:
    """Return the name of what is in the way, with a link; a hold has no name."""
    if visit.state == State.HELD and visit.held_until:
        why = (
            "The waiting list keeps this time"
            if visit.held_for_offer
            else "Somebody is choosing this time and holds it"
        )
        return f"{why} until {until_text(visit.held_until, now)}. Choose another one below."
    return format_html(
        'This time is taken: <a href="{}">{}, {}, {}, with {}</a>. Choose another one below, or move that appointment first.',
        reverse("admin:bookings_appointment_change", args=[visit.pk]),
        visit.patient,
        visit.kind,
        when_text(visit.starts_at),
        visit.clinician,
    )


def _live(user: Any, now: datetime) -> Any:
    kept = Appointment.objects.visible_to(user).live()
    return kept.exclude(state=State.HELD, held_until__lte=now).order_by("starts_at")
