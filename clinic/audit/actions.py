"""Writing the access log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from clinic.audit.models import AccessLog


def record(what: AccessLog.What, about_type: str, about: UUID, *, by: Any, at: datetime) -> None:
    """Write down that ``by`` read, was refused or exported the record ``about`` at the instant ``at``."""
    signed_in = by if by is not None and by.is_authenticated else None
    AccessLog.objects.create(what=what, about_type=about_type, about=about, actor=signed_in, role=getattr(signed_in, "role", ""), at=at)
