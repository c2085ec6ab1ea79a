"""The clinicians' queue: what can be asked of it, kept in the address, and its rows. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode
from uuid import UUID

from patients.intake.enums import WITH_THE_CLINIC, IntakeState

A_PAGE = 50


class What(StrEnum):
    """Which forms."""

    OPEN = "open"
    WAITING = "waiting"
    REVIEW = "review"
    RECORDS = "records"
    ASKED = "asked"


class Who(StrEnum):
    """Whose: everybody's, or those this clinician has taken or will see."""

    ALL = "all"
    MINE = "mine"


class Order(StrEnum):
    """What stands first."""

    URGENT = "urgent"
    AGE = "age"
    VISIT = "visit"


WORDS = {
    What.OPEN: "Everything open",
    What.WAITING: "Waiting for a specialist",
    What.REVIEW: "Being read",
    What.RECORDS: "Waiting for records",
    What.ASKED: "More information asked",
    Who.ALL: "Everybody’s",
    Who.MINE: "Yours",
    Order.URGENT: "Urgent first",
    Order.AGE: "Longest waiting first",
    Order.VISIT: "Next visit first",
}
STATES: dict[What, frozenset[str]] = {
    What.OPEN: WITH_THE_CLINIC,
    What.WAITING: frozenset({IntakeState.SUBMITTED}),
    What.REVIEW: frozenset({IntakeState.IN_REVIEW}),
    What.RECORDS: WITH_THE_CLINIC,
    What.ASKED: frozenset({IntakeState.MORE_ASKED}),
}


@dataclass(frozen=True)
class Asked:
    """What was asked of the queue."""

    what: What = What.OPEN
    who: Who = Who.ALL
    order: Order = Order.URGENT

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> "Asked":
        """Return what an address asks; what it says wrongly, or not at all, is as it is without asking."""
        known = {"what": What, "who": Who, "order": Order}
        return cls(**{name: kind(sent[name]) for name, kind in known.items() if sent.get(name) in set(kind)})  # type: ignore[arg-type]

    @property
    def query(self) -> str:
        """The address's parameters, for the links to other pages of the same list; empty where nothing was asked."""
        plain = Asked()
        said = {name: getattr(self, name) for name in ("what", "who", "order")}
        given = {name: str(value) for name, value in said.items() if value != getattr(plain, name)}
        return f"{urlencode(given)}&" if given else ""

    def choices(self, counts: Mapping[StrEnum, int]) -> list[dict[str, object]]:
        """Return the links of each filter: its words, how many there are, and where it leads."""
        groups: list[tuple[str, str, type[StrEnum]]] = [
            ("what", "Which forms", What),
            ("who", "Whose", Who),
            ("order", "Order", Order),
        ]
        now = asdict(self)
        return [
            {
                "label": label,
                "links": [
                    {
                        "text": WORDS[one] if one not in counts else f"{WORDS[one]} ({counts[one]})",
                        "query": Asked.of({**now, name: one}).query.removesuffix("&"),
                        "is_on": getattr(self, name) == one,
                    }
                    for one in kind
                ],
            }
            for name, label, kind in groups
        ]


@dataclass(frozen=True)
class Row:
    """A form that waits: whose, since when, whether something in it cannot wait, and who has it."""

    pk: UUID
    name: str
    state: str
    since: str
    age: str
    is_urgent: bool
    has_records: bool
    reviewer: str
    is_mine: bool
    may_open: bool
    may_claim: bool
    visit: str = ""
    flag: Sequence[str] = ()  # what the person needs to take part


def age_text(since: datetime, now: datetime) -> str:
    """Return for how long something waits, in hours on the first day, then in days."""
    hours = max(int((now - since).total_seconds() // 3600), 0)
    number, unit = (hours, "hour") if hours < 24 else (hours // 24, "day")
    return f"{number} {unit}{'' if number == 1 else 's'}"
