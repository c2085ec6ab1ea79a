"""A patient's waiting list: asking for earlier times, and answering an offer. A GET never changes anything."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.appointments.access import not_theirs
from bookings.appointments.enums import HOLD_STATES, State
from bookings.appointments.models import Appointment, AppointmentQuerySet
from bookings.appointments.policy import cut_off, why_not_book
from bookings.appointments.refusals import NotActive
from bookings.kinds.models import AppointmentKind
from bookings.waitlist import actions
from bookings.waitlist.enums import Declined, EntryState, OfferState
from bookings.waitlist.forms import AcceptForm, AskForm, ChangeForm, DeclineForm, KindQuery
from bookings.waitlist.models import Offer, WaitingEntry
from bookings.waitlist.refusals import VisitStays
from clinic.accounts.access import SignedIn, patients_only
from clinic.db.clock import uk_day, when_text
from clinic.db.refusal import Refusal
from clinic.keeping.typed import fill, keeps_typing
from clinic.staff.models import Clinician
from patients.profile.models import Patient

ENTRIES_SHOWN = 20
PROMISE = "We ask people in turn, and email you if a time is yours to take."
NEW_FOR_DAYS = 56  # the last day that the form suggests


@require_safe
@patients_only
def entries(request: SignedIn) -> HttpResponse:
    """Show what the person asked for, with any open offer, and what else can be asked for."""
    now = timezone.now()
    own = WaitingEntry.objects.visible_to(request.user).select_related("kind", "instead_of")
    shown = list(own.prefetch_related("clinicians").order_by("-created_at")[:ENTRIES_SHOWN])
    offers = Offer.objects.visible_to(request.user).open().filter(entry__in=shown).select_related("hold__clinician")
    by_entry = {offer.entry_id: offer for offer in offers}
    coming = Appointment.objects.visible_to(request.user).upcoming().filter(starts_at__gt=now)
    booked = set(coming.values_list("kind_id", flat=True))
    rows = [_row(entry, by_entry.get(entry.pk), booked, now) for entry in shown]
    asked = {row["entry"].kind_id for row in rows if row["waiting"]}
    kinds = [kind for kind in _kinds(request) if kind.pk not in asked]
    context = {
        "waiting": [row for row in rows if row["waiting"]],
        "past": [row for row in rows if not row["waiting"]],
        "kinds": kinds,
    }
    return render(request, "bookings/waitlist/entries.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def ask(request: SignedIn) -> HttpResponse:
    """The questions; the kind stands in the address."""
    patient, now = _patient(request), timezone.now()
    if patient is None:
        return redirect(f"{reverse('profile')}?{urlencode({'next': request.get_full_path()})}")
    if not patient.may_be_written_to:
        messages.error(request, str(NotActive()))
        return redirect("waiting_list")
    kind = KindQuery(request.GET, kinds=AppointmentKind.objects.visible_to(request.user)).asked
    if kind is None or kind not in _kinds(request):
        return redirect("waiting_list")
    return _asked(request, kind, now, entry=None, save=lambda given: actions.join(patient, kind, given, at=now))


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
@keeps_typing
def change(request: SignedIn, pk: UUID) -> HttpResponse:
    """The same questions, with what was answered; the place in the queue stays."""
    now = timezone.now()
    entry = WaitingEntry.objects.visible_to(request.user).select_related("kind", "patient").filter(pk=pk).first()
    if entry is None:
        raise not_theirs(request, "waitingentry", pk)
    if entry.state != EntryState.WAITING:
        return redirect("waiting_list")  # it says what became of it
    return _asked(request, entry.kind, now, entry=entry, save=lambda given: actions.change(entry, given, at=now))


def _asked(
    request: SignedIn,
    kind: AppointmentKind,
    now: datetime,
    *,
    entry: WaitingEntry | None,
    save: Callable[[dict[str, Any]], object],
) -> HttpResponse:
    """Show the questions about a kind, or ``save`` the answers: of somebody new, or of ``entry``."""
    visits = Appointment.objects.visible_to(request.user).upcoming().filter(kind=kind, starts_at__gt=now)
    movable = visits.filter(pk__in=[visit.pk for visit in visits if visit.may_move(now)])
    if visits and not movable:
        messages.error(request, str(VisitStays()))
        return redirect("waiting_list")
    form = fill(request, _ask_form(request, kind, movable, now, entry), at=now)
    if form.is_valid():
        try:
            save(form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            done = "We have changed what you ask for. You keep your place." if entry else "You are on the waiting list."
            messages.success(request, f"{done} {PROMISE}")
            return redirect("waiting_list")
    context = {"kind": kind, "form": form, "entry": entry}
    return render(request, "bookings/waitlist/ask.html", context, status=422 if form.errors else 200)


@require_POST
@patients_only
def withdraw(request: SignedIn, pk: UUID) -> HttpResponse:
    """Take oneself off the list."""
    entry = WaitingEntry.objects.visible_to(request.user).filter(pk=pk).first()
    if entry is None:
        raise not_theirs(request, "waitingentry", pk)
    if entry.state != EntryState.WITHDRAWN:  # the button pressed twice
        try:
            actions.withdraw(entry, by=request.user, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("waiting_list")
    messages.success(request, "You are off the waiting list. Any visit you have booked stays as it is.")
    return redirect("waiting_list")


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def offer(request: SignedIn, pk: UUID) -> HttpResponse:
    """A time that is kept for the person. Where a visit moves to it, a POST says yes; else yes is said when it is booked."""
    found, now = _own(request, pk), timezone.now()
    refused = ""
    if request.method == "POST" and found.entry.instead_of is None:
        return redirect("appointment_confirm", pk=found.hold_id)
    early = found.entry.instead_of is not None and found.entry.instead_of.lacks_early_start(found.hold.starts_at)
    form = AcceptForm(request.POST if request.method == "POST" else None, early_start_needed=early)
    if form.is_valid() and found.state != OfferState.ACCEPTED:
        try:
            said = form.cleaned_data.get("early_start", False)
            moved = actions.accept(found, early_start=said, by=request.user, at=now)
        except Refusal as refusal:
            refused = str(refusal)
            found = _own(request, pk)
        else:
            messages.success(request, "Your appointment has moved. We are sending you an email.")
            return redirect("appointment", pk=moved.pk)
    context = _facts(found, now) | {"refused": refused, "form": form}
    return render(request, "bookings/waitlist/offer.html", context, status=422 if refused or form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@patients_only
def decline(request: SignedIn, pk: UUID) -> HttpResponse:
    """Say no to an offered time, with a reason or without."""
    found, now = _own(request, pk), timezone.now()
    if not found.may_be_answered(now):
        return redirect("waiting_list_offer", pk=pk)  # it says what became of it
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = Declined(form.cleaned_data["reason"]).label if form.cleaned_data["reason"] else ""
        try:
            actions.decline(found, reason=reason, by=request.user, at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Thank you for telling us. You stay on the waiting list.")
            return redirect("waiting_list")
    return render(
        request,
        "bookings/waitlist/decline.html",
        _facts(found, now) | {"form": form},
        status=422 if form.errors else 200,
    )


def _kinds(request: SignedIn) -> list[AppointmentKind]:
    """Return the kinds that the person may book."""
    was_here = Appointment.objects.visible_to(request.user).filter(state=State.COMPLETED).exists()
    kinds = AppointmentKind.objects.visible_to(request.user)
    return [kind for kind in kinds if not why_not_book(kind.audience, was_here=was_here)]


def _ask_form(
    request: SignedIn, kind: AppointmentKind, movable: AppointmentQuerySet, now: datetime, entry: WaitingEntry | None
) -> AskForm:
    today, first = uk_day(now), movable.first()
    suggested = {
        "instead_of": first,
        "last_day": uk_day(first.starts_at) if first else today + timedelta(days=NEW_FOR_DAYS),
    }
    return (ChangeForm if entry else AskForm)(
        request.POST if request.method == "POST" else None,
        clinicians=Clinician.objects.visible_to(request.user).practising().filter(kinds=kind),
        visits=movable,
        today=today,
        initial=suggested | (_answered(entry, today) if entry else {}),
    )


def _answered(entry: WaitingEntry, today: date) -> dict[str, Any]:
    """Return what somebody asked for, as the form shows it; a first day that has passed is today."""
    answers: dict[str, Any] = {name: getattr(entry, name) for name in actions.ASKED if name != "instead_of"}
    visit = {"instead_of": entry.instead_of} if entry.instead_of else {}
    later = {"first_day": max(entry.first_day, today), "clinicians": list(entry.clinicians.all())}
    return answers | visit | later


def _row(entry: WaitingEntry, offer: Offer | None, booked: set[UUID], now: datetime) -> dict[str, Any]:
    """Return an entry as the list shows it. A time that was booked a moment ago counts before the sweep has seen it."""
    taken = offer is not None and offer.hold.state not in HOLD_STATES
    waiting = entry.state == EntryState.WAITING and not taken
    return {
        "entry": entry,
        "waiting": waiting,
        # A visit of the kind, booked since: nothing is offered beside it until they ask to have it earlier.
        "has_visit": waiting and entry.instead_of is None and entry.kind_id in booked,
        "state": EntryState.BOOKED.label if taken else entry.get_state_display(),
        "instead_of": when_text(entry.instead_of.starts_at) if entry.instead_of and waiting else "",
        "offer": offer if offer and offer.may_be_answered(now) else None,
        "offer_when": when_text(offer.hold.starts_at) if offer else "",
    }


def _facts(offer: Offer, now: datetime) -> dict[str, Any]:
    entry, hold = offer.entry, offer.hold
    visit = entry.instead_of
    limit = cut_off(hold.starts_at, (visit or hold).terms)  # a visit that moves there keeps its own
    return {
        "offer": offer,
        "open": offer.may_be_answered(now),
        "taken": offer.state == OfferState.ACCEPTED or hold.state not in HOLD_STATES,
        "declined": offer.state == OfferState.DECLINED,
        "still_waiting": entry.state == EntryState.WAITING,
        "when": when_text(hold.starts_at),
        "clinician": hold.clinician,
        "mode": visit.get_mode_display() if visit else entry.kind.modes_text,
        "visit": visit,
        "old_when": when_text(visit.starts_at) if visit else "",
        "cut_off": when_text(limit),
        "cut_off_passed": now >= limit,
        "booked_pk": visit.pk if visit else hold.pk,
    }


def _own(request: SignedIn, pk: UUID) -> Offer:
    own = Offer.objects.visible_to(request.user)
    found = (
        own.select_related("hold__clinician", "entry__kind", "entry__instead_of__clinician", "entry__patient")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise not_theirs(request, "offer", pk)
    return found


def _patient(request: HttpRequest) -> Patient | None:
    return Patient.objects.visible_to(request.user).first()
