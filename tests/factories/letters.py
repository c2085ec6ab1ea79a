"""Letters to GPs for tests."""

from uuid import uuid4

from patients.consents.actions import give_consents
from patients.consents.enums import Purpose
from patients.correspondence import actions
from patients.correspondence.actions import Written
from patients.correspondence.models import GpLetter
from tests.factories.people import NOW

BODY = {
    "diagnosis": "Neuropathic pain in MS",
    "why_seen": "Burning pain in both legs.",
    "flags": "",
    "tried": "Carbamazepine",
    "plan": "See again in 4 weeks.",
    "who": "Our clinic.",
    "interactions": "",
    "asks": "Please tell us of changes.",
    "review": "",
    "contact": "01632 960 100",
}
FORM = BODY | {"to_practice": "Exampleton Surgery", "to_address": "2 High Street", "cc": "", "copy_to_patient": "yes"}


def allow(patient, given=True, at=NOW):
    """Write down whether ``patient`` lets us write to their GP."""
    give_consents(patient, {Purpose.SHARE_WITH_GP: given}, by=patient.user, at=at)


def written(version=0, copy_to_patient=True, with_statement=False, **body):
    """What the form of a letter holds: enough to approve."""
    return Written(
        version=version,
        to_practice="Exampleton Surgery",
        to_address="2 High Street\nExampleton",
        cc="",
        copy_to_patient=copy_to_patient,
        with_statement=with_statement,
        body=BODY | body,
    )


def draft(patient, clinician, at=NOW, **about):
    """A letter as it is filled from the record."""
    return actions.open_letter(patient, clinician, key=uuid4(), at=at, **about)


def approved(patient, clinician, at=NOW, about=None, **said):
    """A letter that waits to be sent."""
    allow(patient)
    letter = draft(patient, clinician, at, **about or {})
    actions.approve(letter, written(**said), by=clinician.user, at=at)
    return GpLetter.objects.get(pk=letter.pk)


def sent(patient, clinician, at=NOW, **more):
    """A letter that was sent by post on the day of its approval."""
    letter = approved(patient, clinician, at, **more)
    actions.mark_sent(letter, "post", at.date(), by=clinician.user, at=at)
    return letter


def acknowledged(patient, clinician, at=NOW):
    """A letter that the practice has."""
    letter = sent(patient, clinician, at)
    actions.mark_acknowledged(letter, "By phone", at.date(), by=clinician.user, at=at)
    return letter


def withdrawn(patient, clinician, at=NOW):
    """A letter that was wrong."""
    letter = approved(patient, clinician, at)
    actions.withdraw(letter, "Wrong dose", by=clinician.user, at=at)
    return letter


IN_STATE = {
    "draft": draft,
    "approved": approved,
    "sent": sent,
    "acknowledged": acknowledged,
    "withdrawn": withdrawn,
}
