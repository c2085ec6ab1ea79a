"""Closing one's account: what ends, what is kept and how long, and what becomes of visits to come."""

from datetime import datetime
from typing import Any
from uuid import uuid5

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings.appointments import actions as appointments
from bookings.appointments import policy
from bookings.appointments.models import Appointment
from bookings.waitlist import actions as waitlist
from bookings.waitlist.models import WaitingEntry
from clinic.accounts.access import SignedIn, patients_only
from clinic.db.clock import when_text
from clinic.db.refusal import Refusal
from clinic.forms.keyed import KeyedForm
from clinic.forms.seen import mark_of, was_seen
from patients.details.actions import close_account

KEEP, CANCEL = "keep", "cancel"
REASON = "Closed their account"


class ClosingForm(KeyedForm):
    """Whether the visits to come stay. ``visits``: whether there are any."""

    visits = forms.ChoiceField(
        label="What about your visits?",
        choices=[(KEEP, "Keep them: I will be there"), (CANCEL, "Cancel them all")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether to keep your visits or to cancel them"},
    )
    submit = "Close my account"
    use_required_attribute = False

    def __init__(self, *args: Any, has_visits: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_visits:
            del self.fields["visits"]


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@reauthentication_required
def close(request: SignedIn) -> HttpResponse:
    """Explain what closing means, and do it. The refunds that are shown are those that are agreed to."""
    now = timezone.now()
    coming = Appointment.objects.upcoming().visible_to(request.user).select_related("kind", "clinician", "charge")
    visits = [visit for visit in coming.order_by("starts_at", "pk") if policy.may_cancel(visit.starts_at, now)]
    mark = mark_of(*((visit.pk, visit.sequence, visit.refund_at(now).pence) for visit in visits))
    form = ClosingForm(request.POST if request.method == "POST" else None, has_visits=bool(visits))
    if form.is_valid() and not was_seen(request.POST, mark):
        form.add_error(None, "Something has changed with your visits. Read this page again, then choose.")
    elif form.is_valid():
        try:
            _close(request, visits if form.cleaned_data.get("visits") == CANCEL else [], form, now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            logout(request)
            return redirect("care_closed")
    context = {"form": form, "visits": [_shown(visit, now) for visit in visits], "mark": mark}
    return render(request, "care/close.html", context, status=422 if form.errors else 200)


@require_safe
@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    """Say that an account is closed: nothing of whose."""
    return render(request, "care/closed.html")


def _close(request: SignedIn, to_cancel: list[Appointment], form: ClosingForm, now: datetime) -> None:
    """Take them off the waiting list, cancel the visits and close the account: all or nothing.

    Who waits would have to sign in to take a time.
    """
    with transaction.atomic():
        for entry in WaitingEntry.objects.visible_to(request.user).waiting():
            waitlist.withdraw(entry, reason=REASON, by=request.user, at=now)
        for visit in to_cancel:
            appointments.cancel(
                visit,
                reason=REASON,
                agreed_refund=visit.refund_at(now).pence,
                seen=visit.sequence,
                key=uuid5(form.cleaned_data["key"], str(visit.pk)),
                by=request.user,
                at=now,
            )
        close_account(request.user, at=now)


def _shown(visit: Appointment, now: datetime) -> dict[str, str]:
    return {
        "when": when_text(visit.starts_at),
        "who": visit.clinician.name,
        "money": visit.words_if_cancelled(visit.refund_at(now)),
    }
