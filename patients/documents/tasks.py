"""What the scheduler asks for: the virus check, and each night what need not be kept."""

import logging
import time
from typing import Any

from celery import shared_task
from django.utils import timezone

from clinic.db.refusal import Refusal
from patients.documents import actions, scanner
from patients.documents.enums import TO_SCAN
from patients.documents.models import Document

ENOUGH = 20  # seconds; one more check may take 30, and a task has 60
log = logging.getLogger("clinic.documents")


@shared_task(name="patients.documents.tasks.scan_waiting")
def scan_waiting(**kwargs: Any) -> None:
    """Have what waits checked for viruses. In no order, so that one file nobody can check holds up no other."""
    if not scanner.is_set_up():
        actions.wait_no_longer(at=timezone.now())
        return
    end = time.monotonic() + ENOUGH
    for document in Document.objects.filter(state__in=TO_SCAN).order_by("?"):
        if time.monotonic() > end:
            return
        try:
            actions.scan(document, at=timezone.now())
        except (scanner.ScannerDown, Refusal) as error:
            log.warning("A document could not be checked for viruses: %s", type(error).__name__)


@shared_task(name="patients.documents.tasks.nightly")
def nightly(**kwargs: Any) -> None:
    """Let go of checked photo ID, and of files without a row."""
    actions.forget_checked_ids(at=timezone.now())
    actions.sweep(at=timezone.now())
