"""Shutting a staff account (what a manager must see first is the visits to come), and opening accounts again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bookings.appointments.models import Appointment
from clinic.accounts import actions
from clinic.accounts.models import User
from clinic.db.clock import when_text
from clinic.db.refusal import Refusal
from clinic.workspace.desk_access import for_managers, for_the_diary, me, page
from clinic.workspace.desk_forms import DeactivateForm
from patients.details import actions as details
from patients.profile.models import Patient


@for_managers
@require_http_methods(["GET", "HEAD", "POST"])
def deactivate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show an account's visits to come, then shut it and end its sessions. The visits stay."""
    user, now = _account(request, pk), timezone.now()
    visits = Appointment.objects.visible_to(request.user).upcoming().filter(clinician__user=user, starts_at__gte=now)
    coming = [(visit, when_text(visit.starts_at)) for visit in visits.select_related("patient", "kind")]
    form = DeactivateForm(request.POST if request.method == "POST" else None, visits=len(coming))
    if form.is_valid():
        try:
            ended = actions.deactivate(user, by=me(request), at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                f"{user.email} can no longer sign in. Sessions ended: {ended}. Appointments still in the diary: {len(coming)}.",
            )
            return redirect("admin:clinic_user_change", pk)
    context = page(request, "Shut a staff account", account=user, coming=coming, form=form)
    return render(request, "desk/deactivate.html", context, status=422 if form.errors else 200)


@for_managers
@require_POST
def reactivate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a staff account again."""
    user = _account(request, pk)
    try:
        actions.reactivate(user, by=me(request), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{user.email} can sign in again.")
    return redirect("admin:clinic_user_change", pk)


@for_the_diary
@require_POST
def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a patient's own account again, as they have asked by phone."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user).select_related("user"), pk=pk)
    details.reopen_account(patient, by=me(request), at=timezone.now())
    messages.success(request, "They can sign in again.")
    return redirect("admin:patients_patient_change", pk)


def _account(request: HttpRequest, pk: UUID) -> User:
    return get_object_or_404(User.objects.visible_to(request.user).staff(), pk=pk)
