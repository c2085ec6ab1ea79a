"""Consultation notes: a clinician's visits of today, the notes of a patient, writing one, signing it, adding to it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.appointments.enums import CANCELLED, UPCOMING, State
from bookings.appointments.models import Appointment
from bookings.attendance import actions as attendance
from clinic.audit.models import AccessLog
from clinic.db.clock import clock, instant, uk_day, when_text
from clinic.db.refusal import Refusal, SavedElsewhere
from clinic.keeping.typed import fill, fill_draft, keeps_typing
from clinic.staff.models import Clinician
from clinic.workspace.review_access import care_of, clinician_of, is_done, log
from patients.consultations import actions
from patients.consultations.forms import AddendumForm, NewNoteForm, NoteForm
from patients.consultations.models import ConsultationNote, NoteAddendum
from patients.consultations.policy import lines
from patients.profile.models import Patient

LOGGED_AS = "note"
DAY = timedelta(days=1)
NOT_CLOSED = [*UPCOMING, State.CHECKED_IN, State.IN_PROGRESS]
SIGNED = "The note is signed."
COMPLETED = "The note is signed and the visit is completed. The letter to the GP is due within 48 hours."


@require_safe
def visits(request: HttpRequest) -> HttpResponse:
    """The signed-in clinician's visits of today, and the earlier ones that nobody has closed."""
    clinician, now = clinician_of(request, "visit"), timezone.now()
    today = instant(uk_day(now), 0)
    own = Appointment.objects.visits().visible_to(request.user).filter(clinician=clinician)
    own = own.select_related("patient", "kind", "note").order_by("starts_at")
    of_today = own.filter(starts_at__gte=today, starts_at__lt=instant(uk_day(now) + DAY, 0)).exclude(
        state__in=CANCELLED
    )
    earlier = own.filter(starts_at__lt=today, state__in=NOT_CLOSED)
    context = {
        "today": [_visit_row(each, now) for each in of_today],
        "earlier": [_visit_row(each, now) for each in earlier],
    }
    return render(request, "workspace/visits.html", context)


@require_POST
def begin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin a visit of one's own, today or afterwards, and go on to its note."""
    visit = _own_visit(request, pk)
    if is_done(request, lambda: attendance.begin(visit, by=request.user, at=timezone.now())):  # type: ignore[arg-type]
        return redirect("review_note", visit.note_id)
    return redirect("review_visits")


@require_POST
def complete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Complete a visit of one's own whose note is signed. Pressed twice it is done once."""
    visit = _own_visit(request, pk)
    if visit.state == State.COMPLETED or is_done(
        request,
        lambda: attendance.complete(visit, by=request.user, at=timezone.now()),  # type: ignore[arg-type]
    ):
        messages.success(request, "The visit is completed. The letter to the GP is due within 48 hours.")
    return redirect("review_visits")


@require_safe
def of_a_patient(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The notes about a patient with what was added to them, and the button for one without a visit."""
    _, patient = care_of(request, LOGGED_AS, pk)
    context = {"patient": patient, "new_form": NewNoteForm(), **listed_for(request.user, patient)}
    return render(request, "workspace/notes.html", context)


@require_POST
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a note without a visit. Pressed twice it is one note."""
    clinician, patient = care_of(request, LOGGED_AS, pk)
    form = NewNoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Press the button on the page of notes.")
        return redirect("review_notes", pk)
    note = actions.open_note(patient, clinician, key=form.cleaned_data["key"], at=timezone.now())
    return redirect("review_note", _find(request, note.pk).pk)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def note(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write a draft, save it or sign it; read a note that is signed, and add to it."""
    clinician = clinician_of(request, LOGGED_AS, pk)
    found, now = _find(request, pk), timezone.now()
    if request.method != "POST":
        log(request, AccessLog.What.READ, LOGGED_AS, pk)
        if found.is_signed:
            return _show_signed(request, found, fill(request, AddendumForm(), at=now))
        return _show_draft(request, found, fill_draft(request, NoteForm.of(found), at=now))
    if found.is_signed and "key" in request.POST:
        return _add_to(request, found, clinician, now)
    form = NoteForm(request.POST.copy())
    act = request.POST.get("act")
    if form.is_valid() and act in {"sign", "complete"}:
        form.ask_for_the_rest(now)
    if not form.is_valid():
        return _show_draft(request, found, form)
    try:
        said = _act(found, act, form, request, now)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _show_draft(request, found, form, newer=isinstance(refusal, SavedElsewhere))
    messages.success(request, said)
    return redirect("review_note", pk)


def listed_for(user: Any, patient: Patient) -> dict[str, Any]:
    """Return what the list of a patient's notes shows (``notes``), the newest first, in two queries."""
    addenda = Prefetch("addenda", NoteAddendum.objects.visible_to(user).select_related("clinician"))
    own = ConsultationNote.objects.visible_to(user).filter(patient=patient)
    return {"notes": [_row(each) for each in own.select_related("clinician").prefetch_related(addenda)]}


def _add_to(request: HttpRequest, found: ConsultationNote, clinician: Clinician, now: datetime) -> HttpResponse:
    """Add to a signed note. Pressed twice it is added once."""
    form = AddendumForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.add(found, clinician, said["text"], key=said["key"], at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your addendum is saved.")
            return redirect("review_note", found.pk)
    return _show_signed(request, found, form)


def _act(found: ConsultationNote, act: str | None, form: NoteForm, request: HttpRequest, now: datetime) -> str:
    """Save, sign, or sign and complete; return what is said afterwards. Raises what the actions do."""
    if act == "complete" and (visit := _visit_under_way(request, found)):
        attendance.sign_and_complete(visit, found, form.written, by=request.user, at=now)  # type: ignore[arg-type]
        return COMPLETED
    if act in {"sign", "complete"}:
        actions.sign(found, form.written, by=request.user, at=now)
        return SIGNED
    actions.save_draft(found, form.written, by=request.user, at=now)
    return "The draft is saved as you typed it. It is not signed yet."


def _own_visit(request: HttpRequest, pk: UUID) -> Appointment:
    """Return the visit if it is this clinician's. Raises Http404."""
    clinician = clinician_of(request, "visit", pk)
    own = Appointment.objects.visits().visible_to(request.user).filter(clinician=clinician, pk=pk)
    visit = own.select_related("patient", "clinician").first()
    if visit is None:
        log(request, AccessLog.What.REFUSED, "visit", pk)
        raise Http404
    return visit


def _find(request: HttpRequest, pk: UUID) -> ConsultationNote:
    """Return the note if this clinician may read it. Raises PermissionDenied, the same for nobody's key."""
    notes = ConsultationNote.objects.visible_to(request.user).select_related("patient", "clinician")
    found = notes.filter(pk=pk).first()
    if found is None:
        log(request, AccessLog.What.REFUSED, LOGGED_AS, pk)
        raise PermissionDenied
    return found


def _visit_under_way(request: HttpRequest, found: ConsultationNote) -> Appointment | None:
    return Appointment.objects.visible_to(request.user).filter(note=found, state=State.IN_PROGRESS).first()


def _show_draft(request: HttpRequest, found: ConsultationNote, form: NoteForm, *, newer: bool = False) -> HttpResponse:
    """Show the form. Where somebody saved a ``newer`` draft, also that one; whoever then saves has seen it."""
    saved = None
    if newer:
        current = _find(request, found.pk)
        saved = lines(current.said)
        form.data["version"] = str(current.version)  # type: ignore[index]
    context = {
        "patient": found.patient,
        "note": found,
        "form": form,
        "saved": saved,
        "saved_text": when_text(found.saved_at),
        "visit": _visit_under_way(request, found),
    }
    return render(request, "workspace/note_draft.html", context, status=422 if form.errors else 200)


def _show_signed(request: HttpRequest, found: ConsultationNote, form: AddendumForm) -> HttpResponse:
    addenda = NoteAddendum.objects.visible_to(request.user).filter(note=found).select_related("clinician")
    context = {
        "patient": found.patient,
        "note": _row(found, addenda),
        "form": form,
        "visit": _visit_under_way(request, found),
    }
    return render(request, "workspace/note.html", context, status=422 if form.errors else 200)


def _row(each: ConsultationNote, addenda: Any = None) -> dict[str, Any]:
    return {
        "pk": each.pk,
        "when": when_text(each.visited_at) if each.visited_at else "Time not written yet",
        "mode": each.get_mode_display(),
        "by": each.clinician.name,
        "is_signed": each.is_signed,
        "signed": when_text(each.signed_at) if each.signed_at else "",
        "lines": lines(each.said),
        "addenda": [
            {"text": one.text, "by": one.clinician.name, "when": when_text(one.at)}
            for one in (each.addenda.all() if addenda is None else addenda)
        ],
    }


def _visit_row(visit: Appointment, now: datetime) -> dict[str, Any]:
    """Return a visit as the list shows it: what can be done with it now."""
    written = visit.note is not None and visit.note.is_signed
    return {
        "pk": visit.pk,
        "patient": visit.patient,
        "when": clock(visit.starts_at) if uk_day(visit.starts_at) == uk_day(now) else when_text(visit.starts_at),
        "kind": visit.kind.name,
        "mode": visit.get_mode_display(),
        "state": visit.get_state_display(),
        "may_begin": visit.state in {*UPCOMING, State.CHECKED_IN}
        or (visit.state == State.IN_PROGRESS and visit.note_id is None),
        "took_place": uk_day(visit.starts_at) < uk_day(now),
        "note": visit.note_id,
        "is_written": written,
        "may_complete": visit.state == State.IN_PROGRESS and written,
    }
