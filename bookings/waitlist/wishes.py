"""Everybody who waits, with what is known of them. Reading only: four queries for any number of people."""

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from bookings.appointments.enums import UPCOMING, State
from bookings.appointments.models import Appointment
from bookings.waitlist.enums import OfferState
from bookings.waitlist.models import Offer, WaitingEntry
from bookings.waitlist.policy import Wish


def wishes(at: datetime) -> list[Wish]:
    """Return what each person on the list asks for; who asked first comes first."""
    entries = list(
        WaitingEntry.objects.waiting()
        .select_related("patient__user", "kind", "instead_of")
        .prefetch_related("clinicians")
    )
    offers = _offers(entries)
    visits = _visits(entries, at)
    return [_wish(entry, offers[entry.pk], visits[entry.patient_id], at) for entry in entries]


def _offers(entries: list[WaitingEntry]) -> dict[UUID, list[Offer]]:
    found = defaultdict(list)
    for offer in Offer.objects.filter(entry__in=entries).select_related("hold"):
        found[offer.entry_id].append(offer)
    return found


def _visits(entries: list[WaitingEntry], at: datetime) -> dict[UUID | None, list[Appointment]]:
    """Return the visits and lasting holds to come of each patient."""
    found = defaultdict(list)
    live = Appointment.objects.live().filter(patient__in={entry.patient_id for entry in entries}, ends_at__gt=at)
    for visit in live.exclude(state=State.HELD, held_until__lte=at):
        found[visit.patient_id].append(visit)
    return found


def _wish(entry: WaitingEntry, offers: list[Offer], visits: list[Appointment], at: datetime) -> Wish:
    return Wish(
        entry_id=entry.pk,
        asked_for=entry.asked_for(),
        kind_id=entry.kind_id,
        asked_at=entry.created_at,
        clinicians=frozenset(clinician.pk for clinician in entry.clinicians.all()),
        weekdays=frozenset(entry.weekdays),
        part=entry.part,
        own_notice=timedelta(hours=entry.notice_hours),
        kind_notice=timedelta(hours=entry.kind.notice_hours),
        first_day=entry.first_day,
        last_day=entry.last_day,
        visit=entry.instead_of.starts_at if entry.instead_of else None,
        mode=entry.instead_of.mode if entry.instead_of else "",
        may_move=entry.instead_of is None or entry.instead_of.may_move(at),
        has_visit=any(visit.kind_id == entry.kind_id and visit.state in UPCOMING for visit in visits),
        has_offer=any(offer.state == OfferState.OFFERED for offer in offers),
        may_be_written_to=entry.patient.may_be_written_to,
        has_address=bool(entry.patient.reach),
        offered_before=frozenset((offer.hold.clinician_id, offer.hold.starts_at) for offer in offers),
        busy=tuple((visit.starts_at, visit.ends_at) for visit in visits),
    )
