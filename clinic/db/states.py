"""The one mover: it changes a record's state, and writes down who did it and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Protocol

import pgtrigger
from django.db import models, transaction

from clinic.db.refusal import Refusal

Moves = Mapping[str, frozenset[str]]


class Stateful(Protocol):
    """What the mover needs of a model: a state, a table of moves, and a table of state changes."""

    pk: Any
    state: str
    MOVES: ClassVar[Moves]
    state_changes: Any


class StaleState(Refusal):
    """The record is no longer in the state this move starts from."""

    words = "This has changed since you opened it. Look at it again, then decide."


def move(record: Stateful, to: str, *, by: Any, at: datetime, reason: str = "", **changes: Any) -> None:
    """Move ``record`` to the state ``to`` and set ``changes`` in the same statement.

    ``by`` is the user who did it, or None for the system; ``at`` the instant it counts from.
    The row changes only if it is still in the state we read (a counted UPDATE), so of two
    people at once one wins. Raises StaleState for the other, and for a move not in the table.
    """
    before = record.state
    if to not in record.MOVES.get(before, frozenset()):
        raise StaleState
    model: type[models.Model] = type(record)  # type: ignore[assignment]
    with transaction.atomic(savepoint=False):  # inside an act it stands or falls with the act
        moved = model._default_manager.filter(pk=record.pk, state=before).update(state=to, **changes)
        if moved:
            record.state_changes.create(from_state=before, to_state=to, at=at, by=by, reason=reason)
    if not moved:
        raise StaleState
    for name, value in ({"state": to} | changes).items():
        setattr(record, name, value)


def guard(moves: Moves) -> pgtrigger.FSM:
    """Return the trigger with which the database refuses every move that is not in ``moves``."""
    return pgtrigger.FSM(
        name="state_moves",
        field="state",
        transitions=[(before, after) for before, afters in moves.items() for after in sorted(afters)],
    )
