"""What a patient agrees to when they book or move a visit, in the very words that the page shows."""

from datetime import datetime
from typing import Any

from patients.consents.actions import give_consents
from patients.consents.enums import Purpose
from patients.consents.policy import text_in_use
from patients.profile.models import Patient


def agree(patient: Patient | None, *, to_fee: bool, early_start: bool, by: Any, at: datetime) -> dict[str, Any]:
    """Write down as consents what the patient accepts now; return the visit's fields about the early start.

    ``early_start`` is the request to be seen within the 14 days (CCR 2013, reg 36).
    """
    assert patient is not None  # noqa: S101 - the database promises it of every visit
    asked = {Purpose.FEES: to_fee, Purpose.EARLY_START: early_start}
    give_consents(patient, {purpose: True for purpose, is_asked in asked.items() if is_asked}, by=by, at=at)
    if not early_start:
        return {}
    return {"early_start_requested_at": at, "early_start_text": text_in_use(Purpose.EARLY_START).version}
