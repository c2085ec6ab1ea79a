"""The order of the clinicians' queue. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Row:
    """A form that waits: whose, since when, whether something in it cannot wait, and the person's next visit."""

    pk: UUID
    name: str
    phone: str
    since: datetime
    is_urgent: bool
    since_text: str
    visit_text: str = ""
    flag: Sequence[str] = ()  # what the person needs to take part


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Return urgent rows first, then the longest waiting."""
    return sorted(rows, key=lambda row: (not row.is_urgent, row.since, row.name))
