"""Which role may do what. Which records it may do it to is each model's ``visible_to``."""

from typing import Any

from clinic.accounts.enums import Role


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
