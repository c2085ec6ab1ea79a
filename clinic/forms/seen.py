"""A page that shows what will happen before it is saved: what was shown goes along as a mark.

The second press saves only where the mark fits what would be shown now. A changed value, or a visit
booked in between, shows the page again.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.crypto import constant_time_compare, salted_hmac

NAME = "seen"


def mark_of(*shown: object) -> str:
    """Return the mark of what a page shows."""
    return salted_hmac(NAME, repr([str(value) for value in shown]), algorithm="sha256").hexdigest()


def was_seen(sent: Mapping[str, Any], mark: str) -> bool:
    """Tell whether the form that was sent stood on a page with this mark."""
    return constant_time_compare(sent.get(NAME, ""), mark)
