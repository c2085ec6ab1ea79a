"""The front door."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from bookings.kinds.models import AppointmentKind
from clinic.accounts import policy


@login_not_required
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """What the clinic does, in one page."""
    return render(request, "pages/home.html", {"kinds": AppointmentKind.objects.visible_to(request.user)})


@require_safe
def after_sign_in(request: HttpRequest) -> HttpResponse:
    """Take a person who has just signed in to where their work or their care is."""
    if policy.is_clinician(request.user):
        return redirect("review")
    return redirect("admin:index" if policy.works_here(request.user) else "care")
