"""A case for the team as it stands in the record, for the clinician to edit."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from clinic.db.clock import uk_day
from clinic.workspace.questions import shown_to
from patients.consultations.enums import State
from patients.consultations.models import ConsultationNote
from patients.intake.enums import LOUDEST_FIRST, Level
from patients.intake.models import IntakeVersion
from patients.profile.models import Patient
from patients.profile.policy import age
from patients.suitability.actions import answered
from patients.suitability.models import FlagAnswer
from patients.teamreview.policy import first_summary


def first_case(user: Any, patient: Patient, now: datetime) -> str:
    """Return the text a case begins with, of what ``user`` may read about ``patient``: nothing in it is worked out."""
    notes = ConsultationNote.objects.visible_to(user).filter(patient=patient, state=State.SIGNED)
    note = notes.order_by("-signed_at").first()
    versions = IntakeVersion.objects.visible_to(user).filter(intake__patient=patient)
    version = versions.prefetch_related("flags").order_by("-at").first()
    years = age(patient.date_of_birth, uk_day(now))
    sex = patient.get_sex_display()
    return first_summary(
        about=f"Aged {years}{f', sex registered at birth: {sex.lower()}' if sex else ''}.",
        note_said=note.said if note else None,
        noted_at=note.signed_at if note else None,
        record=version.record if version else [],
        sent_at=version.at if version else None,
        flags=_flags(user, version) if version else [],
        measures=_measures(user, patient),
    )


def _flags(user: Any, version: IntakeVersion) -> Iterator[str]:
    flags = sorted(version.flags.all(), key=lambda flag: (LOUDEST_FIRST.index(Level(flag.level)), flag.code))
    known = FlagAnswer.objects.visible_to(user).of(version.intake_id).select_related("flag", "clinician")
    said = answered(flags, list(known))
    for flag in flags:
        words = "; ".join(f"{each.clinician.name}: {each.text or 'seen'}" for each in said[flag.pk])
        yield f"{flag.code} {flag.title} ({flag.get_level_display()}). {words or 'Not answered'}"


def _measures(user: Any, patient: Patient) -> Iterator[str]:
    results = shown_to(user, patient)
    for row in results.rows if results else []:
        cells = {"first": row.baseline, "before": row.before, "now": row.now}
        values = ", ".join(f"{name} {cell.value} ({cell.when})" for name, cell in cells.items() if cell)
        yield f"{row.about}: {values}"
