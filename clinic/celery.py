"""The background worker and its clock.

Celery carries out; it remembers nothing of importance. Every message to send is a row (see
``clinic/outbox``), and one task, sent every OUTBOX_TICK_SECONDS, looks for rows that are due.
"""

import os
from datetime import timedelta
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

from django.conf import settings

TICK = "clinic.outbox.tasks.tick"


app = Celery("clinic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    lambda: [
        "clinic.accounts",
        "clinic.keeping",
        "clinic.outbox",
        "clinic.staff",
        "clinic.training",
        "clinic.enquiries",
        "clinic.pages",
        "patients.documents",
        "patients.intake",
        "patients.teamreview",
        "patients.monitoring",
        "patients.prescriptions",
        "patients.rights",
        "bookings.holds",
        "bookings.waitlist",
        "bookings.nextfree",
    ]
)
app.conf.beat_scheduler = "clinic.scheduler:FirstTickAtOnce"  # by name: it needs the models, which load later


def every(task: str, length: timedelta) -> dict[str, Any]:
    """Return the schedule's entry for ``task``. One that waited until the next comes is not worth doing any more."""
    return {"task": task, "schedule": length, "options": {"expires": max(int(length.total_seconds()) - 1, 1)}}


app.conf.beat_schedule = {
    "tick": every(TICK, timedelta(seconds=settings.OUTBOX_TICK_SECONDS)),
    "overdue tasks": every("clinic.staff.tasks.tell_of_overdue_tasks", timedelta(minutes=1)),
    "waiting list": every("bookings.waitlist.tasks.sweep", timedelta(minutes=1)),
    "virus check": every("patients.documents.tasks.scan_waiting", timedelta(seconds=30)),
    "next free times": every("bookings.nextfree.tasks.look", timedelta(minutes=5)),
    "old holds": every("bookings.holds.tasks.expire_old_holds", timedelta(hours=1)),
    "reviews of pages": every("clinic.pages.tasks.remind_of_reviews", timedelta(hours=6)),
    "reviews of red-flag rules": every("patients.intake.tasks.remind_of_rules", timedelta(hours=24)),
    "checks of plans": every("patients.monitoring.tasks.sweep", timedelta(minutes=15)),
    "trainings that end": every("clinic.training.tasks.remind", timedelta(hours=24)),
    "team reviews that end": every("patients.teamreview.tasks.remind_of_ends", timedelta(hours=24)),
    "prescriptions that run out": every("patients.prescriptions.tasks.expire", timedelta(hours=24)),
    "kept typing": every("clinic.keeping.tasks.forget_old", timedelta(hours=1)),
    "ended sessions": every("clinic.accounts.tasks.clear_sessions", timedelta(hours=24)),
    "old documents": every("patients.documents.tasks.nightly", timedelta(hours=24)),
    "ended copies of data": every("patients.rights.tasks.remove_ended_copies", timedelta(hours=24)),
    "old enquiries": every("clinic.enquiries.tasks.forget_old", timedelta(hours=24)),
}
