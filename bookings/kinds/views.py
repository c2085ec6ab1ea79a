"""What can be booked."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings.kinds.models import AppointmentKind


@login_not_required
@require_safe
def kinds(request: HttpRequest) -> HttpResponse:
    """List what can be booked, with length and total fee. Open to everybody."""
    return render(request, "bookings/kinds/kinds.html", {"kinds": AppointmentKind.objects.visible_to(request.user)})
