"""Until when what. Pure."""

from datetime import date, datetime, timedelta

from clinic.db.clock import instant, uk_day
from clinic.db.workdays import CLOSES, workdays_after
from patients.rights.enums import Kind

COPY_LIVES = timedelta(hours=24)
ENDED_IS_SAID_FOR = timedelta(days=30)  # so long an old address says that the copy has ended; then it is not there

# A complaint about data is acknowledged within 30 days and then answered without undue delay (DUAA 2025, s.103, in
# force from 19 June 2026). A correction is answered within one calendar month (UK GDPR Art 12(3) and 16); the ICO
# suggests 28 days, which no month is shorter than.
LAST_DAY = {Kind.COMPLAINT: timedelta(days=30), Kind.CORRECTION: timedelta(days=28)}
WORKDAYS_TO_ACKNOWLEDGE = 3
WORKDAYS_TO_ANSWER = 20  # as other complaints (domain 3.7)


def last_day(kind: Kind, received_at: datetime) -> date:
    """Return the last UK day the law leaves: to acknowledge a complaint, to answer a correction."""
    return uk_day(received_at) + LAST_DAY[kind]


def first_task_due(kind: Kind, received_at: datetime) -> datetime:
    """Return by when we want the first step done: a complaint acknowledged, a correction answered."""
    if kind == Kind.COMPLAINT:
        return workdays_after(received_at, WORKDAYS_TO_ACKNOWLEDGE)
    return instant(last_day(kind, received_at), CLOSES)


def answer_due(kind: Kind, received_at: datetime) -> datetime:
    """Return by when what was acknowledged is to be answered."""
    if kind == Kind.COMPLAINT:
        return workdays_after(received_at, WORKDAYS_TO_ANSWER)
    return first_task_due(kind, received_at)
