"""Every write about enquiries."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from clinic.accounts.enums import Role
from clinic.db.workdays import workdays_after
from clinic.enquiries.enums import FOR_MANAGERS, Topic
from clinic.enquiries.models import Enquiry
from clinic.outbox import actions as outbox
from clinic.worklist import actions as worklist
from clinic.worklist.enums import TaskKind

DAYS_TO_ANSWER = 2
KEPT_FOR = timedelta(days=183)  # six months (the privacy notice says so)


@transaction.atomic
def receive(values: dict[str, Any], *, key: UUID, at: datetime) -> Enquiry:
    """Keep what somebody wrote, give reception a task (a complaint goes to managers), and mail the clinic that it came.

    ``values`` are those of the form. The same ``key`` with the same words again is the same message: nothing
    more happens. With other words (somebody went back and corrected it) it is another one.
    """
    own_key = uuid5(key, json.dumps(values, sort_keys=True))
    enquiry, is_new = Enquiry.objects.get_or_create(key=own_key, defaults=values | {"created_at": at})
    if is_new:
        worklist.ask(
            TaskKind.ENQUIRY,
            f"Answer a message: {Topic(enquiry.topic).label}",
            key=f"enquiry:{enquiry.pk}",
            about=enquiry.pk,
            role=Role.MANAGER if enquiry.topic in FOR_MANAGERS else Role.RECEPTION,
            due_at=workdays_after(at, DAYS_TO_ANSWER),
            at=at,
        )
        outbox.plan("enquiry_received", about=enquiry.pk, person=None, anchor=at, at=at)
    return enquiry


def forget_old(*, at: datetime) -> int:
    """Delete enquiries older than six months whose task is done, but none that managers answer: those
    are kept for ten years. Return how many."""
    old = Enquiry.objects.filter(created_at__lt=at - KEPT_FOR).exclude(topic__in=FOR_MANAGERS)
    waiting = worklist.waiting_about(old.values_list("pk", flat=True), TaskKind.ENQUIRY)
    return old.exclude(pk__in=waiting).delete()[0]
