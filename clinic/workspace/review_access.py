"""Who may open the clinicians' workspace, and the log of what they open."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest
from django.utils import timezone

from clinic.accounts import policy
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.refusal import Refusal
from clinic.staff.models import Clinician
from patients.access import actions as access
from patients.profile.models import Patient


class NotInCare(PermissionDenied):
    """A clinician asked for the record of somebody who is not in their care. The page that says so offers a way in."""

    def __init__(self, patient: UUID) -> None:
        super().__init__()
        self.patient = patient


def clinician_of(request: HttpRequest, about_type: str, pk: UUID | None = None) -> Clinician:
    """Return the signed-in clinician; what they had opened with a reason alone is closed where its hours are over.

    Raises Http404 for patients, PermissionDenied for other staff. Where they asked for the record ``pk`` of the kind
    ``about_type``, the refusal is written down.
    """
    user = request.user
    clinician = _own(user) if policy.is_clinician(user) else None
    if clinician is not None:
        if clinician.overdue:
            access.close_opened(clinician, at=timezone.now())
        return clinician
    if pk is not None:
        log(request, AccessLog.What.REFUSED, about_type, pk)
    raise Http404 if policy.is_patient(user) else PermissionDenied


def _own(user: Any) -> Any:
    """Return the clinician whose account this is, with ``overdue``: how many records are open to them for too long."""
    too_long = Q(care__ended_at=None, care__until__lte=timezone.now())
    own = Clinician.objects.visible_to(user).filter(user=user.pk)
    return own.annotate(overdue=Count("care", filter=too_long)).first()


def care_of(request: HttpRequest, about_type: str, pk: UUID) -> tuple[Clinician, Patient]:
    """Return the signed-in clinician and the patient ``pk`` in their care; a reading of ``about_type`` is written down.

    Raises as ``clinician_of`` does, and NotInCare for somebody else's patient, the same as for nobody's key.
    """
    clinician = clinician_of(request, about_type, pk)
    found = Patient.objects.visible_to(request.user).filter(pk=pk).first()
    log(request, AccessLog.What.READ if found else AccessLog.What.REFUSED, about_type, pk)
    if found is None:
        raise NotInCare(pk)
    return clinician, found


def is_done(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Do ``act``; where it is refused, say why on the next page and return False."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return False
    return True


def log(request: HttpRequest, what: AccessLog.What, about_type: str, pk: UUID) -> None:
    """Write down that whoever is signed in read a record, or was refused it."""
    audit.record(what, about_type, pk, by=request.user, at=timezone.now())
