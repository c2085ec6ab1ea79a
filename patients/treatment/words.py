"""What a plan says, in words: for clinicians line by line, and for the person whose plan it is. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from clinic.db.clock import day_text
from patients.consultations.enums import Given
from patients.consultations.policy import indication_text
from patients.treatment import policy
from patients.treatment.enums import Check, Form, Route, Stop
from patients.treatment.products import ProductLine, Step

# How a product is taken and what it is, to the person who takes it.
PLAIN_ROUTE = {
    Route.UNDER_TONGUE: "Put it under your tongue.",
    Route.SWALLOWED: "Swallow it.",
    Route.INHALED: "Breathe it in with a medical vaporiser. Never smoke it: that is against the law.",
    Route.MOUTH: "Spray it into your mouth.",
}
PLAIN_CHECK = {
    Check.WEEK_1: "1 week after you start",
    Check.WEEK_4: "4 weeks after you start",
    Check.MONTH_3: "every 3 months",
    Check.YEARLY: "once a year",
}
PLAIN_STOP = {
    Stop.NO_GOAL: "You have not reached a goal by week 12.",
    Stop.SPASTICITY: "Your spasms and stiffness are not down by a fifth (20%) at week 4.",
    Stop.SIDE_EFFECTS: "You have bad side effects.",
    Stop.MENTAL: "You see or hear things that are not there, feel much too high, or think of ending your life.",
    Stop.PREGNANCY: "You are pregnant.",
    Stop.DEPENDENCE: "You need more and more of it, give it to others, or add some that we did not prescribe.",
    Stop.DANGER: "You fall often, or it makes your driving unsafe.",
    Stop.REFUSES: "You do not want the checks, or do not want us to write to your GP.",
    Stop.MISSED: "You miss 2 checks.",
    Stop.INTERACTION: "You have a new illness or a new medicine that does not go with it.",
    Stop.CHOICE: "You want to stop. You can choose this at any time: call us first.",
}


def described(said: policy.Said, *, starts_on: date | None, review_on: date | None) -> list[tuple[str, str]]:
    """Return all that a version says, in its order: a label and its text, empty where nothing was written."""
    found = [
        ("Indication", indication_text(said)),
        ("Tried, and why licensed options do not suit", said.get("unsuitable", "")),
        ("Starts", _day(starts_on)),
        ("Review", _day(review_on)),
    ]
    for number, goal in enumerate(policy.read_goals(said), 1):
        found.append((f"Goal {number}", _joined(goal.text, f"by {_day(goal.by)}" if goal.by else "", between=", ")))
    for number, line in enumerate(policy.read_lines(said), 1):
        found += _product(f"Product {number}", line)
    return found + _rest(said)


def _rest(said: policy.Said) -> list[tuple[str, str]]:
    checks = [Check(code).label for code in said.get("checks") or []]
    stops = [Stop(code).label for code in said.get("stop") or []]
    advice = [
        (f"Advice on {about}", _joined(Given(said[name]).label if said.get(name) else "", said.get(f"{name}_why", "")))
        for name, about in policy.ADVICE.items()
    ]
    peer = _joined(said.get("peer_name", ""), _day(policy.day_of(said.get("peer_on"))), between=", ")
    return [
        ("Starting low, going slow", said.get("slowly", "")),
        ("Medicines that interact", said.get("interactions", "")),
        *advice,
        ("Checks", "\n".join([*checks, *(_day(day) for day in policy.extra_dates(said))])),
        ("Reasons to stop", _joined("\n".join(stops), said.get("stop_words", ""))),
        ("Stopping safely", said.get("taper", "")),
        *([("Inhaled all the same (RF24)", said["inhaled_why"])] if said.get("inhaled_why") else []),
        *([("Approved by another doctor", peer)] if peer else []),
    ]


def _product(called: str, line: ProductLine) -> list[tuple[str, str]]:
    what = [line.name, line.route_text, line.strength_text, line.chemotype_text]
    what += [f"Carrier oil: {line.carrier}"] if line.carrier else []
    amounts = [f"Most a day: {line.max_text}", f"For 30 days: {line.quantity_text}"]
    return [
        (called, "\n".join(filter(None, what))),
        (f"{called}: amounts", "\n".join(amounts)),
        (f"{called}: steps", "\n".join(_step(line, step) for step in line.steps)),
    ]


def _step(line: ProductLine, step: Step) -> str:
    return f"{step.days_text}: {_joined(line.dose_text(step), step.instruction, between='. ')}"


def sums(lines: Iterable[ProductLine]) -> list[tuple[str, str]]:
    """Return the sums of each product, for clinicians' pages only, and what the SmPC says of the licensed spray."""
    found = []
    for number, line in enumerate(lines, 1):
        texts = [*policy.conversions(line), policy.quantity_sum(line)]
        if line.form == Form.SPRAY:
            texts.append("At most 12 sprays a day, 15 minutes apart or more (Sativex SmPC, 4.2): for information.")
        found.append((f"Product {number}", "\n".join(filter(None, texts))))
    return found


@dataclass(frozen=True)
class PlainLine:
    """A product as the person reads it. ``steps`` are days and what to take, with the doctor's own words."""

    name: str
    strength: str
    how: str
    steps: list[tuple[str, str, str]]
    most: str
    is_licensed: bool


def plain_lines(lines: Iterable[ProductLine]) -> list[PlainLine]:
    """Return the products as the person reads them: no sums, for what is in the plant is no dose."""
    return [
        PlainLine(
            name=line.name,
            strength=line.strength_text,
            how=PLAIN_ROUTE[Route(line.route)],
            steps=[(step.days_text, line.dose_text(step), step.instruction) for step in line.steps],
            most=line.max_text,
            is_licensed=line.is_licensed,
        )
        for line in lines
    ]


def indications(said: policy.Said) -> list[str]:
    """Return what is treated, in the words of the record."""
    return indication_text(said).split("\n")


def plain_checks(said: policy.Said) -> list[str]:
    """Return when they are checked, in plain words."""
    days = [f"on {day_text(day)}" for day in policy.extra_dates(said)]
    return [PLAIN_CHECK[Check(code)] for code in said.get("checks") or []] + days


def plain_stops(said: policy.Said) -> list[str]:
    """Return when to stop and call, in plain words, and in the doctor's own."""
    own = str(said.get("stop_words") or "").strip()
    return [PLAIN_STOP[Stop(code)] for code in said.get("stop") or []] + ([own] if own else [])


def given_advice(said: policy.Said) -> list[str]:
    """Return what advice was given about, by name."""
    return [name for name in policy.ADVICE if said.get(name) == Given.GIVEN]


def _day(day: date | None) -> str:
    return day_text(day) if day else ""


def _joined(*texts: Any, between: str = "\n") -> str:
    return between.join(text for text in texts if text)
