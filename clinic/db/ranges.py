"""Ranges of instants in the database."""

from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary
from django.db.models import Func


class TsTzRange(Func):
    """A half-open range of two instants, as an expression: ``TsTzRange("starts_at", "ends_at", RangeBoundary())``."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


def span(start: str, end: str) -> TsTzRange:
    """Return the half-open range between the instants of two columns."""
    return TsTzRange(start, end, RangeBoundary())
