"""The tables of the foundation, gathered from its folders."""

from clinic.accounts.models import User
from clinic.addresses.models import StoppedAddress
from clinic.audit.models import AccessLog
from clinic.enquiries.models import Enquiry
from clinic.keeping.models import KeptTyping
from clinic.outbox.models import Attempt, Heartbeat, Message, RuleSetting, WordingSetting
from clinic.pages.models import Page, PageAddress, PageVersion, Section, SignOff, Source
from clinic.staff.models import Clinician
from clinic.training.models import Training, TrainingDone
from clinic.worklist.models import Task, TaskStateChange

__all__ = [
    "AccessLog",
    "Attempt",
    "Clinician",
    "Enquiry",
    "Heartbeat",
    "KeptTyping",
    "Message",
    "Page",
    "PageAddress",
    "PageVersion",
    "RuleSetting",
    "Section",
    "SignOff",
    "Source",
    "StoppedAddress",
    "Task",
    "TaskStateChange",
    "Training",
    "TrainingDone",
    "User",
    "WordingSetting",
]
