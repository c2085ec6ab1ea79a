"""What people ask about their data, for tests."""

from uuid import uuid4

from patients.rights import actions
from patients.rights.enums import Kind
from patients.rights.models import DataRequest
from tests.factories.people import NOW

WORDS = "You have my name wrong."


def asked(patient, kind=Kind.COMPLAINT, text=WORDS, at=NOW):
    """A request that was sent."""
    return actions.ask(patient, kind, text, key=uuid4(), by=patient.user, at=at)


def now(request):
    """The row as it stands."""
    return DataRequest.objects.get(pk=request.pk)
