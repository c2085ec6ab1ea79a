"""Somebody's details as rows to read, a topic at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from patients.details import policy
from patients.details.enums import Part, Talk
from patients.details.models import OtherTeams, Supporter
from patients.profile.enums import BestTime, Need
from patients.profile.models import Patient
from patients.profile.policy import phone_text

Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class Topic:
    """One part: its rows, whether something the form needs is missing, and whether there is leave to take back."""

    part: Part
    rows: list[dict[str, str]]
    is_missing: bool
    may_withdraw: bool = False


def topics(patient: Patient) -> list[Topic]:
    """Return all parts of a patient's details, in their order. It reads ``other_teams`` and ``supporter``."""
    missing, helper = policy.missing(patient), getattr(patient, "supporter", None)
    allowed = {Part.SUPPORTER} if helper and helper.may_talk != Talk.NO else set()
    return [Topic(part, _rows(patient, part), part in missing, part in allowed) for part in Part]


def _rows(patient: Patient, part: Part) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in ROWS[part](patient)]


def _about(patient: Patient) -> Rows:
    born = patient.date_of_birth
    return [
        ("Name", patient.full_name),
        ("Name you like to be called", patient.preferred_name),
        ("Date of birth", f"{born.day} {born:%B} {born.year}"),
        ("Sex registered at birth", patient.get_sex_display()),
        ("Gender", patient.gender),
    ]


def _address(patient: Patient) -> Rows:
    return [
        ("Address", patient.address_lines or patient.postcode),
        ("Country", patient.get_country_display()),
        ("Phone", phone_text(patient.phone)),
        *([("Landline", phone_text(patient.other_phone))] if patient.other_phone else []),
    ]


def _nhs(patient: Patient) -> Rows:
    return [(policy.number_name(patient.country), patient.nhs_number_text)]


def _gp(patient: Patient) -> Rows:
    return [
        ("Registered with a GP", patient.get_gp_registered_display()),
        ("Practice", patient.gp_practice),
        ("Address or code", patient.gp_address),
        ("Phone", phone_text(patient.gp_phone) if patient.gp_phone else ""),
    ]


def _teams(patient: Patient) -> Rows:
    teams = getattr(patient, "other_teams", None) or OtherTeams()
    return [
        ("MS team", teams.ms_team),
        ("Neurologist", teams.neurologist),
        ("Pain clinic", teams.pain_clinic),
        ("Dentist or oral surgeon", teams.dentist),
        ("Psychiatrist or mental health team", teams.mental_health),
    ]


def _needs(patient: Patient) -> Rows:
    answered = patient.voicemail is not None
    return [
        ("To read, hear or speak with us", _labels(Need, patient.needs) or ("Nothing" if answered else "")),
        ("Interpreter", patient.interpreter_language or ("No" if answered else "")),
        ("What else we should know or do", patient.access_needs),
        ("Video call", patient.get_video_display()),
        ("Voicemail", ("Yes" if patient.voicemail else "No") if answered else ""),
        ("Best time to call", _labels(BestTime, patient.best_times)),
    ]


def _emergency(patient: Patient) -> Rows:
    phone = phone_text(patient.emergency_phone) if patient.emergency_phone else ""
    return [("Name", patient.emergency_name), ("Phone", phone)]


def _supporter(patient: Patient) -> Rows:
    found = getattr(patient, "supporter", None)
    if found is None:
        return [("Name", "")]
    return supporter_rows(found)


def supporter_rows(found: Supporter) -> Rows:
    """Return who helps a patient, and what we may talk about with them."""
    return [
        ("Name", found.name),
        ("Who they are to you", found.relationship),
        ("Phone", found.phone_text),
        ("We may talk to them", found.get_may_talk_display()),
    ]


def _labels(kind: Any, codes: list[str]) -> str:
    return "\n".join(kind(code).label for code in kind.values if code in codes)


ROWS: dict[Part, Callable[[Patient], Rows]] = {
    Part.ABOUT: _about,
    Part.ADDRESS: _address,
    Part.NHS: _nhs,
    Part.GP: _gp,
    Part.TEAMS: _teams,
    Part.NEEDS: _needs,
    Part.EMERGENCY: _emergency,
    Part.SUPPORTER: _supporter,
}
