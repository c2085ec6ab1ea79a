"""Every write about enquiries."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from clinic.accounts.enums import Role
from clinic.db.workdays import workdays_after
from clinic.enquiries.enums import Topic
from clinic.enquiries.models import Enquiry
from clinic.outbox import actions as outbox
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind

DAYS_TO_ANSWER = 2
KEPT_FOR = timedelta(days=183)  # enquiries that led to no visit: six months (the privacy notice says so)


@transaction.atomic
def receive(values: dict[str, Any], *, key: UUID, at: datetime) -> Enquiry:
    """Keep what somebody wrote, give reception a task (a complaint goes to managers), and mail the clinic that it came.

    ``values`` are those of the form. The same ``key`` again is the same message: nothing more happens.
    """
    enquiry, is_new = Enquiry.objects.get_or_create(key=key, defaults=values | {"created_at": at})
    if is_new:
        worklist.ask(
            TaskKind.ENQUIRY,
            f"Answer a message: {Topic(enquiry.topic).label}",
            key=f"enquiry:{enquiry.pk}",
            about=enquiry.pk,
            role=Role.MANAGER if enquiry.topic in {Topic.COMPLAINT, Topic.DATA} else Role.RECEPTION,
            due_at=workdays_after(at, DAYS_TO_ANSWER),
            at=at,
        )
        outbox.plan("enquiry_received", about=enquiry.pk, person=None, anchor=at, at=at)
    return enquiry


def forget_old(*, at: datetime) -> int:
    """Delete enquiries older than six months whose task is done; return how many."""
    old = Enquiry.objects.filter(created_at__lt=at - KEPT_FOR)
    waiting = worklist.waiting_about(old.values_list("pk", flat=True), TaskKind.ENQUIRY)
    return old.exclude(pk__in=waiting).delete()[0]
