"""Writing the access log."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from clinic.audit.models import AccessLog


def record(what: AccessLog.What, about_type: str, about: UUID, *, by: Any, at: datetime) -> None:
    """Write down that ``by`` read, was refused or exported the record ``about`` at the instant ``at``."""
    signed_in = by if by is not None and by.is_authenticated else None
    AccessLog.objects.create(
        what=what, about_type=about_type, about=about, actor=signed_in, role=getattr(signed_in, "role", ""), at=at
    )


def record_all(what: AccessLog.What, about_type: str, records: Iterable[UUID], *, by: Any, at: datetime) -> None:
    """Write down the same of several records that stood on one page, in one query."""
    AccessLog.objects.bulk_create(
        AccessLog(what=what, about_type=about_type, about=about, actor=by, role=by.role, at=at) for about in records
    )


def note(row: Any, flag: int, message: Any, *, by: Any) -> LogEntry:
    """Write the admin's own log: the row's kind and key, what was done, and the names of the fields. No values."""
    return LogEntry.objects.create(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        object_repr=f"{row._meta.verbose_name} {row.pk}",
        action_flag=flag,
        change_message=json.dumps(_without_values(message)) if isinstance(message, list) else message,
    )


def _without_values(message: list[dict[str, dict[str, Any]]]) -> list[dict[str, dict[str, Any]]]:
    """Return the admin's message with its inlines' names emptied; the fields' names stay."""
    return [
        {what: facts | {"object": ""} if "object" in facts else facts for what, facts in change.items()}
        for change in message
    ]
