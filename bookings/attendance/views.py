"""What a patient says of coming. Staff note who came at the desk."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from bookings.appointments.access import own_visit
from bookings.appointments.enums import State
from bookings.attendance import actions
from bookings.attendance.forms import SequenceForm
from clinic.accounts.access import SignedIn, patients_only
from clinic.db.refusal import Refusal
from clinic.db.states import StaleState


@require_POST
@patients_only
def will_come(request: SignedIn, pk: UUID) -> HttpResponse:
    """The patient says "I will be there". Pressed twice it is said once."""
    visit = own_visit(request, pk)
    try:
        if not SequenceForm(request.POST).is_of(visit):
            raise StaleState
        if visit.state != State.CONFIRMED:
            actions.will_come(visit, by=request.user, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Thank you. We know that you will be there.")
    return redirect("appointment", pk=pk)
