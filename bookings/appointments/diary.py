"""The frame every write to the diary runs in: one transaction, locks in one order, one act a form.

The patient's row is locked first, then the clinicians' rows by key, so that nobody waits in a circle.
The exclusion constraints stand behind it for whatever goes round these locks.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from bookings.appointments.models import Appointment, Submission
from bookings.appointments.refusals import AlreadyUsed, Busy, Elsewhere, Taken
from clinic.db.contention import constraint_of, patiently
from clinic.staff.models import Clinician
from patients.profile.models import Patient

SAME_KEY = "bookings_submission_key_key"
REFUSALS = {"clinician_is_in_one_place": Taken, "patient_is_in_one_place": Elsewhere}


def fingerprint(*values: object) -> str:
    """Return a hash of who sent what, to tell the same form from another one under the same key."""
    return hashlib.sha256(repr([str(value) for value in values]).encode()).hexdigest()


def in_the_diary(
    work: Callable[[], Appointment],
    *,
    act: str,
    key: UUID,
    sent: str,
    patient: Patient | None,
    clinicians: Iterable[UUID],
    at: datetime,
) -> Appointment:
    """Return ``work()``, run once for ``key`` under the locks; sent again, return what it did then.

    ``sent`` is the fingerprint of the form. Raises AlreadyUsed for the same key with other values,
    Taken or Elsewhere where a constraint refuses, and Busy where the locks cannot be had.
    """

    def locked() -> Appointment:
        with transaction.atomic():
            _lock(patient, clinicians)
            if (before := _done_before(key, sent)) is not None:
                return before
            appointment = work()
            Submission.objects.create(key=key, act=act, fingerprint=sent, appointment=appointment, at=at)
            return appointment

    try:
        return patiently(locked, Busy())
    except IntegrityError as error:
        if constraint_of(error) == SAME_KEY:  # sent twice at once, and the two locked different clinicians
            return patiently(locked, Busy())
        if refusal := REFUSALS.get(constraint_of(error)):
            raise refusal from error
        raise


def _lock(patient: Patient | None, clinicians: Iterable[UUID]) -> None:
    if patient is not None:
        Patient.objects.select_for_update(no_key=True).values_list("pk").get(pk=patient.pk)
    list(
        Clinician.objects.select_for_update(no_key=True).filter(pk__in=set(clinicians)).order_by("pk").values_list("pk")
    )


def _done_before(key: UUID, sent: str) -> Appointment | None:
    """Return what the form with this key did, or None. Asked under the locks: of two at once one comes first."""
    done = Submission.objects.select_related("appointment").filter(key=key).first()
    if done is not None and done.fingerprint != sent:
        raise AlreadyUsed
    return done.appointment if done else None
