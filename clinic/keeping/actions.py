"""Every write about what was typed when a session had ended."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.accounts.enums import Role
from clinic.accounts.models import User
from clinic.keeping.models import KeptTyping
from clinic.keeping.policy import KEPT_FOR, MOST_PAGES, Fields

WRITERS = (Role.PATIENT, Role.CLINICIAN)


@transaction.atomic
def keep(whose: UUID, page: str, fields: Fields, *, at: datetime) -> bool:
    """Keep ``fields`` of the form on ``page`` for a patient or a clinician; what was kept for that page before goes.

    Returns False where there is no such person any more, or they may not sign in.
    """
    if not User.objects.filter(pk=whose, role__in=WRITERS, is_active=True).exists():
        return False
    KeptTyping.objects.update_or_create(user_id=whose, page=page, defaults={"fields": fields, "at": at})
    newest = KeptTyping.objects.filter(user_id=whose).order_by("-at", "-pk").values("pk")[:MOST_PAGES]
    KeptTyping.objects.filter(user_id=whose).exclude(pk__in=newest).delete()
    return True


def forget(page: str, *, by: Any) -> int:
    """Let go of what is kept for ``by`` on ``page``; return how many that were."""
    return KeptTyping.objects.filter(user_id=by.pk, page=page).delete()[0]


def forget_old(*, at: datetime) -> int:
    """Let go of what nobody came back for; return how many that were."""
    return KeptTyping.objects.filter(at__lte=at - KEPT_FOR).delete()[0]
