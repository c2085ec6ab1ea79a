"""The receipt of one visit, to print or keep. Its words tell an employer or a family nothing clinical."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.appointments.enums import CANCELLED, State
from bookings.appointments.models import Appointment
from bookings.charges.enums import ChargeState, Entry
from bookings.charges.models import Charge
from bookings.charges.policy import day
from bookings.kinds.policy import pounds
from clinic.accounts import policy
from clinic.accounts.access import SignedIn
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog

DID_NOT_HAPPEN = CANCELLED | {State.DID_NOT_ATTEND}


@dataclass(frozen=True)
class Line:
    """Money that came or went."""

    when: str
    what: str
    amount: str


@require_safe
def receipt(request: SignedIn, pk: UUID) -> HttpResponse:
    """Show what was paid for a visit: to its patient, and to reception and managers. Without a payment it is a 404."""
    if not (policy.is_patient(request.user) or policy.runs_the_diary(request.user)):
        raise PermissionDenied
    visits = Appointment.objects.visits().visible_to(request.user).select_related("patient", "charge")
    visit = visits.filter(pk=pk, charge__paid_at__isnull=False).first()
    now = timezone.now()
    if visit is None or visit.charge is None or visit.patient is None:
        audit.record(AccessLog.What.REFUSED, "receipt", pk, by=request.user, at=now)
        raise Http404
    if not policy.is_patient(request.user):
        audit.record(AccessLog.What.READ, "receipt", pk, by=request.user, at=now)
    found = visit.charge
    context = {
        "visit": visit,
        "charge": found,
        "name": visit.patient.full_name,
        "what": what_for(visit),
        "lines": _lines(found),
        "kept": pounds(found.paid_pence - found.refund_pence) if found.refunded_at else "",
        "for_staff": not policy.is_patient(request.user),
    }
    return render(request, "care/receipt.html", context)


def what_for(visit: Appointment) -> str:
    """Return what was paid for, in neutral words, like "Consultation on 3 December 2026"."""
    when = day(visit.starts_at)
    return f"Consultation booked for {when}" if visit.state in DID_NOT_HAPPEN else f"Consultation on {when}"


def _lines(found: Charge) -> list[Line]:
    """Return the payment that stands, and what was given back: lines taken back later are left out."""
    last = {entry.what: entry for entry in found.entries.all()}
    lines = [("Paid", last[Entry.PAID])]
    if found.state == ChargeState.REFUNDED:
        lines.append(("Given back", last[Entry.REFUNDED]))
    return [Line(day(entry.at), f"{said}: {entry.get_method_display()}", entry.amount_text) for said, entry in lines]
