"""What a new status of a patient does: the preview shows it, the action does it. Reading only."""

from dataclasses import dataclass
from datetime import date, datetime

from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.waitlist.models import Offer, WaitingEntry
from clinic.forms.seen import mark_of
from clinic.outbox.stopping import Turn, turn
from patients.profile.enums import Status, stop_of
from patients.profile.models import Patient


@dataclass(frozen=True)
class Wanted:
    """A status to be set. ``since``: its first day, None for active. ``cancels``: whether visits to come are cancelled."""

    status: Status
    since: date | None
    cancels: bool

    @property
    def cancels_visits(self) -> bool:
        """Whether visits to come are cancelled: of the dead always, of somebody active never."""
        return self.status == Status.DECEASED or (self.cancels and self.status != Status.ACTIVE)


@dataclass(frozen=True)
class Touched:
    """All that a status does beside being written down, by name."""

    visits: list[Appointment]  # those to come; they are cancelled or stay, as was wanted
    entries: list[WaitingEntry]
    offers: list[Offer]
    holds: list[Appointment]  # times that the patient is choosing at this moment
    messages: Turn

    def ends_anything(self, wanted: Wanted) -> bool:
        """Tell whether there is anything to do."""
        visits = self.visits if wanted.cancels_visits else []
        return any((visits, self.entries, self.offers, self.holds, self.messages.stopped, self.messages.resumed))

    def mark(self, patient: Patient, wanted: Wanted) -> str:
        """Return the mark of what a page shows of this (``forms/seen.py``)."""
        rows = (self.entries, self.offers, self.holds, self.messages.stopped, self.messages.resumed)
        return mark_of(
            patient.pk,
            patient.status,
            patient.status_since,
            wanted,
            [(visit.pk, visit.sequence) for visit in self.visits],
            [[row.pk for row in each] for each in rows],
        )


def touched(patient: Patient, wanted: Wanted, *, at: datetime) -> Touched:
    """Return what the status ``wanted`` does at ``at`` to a patient, as they were read."""
    messages = turn(patient.pk, before=stop_of(patient.status), now=stop_of(wanted.status), at=at)
    theirs = Appointment.objects.filter(patient=patient).select_related("kind", "clinician", "charge")
    coming = list(theirs.upcoming().filter(starts_at__gt=at))
    if wanted.status == Status.ACTIVE:
        return Touched(coming, [], [], [], messages)
    entries = WaitingEntry.objects.waiting().filter(patient=patient).select_related("kind")
    offers = Offer.objects.open().filter(entry__in=entries, hold__state=State.HELD)
    holds = theirs.filter(state=State.HELD, held_for_offer=False)
    return Touched(
        coming,
        list(entries),
        list(offers.select_related("entry__kind", "hold__clinician")),
        list(holds),
        messages,
    )
