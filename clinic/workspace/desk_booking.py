"""Booking for a patient, moving and cancelling, as staff do it. The actions are the patients' own."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings.appointments import actions
from bookings.appointments.models import Appointment
from bookings.appointments.refusals import RefundChanged
from bookings.appointments.slots import Slot
from bookings.kinds.models import AppointmentKind
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import when_text
from clinic.db.refusal import Refusal
from clinic.db.states import StaleState
from clinic.staff.models import Clinician
from clinic.workspace.booking_forms import BookForm, CancelForm, MoveForm, TypedTimeForm
from clinic.workspace.desk_access import for_the_diary, me, page
from clinic.workspace.desk_conflicts import in_the_way, named, words
from clinic.workspace.desk_forms import TimesQuery
from clinic.workspace.desk_times import Choosing, agree_page, chosen, times_page
from patients.profile.models import Patient


@for_the_diary
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Book for a patient: choose a time, see it once more, book it."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user).select_related("user"), pk=pk)
    audit.record(AccessLog.What.READ, "patient", patient.pk, by=request.user, at=timezone.now())
    if not patient.may_be_written_to:
        return _not_active(request, patient)
    kind = _kind(request)
    if kind is None:
        return render(request, "desk/no_kind.html", page(request, "Nothing can be booked"))
    facts = {"patient": patient, "choose_kind": True}
    what = Choosing(f"Book for {patient.full_name}", kind, timezone.now(), facts)
    if request.method != "POST":
        return times_page(request, what)
    if "time" in request.POST:
        return _typed(request, what, lambda first: _book_form(request, what, first))
    return _book_chosen(request, what, patient)


def _book_chosen(request: HttpRequest, what: Choosing, patient: Patient) -> HttpResponse:
    """Show a chosen time once more, or book it where it was agreed to."""
    form = BookForm(request.POST, user=request.user, kind=what.kind, reach=patient.reach)
    form.is_valid()
    sent = form.cleaned_data
    if "slot" not in sent:
        return times_page(request, what, form=form)
    slot, reason = sent["slot"], sent.get("outside_reason", "")
    if form.errors:
        return agree_page(request, what, form, slot, reason)
    if not sent["agreed"]:
        return agree_page(request, what, _book_form(request, what, chosen(slot, reason, key=sent["key"])), slot, reason)
    try:
        made = _book(request, patient, form, what.now)
    except Refusal as refusal:
        form.add_error(None, named(refusal, request.user, what, slot))
        return times_page(request, what, form=form)
    messages.success(request, f"Booked for {when_text(made.starts_at)}. {_told(patient, form.tells)}")
    return redirect("admin:bookings_appointment_change", made.pk)


def _book_form(request: HttpRequest, what: Choosing, first: dict[str, Any]) -> BookForm:
    reach = what.facts["patient"].reach
    return BookForm(initial=first | {"kind": what.kind}, user=request.user, kind=what.kind, reach=reach)


@for_the_diary
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Move a visit: choose a time, see it once more, move it. The old time is freed only with the new one taken."""
    visit = _visit(request, pk)
    if visit.patient and not visit.patient.may_be_written_to:
        return _not_active(request, visit.patient)
    what = Choosing("Move an appointment", visit.kind_as_booked, timezone.now(), _facts(visit), [visit.pk])
    if request.method != "POST":
        return times_page(request, what)
    shown = {"sequence": visit.sequence}
    if "time" in request.POST:
        return _typed(request, what, lambda first: MoveForm(initial=first | shown, reach=_reach(visit)))
    return _move_chosen(request, what, visit)


def _move_chosen(request: HttpRequest, what: Choosing, visit: Appointment) -> HttpResponse:
    """Show a chosen time once more, or move the visit where it was agreed to."""
    form = MoveForm(request.POST, reach=_reach(visit))
    form.is_valid()
    sent = form.cleaned_data
    if "slot" not in sent:
        return times_page(request, what, form=form)
    slot, outside = sent["slot"], sent.get("outside_reason", "")
    if form.errors:
        return agree_page(request, what, form, slot, outside)
    if not sent["agreed"]:
        first = MoveForm(initial=chosen(slot, outside, key=sent["key"], sequence=visit.sequence), reach=_reach(visit))
        return agree_page(request, what, first, slot, outside)
    said = {
        "reason": sent["reason"],
        "outside_hours_reason": outside,
        "tell": form.tells,
        "seen": sent.get("sequence"),
    }
    try:
        moved = actions.reschedule(
            visit, _clinician(request, slot), slot.starts_at, key=sent["key"], by=me(request), at=what.now, **said
        )
    except Refusal as refusal:
        form.add_error(None, named(refusal, request.user, what, slot))
        return times_page(request, what, form=form)
    messages.success(request, f"Moved to {when_text(moved.starts_at)}. {_told(visit.patient, form.tells)}")
    return redirect("admin:bookings_appointment_change", visit.pk)


@for_the_diary
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancel a visit, for the clinic or as the patient asked by phone: the refund goes by who does."""
    visit, now = _visit(request, pk), timezone.now()
    due = visit.refund_at(now)
    form = CancelForm(
        request.POST or None, initial={"refund": due.pence, "sequence": visit.sequence}, reach=_reach(visit)
    )
    if form.is_valid():
        sent = form.cleaned_data
        agreed = sent["refund"] if sent["who"] == CancelForm.PATIENT else None
        try:
            said = {"reason": sent["reason"], "agreed_refund": agreed, "tell": form.tells, "seen": sent["sequence"]}
            actions.cancel(visit, key=sent["key"], by=me(request), at=now, **said)
        except (RefundChanged, StaleState) as refusal:
            shown = {"refund": str(due.pence), "sequence": str(visit.sequence)}
            form = CancelForm(request.POST.dict() | shown, reach=_reach(visit))
            form.add_error(None, str(refusal))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Cancelled. {_told(visit.patient, form.tells, in_writing=False)}")
            return redirect("admin:bookings_appointment_change", pk)
    context = page(
        request,
        "Cancel an appointment",
        form=form,
        refund=due,
        if_patient=visit.words_if_cancelled(due),
        if_clinic=visit.words_if_cancelled(visit.refund_at(now, by_clinic=True)),
        **_facts(visit),
    )
    return render(request, "desk/cancel.html", context, status=422 if form.errors else 200)


def _typed(request: HttpRequest, what: Choosing, form_for: Any) -> HttpResponse:
    """Read a typed time; go on to the page to agree on, or say what is wrong with it."""
    typed = TypedTimeForm(request.POST, user=request.user, now=what.now, auto_id="typed_%s")
    if not typed.is_valid():
        return times_page(request, what, typed=typed)
    slot, reason = typed.cleaned_data["slot"], typed.cleaned_data["outside_reason"]
    if taken := in_the_way(request.user, what, slot):
        typed.add_error(None, words(taken, what.now))
        return times_page(request, what, typed=typed)
    return agree_page(request, what, form_for(chosen(slot, reason)), slot, reason)


def _book(request: HttpRequest, patient: Patient, form: BookForm, now: datetime) -> Appointment:
    sent = form.cleaned_data
    return actions.book_for(
        patient,
        sent["kind"],
        _clinician(request, sent["slot"]),
        sent["slot"].starts_at,
        mode=sent["mode"],
        outside_hours_reason=sent["outside_reason"],
        tell=form.tells,
        key=sent["key"],
        by=me(request),
        at=now,
    )


def _not_active(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Say that somebody inactive, discharged or dead gets no new time, and where their status is changed."""
    context = page(request, "No new time can be booked", patient=patient)
    return render(request, "desk/not_active.html", context, status=422 if request.method == "POST" else 200)


def _kind(request: HttpRequest) -> AppointmentKind | None:
    query = TimesQuery(request.POST if request.method == "POST" else request.GET, user=request.user)
    query.is_valid()
    return query.cleaned_data.get("kind") or AppointmentKind.objects.visible_to(request.user).offered().first()


def _visit(request: HttpRequest, pk: UUID) -> Appointment:
    visits = (
        Appointment.objects.visits()
        .visible_to(request.user)
        .select_related("kind", "clinician", "patient__user", "charge")
    )
    visit = get_object_or_404(visits, pk=pk)
    audit.record(AccessLog.What.READ, "appointment", visit.pk, by=request.user, at=timezone.now())
    return visit


def _clinician(request: HttpRequest, slot: Slot) -> Clinician:
    return get_object_or_404(Clinician.objects.visible_to(request.user).practising(), pk=slot.clinician_id)


def _facts(visit: Appointment) -> dict[str, Any]:
    return {"visit": visit, "patient": visit.patient, "now_at": when_text(visit.starts_at)}


def _reach(visit: Appointment) -> str:
    return visit.patient.reach if visit.patient else ""


def _told(patient: Patient | None, tells: bool, *, in_writing: bool = True) -> str:
    """Return how the patient hears of it; ``in_writing``: of a time, they must have it on paper too."""
    paper = ", and give or post them the confirmation to print" if in_writing else ""
    if not (patient and patient.reach):
        return f"There is no email address: call the patient{paper}."
    return "An email is on its way." if tells else f"No email is sent: you have told the patient{paper}."
