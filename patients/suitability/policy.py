"""What a decision must say, and what holds it up. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from patients.intake.enums import Level
from patients.suitability.enums import FINAL, SEES_THEM, Capacity, Diagnosis, Outcome

LOUD = frozenset({Level.EMERGENCY, Level.RED})  # these need an answer in words before anything is signed
SHORTEST_REASONS = 20
SHORTEST_ANSWER = 10  # to a flag
LONGEST_TEXT = 4000
LONGEST_SOURCE = 500
MOST_TREATMENTS = 50

# Where the clinician begins to write from, below the heading "A specialist has read your form": neutral, without a
# verdict on treatment. A question has no template: it has to be asked.
TEMPLATES: dict[str, str] = {
    Outcome.PROCEED: "The next step is your visit. If you have not booked it yet, you can do that from your own page.",
    Outcome.FACE_TO_FACE: "The specialist would like to see you at the clinic, not by video or phone. We will call you to find a time.",
    Outcome.REFER: "Another service may be able to do more for you than we can. We will call you to talk about it.",
    Outcome.DECLINE: "We are not able to help with this at our clinic. We will call you to say why, and who may be able to help.",
}


@dataclass(frozen=True)
class Findings:
    """What the reviewer found (domain sheet, 5.4). ``without``: why they decide although records or identity are missing."""

    records: str = ""
    diagnosis: str = ""
    diagnosis_source: str = ""
    treatments_verified: int | None = None
    examination: str = ""
    meetings: tuple[str, ...] = ()
    capacity: str = ""
    capacity_note: str = ""
    without: str = ""


def gaps(outcome: Outcome, found: Findings, *, has_records: bool) -> dict[str, str]:
    """Return what is still to be said before ``outcome`` can be signed: the field's name, and words for a doctor.

    A question to the patient needs none of it: it is asked because something is not known yet.
    """
    if outcome not in FINAL:
        return {}
    needed = {
        "records": (has_records and not found.records, "Write which records you have read, with their dates"),
        "diagnosis": (not found.diagnosis, "Say whether the diagnosis is confirmed"),
        "diagnosis_source": (
            found.diagnosis == Diagnosis.CONFIRMED and not found.diagnosis_source,
            "Write where the diagnosis is confirmed, like “letter of Dr Exemplar, 3 May 2024”",
        ),
        "treatments_verified": (
            found.treatments_verified is None,
            "Write how many earlier treatments the records confirm. 0 if none",
        ),
        "examination": (not found.examination, "Say whether an examination is needed"),
        "meetings": (outcome in SEES_THEM and not found.meetings, "Choose at least one way to meet"),
        "capacity": (not found.capacity, "Say whether there is a reason to doubt capacity"),
        "capacity_note": (
            found.capacity in {Capacity.SUPPORT, Capacity.DOUBT} and not found.capacity_note,
            "Write what raises the doubt, or which support is needed",
        ),
    }
    return {name: words for name, (is_missing, words) in needed.items() if is_missing}


def open_points(
    outcome: Outcome | None, *, unanswered: Collection[str], has_records: bool, is_identified: bool, without: str = ""
) -> list[str]:
    """Return what keeps a decision from being signed, in words for the doctor; None asks for any final decision.

    ``unanswered`` are the codes of emergency and red flags without an answer. A person who is not to be seen here can be
    told so without records or identity, where the reason is written down: to wait would help nobody.
    """
    if outcome is not None and outcome not in FINAL:
        return []
    found = []
    if unanswered:
        found.append(f"Write your answer to {_listed(unanswered)}: emergency and red flags need one each.")
    if outcome in {None, *SEES_THEM} or not without:
        more = "" if outcome in {None, *SEES_THEM} else " Or write below why you decide without."
        if not has_records:
            found.append(f"The records are not here. Write down when they came, or ask for more information.{more}")
        if not is_identified:
            found.append(f"Nobody has checked who this is. Check a photo ID, or write down which one you saw.{more}")
    return found


def _listed(codes: Iterable[str]) -> str:
    *first, last = sorted(codes)
    return f"{', '.join(first)} and {last}" if first else last
