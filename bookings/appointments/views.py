"""What a patient sees of an appointment, and what they can do with it. Staff work in the admin."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings.appointments import ics, policy
from bookings.appointments.access import facts, own_visit
from bookings.appointments.cancelling import cancel_page
from bookings.appointments.enums import CANCELLED, UPCOMING, State
from bookings.kinds.enums import Mode
from clinic.accounts.access import SignedIn, patients_only
from clinic.accounts.policy import is_patient
from clinic.db.clock import when_text

WAITING_FOR_IT = UPCOMING | {State.CHECKED_IN, State.IN_PROGRESS}


@dataclass(frozen=True)
class Video:
    """What the page says of a video call. ``url`` is empty until staff have entered it."""

    may_join: bool
    opens: str
    url: str


@require_safe
def appointment(request: SignedIn, pk: UUID) -> HttpResponse:
    """One appointment: when, with whom, how, and what can be done with it."""
    visit = own_visit(request, pk)
    if not is_patient(request.user):
        return redirect("admin:bookings_appointment_change", pk)
    now = timezone.now()
    upcoming = visit.state in UPCOMING and policy.may_cancel(visit.starts_at, now)
    context = facts(visit) | {
        "money": visit.words_cancelled() if visit.state in CANCELLED else "",
        "money_if_cancelled": visit.words_if_cancelled(visit.refund_at(now)),
        "cancelled": visit.state in CANCELLED,
        "may_cancel": upcoming,
        "may_move": upcoming and visit.may_move(now),
        "may_say_so": upcoming and visit.state == State.BOOKED,
        "will_come": upcoming and visit.state == State.CONFIRMED,
        "needs": visit.patient.access_needs if visit.patient else "",
    }
    if visit.mode == Mode.VIDEO and visit.state in WAITING_FOR_IT:
        context["video"] = Video(
            may_join=policy.may_join(visit.starts_at, visit.ends_at, now),
            opens=when_text(policy.join_opens(visit.starts_at)),
            url=visit.join_url,
        )
    return render(request, "bookings/appointments/appointment.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def cancel(request: SignedIn, pk: UUID) -> HttpResponse:
    """Cancel an appointment; the refund is shown first and has to be the one that was agreed to."""
    found, now = own_visit(request, pk), timezone.now()
    if request.method == "POST" and found.state in CANCELLED:
        return redirect("appointment", pk=pk)  # the button pressed twice, or in another tab
    if found.state not in UPCOMING or not policy.may_cancel(found.starts_at, now):
        return render(request, "bookings/appointments/cannot_cancel.html", facts(found))
    page = cancel_page(request, found, back_url=reverse("appointment", args=[pk]), by=request.user, at=now)
    if page is None:
        messages.success(request, "Your appointment is cancelled. We are sending you an email.")
    return page or redirect("appointment", pk=pk)


@require_safe
@patients_only
def calendar(request: SignedIn, pk: UUID) -> HttpResponse:
    """The calendar file of an appointment, in neutral words."""
    found = own_visit(request, pk)
    return HttpResponse(
        ics.calendar_file(found, ics.Method.PUBLISH, at=timezone.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="appointment.ics"'},
    )
