"""What a plan must say before it is signed, and what must stand before each of its moves. Pure.

Everything is checked for being there and for fitting together; nothing here suggests a product or a dose. The content is
a dict by field, kept as it was typed; ``goals`` and ``lines`` are lists of such dicts, and the ``steps`` of a line too.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from clinic.db.clock import day_text
from patients.consents.enums import Purpose
from patients.consultations.enums import Given, Indication
from patients.teamreview.policy import is_valid
from patients.treatment.enums import Form, Measure
from patients.treatment.products import ProductLine, amount, number, read_lines, shown
from patients.treatment.steps import line_gaps

Said = Mapping[str, Any]
LONGEST_TEXT = 10_000
LONGEST_LINE = 300
MOST_GOALS, MOST_LINES, MOST_STEPS, EXTRA_DATES = 6, 4, 12, 3
VERIFIED_WITHIN = timedelta(days=90)  # domain sheet, 6.4
STRONG_FLOWER = Decimal(25)  # % THC; domain sheet, 6.2 (MCCS)
MUCH_FLOWER = Decimal(2)  # g a day
LETTER_WITHIN = timedelta(hours=48)  # as after a consultation (domain sheet, 6.9, lesson 6)
SHORTEST_REASON = 10
TEN = Decimal(10)
ADVICE = {"driving": "driving", "contraception": "contraception", "storage": "storage"}
# What a patient agrees to with every plan; the two that go with an unlicensed medicine stand apart (domain sheet, 5.5).
WITH_EVERY_PLAN = (Purpose.DRIVING, Purpose.PREGNANCY, Purpose.MONITORING)
WITH_UNLICENSED = (Purpose.UNLICENSED, Purpose.SCHEDULE_2)
ASK = {
    "unsuitable": "Write what was tried, and why licensed options do not suit",
    "interactions": "Write which medicines interact and what is done about them, or that there are none",
    "taper": "Write how it is stopped safely",
}


@dataclass(frozen=True)
class Goal:
    """What the plan is to reach. ``baseline`` and ``target`` are as they were typed."""

    measure: str
    words: str
    baseline: str
    target: str
    by: date | None

    @property
    def text(self) -> str:
        """The goal in a sentence, without its day."""
        what = self.words if self.measure == Measure.WORDS else Measure(self.measure).label if self.measure else ""
        return f"{what}: from {self.baseline} to {self.target}"


def read_goals(said: Said) -> tuple[Goal, ...]:
    """Return the goals of the content ``said``, as they were typed."""
    return tuple(
        Goal(
            each.get("measure", ""),
            each.get("words", ""),
            each.get("baseline", ""),
            each.get("target", ""),
            _day(each.get("by")),
        )
        for each in said.get("goals", [])
    )


def extra_dates(said: Said) -> list[date]:
    """Return the days of checks beside the standard ones, in their order."""
    return sorted(day for text in said.get("extra_dates", []) if (day := _day(text)))


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None


def gaps(said: Said, *, starts_on: date | None, review_on: date | None, today: date, **facts: Any) -> dict[str, str]:
    """Return by field what the content lacks, in words a doctor can act on. ``facts`` are those of ``peer_and_lungs``."""
    found = _indication(said)
    found |= {name: words for name, words in ASK.items() if _is_blank(said, name)}
    found |= _goals(said) | _lines(said) | _advice(said) | _days(starts_on, review_on, today)
    if not said.get("checks"):
        found["checks"] = "Choose when the patient is checked"
    if not said.get("stop") and _is_blank(said, "stop_words"):
        found["stop"] = "Choose at least one reason to stop, or write your own"
    return found | peer_and_lungs(said, today=today, **facts)


def _is_blank(said: Said, name: str) -> bool:
    return not str(said.get(name) or "").strip()


def _indication(said: Said) -> dict[str, str]:
    chosen = said.get("indications") or []
    if not chosen:
        return {"indications": "Choose at least one indication: say what is treated"}
    if Indication.OTHER in chosen and _is_blank(said, "indication_text"):
        return {"indication_text": "You chose “Other”: write the indication"}
    return {}


def _goals(said: Said) -> dict[str, str]:
    goals = read_goals(said)
    if not goals:
        return {"goals": "Add at least one goal: without it nobody can say whether the plan helps"}
    found = {}
    for place, goal in enumerate(goals):
        name = f"goal{place}_"
        if not goal.measure:
            found[f"{name}measure"] = f"Choose how goal {place + 1} is measured"
        if goal.measure == Measure.WORDS and not goal.words.strip():
            found[f"{name}words"] = f"Write goal {place + 1} in words"
        for which in ("baseline", "target"):
            if words := _on_scale(goal, getattr(goal, which), f"{which} of goal {place + 1}"):
                found[f"{name}{which}"] = words
        if goal.by is None:
            found[f"{name}by"] = f"Enter by when goal {place + 1} is to be reached"
    return found


def _on_scale(goal: Goal, text: str, called: str) -> str:
    if not text.strip():
        return f"Write the {called}"
    value = number(text)
    if goal.measure and goal.measure != Measure.WORDS and (value is None or value > TEN):
        return f"Write the {called} as a number from 0 to 10, as the scale has it"
    return ""


def _lines(said: Said) -> dict[str, str]:
    lines = read_lines(said)
    if not lines:
        return {"lines": "Add at least one product"}
    return {name: words for place, line in enumerate(lines) for name, words in line_gaps(place, line).items()}


def _advice(said: Said) -> dict[str, str]:
    found = {}
    for name, about in ADVICE.items():
        if not said.get(name):
            found[name] = f"Choose whether you gave advice on {about}"
        elif said[name] != Given.GIVEN and _is_blank(said, f"{name}_why"):
            found[f"{name}_why"] = f"Advice on {about} was not given: write why"
    return found


def _days(starts_on: date | None, review_on: date | None, today: date) -> dict[str, str]:
    found = {}
    if starts_on is None:
        found["starts_on"] = "Enter the day on which the plan starts"
    if review_on is None:
        found["review_on"] = "Enter the day on which the plan is reviewed"
    elif review_on <= max(starts_on or today, today):
        found["review_on"] = "The review must be later than the start, and later than today"
    return found


def needs_peer(lines: Iterable[ProductLine]) -> bool:
    """Tell whether a first plan needs a second doctor: flower over 25% THC, or over 2 g of it a day (domain sheet, 6.2)."""
    flower = [line for line in lines if line.form == Form.FLOWER]
    a_day = sum((line.max_day for line in flower if line.max_day), Decimal(0))
    return a_day > MUCH_FLOWER or any(line.thc is not None and line.thc > STRONG_FLOWER for line in flower)


def peer_and_lungs(
    said: Said, *, today: date, is_first: bool, lung_answer: str, author_name: str = ""
) -> dict[str, str]:
    """Return what a strong first plan, and one that is inhaled by somebody with lung disease (RF24), lacks by field.

    ``lung_answer`` is what the newest form says of it, empty for nothing.
    """
    lines, found = read_lines(said), {}
    if is_first and needs_peer(lines):
        why = "A first plan with flower over 25% THC, or over 2 g a day, needs another doctor’s approval"
        name = str(said.get("peer_name") or "").strip()
        if not name or name.casefold() == author_name.casefold():
            found["peer_name"] = f"{why}: write who approved it. It cannot be yourself"
        day = _day(said.get("peer_on"))
        if day is None:
            found["peer_on"] = f"{why}: enter the day"
        elif day > today:
            found["peer_on"] = "The approval cannot be later than today"
    if lung_answer and any(line.is_inhaled for line in lines) and _is_blank(said, "inhaled_why"):
        found["inhaled_why"] = (
            f"RF24: the form says “{lung_answer}”, and a product is inhaled. Write why it is all the same, or choose another"
        )
    return found


def is_verified(verified_on: date | None, on: date) -> bool:
    """Tell whether a doctor's entry on the Specialist Register was checked within 90 days before ``on``."""
    return verified_on is not None and timedelta(0) <= on - verified_on <= VERIFIED_WITHIN


def author_points(name: str, verified_on: date | None, on: date) -> list[str]:
    """Return what keeps the doctor ``name`` from signing or starting a plan on the day ``on``."""
    if is_verified(verified_on, on):
        return []
    when = f"was last checked on {day_text(verified_on)}" if verified_on else "was never checked"
    return [
        f"The Specialist Register entry of {name} {when}. It must have been checked within 90 days: "
        "ask a manager to check it."
    ]


def team_points(
    outcome: str | None, held_on: date | None, valid_until: date | None, *, starts_on: date, today: date
) -> list[str]:
    """Return what keeps the team's decision from carrying a plan that starts on ``starts_on``; None where there is none."""
    if outcome is None or held_on is None:
        return ["No decision of the team supports a plan on the day it starts. Bring the case to the team."]
    found = []
    if starts_on < held_on:
        found.append(
            f"The plan starts on {day_text(starts_on)}, before the team met on {day_text(held_on)}. "
            "Write a new version that starts on that day or later."
        )
    day = max(starts_on, today)
    if not is_valid(outcome, valid_until, day):
        until = f"holds until {day_text(valid_until)}" if valid_until else "does not support the plan"
        found.append(f"The team’s decision {until}, not on {day_text(day)}. Bring the case to the team again.")
    return found


def consents_needed(said: Said) -> tuple[Purpose, ...]:
    """Return what a patient agrees to with this plan: without a licence for it, that and the rules of a Schedule 2 drug.

    The licensed spray is licensed for spasticity in MS alone; it is in Schedule 4.
    """
    lines, indications = read_lines(said), said.get("indications") or []
    is_all_licensed = bool(lines) and all(line.is_licensed for line in lines)
    on_licence = is_all_licensed and list(indications) == [Indication.MS_SPASTICITY.value]
    needed: tuple[Purpose, ...] = () if on_licence else (Purpose.UNLICENSED,)
    if not is_all_licensed:
        needed = WITH_UNLICENSED
    return needed + WITH_EVERY_PLAN


def consent_points(needed: Iterable[Purpose], given: Collection[str]) -> list[str]:
    """Return which of ``needed`` the patient has not agreed to, or no longer."""
    lacking = [purpose.label for purpose in needed if purpose not in given]
    return [f"The patient has not agreed to: {', '.join(lacking)}. They are asked with the plan."] if lacking else []


def agreement_points(agreed: bool) -> list[str]:
    """Return that the patient has not agreed in their own account yet."""
    if agreed:
        return []
    return ["The patient has not agreed to this version. They read it and agree to it in their own account."]


def conversions(line: ProductLine) -> list[str]:
    """Return what a line's doses and its most a day hold, as sums, without saying one twice. For clinicians' pages only."""
    taken = [step.dose for step in line.steps if step.dose is not None]
    taken += [line.max_day] if line.max_day is not None else []
    return list(dict.fromkeys(text for each in taken for text in line.sums(each)))


def quantity_sum(line: ProductLine) -> str:
    """Return the most a day for 30 days as a sum beside the quantity, like "1 ml × 30 = 30 ml"."""
    if line.kind is None or line.max_day is None or line.most_in_30_days is None:
        return ""
    each = f" × {shown(line.inhalation_ml)} ml" if line.form == Form.CARTRIDGE else ""
    return f"{line.max_text}{each} × 30 days = {amount(line.most_in_30_days, line.kind.quantity)}"


def changed(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Return what two versions say differently: label, before, after. Each is a list of labels with their text."""
    old, new = dict(before), dict(after)
    labels = list(dict.fromkeys([*new, *old]))
    return [
        (label, old.get(label, ""), new.get(label, "")) for label in labels if old.get(label, "") != new.get(label, "")
    ]
