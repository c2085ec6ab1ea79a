"""Records of prescriptions, for clinicians: the list of a person, one record with its draft and its points, the serials."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.audit.models import AccessLog
from clinic.db.clock import day_text, short_day, uk_day, when_text
from clinic.db.refusal import Refusal, SavedElsewhere
from clinic.keeping.typed import fill, fill_draft, keeps_typing
from clinic.staff.models import Clinician
from clinic.workspace.review_access import NotInCare, care_of, clinician_of, is_done, log
from patients.prescriptions import actions, pharmacies, policy, reading
from patients.prescriptions.enums import MOVES, SIGNED, TOLD, UNSIGNED, State
from patients.prescriptions.forms import PaperForm, ToldPharmacyForm
from patients.prescriptions.models import DispensingUpdate, Prescription, PrescriptionRequest
from patients.profile.models import Patient
from patients.treatment.products import amount

LOGGED_AS = "prescription"
DONE, OFF = frozenset({State.DELIVERED, State.COLLECTED}), frozenset({State.CANCELLED, State.LOST, State.EXPIRED})


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
        "requests": [_request_row(each) for each in asked],
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


def serial_row(each: Prescription) -> dict[str, Any]:
    """Return the row of a serial number: form, number, day and state, and nothing of the person."""
    return {
        "paper": each.get_paper_display(),
        "serial": each.serial,
        "day": short_day(each.signed_on) if each.signed_on else "Not signed",
        "state": each.get_state_display(),
    }


def find(request: HttpRequest, pk: UUID) -> tuple[Clinician, Prescription]:
    """Return the clinician, and the record if it is of somebody in their care.

    Raises NotInCare for somebody else's, who comes from its task, and PermissionDenied for nobody's key.
    """
    clinician = clinician_of(request, LOGGED_AS, pk)
    known = Prescription.objects.visible_to(request.user)
    about = ("patient", "plan", "prescriber__user", "checked_by", "second_by", "wet_ink_by", "pharmacy")
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
        "updates": [_update_row(each) for each in updates],
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


def row_of(each: Prescription) -> dict[str, Any]:
    """Return the row of a prescription in a list."""
    state = State(each.state)
    tone = "done" if state in DONE else "danger" if state in OFF else "info" if state in SIGNED else "warning"
    return {
        "pk": each.pk,
        "serial": each.serial or "No serial number yet",
        "product": each.product or "Nothing written yet",
        "quantity": each.quantity_text,
        "by": each.prescriber.name,
        "day": day_text(each.signed_on) if each.signed_on else "",
        "until": day_text(each.valid_until) if each.valid_until else "",
        "state": state.label,
        "tone": tone,
        "is_breach": each.is_breach,
    }


def _born(who: dict[str, str]) -> str:
    """Return the date of birth of a snapshot as it stands on paper; a weekday would only be in the way."""
    if not who.get("born"):
        return ""
    born = date.fromisoformat(who["born"])
    return f"{born.day} {born:%B} {born.year}"


def rows_of(found: Prescription) -> list[dict[str, str]]:
    """Return what the record says, to be compared with the paper."""
    who, line = found.snapshot, found.product_line
    rows = {
        "Form and serial number": f"{found.get_paper_display()} {found.serial}".strip(),
        "Patient": who.get("name", ""),
        "Address": who.get("address", ""),
        "Date of birth": _born(who),
        "NHS number": who.get("nhs_number", ""),
        "Product": found.product,
        "Product of the plan": f"{line.name}, {line.strength_text}" if line else "",
        "Dose": found.dose,
        "Total quantity in figures": found.quantity_text,
        "Total quantity in words": found.quantity_words,
        "Days": f"{found.days}" if found.days else "",
        f"Why more than {policy.USUAL_DAYS} days": found.long_why,
        "Second clinician": found.second_by.name if found.second_by else "",
        "First day": day_text(found.starts_on) if found.starts_on else "",
        "Prescriber": f"{found.prescriber.name}, GMC {found.prescriber_gmc}",
        "Private CD prescriber number": found.prescriber_cd,
        "Checked by": _by(found.checked_by, found.checked_at),
        "Signed on": day_text(found.signed_on) if found.signed_on else "",
        "Ink seen by": _by(found.wet_ink_by, found.signed_at),
        "Good until": day_text(found.valid_until) if found.valid_until else "",
        "Copy to the patient": ("Yes" if found.copy_given else "No") if found.signed_on else "",
        "Posted on": day_text(found.posted_on) if found.posted_on else "",
        "Tracking reference": found.tracking,
    }
    return [{"key": key, "value": value} for key, value in rows.items() if value]


def _by(who: Any, at: datetime | None) -> str:
    return f"{who}, {when_text(at)}" if who and at else ""


def _update_row(each: DispensingUpdate) -> dict[str, Any]:
    yes_no = {True: "Yes", False: "No", None: ""}
    rows = {
        "Told by": f"{each.told_by}, {each.get_how_display().lower()}",
        "Batch": each.batch,
        "Quantity supplied": amount(each.quantity, each.prescription.unit) if each.quantity else "",
        "Substitution proposed": f"{each.substitution}. Not accepted: it needs a new prescription"
        if each.substitution
        else "",
        "Stock": each.stock,
        "Price told": f"£{each.price_pence / 100:.2f}" if each.price_pence is not None else "",
        "ID checked": yes_no[each.id_checked],
        "Courier’s reference": each.courier,
        "Delivery": "Failed" if each.delivery_failed else "",
        "Note": each.note,
    }
    return {
        "pk": each.pk,
        "title": str(each),
        "by": f"Written down by {each.clinician.name}, {when_text(each.at)}",
        "rows": [{"key": key, "value": value} for key, value in rows.items() if value],
    }


def _request_row(each: PrescriptionRequest) -> dict[str, Any]:
    answer = getattr(each, "answer", None)
    return {
        "pk": each.pk,
        "when": when_text(each.at),
        "state": str(answer) if answer else "Not answered",
        "tone": "done" if answer else "warning",
    }
