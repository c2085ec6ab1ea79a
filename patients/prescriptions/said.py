"""What the forms of prescriptions hold, on its way to an action. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from patients.consents.enums import Method
from patients.prescriptions.enums import Mood
from patients.safety import policy as safety
from patients.safety.policy import Emergency


@dataclass(frozen=True)
class Written:
    """A draft. ``version`` is that of the draft the form stood on."""

    version: int
    line: int
    paper: str
    serial: str
    product: str
    dose: str
    quantity: Decimal | None
    unit: str
    days: int | None
    long_why: str = ""
    starts_on: date | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of the record."""
        return {name: value for name, value in asdict(self).items() if name != "version"}


@dataclass(frozen=True)
class Signing:
    """That a paper was signed. A breach was signed although points were open: then ``breach_why`` says why."""

    version: int
    signed_on: date
    wet_ink: bool
    copy_given: bool
    is_breach: bool = False
    breach_why: str = ""


@dataclass(frozen=True)
class News:
    """What we were told. ``seen`` is the state that the page showed, ``state`` the one it is in now."""

    seen: str
    state: str
    on: date
    told_by: str
    how: str
    batch: str = ""
    quantity: Decimal | None = None
    substitution: str = ""
    is_accepted: bool = False
    stock: str = ""
    price_pence: int | None = None
    id_checked: bool | None = None
    courier: str = ""
    delivery_failed: bool = False
    note: str = ""

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of the note."""
        return {name: value for name, value in asdict(self).items() if name not in {"seen", "is_accepted"}}


@dataclass(frozen=True)
class Chosen:
    """A pharmacy, and whether the statement was read."""

    name: str
    number: str
    address: str
    phone: str
    email: str
    listed: str
    was_read: bool
    method: str = Method.WEBSITE

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of the choice."""
        return {name: value for name, value in asdict(self).items() if name != "was_read"}


@dataclass(frozen=True)
class Asked:
    """The answers to the safety questions, by their names."""

    answers: Mapping[str, Any] = field(hash=False)

    @property
    def stored(self) -> dict[str, Any]:
        """The answers as they are kept."""
        return dict(self.answers)


def emergency_of(answers: Mapping[str, Any]) -> Emergency:
    """Return which card the answers ask for: by the rules of side effects, and for thoughts of ending one's life."""
    found = safety.emergency_of(answers.get("terms") or (), answers.get("how_bad", ""), answers.get("hospital", ""))
    return Emergency(found.call_999, found.crisis or answers.get("mood") == Mood.DARK)
