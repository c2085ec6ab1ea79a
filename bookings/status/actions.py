"""Setting a patient's status, with all that ends by it, in one transaction (docs/decisions/0011)."""

from contextlib import suppress
from datetime import datetime
from uuid import uuid5

from django.db import transaction

from bookings.appointments import actions as appointments
from bookings.appointments.diary import let_go, lock
from bookings.appointments.enums import UPCOMING, State
from bookings.appointments.models import Appointment
from bookings.appointments.refusals import Busy
from bookings.status.reading import Touched, Wanted, touched
from bookings.waitlist import actions as waitlist
from clinic.accounts.models import User
from clinic.db.contention import patiently
from clinic.db.refusal import Refusal
from clinic.db.states import StaleState
from clinic.outbox import stopping
from patients.profile.actions import set_status
from patients.profile.enums import stop_of
from patients.profile.models import Patient
from patients.profile.policy import status_text


class NotAsShown(Refusal):
    """What the status does is not what the page has shown."""

    words = (
        "Something has changed since this page was shown. Nothing is saved yet. Read what it does now, then confirm."
    )


def change_status(patient: Patient, wanted: Wanted, *, seen: str, by: User, at: datetime) -> Touched:
    """Set a patient's status, do all that ``touched`` told of it, and return what that was.

    ``seen`` is the mark of what was shown. Sent again, nothing is left to do, and nothing happens.
    Raises NotAsShown where it does something else by now, Refusal for a day that cannot be, and Busy.
    """

    def locked() -> Touched:
        with transaction.atomic():
            current = _alone_with(patient)
            found = touched(current, wanted, at=at)
            is_set = (current.status, current.status_since) == (wanted.status, wanted.since)
            if is_set and not found.ends_anything(wanted):
                return found
            if found.mark(current, wanted) != seen:
                raise NotAsShown
            set_status(current, wanted.status, wanted.since, by=by, at=at)
            turned = {"before": stop_of(current.status), "now": stop_of(wanted.status)}
            stopping.follow(current.pk, **turned, at=at)
            _end(found, wanted, by=by, at=at)
            stopping.follow(current.pk, **turned | {"before": None}, at=at)  # also what cancelling has planned
            return found

    return patiently(locked, Busy())


def _alone_with(patient: Patient) -> Patient:
    """Lock all that is about the patient, in the diary's order, and return them as they are now.

    Their visits too: what is said of one on its day locks it before its messages, and so do we.
    """
    lock(patient, ())
    theirs = Appointment.objects.filter(patient=patient, state__in=UPCOMING | {State.HELD})
    lock(None, theirs.values_list("clinician", flat=True))
    list(theirs.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    return Patient.objects.get(pk=patient.pk)


def _end(found: Touched, wanted: Wanted, *, by: User, at: datetime) -> None:
    """End what waits, is held or is to come. A visit is cancelled by the clinic: all of the fee goes back."""
    why = f"The patient's status: {status_text(wanted.status, wanted.since)}"
    for entry in found.entries:
        with suppress(StaleState):  # the offered time was booked a moment ago: the sweep sees it
            waitlist.withdraw(entry, reason=why, by=by, at=at)
    for held in found.holds:
        let_go(held, reason=why, at=at)
    for visit in found.visits if wanted.cancels_visits else []:
        key = uuid5(visit.pk, "status of the patient")
        appointments.cancel(visit, reason=why, agreed_refund=None, seen=visit.sequence, key=key, by=by, at=at)
