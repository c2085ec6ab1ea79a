"""The confirmation of a visit on paper, for people without email and for those who were told by phone.

A contract made at a distance is confirmed on a durable medium (Consumer Contracts Regulations 2013, reg 16):
a phone call is none.
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.appointments import letters
from bookings.appointments.models import Appointment
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import day_text, uk_day
from clinic.workspace.desk_access import for_the_diary


@for_the_diary
@require_safe
def confirmation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the confirmation of a visit to come, to be printed and posted. Of another visit it is a 404."""
    visits = Appointment.objects.upcoming().visible_to(request.user)
    visit = get_object_or_404(visits.select_related("clinician", "patient__user"), pk=pk)
    now = timezone.now()
    audit.record(AccessLog.What.READ, "appointment", visit.pk, by=request.user, at=now)
    context = {
        "visit": visit,
        "patient": visit.patient,
        "today": day_text(uk_day(now)),
        "letter": letters.on_paper(visit, at=now),
    }
    return render(request, "desk/confirmation.html", context)
