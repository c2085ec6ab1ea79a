"""An invented note of Amina's visit, and the letter about it, which waits to be sent."""

from datetime import datetime

from bookings.appointments.models import Appointment
from patients.consultations import actions as notes
from patients.consultations.enums import Capacity, Confirmed, Given, Indication
from patients.correspondence import actions as letters
from patients.correspondence.models import GpLetter

SAID = {
    "indications": [Indication.MS_PAIN],
    "history": "Invented for the demonstration.\nBurning in both feet for 5 years, worse at night.",
    "discussion": "Invented. What there is, no new treatment among it, and what each may do.",
    "capacity": Capacity.NO_DOUBT,
    "driving": Given.GIVEN,
    "contraception": Given.NOT_RELEVANT,
    "contraception_why": "Nothing new was started",
    "storage": Given.NOT_RELEVANT,
    "storage_why": "Nothing new was started",
    "travel": Given.NOT_RELEVANT,
    "travel_why": "Nothing new was started",
    "plan": "Invented. Sleep diary for 4 weeks, then we talk again.",
    "identity": Confirmed.YES,
    "identity_how": "Name and date of birth, photo ID seen",
}


def write(visit: Appointment, *, at: datetime) -> None:
    """Sign the note of ``visit`` on its day, and approve the letter to the GP at ``at``."""
    assert visit.patient is not None  # noqa: S101 - a visit has one
    by, then = visit.clinician.user, visit.ends_at
    note = notes.open_note(visit.patient, visit.clinician, key=visit.pk, at=visit.starts_at)
    notes.sign(note, notes.Written(0, visit.starts_at, visit.mode, SAID), by=by, at=then)
    note.refresh_from_db()
    visit.note = note
    visit.save(update_fields=["note"])
    notes.ask_for_letter(note, at=at)
    letter = letters.open_letter(visit.patient, visit.clinician, key=note.pk, at=at, note=note)
    approve(letter, with_statement=False, at=at)


def approve(letter: GpLetter, *, with_statement: bool, at: datetime, **body: str) -> None:
    """Approve a letter as it was filled from the record, but for the parts in ``body``."""
    written = letters.Written(
        version=0,
        to_practice=letter.to_practice,
        to_address="2 Example Street, Exampleton, AA1 1AA",
        cc="",
        copy_to_patient=True,
        with_statement=with_statement,
        body=letter.body | body,
    )
    letters.approve(letter, written, by=letter.clinician.user, at=at)
