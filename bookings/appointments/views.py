"""Choosing a time, and what a patient can do with an appointment. Staff work in the admin."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid5

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_http_methods, require_safe

from bookings.appointments import actions, ics, policy
from bookings.appointments.enums import CANCELLED, HOLD_STATES, UPCOMING, State
from bookings.appointments.forms import CancelForm, ConfirmForm, MoveForm, SlotForm, TimesQuery, slot_value
from bookings.appointments.listing import times
from bookings.appointments.models import Appointment, AppointmentQuerySet
from bookings.appointments.refusals import NotOffered, RefundChanged, SignInFirst
from bookings.appointments.slots import Slot
from bookings.kinds.models import AppointmentKind
from clinic.accounts.access import SignedIn, patients_only
from clinic.accounts.policy import is_patient
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import clock, when_text
from clinic.db.refusal import Refusal
from clinic.staff.models import Clinician
from patients.profile.models import Patient

HOLD_KEY = "hold"  # the session's own hold


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Free times of a kind; choosing one holds it for 15 minutes. Works signed out."""
    kind = get_object_or_404(AppointmentKind.objects.visible_to(request.user), slug=slug)
    now = timezone.now()
    if request.method != "POST":
        return _times_page(request, kind, SlotForm(), now)
    if request.user.is_authenticated and not is_patient(request.user):
        raise PermissionDenied
    patient = _patient(request)
    if request.user.is_authenticated and patient is None:
        return _profile_first(request.get_full_path())
    form = SlotForm(request.POST)
    if form.is_valid():
        try:
            held = _hold(request, kind, form, patient, now)
        except SignInFirst as refusal:
            messages.info(request, str(refusal))
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            request.session[HOLD_KEY] = str(held.pk)
            return redirect("appointment_confirm", pk=held.pk)
    return _times_page(request, kind, form, now)


def _hold(
    request: HttpRequest, kind: AppointmentKind, form: SlotForm, patient: Patient | None, now: datetime
) -> Appointment:
    slot: Slot = form.cleaned_data["slot"]
    address = salted_hmac("bookings.hold", request.META.get("REMOTE_ADDR", "")).hexdigest()
    return actions.hold(
        kind,
        _clinician(request, slot),
        slot.starts_at,
        patient=patient,
        own_hold=_session_hold(request),
        visitor=salted_hmac("bookings.visitor", request.META.get("CSRF_COOKIE", "")).hexdigest(),
        address=address,
        # One page has many times: the same time twice is one act, another time of the same page another.
        key=uuid5(form.cleaned_data["key"], slot_value(slot)),
        at=now,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def confirm(request: SignedIn, pk: UUID) -> HttpResponse:
    """The last page before a booking: who, when, how much, how to get out of it."""
    held = _found(request, Appointment.objects.visible_to(request.user, own_hold=_session_hold(request)), pk)
    patient, now = _patient(request), timezone.now()
    if patient is None:
        return _profile_first(request.path)
    if held.state not in HOLD_STATES:
        return redirect("appointment", pk=held.pk)
    early = policy.needs_early_start(held.starts_at, now)
    form = ConfirmForm(request.POST or None, kind=held.kind, early_start_needed=early)
    if form.is_valid():
        try:
            actions.confirm(
                held,
                patient=patient,
                mode=form.cleaned_data["mode"],
                early_start=form.cleaned_data.get("early_start", False),
                key=form.cleaned_data["key"],
                by=request.user,
                at=now,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            request.session.pop(HOLD_KEY, None)
            messages.success(request, "Your appointment is booked. We are sending you an email.")
            return redirect("appointment", pk=held.pk)
    gone = held.state == State.EXPIRED
    context = _facts(held) | {
        "form": form,
        "held_until": clock(held.held_until) if held.held_until else "",
        "gone": gone,
        "early": early,
    }
    return render(request, "bookings/appointments/confirm.html", context, status=422 if form.errors else 200)


@require_safe
def appointment(request: SignedIn, pk: UUID) -> HttpResponse:
    """One appointment: when, with whom, how, and what can be done with it."""
    found = _own(request, pk)
    if not is_patient(request.user):
        return redirect("admin:bookings_appointment_change", pk)
    now = timezone.now()
    upcoming = found.state in UPCOMING and policy.may_cancel(found.starts_at, now)
    context = _facts(found) | {
        "refund": found.refund_due(),
        "cancelled": found.state in CANCELLED,
        "may_cancel": upcoming,
        "may_move": upcoming and policy.may_move(found.starts_at, now, asked=found.move_asked_at is not None),
    }
    return render(request, "bookings/appointments/appointment.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def reschedule(request: SignedIn, pk: UUID) -> HttpResponse:
    """Another time for an appointment: choose, see it once more, agree."""
    found, now = _own(request, pk), timezone.now()
    form = MoveForm(request.POST or None)
    if form.is_valid():
        slot: Slot = form.cleaned_data["slot"]
        try:
            clinician = _clinician(request, slot)
            if not form.cleaned_data["agreed"]:
                return _ask_to_agree(request, found, form, clinician)
            actions.reschedule(found, clinician, slot.starts_at, key=form.cleaned_data["key"], by=request.user, at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your appointment has moved. We are sending you an email.")
            return redirect("appointment", pk=pk)
    if found.state not in UPCOMING or not policy.may_move(found.starts_at, now, asked=found.move_asked_at is not None):
        return render(
            request, "bookings/appointments/cannot_move.html", _facts(found), status=422 if form.errors else 200
        )
    return _times_page(
        request,
        found.kind,
        form,
        now,
        template="bookings/appointments/reschedule.html",
        ignoring=[found.pk],
        **_facts(found),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def cancel(request: SignedIn, pk: UUID) -> HttpResponse:
    """Cancel an appointment; the refund is shown first and has to be the one that was agreed to."""
    found, now = _own(request, pk), timezone.now()
    if request.method == "POST" and found.state in CANCELLED:
        return redirect("appointment", pk=pk)  # the button pressed twice, or in another tab
    if found.state not in UPCOMING or not policy.may_cancel(found.starts_at, now):
        return render(request, "bookings/appointments/cannot_cancel.html", _facts(found))
    due = policy.refund_of(found, at=now)
    form = CancelForm(request.POST or None, initial={"refund": due.pence})
    if form.is_valid():
        sent = form.cleaned_data
        try:
            actions.cancel(
                found, reason=sent["reason"], agreed_refund=sent["refund"], key=sent["key"], by=request.user, at=now
            )
        except RefundChanged as refusal:
            form = CancelForm(
                request.POST.dict() | {"refund": str(due.pence)}
            )  # what is agreed to next is what is shown
            form.add_error(None, str(refusal))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your appointment is cancelled. We are sending you an email.")
            return redirect("appointment", pk=pk)
    return render(
        request,
        "bookings/appointments/cancel.html",
        _facts(found) | {"form": form, "refund": due},
        status=422 if form.errors else 200,
    )


@require_safe
@patients_only
def calendar(request: SignedIn, pk: UUID) -> HttpResponse:
    """The calendar file of an appointment, in neutral words."""
    found = _own(request, pk)
    return HttpResponse(
        ics.calendar_file(found, ics.Method.PUBLISH, at=timezone.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="appointment.ics"'},
    )


def _own(request: SignedIn, pk: UUID) -> Appointment:
    return _found(request, Appointment.objects.visits().visible_to(request.user), pk)


def _found(request: SignedIn, own: AppointmentQuerySet, pk: UUID) -> Appointment:
    """Return one of ``own``. Anything else is a 404, there or not, and is written down."""
    found = own.select_related("kind", "clinician", "patient__user").filter(pk=pk).first()
    if found is None:
        audit.record(AccessLog.What.REFUSED, "appointment", pk, by=request.user, at=timezone.now())
        raise Http404
    return found


def _patient(request: HttpRequest) -> Patient | None:
    return Patient.objects.visible_to(request.user).select_related("user").first() if is_patient(request.user) else None


def _clinician(request: HttpRequest, slot: Slot) -> Clinician:
    """Return the slot's clinician. Raises NotOffered where there is none to book: the page may be an old one."""
    found = Clinician.objects.visible_to(request.user).practising().filter(pk=slot.clinician_id).first()
    if found is None:
        raise NotOffered
    return found


def _session_hold(request: HttpRequest) -> UUID | None:
    held = request.session.get(HOLD_KEY)
    return UUID(held) if held else None


def _profile_first(back: str) -> HttpResponse:
    return redirect(f"{reverse('profile')}?{urlencode({'next': back})}")


def _facts(found: Appointment) -> dict[str, Any]:
    """Return what every page about one appointment shows."""
    return {
        "appointment": found,
        "when": when_text(found.starts_at),
        "cut_off": when_text(policy.cut_off(found.starts_at)),
        "fee": found.fee_text,
        "upcoming": found.state in UPCOMING,
    }


def _times_page(
    request: HttpRequest,
    kind: AppointmentKind,
    form: SlotForm,
    now: datetime,
    *,
    template: str = "bookings/appointments/choose.html",
    ignoring: list[UUID] | None = None,
    **more: Any,
) -> HttpResponse:
    query = TimesQuery(request.GET)
    held = _session_hold(request)
    shown = times(
        kind,
        now=now,
        start=query.asked("start"),
        day=query.asked("day"),
        ignoring=[*(ignoring or []), *([held] if held else [])],
    )
    return render(
        request, template, {"kind": kind, "form": form, "times": shown} | more, status=422 if form.errors else 200
    )


def _ask_to_agree(request: HttpRequest, found: Appointment, form: MoveForm, clinician: Clinician) -> HttpResponse:
    slot: Slot = form.cleaned_data["slot"]
    agree = MoveForm(initial={"slot": slot_value(slot), "agreed": True, "key": form.cleaned_data["key"]})
    agree.submit = "Move my appointment"
    context = _facts(found) | {
        "agree": agree,
        "new_when": when_text(slot.starts_at),
        "new_clinician": clinician,
    }
    return render(request, "bookings/appointments/move.html", context)
