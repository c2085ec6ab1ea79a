"""Which role may do what. Which records it may do it to is each model's ``visible_to``."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clinic.accounts.enums import Role


@dataclass(frozen=True)
class SessionLimits:
    """How long somebody stays signed in: ``idle`` after their last page, ``whole`` after signing in."""

    idle: timedelta
    whole: timedelta


# Within what ASVS 5.0 chapter 7 asks for; not below 20 minutes for patients, of whom many are slow (docs/decisions/0018).
PATIENT_SESSION = SessionLimits(idle=timedelta(minutes=20), whole=timedelta(hours=12))
STAFF_SESSION = SessionLimits(idle=timedelta(minutes=15), whole=timedelta(hours=10))
WORTH_WRITING = timedelta(seconds=30)  # a page moves the end only where it moves by this: most pages write nothing
WARNED_BEFORE = timedelta(minutes=2)  # WCAG 2.2.1 asks for 20 seconds at least


def session_limits(user: Any) -> SessionLimits:
    """Return how long ``user`` stays signed in."""
    return STAFF_SESSION if works_here(user) else PATIENT_SESSION


def session_end(limits: SessionLimits, *, began: datetime, at: datetime) -> datetime:
    """Return when a session ends that ``began`` then and was last used ``at`` that time."""
    return min(at + limits.idle, began + limits.whole)


def keeps_signed_in(method: str, fetch_mode: str) -> bool:
    """Tell whether a request is somebody's act: a page they open, or what they send.

    ``fetch_mode`` is the browser's Sec-Fetch-Mode, empty where it does not say. What a script of a page asks for by
    itself, again and again, must not keep somebody signed in who has gone away.
    """
    return method == "POST" or fetch_mode in {"", "navigate"}


def is_patient(user: Any) -> bool:
    """Tell whether ``user`` is signed in as a patient."""
    return bool(user.is_authenticated and user.role == Role.PATIENT)


def is_clinician(user: Any) -> bool:
    """Tell whether ``user`` may read and decide clinical matters (of people in their care)."""
    return bool(user.is_authenticated and user.role == Role.CLINICIAN)


def is_reception(user: Any) -> bool:
    """Tell whether ``user`` works at reception: they may take documents in, and see what they are called."""
    return bool(user.is_authenticated and user.role == Role.RECEPTION)


def runs_the_diary(user: Any) -> bool:
    """Tell whether ``user`` may book, move and cancel for anybody, and read contact details."""
    return bool(user.is_authenticated and user.role in {Role.RECEPTION, Role.MANAGER})


def manages_the_clinic(user: Any) -> bool:
    """Tell whether ``user`` may change staff accounts, pages, kinds and fees."""
    return bool(user.is_authenticated and user.role == Role.MANAGER)


def works_here(user: Any) -> bool:
    """Tell whether ``user`` is staff of any role."""
    return bool(user.is_authenticated and user.is_staff)


def why_not_manage(by: Any, account: Any) -> str:
    """Return why ``by`` may not change the role or the state of ``account``, or nothing.

    A manager manages staff below or beside them, never themselves and never a technical administrator.
    """
    if not manages_the_clinic(by):
        return "Only a manager can change accounts."
    if account.pk == by.pk:
        return "You cannot change your own account here. Ask another manager."
    if account.is_superuser and not by.is_superuser:
        return "This is a technical administrator's account. Only another one can change it."
    return "This is a patient's account, so it has no staff role." if account.role == Role.PATIENT else ""
