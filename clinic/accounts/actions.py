"""Every write to accounts but their making: patients make their own through allauth."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from clinic.accounts import policy
from clinic.accounts.enums import STAFF_ROLES, Role
from clinic.accounts.models import User
from clinic.db.refusal import Refusal


class NotAllowed(Refusal):
    """This person may not do that to this account."""


class NoSuchRole(Refusal):
    """Not a role somebody of the staff can have."""

    words = "Choose reception, clinician or manager."


class AlreadyThere(Refusal):
    """The address has an account."""

    words = "There is already an account with this email address."


def open_staff_account(email: str, role: Role, *, by: User) -> User:
    """Return a new staff account without a password; nobody can sign in before they have read a code sent to ``email``.

    Raises NotAllowed, NoSuchRole or AlreadyThere. Whoever calls this tells the person (``clinic/staff/actions.py``).
    """
    if not policy.manages_the_clinic(by):
        raise NotAllowed("Only a manager can invite staff.")
    if role not in STAFF_ROLES:
        raise NoSuchRole
    if User.objects.filter(email__iexact=email.strip()).exists():
        raise AlreadyThere
    with transaction.atomic():
        user = User.objects.create_user(email, None, role=role)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def set_role(user: User, role: Role, *, by: User, at: datetime) -> None:
    """Give a staff account another role; it holds from the next request on. Raises NotAllowed or NoSuchRole."""
    _check(by, user)
    if role not in STAFF_ROLES:
        raise NoSuchRole
    User.objects.filter(pk=user.pk).update(role=role)
    user.role = role


def deactivate(user: User, *, by: User, at: datetime) -> int:
    """Shut a staff account at once and end its sessions; return how many. Raises NotAllowed.

    Its visits stay where they are: what becomes of them is for people to decide.
    """
    _check(by, user)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False)
        ended = end_sessions(user, at=at)
    user.is_active = False
    return ended


def reactivate(user: User, *, by: User, at: datetime) -> None:
    """Open a staff account again. Raises NotAllowed."""
    _check(by, user)
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.is_active = True


def close_own(user: User, *, at: datetime) -> bool:
    """Shut the patient's account ``user`` at their own wish and end its sessions; tell whether it was open.

    Raises NotAllowed for staff: theirs is for a manager to shut.
    """
    if user.role != Role.PATIENT:
        raise NotAllowed("A manager closes staff accounts.")
    with transaction.atomic():
        closed = User.objects.filter(pk=user.pk, is_active=True).update(is_active=False)
        end_sessions(user, at=at)
    user.is_active = False
    return bool(closed)


def reopen_patient(user: User, *, by: User, at: datetime) -> bool:
    """Let a patient sign in again; tell whether they could not. Raises NotAllowed."""
    if not policy.runs_the_diary(by) or user.role != Role.PATIENT:
        raise NotAllowed("Only reception or a manager can open a patient's account again.")
    reopened = User.objects.filter(pk=user.pk, is_active=False).update(is_active=True)
    user.is_active = True
    return bool(reopened)


def end_sessions(user: User, *, at: datetime) -> int:
    """Sign ``user`` out everywhere; return how many sessions ended."""
    UserSession.objects.filter(user=user).delete()
    own = [
        session.pk
        for session in Session.objects.filter(expire_date__gt=at).iterator()
        if session.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    Session.objects.filter(pk__in=own).delete()
    return len(own)


def move_session_end(key: str, ends_at: datetime) -> None:
    """Have the session ``key`` end at ``ends_at``, and leave what is in it alone."""
    Session.objects.filter(pk=key).update(expire_date=ends_at)


def _check(by: User, user: User) -> None:
    if why := policy.why_not_manage(by, user):
        raise NotAllowed(why)
