"""Records of prescriptions as the clinicians' pages show them: turned into rows."""

from datetime import date, datetime
from typing import Any

from clinic.db.clock import day_text, short_day, when_text
from clinic.workspace.names import named
from patients.prescriptions import policy
from patients.prescriptions.enums import SIGNED, State
from patients.prescriptions.models import DispensingUpdate, Prescription, PrescriptionRequest
from patients.treatment.products import amount

DONE, OFF = frozenset({State.DELIVERED, State.COLLECTED}), frozenset({State.CANCELLED, State.LOST, State.EXPIRED})


def row_of(each: Prescription) -> dict[str, Any]:
    """Return the row of a prescription in a list."""
    state = State(each.state)
    return {
        "pk": each.pk,
        "serial": each.serial or "No serial number yet",
        "product": each.product or "Nothing written yet",
        "quantity": each.quantity_text,
        "by": each.prescriber.name,
        "day": day_text(each.signed_on) if each.signed_on else "",
        "until": day_text(each.valid_until) if each.valid_until else "",
        "state": state.label,
        "tone": tone_of(state),
        "is_breach": each.is_breach,
    }


def tone_of(state: State) -> str:
    """Return the tone of a prescription's state."""
    return "done" if state in DONE else "danger" if state in OFF else "info" if state in SIGNED else "warning"


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
        "Ink seen by": _by(named(found.wet_ink_by), found.signed_at),
        "Good until": day_text(found.valid_until) if found.valid_until else "",
        "Copy to the patient": ("Yes" if found.copy_given else "No") if found.signed_on else "",
        "Posted on": day_text(found.posted_on) if found.posted_on else "",
        "Tracking reference": found.tracking,
    }
    return [{"key": key, "value": value} for key, value in rows.items() if value]


def _by(who: Any, at: datetime | None) -> str:
    return f"{who}, {when_text(at)}" if who and at else ""


def update_row(each: DispensingUpdate) -> dict[str, Any]:
    """Return the row of a note of what we were told."""
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


def request_row(each: PrescriptionRequest) -> dict[str, Any]:
    """Return the row of what a patient asked for; its answer was read with it."""
    answer = getattr(each, "answer", None)
    return {
        "pk": each.pk,
        "when": when_text(each.at),
        "state": str(answer) if answer else "Not answered",
        "tone": "done" if answer else "warning",
    }


def serial_row(each: Prescription) -> dict[str, Any]:
    """Return the row of a serial number: form, number, day and state, and nothing of the person."""
    return {
        "paper": each.get_paper_display(),
        "serial": each.serial,
        "day": short_day(each.signed_on) if each.signed_on else "Not signed",
        "state": each.get_state_display(),
    }
