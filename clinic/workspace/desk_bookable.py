"""Whether a clinician can be booked: who stops it sees the visits to come first."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings.appointments.models import Appointment
from bookings.availability.actions import with_diaries_locked
from clinic.db.clock import when_text
from clinic.db.refusal import Refusal
from clinic.forms.seen import mark_of, was_seen
from clinic.staff import actions
from clinic.staff.models import Clinician
from clinic.workspace.desk_access import for_managers, me, page
from clinic.workspace.desk_forms import DeactivateForm


@for_managers
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop new bookings with a clinician, or allow them again. The visits to come are listed, and stay."""
    clinician, now = get_object_or_404(Clinician.objects.visible_to(request.user), pk=pk), timezone.now()
    form = _form(request, clinician, now) if request.method == "POST" else None
    if form is None or not form.is_valid():
        return _page(request, clinician, form, now)
    try:
        is_done = with_diaries_locked(lambda: _switch(request, clinician, now), clinician.pk)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, clinician, form, now)
    return redirect("admin:clinic_clinician_change", pk) if is_done else _page(request, clinician, None, now)


def _switch(request: HttpRequest, clinician: Clinician, now: datetime) -> bool:
    """Stop or allow bookings, where the visits to come are those that were shown; return whether they were."""
    coming, stops = _coming(request, clinician, now), clinician.is_active
    if not was_seen(request.POST, _mark(clinician, coming)):
        return False
    actions.set_bookable(clinician, not stops, by=me(request), at=now)
    words = "can no longer be booked" if stops else "can be booked again"
    messages.success(request, f"{clinician.name} {words}. Appointments still in the diary: {len(coming)}.")
    return True


def _coming(request: HttpRequest, clinician: Clinician, now: datetime) -> list[Appointment]:
    visits = Appointment.objects.visible_to(request.user).upcoming().filter(clinician=clinician, starts_at__gte=now)
    return list(visits.select_related("patient", "kind"))


def _mark(clinician: Clinician, coming: list[Appointment]) -> str:
    return mark_of(clinician.pk, clinician.is_active, [visit.pk for visit in coming])


def _form(request: HttpRequest, clinician: Clinician, now: datetime) -> DeactivateForm:
    """Return the form as it was sent; where bookings stop and there are visits to come, it asks for a tick."""
    visits = len(_coming(request, clinician, now)) if clinician.is_active else 0
    return DeactivateForm(request.POST, visits=visits)


def _page(request: HttpRequest, clinician: Clinician, form: DeactivateForm | None, now: datetime) -> HttpResponse:
    coming, stops = _coming(request, clinician, now), clinician.is_active
    context = page(
        request,
        "Stop bookings" if stops else "Allow bookings again",
        clinician=clinician,
        stops=stops,
        coming=[(visit, when_text(visit.starts_at)) for visit in coming],
        form=form or DeactivateForm(visits=len(coming) if stops else 0),
        mark=_mark(clinician, coming),
    )
    return render(request, "desk/bookable.html", context, status=422 if form else 200)
