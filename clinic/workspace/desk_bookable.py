"""Whether a clinician can be booked: who stops it sees the visits to come first."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings.appointments.models import Appointment
from clinic.db.clock import when_text
from clinic.staff import actions
from clinic.staff.models import Clinician
from clinic.workspace.desk_access import for_managers, me, page
from clinic.workspace.desk_forms import DeactivateForm


@for_managers
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop new bookings with a clinician, or allow them again. The visits to come are listed, and stay."""
    clinician, now = get_object_or_404(Clinician.objects.visible_to(request.user), pk=pk), timezone.now()
    visits = Appointment.objects.visible_to(request.user).upcoming().filter(clinician=clinician, starts_at__gte=now)
    stops = clinician.is_active
    coming = [(visit, when_text(visit.starts_at)) for visit in visits.select_related("patient", "kind")]
    form = DeactivateForm(request.POST if request.method == "POST" else None, visits=len(coming) if stops else 0)
    if form.is_valid():
        actions.set_bookable(clinician, not stops, by=me(request), at=now)
        words = "can no longer be booked" if stops else "can be booked again"
        messages.success(request, f"{clinician.name} {words}. Appointments still in the diary: {len(coming)}.")
        return redirect("admin:clinic_clinician_change", pk)
    title = "Stop bookings" if stops else "Allow bookings again"
    context = page(request, title, clinician=clinician, stops=stops, coming=coming, form=form)
    return render(request, "desk/bookable.html", context, status=422 if form.errors else 200)
