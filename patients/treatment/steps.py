"""Whether a product's strength, most a day, quantity and steps fit together. Pure: numbers are checked, never offered."""

from collections.abc import Sequence

from patients.treatment.enums import Form, Kind
from patients.treatment.products import ProductLine, Step, amount, shown


def line_gaps(place: int, line: ProductLine) -> dict[str, str]:
    """Return by field what the product in ``place`` (from 0) lacks, or where its numbers do not fit."""
    name, called = f"line{place}_", f"product {place + 1}"
    if line.kind is None:
        return {f"{name}form": f"Choose the form of {called}"}
    found = _what(line, line.kind, called) | _amounts(line, line.kind, called)
    if not line.steps:
        found["steps"] = f"Add at least one step: how {called} is taken from day 1"
    found |= _in_a_row(line.steps, called) | _steps(line, line.kind)
    return {name + field: words for field, words in found.items()}


def _what(line: ProductLine, kind: Kind, called: str) -> dict[str, str]:
    found = {}
    if line.route not in kind.routes:
        found["route"] = f"Choose a route that fits the form of {called}"
    if not line.chemotype:
        found["chemotype"] = f"Choose the type of {called}"
    if not line.brand.strip():
        found["brand"] = f"Write the brand or supplier of {called}"
    if line.form == Form.FLOWER and not line.cultivar.strip():
        found["cultivar"] = f"Write the cultivar of {called}"
    if line.form == Form.CARTRIDGE and not line.inhalation_ml:
        found["inhalation_ml"] = "Write how many ml one inhalation takes, as the maker says"
    return found | _strengths(line, kind, called)


def _strengths(line: ProductLine, kind: Kind, called: str) -> dict[str, str]:
    if line.is_licensed:
        return {}
    found = {}
    for which in ("thc", "cbd"):
        value = getattr(line, which)
        if value is None:
            found[which] = f"Write the {which.upper()} of {called}, 0 for none"
        elif value > kind.highest:
            found[which] = f"Check the {which.upper()} of {called}: {shown(kind.highest)} is the highest for this form"
    if line.thc == 0 and line.cbd == 0:
        found["thc"] = f"Write the THC or the CBD of {called}: both are 0"
    return found


def _amounts(line: ProductLine, kind: Kind, called: str) -> dict[str, str]:
    found = {}
    if not line.max_day:
        found["max_day"] = f"Write the most a day of {called}"
    if not line.quantity:
        found["quantity"] = f"Write the quantity of {called} for 30 days"
    most = line.most_in_30_days
    if line.quantity and most and line.quantity > most:
        found["quantity"] = (
            f"{line.quantity_text} is more than the most a day for 30 days, {amount(most, kind.quantity)}. "
            "Change the quantity or the most a day"
        )
    return found


def _in_a_row(steps: Sequence[Step], called: str) -> dict[str, str]:
    """Say where the days do not begin with 1 or do not follow each other."""
    found: dict[str, str] = {}
    expected: int | None = 1
    for place, step in enumerate(steps):
        name = f"step{place}_"
        if expected is None:
            found[f"{name}day_from"] = (
                f"The step before goes on without an end: write its last day, or take step {place + 1} out"
            )
        elif step.day_from != expected:
            found[f"{name}day_from"] = (
                f"Step {place + 1} of {called} must begin on day {expected}: no day is left out, and none counts twice"
            )
        if step.day_to is not None and step.day_from is not None and step.day_to < step.day_from:
            found[f"{name}day_to"] = f"Step {place + 1} of {called} must end on day {step.day_from} or later"
        expected = None if step.day_to is None else step.day_to + 1
    return found


def _steps(line: ProductLine, kind: Kind) -> dict[str, str]:
    found = {}
    for place, step in enumerate(line.steps):
        name = f"step{place}_"
        if not step.dose:
            found[f"{name}dose"] = f"Write the dose of step {place + 1}"
        elif step.dose % kind.dose_step:
            found[f"{name}dose"] = f"This form is measured in steps of {amount(kind.dose_step, kind.dose)}"
        if not step.times:
            found[f"{name}times"] = f"Write how many times a day in step {place + 1}"
        if not step.instruction.strip():
            found[f"{name}instruction"] = f"Write in step {place + 1} how it is taken, for the patient to read"
        if step.a_day and line.max_day and step.a_day > line.max_day:
            found[f"{name}dose"] = (
                f"{line.dose_text(step)} is {amount(step.a_day, kind.dose)} a day, more than the most a day you wrote, "
                f"{line.max_text}"
            )
    return found
