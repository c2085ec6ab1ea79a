"""The hidden mark in a form that says whose page it was. It opens nothing, and holds for one page only."""

from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner

from clinic.keeping.policy import MARK_HOLDS


def _signer(page: str) -> TimestampSigner:
    return TimestampSigner(salt=f"clinic.keeping:{page}")


def mark(whose: UUID, page: str) -> str:
    """Return the mark of the form on ``page`` (its path) made for the account ``whose``."""
    return _signer(page).sign(str(whose))


def whose(text: str, page: str) -> UUID | None:
    """Return the account a mark was made for; None where it is not ours, of another page, or too old."""
    try:
        return UUID(_signer(page).unsign(text, max_age=MARK_HOLDS))
    except (BadSignature, ValueError):
        return None
