"""Consultation notes for tests."""

from uuid import uuid4

from patients.consultations import actions
from patients.consultations.actions import Written
from patients.consultations.models import ConsultationNote
from tests.factories.people import NOW

SAID = {
    "indications": ["ms_pain"],
    "indication_text": "",
    "history": "Burning pain in both legs.",
    "discussion": "All options, no new treatment among them.",
    "capacity": "no_doubt",
    "capacity_text": "",
    "driving": "given",
    "driving_why": "",
    "contraception": "not_relevant",
    "contraception_why": "Past the menopause",
    "storage": "given",
    "storage_why": "",
    "travel": "not_given",
    "travel_why": "No travel planned",
    "plan": "See again in 4 weeks.",
    "identity": "yes",
    "identity_how": "Name, date of birth, passport seen",
}
# The same as a browser sends it.
FORM = SAID | {"day_day": "23", "day_month": "11", "day_year": "2026", "minute": "09:00", "mode": "video"}


def written(version=0, visited_at=NOW, mode="video", **said):
    """What the form of a note holds: enough to sign."""
    return Written(version=version, visited_at=visited_at, mode=mode, said=SAID | said)


def draft(patient, clinician, at=NOW):
    """A note nobody has written into yet."""
    return actions.open_note(patient, clinician, key=uuid4(), at=at)


def signed(patient, clinician, at=NOW, **said):
    """A note of ``at`` that is signed."""
    note = draft(patient, clinician, at)
    actions.sign(note, written(visited_at=at, **said), by=clinician.user, at=at)
    return ConsultationNote.objects.get(pk=note.pk)


def of_visit(visit, at=NOW, **said):
    """Sign the note of a visit that has started; return the note."""
    actions.sign(visit.note, written(visited_at=at, **said), by=visit.clinician.user, at=at)
    return ConsultationNote.objects.get(pk=visit.note_id)
