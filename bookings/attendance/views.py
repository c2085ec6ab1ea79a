"""What a patient says of coming, signed in or by the link of a message. Staff note who came at the desk.

A mail scanner follows every link it finds: what a GET shows here changes nothing.
"""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from bookings.appointments import links, policy
from bookings.appointments.access import facts, own_visit
from bookings.appointments.cancelling import cancel_page
from bookings.appointments.enums import CANCELLED, UPCOMING, State
from bookings.appointments.models import Appointment
from bookings.attendance import actions
from bookings.attendance.forms import SequenceForm
from clinic.accounts.access import SignedIn, patients_only
from clinic.db.refusal import Refusal
from clinic.db.states import StaleState
from patients.links import opening
from patients.links.actions import DeadLink

PAGES = "bookings/attendance"
BY_LINK = "By the link in a message, with the date of birth"


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


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Ask who is there, then whether they will come. The button "I will be there" posts here too."""
    visit, now = links.visit_of(token), timezone.now()
    if over := _over(request, token, visit, now):
        return over
    if links.is_theirs(request, visit):
        return redirect("appointment", pk=visit.pk)
    if not opening.is_open(request, token, now):
        return _ask_who(request, token, visit, now)
    if request.method == "POST" and "will_come" in request.POST:
        return _will_come(request, token, visit, now)
    context = facts(visit) | {"token": token, "will_come": visit.state == State.CONFIRMED}
    return render(request, f"{PAGES}/answer.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cannot_come(request: HttpRequest, token: str) -> HttpResponse:
    """Cancel the visit of a link that is open; the refund is shown first and has to be the one agreed to."""
    visit, now = links.visit_of(token), timezone.now()
    if over := _over(request, token, visit, now):
        return over
    if links.is_theirs(request, visit):
        return redirect("appointment_cancel", pk=visit.pk)
    if not opening.is_open(request, token, now):
        return redirect("visit_answer", token)
    back = reverse("visit_answer", args=[token])
    page = cancel_page(request, visit, back_url=back, by=None, at=now, note=f"({BY_LINK})")
    return page or redirect(back)


def _ask_who(request: HttpRequest, token: str, visit: Appointment, now: datetime) -> HttpResponse:
    """Ask for the date of birth; the right one opens the link in this browser for a while."""
    assert visit.patient is not None  # noqa: S101 - links.visit_of finds no other
    try:
        asked = opening.ask_who(request, token, links.PURPOSE, visit.pk, visit.sequence, of=visit.patient, at=now)
    except DeadLink as refusal:
        return render(request, f"{PAGES}/over.html", {"why": str(refusal)}, status=410)
    if asked is None:
        return redirect("visit_answer", token)
    form, status = asked
    return render(request, f"{PAGES}/who.html", {"form": form}, status=status)


def _will_come(request: HttpRequest, token: str, visit: Appointment, now: datetime) -> HttpResponse:
    try:
        if visit.state != State.CONFIRMED:
            actions.will_come(visit, by=None, at=now, reason=BY_LINK)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("visit_answer", token)


def _over(request: HttpRequest, token: str, visit: Appointment, now: datetime) -> HttpResponse | None:
    """Return the page of a link that opens nothing any more, and why; None while it does. It names no time."""
    is_cancelled = visit.state in CANCELLED
    if is_cancelled:
        why = "You do not have to do anything more."
    elif not links.is_current(token, visit):
        why = "This link is of an earlier time of your appointment. Use the one in our newest message."
    elif visit.state not in UPCOMING or not policy.may_cancel(visit.starts_at, now):
        why = "This appointment has started, or is over."
    else:
        return None
    return render(request, f"{PAGES}/over.html", {"why": why, "is_cancelled": is_cancelled})
