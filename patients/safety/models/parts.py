"""What the tables of this feature share."""

from typing import Any

import pgtrigger
from django.db import models


def all_but(*columns: str, where: str = "true") -> pgtrigger.Condition:
    """Return the condition of a trigger that something besides ``columns`` changes, in rows of which ``where`` is true."""
    names = ", ".join(f"'{name}'" for name in columns)
    return pgtrigger.Condition(
        f"{where} AND (to_jsonb(OLD) - ARRAY[{names}]::text[]) IS DISTINCT FROM (to_jsonb(NEW) - ARRAY[{names}]::text[])"
    )


def in_care(user: Any, path: str = "patient") -> models.Q:
    """Return the condition that the patient at ``path`` is in the care of the clinician ``user``."""
    return models.Q(**{f"{path}__care__clinician__user": user, f"{path}__care__ended_at__isnull": True})
