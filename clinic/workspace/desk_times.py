"""Choosing a time at the desk: the free times of a day by clinician, a typed time, and the page to agree on.

Booking and moving share it; what is agreed to differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from bookings.appointments.slots import Slot
from bookings.choosing.forms import slot_value
from bookings.choosing.listing import Time, Times, times
from bookings.kinds.models import AppointmentKind
from clinic.db.clock import UK, clock, day_text, uk_day, when_text
from clinic.staff.models import Clinician
from clinic.workspace.booking_forms import ChosenForm, TypedTimeForm
from clinic.workspace.desk_access import page
from clinic.workspace.desk_forms import TimesQuery


@dataclass(frozen=True)
class Choosing:
    """What a time is chosen for: ``facts`` are for the page, ``ignoring`` is the visit that moves."""

    title: str
    kind: AppointmentKind
    now: datetime
    facts: dict[str, Any] = field(default_factory=dict)
    ignoring: Sequence[UUID] = ()


def times_page(
    request: HttpRequest, what: Choosing, *, form: ChosenForm | None = None, typed: TypedTimeForm | None = None
) -> HttpResponse:
    """Show a day's free times by clinician. With ``form`` or ``typed`` it says what was wrong with it (422)."""
    query = TimesQuery(request.GET, user=request.user, auto_id="query_%s")
    day = query.asked()
    first, pressed = query.cleaned_data.get("clinician"), query.cleaned_data.get("slot")
    shown = times(what.kind, now=what.now, start=None, day=day, ignoring=what.ignoring)
    columns = _by_clinician(shown, first)
    wrong = form or typed
    context = page(
        request,
        what.title,
        kind=what.kind,
        query=TimesQuery(initial={"kind": what.kind, "day": day or shown.day}, user=request.user, auto_id="query_%s"),
        times=shown,
        columns=columns,
        pressed=_pressed(pressed, columns),
        none_on=day_text(day) if day and day != shown.day else "",
        typed=typed
        or TypedTimeForm(
            user=request.user, now=what.now, initial=_guess(day or shown.day, first, pressed, form), auto_id="typed_%s"
        ),
        form=wrong,
        key=uuid4(),
        **what.facts,
    )
    return render(request, "desk/times.html", context, status=422 if wrong else 200)


def agree_page(request: HttpRequest, what: Choosing, form: ChosenForm, slot: Slot, outside_reason: str) -> HttpResponse:
    """Show a chosen time once more, with the button that does it."""
    clinician = get_object_or_404(Clinician.objects.visible_to(request.user), pk=slot.clinician_id)
    context = page(
        request,
        what.title,
        kind=what.kind,
        form=form,
        when=when_text(slot.starts_at),
        clinician=clinician,
        outside_reason=outside_reason,
        day=uk_day(slot.starts_at),
        **what.facts,
    )
    return render(request, "desk/agree.html", context, status=422 if form.errors else 200)


def chosen(slot: Slot, outside_reason: str, **more: Any) -> dict[str, Any]:
    """Return the first values of the form that is agreed to."""
    return {"slot": slot_value(slot), "outside_reason": outside_reason, "agreed": True} | more


def _by_clinician(shown: Times, first: UUID | None) -> list[tuple[Clinician, list[Time]]]:
    """Return the day's times in one list a clinician; the one asked for comes first."""
    found: dict[Clinician, list[Time]] = {}
    for _, group in shown.groups:
        for time in group:
            found.setdefault(time.clinician, []).append(time)
    return sorted(found.items(), key=lambda column: (column[0].pk != first, column[0].name))


def _pressed(slot: Slot | None, columns: list[tuple[Clinician, list[Time]]]) -> dict[str, Any]:
    """Return the free time that was pressed in the diary, and whether the kind can start then; nothing without one."""
    if slot is None:
        return {}
    offered = [(who, time) for who, free in columns for time in free if time.value == slot_value(slot)]
    who = offered[0][0] if offered else None
    return {"value": slot_value(slot), "clock": clock(slot.starts_at), "clinician": who}


def _guess(day: date | None, clinician: UUID | None, pressed: Slot | None, form: ChosenForm | None) -> dict[str, Any]:
    """Return what the typed form starts with: the day and time asked for, and what was typed before a refusal."""
    guess: dict[str, Any] = {"date": day, "clinician": clinician}
    sent: Slot | None = form.cleaned_data.get("slot") if form and form.cleaned_data.get("outside_reason") else None
    if slot := sent or pressed:
        local = slot.starts_at.astimezone(UK)
        guess = {"date": uk_day(slot.starts_at), "clinician": slot.clinician_id, "time": local.hour * 60 + local.minute}
    if form and sent:
        guess["outside_reason"] = form.cleaned_data["outside_reason"]
    return guess
