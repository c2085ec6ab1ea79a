"""The end of an address in a message that opens one thing of one person, without signing in.

It holds the key of a record and a signature over what it is for, which record, and which round of it (a visit's
sequence): an address of an earlier time opens nothing. It is not a key by itself: the page asks for the date of birth.
"""

import base64
import binascii
import hmac
from uuid import UUID

from django.utils.crypto import salted_hmac

RECORD, SIGNATURE = 22, 12  # letters of base64: a UUID, and 72 bits
LONGEST = RECORD + SIGNATURE


def token(purpose: str, about: UUID, round: int = 0) -> str:
    """Return the end of the address that opens ``about`` for ``purpose`` in its ``round``."""
    mac = salted_hmac(f"patients.links.{purpose}", f"{about}:{round}", algorithm="sha256").digest()
    return _letters(about.bytes)[:RECORD] + _letters(mac)[:SIGNATURE]


def about(text: str) -> UUID | None:
    """Return the record that an address names, signed or not; None where it names none."""
    if len(text) != LONGEST or not text.isascii():
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(f"{text[:RECORD]}=="))
    except (binascii.Error, ValueError):
        return None


def is_of(text: str, purpose: str, record: UUID, round: int) -> bool:
    """Tell whether ``text`` is the end of an address of ours for this record and round."""
    return hmac.compare_digest(text.encode(), token(purpose, record, round).encode())


def _letters(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode()
