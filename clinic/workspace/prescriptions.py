"""Records of prescriptions, for clinicians: the list of a person, one record with its draft and its points, the serials."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.audit.models import AccessLog
from clinic.db.clock import uk_day, when_text
from clinic.db.refusal import Refusal, SavedElsewhere
from clinic.keeping.typed import fill, fill_draft, keeps_typing
from clinic.staff.models import Clinician
from clinic.workspace.prescription_rows import request_row, row_of, rows_of, serial_row, update_row
from clinic.workspace.review_access import NotInCare, care_of, clinician_of, is_done, log
from patients.prescriptions import actions, pharmacies, policy, reading
from patients.prescriptions.enums import MOVES, SIGNED, TOLD, UNSIGNED, State
from patients.prescriptions.forms import PaperForm, ToldPharmacyForm
from patients.prescriptions.models import DispensingUpdate, Prescription, PrescriptionRequest
from patients.profile.models import Patient

LOGGED_AS = "prescription"


@require_safe
def of_a_patient(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The prescriptions of a patient, what they asked for, and their pharmacy."""
    _, patient = care_of(request, "patient", pk)
    asked = PrescriptionRequest.objects.visible_to(request.user).filter(patient=patient).select_related("answer")
    context = {
        "patient": patient,
        "key": uuid4(),
        "has_plan": reading.plan_of(patient) is not None,
        "pharmacy": reading.pharmacy_of(patient),
        "requests": [request_row(each) for each in asked],
        **listed_for(request.user, patient),
    }
    return render(request, "workspace/prescriptions.html", context)


def listed_for(user: Any, patient: Patient) -> dict[str, Any]:
    """Return what the list of a patient's prescriptions shows (``prescriptions``), the newest first, in one query."""
    own = Prescription.objects.visible_to(user).filter(patient=patient).select_related("prescriber")
    return {"prescriptions": [row_of(each) for each in own.defer("snapshot", "dose", "long_why", "breach_why")]}


@require_POST
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin the record of a prescription from the plan in force."""
    clinician, patient = care_of(request, "patient", pk)
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        messages.error(request, "Press the button on this page.")
        return redirect("review_prescriptions", pk)
    try:
        found = actions.open_draft(patient, clinician, key=key, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("review_prescriptions", pk)
    return redirect("review_prescription", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def pharmacy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down the pharmacy that a patient chose, with the statement they heard or read."""
    (_, patient), now = care_of(request, "patient", pk), timezone.now()
    form = fill(request, ToldPharmacyForm(request.POST if request.method == "POST" else None), at=now)
    if form.is_valid():
        key = form.cleaned_data["key"]
        actions.choose_pharmacy(patient, form.chosen, key=key, by=request.user, at=now)
        messages.success(request, "The pharmacy is written down.")
        return redirect("review_prescriptions", pk)
    context = {"patient": patient, "form": form, "statement": pharmacies.statement()}
    return render(request, "workspace/prescription_pharmacy.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_typing
def prescription(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One record. Its writer changes the draft; somebody else compares it with the paper and checks it."""
    clinician, found = find(request, pk)
    is_mine = found.state == State.DRAFTED and found.prescriber_id == clinician.pk
    lines, now = found.plan.lines, timezone.now()
    if request.method != "POST":
        form = PaperForm(initial=PaperForm.initial_of(found), lines=lines) if is_mine else None
        return show(request, clinician, found, fill_draft(request, form, at=now) if form else None)
    form = PaperForm(request.POST.copy(), lines=lines)
    if form.is_valid():
        try:
            actions.save_draft(found, form.written, by=request.user, at=now)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            if isinstance(refusal, SavedElsewhere):
                found.refresh_from_db()
                form.data["version"] = str(found.version)  # type: ignore[index]
        else:
            messages.success(request, "The draft is saved. What is still open stands on this page.")
            return redirect("review_prescription", pk)
    return show(request, clinician, found, form, status=422)


@require_POST
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Check a draft, sign off its long supply, or take a checked one back."""
    clinician, found = find(request, pk)
    now, what = timezone.now(), request.POST.get("act")
    seen = request.POST.get("version", "")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1
    by: dict[str, Any] = {"by": request.user, "at": now}
    if what == "check" and is_done(request, lambda: actions.check(found, clinician, version=version, **by)):
        messages.success(request, "Checked. The doctor signs the paper in ink; then record it here.")
    elif what == "second" and is_done(request, lambda: actions.second_sign(found, clinician, version=version, at=now)):
        messages.success(request, "Signed off as the second clinician.")
    elif what == "back" and is_done(request, lambda: actions.take_back(found, **by)):
        messages.success(request, "The record is a draft again.")
    return redirect("review_prescription", pk)


@require_safe
def serials(request: HttpRequest) -> HttpResponse:
    """The serial numbers of all papers with their state, to be counted against the pads each month. Nobody is named."""
    clinician_of(request, LOGGED_AS)
    found = Prescription.objects.serials_visible_to(request.user).order_by("serial")
    context = {"rows": [serial_row(each) for each in found]}
    return render(request, "workspace/prescription_serials.html", context)


def find(request: HttpRequest, pk: UUID) -> tuple[Clinician, Prescription]:
    """Return the clinician, and the record if it is of somebody in their care.

    Raises NotInCare for somebody else's, who comes from its task, and PermissionDenied for nobody's key.
    """
    clinician = clinician_of(request, LOGGED_AS, pk)
    known = Prescription.objects.visible_to(request.user)
    about = ("patient", "plan", "prescriber__user", "checked_by", "second_by", "wet_ink_by__clinician", "pharmacy")
    found = known.select_related(*about).filter(pk=pk).first()
    log(request, AccessLog.What.READ if found else AccessLog.What.REFUSED, LOGGED_AS, pk)
    if found is None:
        whose = Prescription.objects.whose_visible_to(request.user).filter(pk=pk).first()
        raise NotInCare(whose.patient_id) if whose else PermissionDenied
    return clinician, found


def show(
    request: HttpRequest,
    clinician: Clinician,
    found: Prescription,
    form: PaperForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the page of a record, with the form of its draft where the reader writes it."""
    today, is_draft = uk_day(timezone.now()), found.state == State.DRAFTED
    updates = DispensingUpdate.objects.visible_to(request.user).filter(prescription=found).select_related("clinician")
    newest = reading.pharmacy_of(found.patient_id)
    context = {
        "patient": found.patient,
        "found": found,
        "row": row_of(found),
        "rows": rows_of(found),
        "form": form,
        "saved_text": when_text(found.saved_at),
        "lacks": list(policy.gaps(found.text, found.product_line).values()) if is_draft else [],
        "points": reading.open_points(found, today) if found.state in UNSIGNED else [],
        "updates": [update_row(each) for each in updates],
        "pharmacy": found.pharmacy or newest,
        "other_pharmacy": newest if found.pharmacy_id and newest and newest.pk != found.pharmacy_id else None,
        **_open_to(found, clinician),
    }
    return render(request, "workspace/prescription.html", context, status=status)


def _open_to(found: Prescription, clinician: Clinician) -> dict[str, bool]:
    """Return what ``clinician`` can do with a record where it is now."""
    is_mine, is_long = found.prescriber_id == clinician.pk, (found.days or 0) > policy.USUAL_DAYS
    is_draft, after = found.state == State.DRAFTED, MOVES.get(found.state, frozenset())
    return {
        "is_mine": is_mine,
        "may_check": is_draft and not is_mine,
        "may_second": is_draft and not is_mine and is_long and found.second_by_id is None,
        "may_take_back": found.state == State.CHECKED,
        "may_sign": found.state in UNSIGNED,
        "may_post": State.POSTED in after,
        "may_tell": found.state in SIGNED - {State.SIGNED} or bool(after & TOLD and found.state == State.SIGNED),
        "may_cancel": State.CANCELLED in after,
    }
