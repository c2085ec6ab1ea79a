"""The status of a patient: chosen, then shown with all that it ends, then saved."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings.appointments.models import Appointment
from bookings.charges.enums import ChargeState
from bookings.charges.policy import after_cancelling
from bookings.kinds.policy import pounds
from bookings.status.actions import change_status
from bookings.status.reading import Touched, Wanted, touched
from clinic.audit import actions as audit
from clinic.audit.models import AccessLog
from clinic.db.clock import uk_day, until_text, when_text
from clinic.db.refusal import Refusal
from clinic.forms.seen import NAME
from clinic.outbox.enums import Reader
from clinic.outbox.models import Message
from clinic.outbox.rules import RULES
from clinic.workspace.desk_access import for_the_diary, me, page
from clinic.workspace.status_forms import StatusForm
from patients.profile.enums import Status, stop_of
from patients.profile.models import Patient
from patients.profile.policy import status_text


@dataclass(frozen=True)
class Shown:
    """What a status does, in words for the preview: rows of cells."""

    visits: list[tuple[Appointment, str, str]]  # when, what goes back
    entries: list[tuple[str, str]]  # the kind, the time that is kept for it
    holds: list[str]
    stopped: list[tuple[Message, str]]
    resumed: list[tuple[Message, str]]


@for_the_diary
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose a status, see what it ends, confirm it."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user).select_related("user"), pk=pk)
    now = timezone.now()
    audit.record(AccessLog.What.READ, "patient", patient.pk, by=request.user, at=now)
    about: dict[str, Any] = {"patient": patient, "today": uk_day(now)}
    if request.method != "POST":
        return _choose_page(request, patient, StatusForm(initial=_as_it_is(patient), **about))
    if "change" in request.POST:
        return _choose_page(request, patient, StatusForm(initial=request.POST.dict(), **about))
    form = StatusForm(request.POST, **about)
    if not form.is_valid():
        return _choose_page(request, patient, form)
    if NAME not in request.POST:
        return _preview_page(request, patient, form, now)
    try:
        done = change_status(patient, form.wanted, seen=request.POST[NAME], by=me(request), at=now)
    except Refusal as refusal:
        patient.refresh_from_db()
        return _preview_page(request, patient, form, now, refused=str(refusal))
    messages.success(request, _done_text(form.wanted, done))
    return redirect("admin:patients_patient_change", pk)


def _as_it_is(patient: Patient) -> dict[str, object]:
    return {"status": patient.status, "since": patient.status_since}


def _done_text(wanted: Wanted, done: Touched) -> str:
    cancelled = len(done.visits) if wanted.cancels_visits else 0
    more = f" Appointments cancelled: {cancelled}." if cancelled else ""
    return f"Saved: {status_text(wanted.status, wanted.since)}.{more}"


def _choose_page(request: HttpRequest, patient: Patient, form: StatusForm) -> HttpResponse:
    context = page(request, f"Status of {patient.full_name}", patient=patient, form=form)
    return render(request, "desk/status.html", context, status=422 if form.errors else 200)


def _preview_page(
    request: HttpRequest, patient: Patient, form: StatusForm, now: datetime, *, refused: str = ""
) -> HttpResponse:
    wanted = form.wanted
    found = touched(patient, wanted, at=now)
    context = page(
        request,
        f"Status of {patient.full_name}",
        patient=patient,
        form=form,
        refused=refused,
        wanted=wanted,
        is_active=wanted.status == Status.ACTIVE,
        is_dead=wanted.status == Status.DECEASED,
        new_status=status_text(wanted.status, wanted.since),
        shown=_in_words(found, now),
        still_sent=_still_sent(wanted),
        mark=found.mark(patient, wanted),
    )
    return render(request, "desk/status_preview.html", context, status=422 if refused else 200)


def _in_words(found: Touched, now: datetime) -> Shown:
    offered = {offer.entry_id: offer for offer in found.offers}
    kept = {
        key: f"{when_text(offer.hold.starts_at)} with {offer.hold.clinician.name}, kept until {until_text(offer.expires_at, now)}"
        for key, offer in offered.items()
    }
    return Shown(
        visits=[(visit, when_text(visit.starts_at), _goes_back(visit, now)) for visit in found.visits],
        entries=[(entry.kind.name, kept.get(entry.pk, "")) for entry in found.entries],
        holds=[f"{when_text(held.starts_at)} with {held.clinician.name}" for held in found.holds],
        stopped=[(message, when_text(message.due_at)) for message in found.messages.stopped],
        resumed=[(message, _when_resumed(message, now)) for message in found.messages.resumed],
    )


def _goes_back(visit: Appointment, now: datetime) -> str:
    """Return what of the fee goes back when the clinic cancels, in words to staff."""
    after = after_cancelling(visit.charge, visit.refund_at(now, by_clinic=True).pence)
    if after.state == ChargeState.REFUND_DUE:
        return f"{pounds(after.refund_pence)} goes back"
    return "Given back already" if after.state == ChargeState.REFUNDED else "Nothing was paid"


def _when_resumed(message: Message, now: datetime) -> str:
    return when_text(message.due_at) if message.due_at > now else "now; in the quiet hours, at 8am"


def _still_sent(wanted: Wanted) -> list[str]:
    """Return which kinds of message still go to a patient of this status."""
    stop = stop_of(wanted.status)
    return [rule.label for rule in RULES if rule.reader != Reader.STAFF and stop not in rule.stops_for]
