"""Rows that never change: what a clinician decided on, what a person agreed to, who moved what.

Two locks hold them. A trigger refuses UPDATE and DELETE for everybody, and the application's
database role is not granted them (``clinic/db/roles.py`` looks for ``append_only``).
"""

import pgtrigger
from django.db import models

from clinic.db.base import Record

FROZEN = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]


def all_but(*columns: str, where: str = "true") -> pgtrigger.Condition:
    """Return the condition of a trigger that something besides ``columns`` changes, in rows of which ``where`` is true."""
    names = ", ".join(f"'{name}'" for name in columns)
    return pgtrigger.Condition(
        f"{where} AND (to_jsonb(OLD) - ARRAY[{names}]::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY[{names}]::text[])"
    )


class FrozenRecord(Record):
    """A record that is written once. Subclasses put ``triggers = FROZEN`` into their Meta."""

    append_only = True

    class Meta:
        abstract = True
        triggers = FROZEN


class StateChange(FrozenRecord):
    """One move of a record from a state to the next. Subclasses add ``record``, a foreign key."""

    from_state = models.CharField(max_length=32)
    to_state = models.CharField(max_length=32)
    at = models.DateTimeField()
    by = models.ForeignKey("clinic.User", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)

    class Meta(FrozenRecord.Meta):
        abstract = True
        ordering = ["at"]
