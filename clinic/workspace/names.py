"""By what name a record says who did something: of a row that was read, and within a query."""

from typing import Any

from django.db.models import Case, CharField, Value, When
from django.db.models.functions import Coalesce

from clinic.accounts.enums import Role

PATIENT, NOBODY = "the patient", "the computer"


def named(account: Any) -> str:
    """Return who ``account`` is: a clinician's name, ``PATIENT``, else an e-mail address; where it is None, ``NOBODY``.

    Read it with ``select_related("…__clinician")``: it asks nothing then.
    """
    if account is None:
        return NOBODY
    if account.role == Role.PATIENT:
        return PATIENT
    clinician = getattr(account, "clinician", None)
    return clinician.name if clinician else account.email


def name_at(path: str) -> Coalesce:
    """Return the same of the account at ``path``, as an expression."""
    return Coalesce(
        f"{path}__clinician__name",
        Case(When(**{f"{path}__role": Role.PATIENT}, then=Value(PATIENT))),
        f"{path}__email",
        Value(NOBODY),
        output_field=CharField(),
    )
