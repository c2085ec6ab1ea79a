"""The page of free times, and what it goes by."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Exists, QuerySet, Subquery, UUIDField, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookings.appointments.access import facts
from bookings.appointments.enums import State
from bookings.appointments.models import Appointment
from bookings.appointments.slots import Slot
from bookings.choosing.forms import ANYBODY, FilterForm, MoveForm, SlotForm, TimesQuery
from bookings.choosing.listing import Times, Wish, times
from bookings.kinds.models import AppointmentKind
from clinic.accounts.policy import is_patient
from patients.profile.enums import Status
from patients.profile.models import Patient

HOLD_KEY = "hold"  # the session's own hold


def times_page(
    request: HttpRequest,
    kind: AppointmentKind,
    form: SlotForm | MoveForm,
    now: datetime,
    *,
    own: UUID | None,
    moving: Appointment | None = None,
) -> HttpResponse:
    """Show the free times; ``own`` is whom the patient saw before, ``moving`` the visit that gets another time."""
    query, held = TimesQuery(request.GET), session_hold(request)
    wish = wish_of(query, own, mode=moving.mode if moving else "")
    ignoring = [moving.pk] if moving else [held] if held else []
    shown = times(
        kind,
        now=now,
        start=query.asked("start"),
        day=query.asked("day"),
        ignoring=ignoring,
        wish=wish,
        own=own,
        besides=Slot(moving.starts_at, moving.clinician_id) if moving else None,
        together=True,
    )
    filters = _filters(kind, shown, query, moving)
    context = {
        "kind": kind,
        "form": form,
        "key": uuid4(),  # each page has its own, also one that comes back with an error
        "times": shown,
        "kept": query.kept(),
        "filters": filters,
        "chosen": filters.chosen(),
        "is_narrowed": any(query.asked(name) for name in ("part", "mode", "sex")),
        "own": shown.clinician(own),
        "whoever": shown.wish.clinician is None and moving is None,
        "wished": shown.clinician(shown.wish.clinician),
    } | (facts(moving) if moving else {})
    template = "bookings/choosing/reschedule.html" if moving else "bookings/choosing/choose.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _filters(kind: AppointmentKind, shown: Times, query: TimesQuery, moving: Appointment | None) -> FilterForm:
    """Return the questions of what suits, as they were answered; a visit that moves keeps its way to meet."""
    asked = {name: query.asked(name) or "" for name in ("part", "mode", "sex", "day")}
    who = shown.wish.clinician.hex if shown.wish.clinician else ANYBODY
    filters = FilterForm(kind=kind, clinicians=shown.clinicians, initial=asked | {"who": who})
    if moving:
        filters.fields.pop("mode", None)
    return filters


def wish_of(query: TimesQuery, own: UUID | None, *, mode: str = "") -> Wish:
    """Return what the address asks for; ``own`` is whom the patient saw before, ``mode`` how they meet in any case."""
    asked = {name: query.asked(name) or "" for name in ("part", "mode", "sex")}
    return Wish(clinician=query.asked_for(own), **asked | ({"mode": mode} if mode else {}))


def kinds_for(request: HttpRequest) -> QuerySet[AppointmentKind]:
    """Return the kinds, each with the clinician whom the signed-in patient saw last (``seen_before``).

    ``is_active_patient``: whether the person may have new times; who is not signed in is asked when they confirm.
    """
    kinds = AppointmentKind.objects.visible_to(request.user)
    if not is_patient(request.user):
        return kinds.annotate(seen_before=Value(None, output_field=UUIDField()), is_active_patient=Value(True))
    mine = Appointment.objects.visible_to(request.user).filter(state=State.COMPLETED).order_by("-starts_at")
    gone = Patient.objects.visible_to(request.user).exclude(status=Status.ACTIVE)
    return kinds.annotate(seen_before=Subquery(mine.values("clinician")[:1]), is_active_patient=~Exists(gone))


def session_hold(request: HttpRequest) -> UUID | None:
    """Return the hold that this browser made, also signed out."""
    held = request.session.get(HOLD_KEY)
    return UUID(held) if held else None
