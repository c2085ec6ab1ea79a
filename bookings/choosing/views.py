"""Choosing a time, confirming it, and choosing another one. Staff choose at the desk."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_http_methods, require_POST

from bookings.appointments import actions, policy, slots
from bookings.appointments.access import facts, found, own_visit, patient_of
from bookings.appointments.enums import HOLD_STATES, UPCOMING, State
from bookings.appointments.models import Appointment
from bookings.appointments.refusals import HoldEnded, NotOffered, SignInFirst
from bookings.appointments.slots import Slot
from bookings.choosing.forms import ConfirmForm, MoreTimeForm, MoveForm, SlotForm, TimesQuery, slot_value
from bookings.choosing.listing import free_then, nearest
from bookings.choosing.page import HOLD_KEY, kinds_for, session_hold, times_page, wish_of
from bookings.holds import actions as holds
from bookings.kinds.models import AppointmentKind
from clinic.accounts.access import SignedIn, patients_only
from clinic.accounts.policy import is_patient
from clinic.db.clock import clock, day_text, uk_day, until_text, when_text
from clinic.db.refusal import Refusal
from clinic.keeping.typed import fill, keeps_typing
from clinic.staff.models import Clinician
from patients.profile.models import Patient

ANSWERS_KEY = "answers"  # what was answered about a time that is gone; the session is kept in the database


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Free times of a kind; choosing one holds it for 15 minutes. Works signed out."""
    kind = get_object_or_404(kinds_for(request), slug=slug)
    now = timezone.now()
    own: UUID | None = kind.seen_before  # type: ignore[attr-defined]
    active: bool = kind.is_active_patient  # type: ignore[attr-defined]
    if why := policy.why_not_book(kind.audience, was_here=own is not None, is_active=active):
        context = {"kind": kind, "why": why, "may_sign_in": why == policy.NotFor.NEW_HERE, "is_active": active}
        return render(request, "bookings/choosing/not_for_you.html", context)
    if request.method != "POST":
        return times_page(request, kind, SlotForm(), now, own=own)
    if request.user.is_authenticated and not is_patient(request.user):
        raise PermissionDenied
    return _chosen(request, kind, now, own)


def _chosen(request: HttpRequest, kind: AppointmentKind, now: datetime, own: UUID | None) -> HttpResponse:
    """Hold the time that was chosen, or say on the page of times why not."""
    patient, form = patient_of(request), SlotForm(request.POST)
    if request.user.is_authenticated and patient is None:
        return _profile_first(request.get_full_path())
    if form.is_valid():
        try:
            held = _hold(request, kind, form, patient, now)
        except SignInFirst as refusal:
            messages.info(request, str(refusal))
            return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _held(request, held, form.cleaned_data["slot"])
    return times_page(request, kind, form, now, own=own)


def _hold(
    request: HttpRequest, kind: AppointmentKind, form: SlotForm, patient: Patient | None, now: datetime
) -> Appointment:
    slot: Slot = form.cleaned_data["slot"]
    shown = _clinician(request, slot)
    address = salted_hmac("bookings.hold", request.META.get("REMOTE_ADDR", "")).hexdigest()
    who: dict[str, Any] = {
        "patient": patient,
        "own_hold": session_hold(request),
        "visitor": salted_hmac("bookings.visitor", request.META.get("CSRF_COOKIE", "")).hexdigest(),
        "address": address,
        # One page has many times: the same time twice is one act, another time of the same page another.
        "key": uuid5(form.cleaned_data["key"], slot_value(slot)),
        "at": now,
    }
    held = _hold_of(request, kind, shown, slot, who, whoever=form.cleaned_data["whoever"])
    if held.state == State.EXPIRED:  # chosen from this page before, and let go for another time since
        held = _hold_of(request, kind, shown, slot, who | {"key": uuid4()}, whoever=form.cleaned_data["whoever"])
    return held


def _hold_of(
    request: HttpRequest, kind: AppointmentKind, shown: Clinician, slot: Slot, who: dict[str, Any], *, whoever: bool
) -> Appointment:
    if not whoever:
        return holds.hold(kind, shown, slot.starts_at, **who)
    clinicians = _shown_then_others(request, kind, shown, slot.starts_at, who["at"])
    return holds.hold_with_whoever(kind, clinicians, slot.starts_at, **who)


def _shown_then_others(
    request: HttpRequest, kind: AppointmentKind, shown: Clinician, starts_at: datetime, now: datetime
) -> Iterator[Clinician]:
    """Yield the clinician shown; only where that was in vain, look in the diary who else is free."""
    yield shown
    wish = wish_of(TimesQuery(request.GET), None)
    free = free_then(kind, starts_at, uk_day(starts_at), wish=wish, now=now)
    yield from (each for each in free if each.pk != shown.pk)


def _held(request: HttpRequest, held: Appointment, wanted: Slot) -> HttpResponse:
    """Go on to the page that confirms the hold, and say there what the person could miss."""
    request.session[HOLD_KEY] = str(held.pk)
    if held.clinician_id != wanted.clinician_id:
        messages.info(
            request, f"Somebody was quicker. {held.clinician.name} is free at the same time, so we keep that."
        )
    if not request.user.is_authenticated and held.held_until:
        until = clock(held.held_until)
        messages.info(request, f"We are keeping this time for you until {until}. Sign in, or create an account.")
    return redirect("appointment_confirm", pk=held.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def confirm(request: SignedIn, pk: UUID) -> HttpResponse:
    """The last page before a booking: who, when, how much, how to get out of it."""
    held = found(request, Appointment.objects.visible_to(request.user, own_hold=session_hold(request)), pk)
    patient, now = held.patient or patient_of(request), timezone.now()
    if patient is None:
        return _profile_first(request.path)
    if held.state not in HOLD_STATES or held.replaces_id:  # where a visit would move to it, the offer's page asks
        return redirect("waiting_list") if held.replaces_id else redirect("appointment", pk=held.pk)
    offered = slots.offered_at(held.kind, held.clinician, held.starts_at, now=now, ignoring=[held.pk])
    modes = offered.modes if offered else tuple(held.kind.modes)
    early = policy.needs_early_start(held.starts_at, now)
    form = ConfirmForm(
        request.POST or None, modes=modes, early_start_needed=early, initial=_answers(request, patient, modes)
    )
    form = fill(request, form, at=now)
    if form.is_valid() and (answer := _confirmed(request, held, patient, form, now)):
        return answer
    if held.state == State.EXPIRED or offered is None:
        return _gone(request, held, now, status=422 if form.errors else 200)
    return render(
        request,
        "bookings/choosing/confirm.html",
        facts(held) | _hold_facts(request, held, now) | {"form": form, "early": early},
        status=422 if form.errors else 200,
    )


def _confirmed(
    request: SignedIn, held: Appointment, patient: Patient, form: ConfirmForm, now: datetime
) -> HttpResponse | None:
    """Book what was confirmed. None where the form has to be shown again; it says why."""
    sent = form.cleaned_data
    answers = {"mode": sent["mode"], "access_needs": sent["access_needs"]}
    early, key = sent.get("early_start", False), sent["key"]
    try:
        holds.confirm(held, patient=patient, early_start=early, key=key, by=request.user, at=now, **answers)
    except HoldEnded:
        request.session[ANSWERS_KEY] = answers
        return _gone(request, held, now, status=422)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return None
    for name in (HOLD_KEY, ANSWERS_KEY):
        request.session.pop(name, None)
    messages.success(request, "Your appointment is booked. We are sending you an email.")
    return redirect("appointment", pk=held.pk)


def _hold_facts(request: HttpRequest, held: Appointment, now: datetime) -> dict[str, Any]:
    return {
        "held_until": until_text(held.held_until, now) if held.held_until else "",
        "has_run_out": held.has_run_out(now),
        "may_extend": not held.hold_extended and not held.held_for_offer,
        "right_ends": day_text(policy.cooling_off_last_day(now)),
        "starts_within_right": held.starts_at < policy.cooling_off_ends(now),
        "cut_off_to_come": held.cut_off > now,
        "before": _seen_before(request, held),
    }


def _gone(request: HttpRequest, held: Appointment, now: datetime, *, status: int) -> HttpResponse:
    """Say kindly that a held time is gone, with the next three free ones. What was answered is kept."""
    context = facts(held) | {
        "words": str(HoldEnded()),
        "answers_kept": ANSWERS_KEY in request.session,
        "nearest": nearest(held.kind, held.starts_at, uk_day(held.starts_at), now=now),
        "form": SlotForm(),
    }
    return render(request, "bookings/choosing/gone.html", context, status=status)


@require_POST
@patients_only
def more_time(request: SignedIn, pk: UUID) -> HttpResponse:
    """Keep a held time for 15 minutes more, once."""
    held = found(request, Appointment.objects.visible_to(request.user, own_hold=session_hold(request)), pk)
    patient, form = patient_of(request), MoreTimeForm(request.POST)
    if patient and form.is_valid():
        sent = form.cleaned_data
        request.session[ANSWERS_KEY] = {"mode": sent["mode"], "access_needs": sent["access_needs"]}
        try:
            kept = holds.extend_hold(held, patient=patient, key=uuid5(sent["key"], "more time"), at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, f"We are keeping this time for you until {clock(kept.held_until or kept.starts_at)}."
            )
    return redirect("appointment_confirm", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def reschedule(request: SignedIn, pk: UUID) -> HttpResponse:
    """Another time for an appointment: choose, see it once more, agree."""
    visit, now = own_visit(request, pk), timezone.now()
    form = MoveForm(request.POST or None)
    if form.is_valid():
        slot: Slot = form.cleaned_data["slot"]
        try:
            clinician = _clinician(request, slot)
            agree = _agree_form(request, visit, form)
            if not agree.is_valid():
                return _ask_to_agree(request, visit, agree, slot, clinician)
            sent = agree.cleaned_data
            said = {"early_start": sent.get("early_start", False), "key": sent["key"], "seen": sent["sequence"]}
            actions.reschedule(visit, clinician, slot.starts_at, by=request.user, at=now, **said)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your appointment has moved. We are sending you an email.")
            return redirect("appointment", pk=pk)
    if visit.state not in UPCOMING or not visit.may_move(now):
        context = facts(visit) | {"may_cancel": policy.may_cancel(visit.starts_at, now)}
        return render(request, "bookings/choosing/cannot_move.html", context, status=422 if form.errors else 200)
    return times_page(request, visit.kind_as_booked, form, now, own=visit.clinician_id, moving=visit)


def _agree_form(request: HttpRequest, visit: Appointment, chosen: MoveForm) -> MoveForm:
    """Return the form that is agreed to: as it was sent, or new for a time that was only just chosen."""
    slot: Slot = chosen.cleaned_data["slot"]
    first = {"slot": slot_value(slot), "agreed": True, "key": chosen.cleaned_data["key"], "sequence": visit.sequence}
    sent = request.POST if chosen.cleaned_data["agreed"] else None
    agree = MoveForm(sent, initial=first, early_start_needed=visit.lacks_early_start(slot.starts_at))
    agree.submit = "Move my appointment"
    return agree


def _ask_to_agree(
    request: HttpRequest, visit: Appointment, agree: MoveForm, slot: Slot, clinician: Clinician
) -> HttpResponse:
    limit = policy.cut_off(slot.starts_at, visit.terms)
    context = facts(visit) | {
        "agree": agree,
        "new_when": when_text(slot.starts_at),
        "new_clinician": clinician,
        "new_cut_off": when_text(limit),
        "new_cut_off_passed": timezone.now() >= limit,
    }
    return render(request, "bookings/choosing/move.html", context, status=422 if agree.errors else 200)


def _seen_before(request: HttpRequest, held: Appointment) -> Clinician | None:
    """Return the clinician whom the patient saw last, where that is somebody else than the hold's and offers this kind."""
    visits = Appointment.objects.visible_to(request.user).filter(state=State.COMPLETED).order_by("-starts_at")
    last = visits.values_list("clinician", flat=True).first()
    return held.kind.clinicians.practising().exclude(pk=held.clinician_id).filter(pk=last).first() if last else None


def _answers(request: HttpRequest, patient: Patient, modes: tuple[str, ...]) -> Mapping[str, str]:
    """Return what the form starts with: what was answered before a time was gone, or what we know of the patient."""
    kept = request.session.get(ANSWERS_KEY, {})
    known = {"access_needs": patient.access_needs} | kept
    if len(modes) == 1:
        known["mode"] = modes[0]
    return known


def _clinician(request: HttpRequest, slot: Slot) -> Clinician:
    """Return the slot's clinician. Raises NotOffered where there is none to book: the page may be an old one."""
    known = Clinician.objects.visible_to(request.user).practising().filter(pk=slot.clinician_id).first()
    if known is None:
        raise NotOffered
    return known


def _profile_first(back: str) -> HttpResponse:
    return redirect(f"{reverse('profile')}?{urlencode({'next': back})}")
