"""By what name a record says who did something."""

from typing import Any

from clinic.accounts.enums import Role


def named(account: Any) -> str:
    """Return who ``account`` is: a clinician's name, "the patient", else an e-mail address; empty for nobody.

    Read it with ``select_related("…__clinician")``: it asks nothing then.
    """
    if account is None:
        return ""
    if account.role == Role.PATIENT:
        return "the patient"
    clinician = getattr(account, "clinician", None)
    return clinician.name if clinician else account.email
