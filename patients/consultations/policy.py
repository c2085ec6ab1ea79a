"""What a consultation note says, and what it must say to be signed. Pure.

The content is a dict by field: the codes and words that ``FIELDS`` names, as they were typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from patients.consultations.enums import DOUBTED, Advice, Capacity, Confirmed, Given, Indication

Said = Mapping[str, Any]
LONGEST_TEXT = 20_000
LONGEST_LINE = 500
LETTER_WITHIN = timedelta(hours=48)  # domain.md 6.9 (6)

WORDS = {
    "history": "History and findings",
    "discussion": "Discussion",
    "plan": "Plan and next steps",
}
ASK = {
    "history": "Write the history and what you found",
    "discussion": "Write what you discussed, with the options and the risks",
    "plan": "Write the plan and the next steps, also where there is nothing to do",
}


def why(advice: Advice) -> str:
    """Return the name of the field that says why ``advice`` was not given."""
    return f"{advice}_why"


def missing(said: Said, *, mode: str, visited_at: datetime | None, at: datetime) -> dict[str, str]:
    """Return by field what is still to be written before the note can be signed at ``at``, in words a doctor can act on."""
    found = _when(visited_at, at)
    if not mode:
        found["mode"] = "Choose how you met"
    if not said.get("indications"):
        found["indications"] = "Choose at least one indication: a consultation is not closed without it"
    elif Indication.OTHER in said["indications"] and _is_blank(said, "indication_text"):
        found["indication_text"] = "You chose “Other”: write the indication"
    found |= {name: words for name, words in ASK.items() if _is_blank(said, name)}
    return found | _capacity(said) | _advice(said) | _identity(said)


def _is_blank(said: Said, name: str) -> bool:
    return not str(said.get(name, "")).strip()


def _when(visited_at: datetime | None, at: datetime) -> dict[str, str]:
    if visited_at is None:
        return {"day": "Enter the day and the time of the visit or the call"}
    return {"day": "The visit or the call cannot be later than now"} if visited_at > at else {}


def _capacity(said: Said) -> dict[str, str]:
    if not said.get("capacity"):
        return {"capacity": "Choose what you found about capacity"}
    if said["capacity"] in DOUBTED and _is_blank(said, "capacity_text"):
        return {"capacity_text": "Capacity was doubted: write why, how you assessed it and what you found"}
    return {}


def _advice(said: Said) -> dict[str, str]:
    found = {}
    for advice in Advice:
        answer = said.get(advice.value)
        if not answer:
            found[advice.value] = f"Choose whether you gave advice on {advice.label.lower()}"
        elif answer != Given.GIVEN and _is_blank(said, why(advice)):
            found[why(advice)] = f"Advice on {advice.label.lower()} was not given: write why"
    return found


def _identity(said: Said) -> dict[str, str]:
    if not said.get("identity"):
        return {"identity": "Choose whether you confirmed who the person is"}
    if _is_blank(said, "identity_how"):
        is_sure = said["identity"] == Confirmed.YES
        return {"identity_how": "Write how you confirmed it" if is_sure else "Write why you could not confirm it"}
    return {}


@dataclass(frozen=True)
class Line:
    """One thing a note, or another signed record, says. ``text`` may have several lines, kept as they were typed."""

    label: str
    text: str


def lines(said: Said) -> list[Line]:
    """Return what a note says, in its order, in words; what was left empty stands there as nothing."""
    return [
        Line("Indication", indication_text(said)),
        *(Line(label, said.get(name, "")) for name, label in WORDS.items() if name != "plan"),
        Line("Capacity", _both(_label(Capacity, said.get("capacity")), said.get("capacity_text", ""))),
        *(
            Line(f"Advice on {one.label.lower()}", _both(_label(Given, said.get(one.value)), said.get(why(one), "")))
            for one in Advice
        ),
        Line(WORDS["plan"], said.get("plan", "")),
        Line("Identity confirmed", _both(_label(Confirmed, said.get("identity")), said.get("identity_how", ""))),
    ]


def indication_text(said: Said) -> str:
    """Return the indications in words, one a line, with what was written to "Other"."""
    labels = [_label(Indication, code) for code in said.get("indications", [])]
    return _both("\n".join(labels), said.get("indication_text", ""))


def _label(choices: Any, code: str | None) -> str:
    return choices(code).label if code else ""


def _both(first: str, then: str) -> str:
    return "\n".join(filter(None, (first, then)))
