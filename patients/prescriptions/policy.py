"""What a prescription must say, what must stand before it is ready to sign, and its days. Pure.

Everything is checked for being there and for fitting together; nothing here suggests a product, a dose or a quantity, and
nothing here stops anybody: what has happened on paper is recorded with the points that were open (domain sheet, decision 4).
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from clinic.db.clock import day_text
from patients.consents.enums import Purpose
from patients.prescriptions.enums import State
from patients.prescriptions.words import SMALL
from patients.profile.policy import is_adult
from patients.suitability.enums import FINAL, SEES_THEM, Outcome
from patients.teamreview.policy import is_valid
from patients.treatment import policy as plans
from patients.treatment.enums import State as PlanState
from patients.treatment.products import DAYS_OF_SUPPLY, ProductLine, amount

VALID_FOR = timedelta(days=28)
USUAL_DAYS = 30  # strong good practice; longer only with a recorded need (domain sheet, 1.1)
MOST_DAYS = 90
OVERLAP = timedelta(days=7)
SHORTEST_REASON = 10
LONGEST_TEXT = 2000
LONGEST_LINE = 300
LONGEST_NAME = 120
SERIAL = r"^[A-Z0-9]{6,20}$"
PREMISES = r"^[0-9]{7}$"
# A dose has an amount in it: a figure, or a number in words. "As directed" alone has none (MDR 2001, reg 15).
AN_AMOUNT = re.compile(rf"[0-9½¼¾]|\b({'|'.join(SMALL[1:])}|half|quarter|once|twice)\b", re.IGNORECASE)
SMOKED = re.compile(r"\b(smok\w*|joints?|spliffs?|cigarettes?|cigars?|bongs?|pipes?|roll(ed)? up)\b", re.IGNORECASE)
NOT_SMOKED = re.compile(r"\b(do not|don’t|don't|never|not to be|must not be|no) smok\w*", re.IGNORECASE)


def valid_until(signed_on: date, starts_on: date | None) -> date:
    """Return the last day on which a pharmacy can dispense it: 28 days after it was signed, or after its stated start.

    Days are UK calendar days. The day of signing (or of the start) is not counted, the last day is: signed on 1 March, it
    is good up to and including 29 March. The clock changes in between move nothing (domain sheet, 1.1, 6.4).
    """
    return (starts_on or signed_on) + VALID_FOR


def supply_until(first: date, days: int) -> date:
    """Return the last day of a supply for ``days`` days of which ``first`` is the first."""
    return first + timedelta(days=days - 1)


def serial_as_kept(typed: str) -> str:
    """Return a form's serial number as it is kept: capitals and figures, without spaces and hyphens."""
    return re.sub(r"[\s-]", "", typed).upper()


def is_serial(kept: str) -> bool:
    """Tell whether a serial number, as it is kept, can be one."""
    return re.fullmatch(SERIAL[1:-1], kept) is not None


def is_premises_number(typed: str) -> bool:
    """Tell whether a pharmacy's GPhC premises number has its 7 figures."""
    return re.fullmatch(PREMISES[1:-1], typed) is not None


@dataclass(frozen=True)
class Text:
    """What stands on the paper, as it was typed. ``quantity`` is in the unit of the plan's product."""

    paper: str
    serial: str
    product: str
    dose: str
    quantity: Decimal | None
    unit: str
    days: int | None
    long_why: str = ""


def gaps(text: Text, line: ProductLine | None) -> dict[str, str]:
    """Return by field what the record lacks to say what the paper says; also a paper that is signed already says it."""
    kind = line.kind if line else None
    lacks = {
        "line": (kind is None, "Choose a product of the plan"),
        "paper": (not text.paper, "Choose which form it is written on"),
        "serial": (
            not is_serial(text.serial),
            "Write the serial number of the form: 6 to 20 letters and figures",
        ),
        "product": (
            not text.product.strip(),
            "Write the product as it stands on the form: name, form and strength",
        ),
        "dose": (not text.dose.strip(), "Write the dose as it stands on the form"),
        "quantity": (not text.quantity, "Write the total quantity, more than 0"),
        "unit": (
            kind is not None and text.unit != kind.quantity,
            f"This product is counted in {kind.quantity.label}" if kind else "",
        ),
        "days": (
            not text.days or text.days > MOST_DAYS,
            f"Write for how many days it is, from 1 to {MOST_DAYS}",
        ),
    }
    return {name: words for name, (is_missing, words) in lacks.items() if is_missing}


@dataclass(frozen=True)
class Before:
    """Another prescription of the same form of product: the first and the last day of its supply."""

    serial: str
    first: date
    last: date


@dataclass(frozen=True)
class Facts:
    """What is known when somebody wants to sign. ``on`` is the UK day of signing, ``starts_on`` the first day of supply."""

    on: date
    starts_on: date
    born: date
    details_changed: bool
    form_sent: bool
    decision: str | None
    unanswered: Sequence[str]
    records_received_on: date | None
    gp_answered: bool
    plan_state: str
    review_on: date | None
    consents_needed: Sequence[Purpose]
    consents_given: Collection[str]
    team_outcome: str | None
    team_until: date | None
    prescriber: str
    verified_on: date | None
    cd_number: str
    lacking: Sequence[str]
    has_pharmacy: bool
    holds: Sequence[str]
    others: Sequence[Before]
    second_signed: bool


def points(text: Text, line: ProductLine | None, facts: Facts) -> list[str]:
    """Return every point that keeps a prescription from being ready to sign, in words a doctor can act on."""
    return (
        _person(facts)
        + _plan(facts)
        + _prescriber(facts)
        + _supply(text, facts)
        + text_points(text, line)
        + [f"{name} has put a hold on the next prescription. Lift the hold first." for name in facts.holds]
    )


def _person(facts: Facts) -> list[str]:
    found = _form(facts)
    if not is_adult(facts.born, facts.on):
        found.append("The patient is under 18. Nobody under 18 is treated here.")
    if facts.details_changed:
        found.append("The patient’s name, address or NHS number has changed since this was written. Write it anew.")
    if facts.unanswered:
        codes = ", ".join(facts.unanswered)
        found.append(f"Emergency and red flags need an answer in words: {codes}. Answer them on the form.")
    if facts.records_received_on is None or facts.records_received_on > facts.on:
        found.append("The patient’s medical records are not here. Write down when they came.")
    if not facts.gp_answered:
        found.append("The patient has not said whether we may write to their GP. Ask them, and write it down.")
    if not facts.has_pharmacy:
        found.append(
            "The patient has not chosen a pharmacy. They choose in their account, or tell you: write it down below."
        )
    return found


def _form(facts: Facts) -> list[str]:
    if not facts.form_sent:
        return ["The patient has not sent the form before a first assessment."]
    if facts.decision not in FINAL:
        return ["Nobody has decided on the patient’s newest form. Read it and decide first."]
    if facts.decision not in SEES_THEM:
        return [f"The decision on the patient’s newest form is “{Outcome(facts.decision).label}”."]
    return []


PLAN_WORDS = {
    PlanState.PAUSED: "The plan is paused. Start it again first, or write nothing.",
    PlanState.STOPPED: "The plan is stopped. Write a new version of it first.",
    PlanState.SUPERSEDED: "A newer version of the plan holds. Write the prescription from that one.",
}


def _plan(facts: Facts) -> list[str]:
    found = []
    if facts.plan_state != PlanState.ACTIVE:
        found.append(PLAN_WORDS.get(PlanState(facts.plan_state), "The plan is not active. Start it first."))
    if facts.review_on is None or facts.review_on < facts.on:
        when = f" since {day_text(facts.review_on)}" if facts.review_on else ""
        found.append(f"The review of the plan is overdue{when}. Review it, and write a new version with a later day.")
    found += plans.consent_points(facts.consents_needed, facts.consents_given)
    if facts.team_outcome is None:
        found.append("There is no decision of the team. Bring the case to the team.")
    elif not is_valid(facts.team_outcome, facts.team_until, facts.on):
        until = f"held until {day_text(facts.team_until)}" if facts.team_until else "does not support the plan"
        found.append(f"The team’s decision {until}. Bring the case to the team again before you prescribe on.")
    return found


def _prescriber(facts: Facts) -> list[str]:
    found = plans.author_points(facts.prescriber, facts.verified_on, facts.on)
    if not facts.cd_number:
        found.append(
            f"{facts.prescriber} has no private CD prescriber number (6 digits) here. Ask a manager to write it down."
        )
    if facts.lacking:
        found.append(f"{facts.prescriber} lacks a training: {', '.join(facts.lacking)}. Ask a manager.")
    return found


def _supply(text: Text, facts: Facts) -> list[str]:
    found = []
    if text.days and text.days > USUAL_DAYS:
        if len(text.long_why.strip()) < SHORTEST_REASON:
            found.append(f"It is for {text.days} days. Write why more than {USUAL_DAYS} are needed.")
        if not facts.second_signed:
            found.append(
                f"It is for {text.days} days. More than {USUAL_DAYS} need a second clinician, who signs it off on this page."
            )
    for other in facts.others:
        if facts.starts_on <= other.last and text.days:
            both = min(other.last, supply_until(facts.starts_on, text.days)) - max(other.first, facts.starts_on)
            if both + timedelta(days=1) > OVERLAP:
                found.append(
                    f"It overlaps by {both.days + 1} days with the supply of {other.serial}, which lasts until "
                    f"{day_text(other.last)}. {OVERLAP.days} days at most: choose a later first day."
                )
    return found


def early_points(facts: Facts) -> list[str]:
    """Return which supplies last for more than 7 days still: a new one from today would overlap with them for longer."""
    return [
        f"The supply of {each.serial} lasts until {day_text(each.last)}, more than {OVERLAP.days} days from now."
        for each in facts.others
        if each.last - facts.on >= OVERLAP
    ]


def text_points(text: Text, line: ProductLine | None) -> list[str]:
    """Return what the law or the plan does not allow in what stands on the paper."""
    found = []
    if text.dose.strip() and not AN_AMOUNT.search(text.dose):
        found.append(
            "The dose has no amount. “As directed” alone is not allowed (MDR 2001, reg 15): write how much and how often."
        )
    if any(SMOKED.search(NOT_SMOKED.sub("", words)) for words in (text.product, text.dose)):
        found.append("Smoking is unlawful (MDR 2001, reg 16A(3)). Write the route that the plan names.")
    if line and line.kind and line.most_in_30_days and text.quantity and text.days:
        most = line.most_in_30_days * text.days / DAYS_OF_SUPPLY
        if text.quantity > most:
            found.append(
                f"{amount(text.quantity, line.kind.quantity)} is more than the plan’s most a day for {text.days} days, "
                f"{amount(most.quantize(Decimal('0.01')), line.kind.quantity)}. Change the quantity, the days or the plan."
            )
    return found


def day_points(signed_on: date, starts_on: date | None, today: date) -> dict[str, str]:
    """Return by field what is wrong with the days of a paper that was signed."""
    found = {}
    if signed_on > today:
        found["signed_on"] = "The day of signing must be today or in the past"
    if starts_on and starts_on < signed_on:
        found["starts_on"] = "The first day must be the day of signing or later"
    return found


def is_late(state: str, on: date, last_day: date | None) -> bool:
    """Tell whether something was dispensed after the last day of the prescription."""
    return state in {State.DISPENSING, State.PARTLY, State.DISPENSED} and last_day is not None and on > last_day
