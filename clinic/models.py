"""The tables of the foundation, gathered from its folders."""

from clinic.accounts.models import User
from clinic.audit.models import AccessLog
from clinic.outbox.models import Heartbeat, Message
from clinic.pages.models import Page, Section, Source
from clinic.staff.models import Clinician
from clinic.worklist.models import Task, TaskStateChange

__all__ = [
    "AccessLog",
    "Clinician",
    "Heartbeat",
    "Message",
    "Page",
    "Section",
    "Source",
    "Task",
    "TaskStateChange",
    "User",
]
