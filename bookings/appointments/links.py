"""The link in a message that leads to "I will be there" and "I cannot come": what it opens, and for how long.

Who has it gives the patient's date of birth; then this browser may answer for half an hour
(``patients/links/opening.py``). A patient who is signed in
is led to the visit's own page instead.
"""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest
from django.urls import reverse

from bookings.appointments.models import Appointment
from patients.links import tokens

PURPOSE = "visit"


def address(appointment: Appointment) -> str:
    """Return the link of the visit at its present time."""
    token = tokens.token(PURPOSE, appointment.pk, appointment.sequence)
    return f"{settings.SITE_ORIGIN}{reverse('visit_answer', args=[token])}"


def visit_of(token: str) -> Appointment:
    """Return the visit that ``token`` opens or has opened: its time may have changed since. Raises Http404."""
    pk = tokens.about(token)
    visits = Appointment.objects.visits().select_related("kind", "clinician", "patient__user", "charge")
    visit = visits.filter(pk=pk).first() if pk else None
    if visit is None or visit.patient is None or not _is_ours(token, visit):
        raise Http404
    return visit


def is_current(token: str, visit: Appointment) -> bool:
    """Tell whether ``token`` is of the visit's present time."""
    return tokens.is_of(token, PURPOSE, visit.pk, visit.sequence)


def is_theirs(request: HttpRequest, visit: Appointment) -> bool:
    """Tell whether the visit's own patient is signed in."""
    own: UUID | None = visit.patient.user_id if visit.patient else None
    return own is not None and own == request.user.pk


def _is_ours(token: str, visit: Appointment) -> bool:
    return any(tokens.is_of(token, PURPOSE, visit.pk, round) for round in range(visit.sequence, -1, -1))
