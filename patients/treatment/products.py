"""The products of a plan and how each is taken, read from what was typed, and sums that anybody can check by hand. Pure.

Everything is a ``Decimal``. What was not typed, or is no number, is None: a draft may be half written.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from patients.treatment.enums import KINDS, SPRAY_CBD, SPRAY_THC, Chemotype, Form, Kind, Route, Strength, Unit

DAYS_OF_SUPPLY = 30
GRAM = Decimal(1000)  # mg
ONE = {
    Unit.CAPSULE: "capsule",
    Unit.PASTILLE: "pastille",
    Unit.INHALATION: "inhalation",
    Unit.SPRAY: "spray",
}


def number(text: Any) -> Decimal | None:
    """Return the plain decimal number that was typed, like "0.25"; None for anything else, and for nothing."""
    return Decimal(text) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,4})?", str(text or "")) else None


def shown(value: Decimal | None) -> str:
    """Return a number as people write it, like "2.5" for 2.50."""
    return "" if value is None else f"{value.normalize():f}"


def amount(value: Decimal | None, unit: str) -> str:
    """Return a number with its unit, like "0.25 ml" or "1 spray"."""
    words = ONE[Unit(unit)] if value == 1 and unit in ONE else Unit(unit).label
    return "" if value is None else f"{shown(value)} {words}"


def whole(text: Any) -> int | None:
    """Return the whole number that was typed, or None."""
    return int(text) if re.fullmatch(r"[0-9]{1,4}", str(text or "")) else None


@dataclass(frozen=True)
class Step:
    """So many days of one dose. ``day_to`` is None where it goes on from then, which only a last step does."""

    day_from: int | None
    day_to: int | None
    dose: Decimal | None
    times: int | None
    instruction: str

    @property
    def a_day(self) -> Decimal | None:
        """How much that is a day."""
        return None if self.dose is None or self.times is None else self.dose * self.times

    @property
    def days_text(self) -> str:
        """The days in words, like "Days 1 to 7" or "From day 15"."""
        if self.day_to is None:
            return f"From day {self.day_from}"
        return f"Day {self.day_from}" if self.day_from == self.day_to else f"Days {self.day_from} to {self.day_to}"


@dataclass(frozen=True)
class ProductLine:
    """One product of a plan. ``thc`` and ``cbd`` are in ``kind.strength``, ``max_day`` in ``kind.dose``, ``quantity``
    in ``kind.quantity`` for 30 days. ``inhalation_ml`` is how much of a cartridge one inhalation takes.
    """

    form: str
    route: str
    thc: Decimal | None
    cbd: Decimal | None
    carrier: str
    chemotype: str
    brand: str
    cultivar: str
    max_day: Decimal | None
    quantity: Decimal | None
    inhalation_ml: Decimal | None
    steps: tuple[Step, ...]

    @property
    def kind(self) -> Kind | None:
        """What belongs to its form; None where none was chosen."""
        return KINDS.get(self.form)

    @property
    def is_licensed(self) -> bool:
        """Whether it has a UK licence, for spasticity in MS."""
        return self.form == Form.SPRAY

    @property
    def is_inhaled(self) -> bool:
        """Whether it goes to the lungs."""
        return self.route == Route.INHALED

    @property
    def name(self) -> str:
        """What it is called in a list, like "Oil, Example brand"."""
        return ", ".join(filter(None, (Form(self.form).label if self.form else "", self.brand, self.cultivar)))

    @property
    def strength_text(self) -> str:
        """The strength in words, like "THC 10 mg/ml, CBD 5 mg/ml"."""
        if self.kind is None:
            return ""
        unit = Strength(self.kind.strength).label
        parts = ((name, value) for name, value in (("THC", self.thc), ("CBD", self.cbd)) if value is not None)
        gap = "" if self.kind.strength == Strength.PERCENT else " "
        return ", ".join(f"{name} {shown(value)}{gap}{unit}" for name, value in parts)

    @property
    def route_text(self) -> str:
        """The route in words."""
        return Route(self.route).label if self.route else ""

    @property
    def chemotype_text(self) -> str:
        """The doctor's label in words."""
        return Chemotype(self.chemotype).label if self.chemotype else ""

    @property
    def max_text(self) -> str:
        """The most a day with its unit."""
        return amount(self.max_day, self.kind.dose) if self.kind else ""

    @property
    def quantity_text(self) -> str:
        """The quantity for 30 days with its unit."""
        return amount(self.quantity, self.kind.quantity) if self.kind else ""

    def dose_text(self, step: Step) -> str:
        """Return the dose of ``step`` with its unit and how often, like "0.25 ml, 2 times a day"."""
        if self.kind is None or step.dose is None or step.times is None:
            return ""
        often = {1: "once a day", 2: "twice a day"}.get(step.times, f"{step.times} times a day")
        return f"{amount(step.dose, self.kind.dose)}, {often}"

    @property
    def most_in_30_days(self) -> Decimal | None:
        """The most a day for 30 days, in the unit of the quantity."""
        if self.max_day is None:
            return None
        each = self.inhalation_ml if self.form == Form.CARTRIDGE else Decimal(1)
        return None if each is None else self.max_day * each * DAYS_OF_SUPPLY

    def sums(self, taken: Decimal) -> list[str]:
        """Return what ``taken`` of it holds as sums that can be checked, one a substance. For clinicians' pages only.

        Flower's milligrams are what is in the plant: never a dose (domain sheet, 6.1).
        """
        return [text for each in ("thc", "cbd") if (text := self._sum(taken, each.upper(), getattr(self, each)))]

    def _sum(self, taken: Decimal, name: str, strength: Decimal | None) -> str:
        if self.kind is None or strength is None:
            return ""
        what, per = amount(taken, self.kind.dose), shown(strength)
        if self.form == Form.FLOWER:
            held = shown(taken * GRAM * strength / 100)
            return f"{what} × 1000 × {per}% = {held} mg {name} in the plant. This is no dose: much less is taken up, and it varies."
        if self.form == Form.CARTRIDGE:
            if self.inhalation_ml is None:
                return ""
            held = shown(taken * self.inhalation_ml * strength)
            return (
                f"{what} × {shown(self.inhalation_ml)} ml × {per} mg/ml = {held} mg {name}, of which less is taken up"
            )
        return f"{what} × {per} {self.kind_unit} = {shown(taken * strength)} mg {name}"

    @property
    def kind_unit(self) -> str:
        """The unit of the strength in a sum."""
        return "mg/ml" if self.kind and self.kind.strength == Strength.MG_ML else "mg"


def read_lines(said: Mapping[str, Any]) -> tuple[ProductLine, ...]:
    """Return the products of the content ``said``, as they were typed."""
    return tuple(_line(each) for each in said.get("lines", []))


def _line(said: Mapping[str, Any]) -> ProductLine:
    form = said.get("form", "")
    is_spray = form == Form.SPRAY
    return ProductLine(
        form=form,
        route=said.get("route", ""),
        thc=SPRAY_THC if is_spray else number(said.get("thc")),
        cbd=SPRAY_CBD if is_spray else number(said.get("cbd")),
        carrier=said.get("carrier", ""),
        chemotype=said.get("chemotype", ""),
        brand=said.get("brand", ""),
        cultivar=said.get("cultivar", ""),
        max_day=number(said.get("max_day")),
        quantity=number(said.get("quantity")),
        inhalation_ml=number(said.get("inhalation_ml")),
        steps=tuple(_steps(said.get("steps", []))),
    )


def _steps(rows: list[Mapping[str, Any]]) -> Iterator[Step]:
    for row in rows:
        yield Step(
            whole(row.get("day_from")),
            whole(row.get("day_to")),
            number(row.get("dose")),
            whole(row.get("times")),
            row.get("instruction", ""),
        )
